/// How many attempts may begin in a length of time: so many tokens, which come back one after the other.
///
/// ```swift
/// LaneRate.perSecond(50)                    // one each 20 ms
/// LaneRate(1_000, per: .minutes(1), burst: 100)
/// ```
///
/// In any stretch of `length`, its end not included, at most `count + burst - 1`
/// attempts begin: exactly `count` at a burst of 1.
public struct LaneRate: Sendable, Hashable {
  /// How many tokens come back in a length of time.
  public let count: Int
  /// The length.
  public let length: Duration
  /// How many tokens can be saved up while nothing is sent.
  public let burst: Int

  /// A rate.
  ///
  /// - Parameters:
  ///   - count: How many attempts may begin in that time; at least 1.
  ///   - length: The time; at least a millisecond.
  ///   - burst: How many may begin at once after a pause. By default what passes in 10 ms, and at least 1: timers are
  ///     no finer, and a rate beyond some hundreds a second would not be reached one by one.
  public init(_ count: Int, per length: Duration, burst: Int? = nil) {
    self.count = max(1, count)
    self.length = min(max(length, .milliseconds(1)), .seconds(Int64.max))
    let passing = Double(self.count) * (.milliseconds(10) / self.length)
    self.burst = max(1, burst ?? Int(min(passing, 1_000_000)))
  }

  /// So many a second.
  ///
  /// - Parameter count: How many.
  /// - Returns: A rate with the default burst.
  public static func perSecond(_ count: Int) -> LaneRate { LaneRate(count, per: .seconds(1)) }

  /// So many a minute.
  ///
  /// - Parameter count: How many.
  /// - Returns: A rate with the default burst.
  public static func perMinute(_ count: Int) -> LaneRate { LaneRate(count, per: .minutes(1)) }
}

/// The tokens of a lane, by the moment at which the next one would have come back.
///
/// One moment tells as much as a counter and the moment of its last change,
/// and never drifts: the sums are exact.
package struct TokenBucket: Sendable {
  private let interval: Duration
  private let burst: Int
  /// When all tokens are back.
  private var full = Duration.zero

  package init(_ rate: LaneRate) {
    let exact = rate.length / rate.count
    // Rounded up, so that no stretch has one too many.
    interval = exact * rate.count < rate.length ? exact + Duration(attoseconds: 1) : exact
    // No more than a length can say.
    burst = min(rate.burst, Int(clamping: Duration.seconds(Int64.max).attoseconds / interval.attoseconds))
  }

  /// How many tokens there are.
  package func available(at now: Duration) -> Int {
    guard full > now else { return burst }
    // A token that is not back in whole is not there.
    let (whole, rest) = (full - now).attoseconds.quotientAndRemainder(dividingBy: interval.attoseconds)
    return max(0, burst - Int(clamping: rest > 0 ? whole + 1 : whole))
  }

  /// When the next token is there; now, if one is.
  package func next(after now: Duration) -> Duration {
    max(now, full - interval * (burst - 1))
  }

  /// Takes so many of them.
  package mutating func take(_ count: Int, at now: Duration) {
    full = max(full, now) + interval * count
  }
}
