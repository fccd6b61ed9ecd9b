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
public struct MessageRetry: Sendable, Hashable, Codable {
  /// The wait after each attempt but the last; one entry fewer than there are attempts.
  public let delays: [Duration]
  /// The largest share by which a wait is lengthened, 0 to 1.
  public let jitter: Double

  /// A policy by its waits.
  ///
  /// - Parameters:
  ///   - delays: The wait after the first attempt, after the second, and so on; empty means a single attempt.
  ///   - jitter: The largest share by which a wait is lengthened; a tenth by default.
  public init(delays: [Duration], jitter: Double = 0.1) {
    self.delays = delays
    // In this order a jitter that is no number is none.
    self.jitter = min(max(0, jitter), 1)
  }

  /// Twelve attempts over some three days: 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h, 14 h, 18 h, 24 h.
  ///
  /// Source: Standard Webhooks 1.0 proposes a schedule of that shape.
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
  /// - Returns: A policy of that many attempts.
  public static func exponential(
    from first: Duration,
    factor: Double = 2,
    cap: Duration,
    attempts: Int,
    jitter: Double = 0.1
  ) -> MessageRetry {
    var delays: [Duration] = []
    var wait = first
    while delays.count < attempts - 1 {
      delays.append(min(wait, cap))
      wait = min(wait.multiplied(by: factor), cap)
    }
    return MessageRetry(delays: delays, jitter: jitter)
  }

  /// How many attempts a message is given in all.
  public var attempts: Int { delays.count + 1 }

  /// How long to wait after an attempt that did not succeed.
  ///
  /// - Parameters:
  ///   - attempt: Which attempt it was, from 1.
  ///   - key: The message's key.
  ///   - retryAfter: What the external system asked for; the wait is never shorter.
  /// - Returns: The wait, or `nil` when the message is to be buried.
  public func delay(
    afterAttempt attempt: Int,
    of key: DerivedKey,
    retryAfter: Duration? = nil
  ) -> Duration? {
    guard delays.indices.contains(attempt - 1) else { return nil }
    let step = delays[attempt - 1]
    var derivation = KeyDerivation("jitter")
    derivation.add(key)
    derivation.add(Int64(attempt))
    let share = Double(derivation.key().firstWord >> 11) / Double(1 << 53)
    return max(step + step * (jitter * share), retryAfter ?? .zero)
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
