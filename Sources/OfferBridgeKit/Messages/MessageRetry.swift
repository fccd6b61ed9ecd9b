/// Whether a message is tried again after an attempt without success, and when.
///
/// ```swift
/// MessageRetry.standard.delay(afterAttempt: 1, of: key)    // about 5 seconds
/// MessageRetry.standard.delay(afterAttempt: 12, of: key)   // nil: the message is buried
/// ```
///
/// The jitter is a digest of the message's key and the attempt: the same in
/// every process, different between messages, so that a wallet that comes
/// back is not met by all of them at once.
///
/// The standard schedule beside others; each wait follows the attempt before.
///
/// | | ours | Standard Webhooks' example | Svix | River |
/// |---|---|---|---|---|
/// | waits | 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h, 14 h, 18 h, 24 h | 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h | 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h | errors⁴ s: 1 s, 16 s, 81 s, 256 s … |
/// | attempts | 12 | 10 | 8 | 25 |
/// | in all | 3 d 2 h | 3 d 4 h | 1 d 4 h | some 3 weeks |
/// | jitter | up to 10 % longer | recommended | not stated | ± 10 % |
///
/// Stripe retries for up to three days with an exponential backoff, and states
/// no waits. Ours has more attempts in the first hour, for a customer who has
/// just opened the app waits for the card.
///
/// Sources: Standard Webhooks 1.0, "Deliverability and reliability"; Svix
/// documentation, "Retry Schedule"; River documentation, "Job retries"; Stripe
/// documentation, "Webhooks", automatic retries in live mode.
public struct MessageRetry: Sendable, Hashable, Codable {
  /// The wait after each attempt but the last; one entry fewer than there are attempts.
  public let delays: [Duration]
  /// The largest share by which a wait is lengthened, 0 to 1.
  public let jitter: Double
  /// How old a message may be when it is attempted; `nil` for no limit.
  ///
  /// It is counted from the commit, or from the last redrive under the same key. A message that is older when its turn
  /// comes, or would be at its next attempt, is buried. Time in which the provider's breaker is open counts.
  public let deadline: Duration?

  /// A policy by its waits.
  ///
  /// - Parameters:
  ///   - delays: The wait after the first attempt, after the second, and so on; empty means a single attempt.
  ///   - jitter: The largest share by which a wait is lengthened; a tenth by default.
  ///   - deadline: How old a message may be when it is attempted; no limit by default.
  public init(delays: [Duration], jitter: Double = 0.1, deadline: Duration? = nil) {
    self.delays = delays
    self.deadline = deadline
    // In this order a jitter that is no number is none.
    self.jitter = min(max(0, jitter), 1)
  }

  /// Twelve attempts over some three days: 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h, 14 h, 18 h, 24 h.
  ///
  /// No deadline. See the table of ``MessageRetry``.
  public static let standard = MessageRetry(
    delays: [
      .seconds(5), .seconds(30), .minutes(2), .minutes(10), .minutes(30),
      .hours(2), .hours(5), .hours(10), .hours(14), .hours(18), .hours(24),
    ]
  )

  /// Waits that grow by a factor up to a cap.
  ///
  /// - Parameters:
  ///   - first: The first wait.
  ///   - factor: What each wait is multiplied by; 2 by default.
  ///   - cap: The longest wait.
  ///   - attempts: How many attempts there are in all; 1 or more.
  ///   - jitter: The largest share by which a wait is lengthened.
  ///   - deadline: How old a message may be when it is attempted; no limit by default.
  /// - Returns: A policy of that many attempts.
  public static func exponential(
    from first: Duration,
    factor: Double = 2,
    cap: Duration,
    attempts: Int,
    jitter: Double = 0.1,
    deadline: Duration? = nil
  ) -> MessageRetry {
    var delays: [Duration] = []
    var wait = first
    while delays.count < attempts - 1 {
      delays.append(min(wait, cap))
      wait = min(wait.multiplied(by: factor), cap)
    }
    return MessageRetry(delays: delays, jitter: jitter, deadline: deadline)
  }

  /// How many attempts a message is given in all.
  public var attempts: Int { delays.count + 1 }

  /// Whether a message that old is still attempted; the deadline itself is too late.
  ///
  /// - Parameter age: How long it has been open.
  /// - Returns: True where there is no deadline.
  public func allows(age: Duration) -> Bool { deadline.map { age < $0 } ?? true }

  /// How long to wait after an attempt that did not succeed.
  ///
  /// It is never asked after a rejection, which is an end.
  ///
  /// - Parameters:
  ///   - attempt: Which attempt it was, from 1.
  ///   - key: The message's key.
  ///   - age: How long it has been open by then.
  ///   - retryAfter: What the external system asked for; the wait is never shorter.
  /// - Returns: The wait, or `nil` when the message is to be buried: its attempts are spent, or it would be too old.
  public func delay(
    afterAttempt attempt: Int,
    of key: DerivedKey,
    age: Duration = .zero,
    retryAfter: Duration? = nil
  ) -> Duration? {
    guard delays.indices.contains(attempt - 1) else { return nil }
    let step = delays[attempt - 1].bounded
    var derivation = KeyDerivation("jitter")
    derivation.add(key)
    derivation.add(Int64(attempt))
    let wait = max(step + step * (jitter * derivation.key().share), (retryAfter ?? .zero).bounded)
    return allows(age: age.bounded + wait) ? wait : nil
  }
}

extension Duration {
  /// The product, or the nearest end where it would overflow; itself when the factor is no number.
  fileprivate func multiplied(by factor: Double) -> Duration {
    let seconds = self / .seconds(1) * factor
    if seconds.isNaN { return self }
    if abs(seconds) < Double(Int64.max) { return self * factor }
    return .seconds(seconds < 0 ? Int64.min : Int64.max)
  }
}
