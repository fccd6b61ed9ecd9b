public import OfferBridgeKit

/// A provider that answers from a script and remembers what it was sent.
///
/// ```swift
/// let wallet = ScriptedMessageProvider(replies: [.retry(after: .seconds(60)), .accepted(reference: "W1")])
/// ```
///
/// After the script it accepts everything.
public final class ScriptedMessageProvider: MessageProvider {
  /// What it does with one attempt.
  public enum Reply: Sendable, Hashable {
    /// Accepts.
    case accepted(reference: ReplicaReference? = nil)
    /// Refuses for good.
    case rejected(reason: String)
    /// Says "not now".
    case retry(after: Duration? = nil)
    /// Takes the message, and is still at it.
    case taken(after: Duration? = nil)
    /// Takes the message, and says a word that nobody knows.
    case unknown(word: String)
    /// Throws before anything arrived.
    case fail
    /// Takes the message and throws: the acknowledgement is lost.
    case loseAcknowledgement
    /// Answers nothing until the task is cancelled.
    case hang
  }

  /// What it throws.
  public struct Failure: Error, Sendable, Hashable {
    /// Which reply of the script it was.
    public let reply: Reply

    /// A failure.
    ///
    /// - Parameter reply: Which reply of the script it was.
    public init(reply: Reply) { self.reply = reply }
  }

  private struct State {
    var replies: [Reply]
    var lookUps: [DeliveryLookup]
    var lookedUp: [DerivedKey] = []
    var deliveries: [MessageDelivery] = []
    var received: [OfferMessage] = []
  }

  private let state: Guarded<State>

  /// The longest that a delivery is said to take.
  public let timeout: Duration

  /// A provider with a script.
  ///
  /// - Parameters:
  ///   - replies: What it does with the first attempt, the second and so on; whatever the message.
  ///   - lookUps: What it says to the first look-up, the second and so on; whatever the key. After them, and by
  ///     default, it says that look-ups are not supported.
  ///   - timeout: The longest that a delivery is said to take.
  public init(replies: [Reply] = [], lookUps: [DeliveryLookup] = [], timeout: Duration = .seconds(30)) {
    state = Guarded(State(replies: replies, lookUps: lookUps))
    self.timeout = timeout
  }

  /// Every attempt, in the order in which they came.
  public var deliveries: [MessageDelivery] { state.withLock { $0.deliveries } }

  /// The messages that arrived, repeats included: those accepted or taken, and those whose acknowledgement was lost.
  public var received: [OfferMessage] { state.withLock { $0.received } }

  /// The keys that were looked up, in the order in which they were.
  public var lookedUp: [DerivedKey] { state.withLock { $0.lookedUp } }

  /// Says what the script says.
  public func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup {
    state.withLock { state in
      state.lookedUp.append(key)
      return state.lookUps.isEmpty ? .notSupported : state.lookUps.removeFirst()
    }
  }

  /// Does what the script says.
  public func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    let reply = state.withLock { state in
      state.deliveries.append(delivery)
      let reply = state.replies.isEmpty ? .accepted() : state.replies.removeFirst()
      switch reply {
      case .accepted, .taken, .unknown, .loseAcknowledgement: state.received.append(delivery.message)
      case .rejected, .retry, .fail, .hang: break
      }
      return reply
    }
    switch reply {
    case .accepted(let reference): return .accepted(reference: reference)
    case .rejected(let reason): return .rejected(reason: reason)
    case .retry(let after): return .retry(after: after)
    case .taken(let after): return .taken(after: after)
    case .unknown(let word): return .unknown(word: word)
    case .fail, .loseAcknowledgement: throw Failure(reply: reply)
    case .hang:
      try await untilCancelled()
      throw CancellationError()
    }
  }

  private func untilCancelled() async throws {
    let (endless, continuation) = AsyncStream.makeStream(of: Void.self)
    for await _ in endless {}
    continuation.finish()
  }
}
