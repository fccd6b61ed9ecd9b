public import OfferBridgeKit

/// How the external system behaves that a contract wants a provider to stand in front of.
///
/// "The first message" is the first attempt that reaches it, whatever its key;
/// repeats under a key that it has are never a second replica.
public enum WalletCondition: Sendable, Hashable {
  /// Accepts every message.
  case accepting
  /// Takes the first message, and its answer is lost: a connection that breaks, a time-out, a 504. Accepts from then on.
  case losingAnswer
  /// Takes the first message, and fails inside: a 500, a 502. Accepts from then on.
  case failing
  /// Turns the first message away, and asks to be left alone for so many whole seconds, said as a length: a 429. Accepts
  /// from then on.
  case throttling(Duration)
  /// The same, said as a date that lies so far ahead.
  case throttlingUntilDate(Duration)
  /// Refuses every message for good, and says again in its answer what it was sent, as wallets do.
  case refusing
  /// The same, in the body of a success.
  case refusingInSuccess
  /// Takes the first message, and says a word that no table has. Accepts from then on.
  case sayingUnknownWord
  /// Takes the first message, is still at it, and asks to come again after so many whole seconds. Accepts from then on.
  case busy(Duration)
  /// Takes every message, and answers nothing.
  case hanging
  /// Accepts every message, and fails whenever it is asked for a key.
  case failingLookUps
}

/// A provider in front of an external system that a test has set up.
public struct WalletStand: Sendable {
  /// A message as it reached the external system.
  public struct Arrival: Sendable, Hashable {
    /// The idempotency key that came with it.
    public let key: String
    /// The bytes of its body.
    public let payload: [UInt8]
    /// What the bytes were said to be.
    public let contentType: String

    /// An arrival.
    ///
    /// - Parameters:
    ///   - key: The idempotency key that came with it.
    ///   - payload: The bytes of its body.
    ///   - contentType: What the bytes were said to be.
    public init(key: String, payload: [UInt8], contentType: String) {
      self.key = key
      self.payload = payload
      self.contentType = contentType
    }
  }

  let provider: any MessageProvider
  let replicas: @Sendable () async throws -> Int
  let arrivals: (@Sendable () async throws -> [Arrival])?
  let pass: (@Sendable (Duration) async throws -> Void)?
  let secrets: [String]

  /// A stand.
  ///
  /// - Parameters:
  ///   - provider: The provider, which has sent nothing yet.
  ///   - replicas: How many replicas the external system has now.
  ///   - arrivals: What has reached it, repeats and what it turned away included, in order; `nil` where that is not
  ///     seen, and the checks of it are not tried.
  ///   - pass: Lets time pass by which the provider keeps its time-out; `nil` where it cannot be moved by hand.
  ///   - secrets: What must stand in no reason and no error, such as the provider's own credentials.
  public init(
    _ provider: any MessageProvider,
    replicas: @escaping @Sendable () async throws -> Int,
    arrivals: (@Sendable () async throws -> [Arrival])? = nil,
    pass: (@Sendable (Duration) async throws -> Void)? = nil,
    secrets: [String] = []
  ) {
    self.provider = provider
    self.replicas = replicas
    self.arrivals = arrivals
    self.pass = pass
    self.secrets = secrets
  }

  func deliver(_ message: OfferMessage, attempt: Int = 1) async throws -> DeliveryAnswer {
    try await provider.deliver(.example(message, attempt: attempt))
  }

  /// What has arrived; a check that needs it is not tried where it is not seen.
  func arrived() async throws -> [Arrival] {
    guard let arrivals else { throw NotClaimed() }
    return try await arrivals()
  }
}

/// A host's provider, and the stands in which it is tried.
///
/// ```swift
/// let ours = MessageProviderUnderTest { condition in
///   let wallet = FakeWallet()
///   switch condition {
///   case .accepting: break
///   case .losingAnswer: wallet.loseAcknowledgements(1)
///   default: return nil
///   }
///   return WalletStand(wallet, replicas: { wallet.cards.count })
/// }
/// ```
public struct MessageProviderUnderTest: Sendable {
  let make: @Sendable (WalletCondition) async throws -> WalletStand?
  let patience: Duration

  /// A provider.
  ///
  /// - Parameters:
  ///   - patience: How long a check waits, in real time, for something that has to happen; one that is kept hardly
  ///     waits at all. 10 seconds by default.
  ///   - make: Sets up an external system that has nothing yet and behaves as asked, and a provider in front of it; `nil`
  ///     for what cannot be arranged, whose checks are then not tried. ``WalletCondition/accepting`` must be.
  public init(
    patience: Duration = .seconds(10),
    _ make: @escaping @Sendable (WalletCondition) async throws -> WalletStand?
  ) {
    self.make = make
    self.patience = patience
  }

  func stand(_ condition: WalletCondition) async throws -> WalletStand {
    guard let stand = try await make(condition) else { throw NotClaimed() }
    return stand
  }

  /// Whether something comes to hold in time.
  func inTime(_ condition: () async throws -> Bool) async rethrows -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + patience
    // On a machine that is busy the time may pass without anybody's turn.
    var turns = 0
    repeat {
      if try await condition() { return true }
      await Task.yield()
      turns += 1
    } while clock.now < end || turns < 1_000
    return try await condition()
  }
}
