public import Foundation

extension Date {
  /// The last millisecond of year 9999 since 1970, and with a minus sign the earliest one kept.
  private static let furthestMilliseconds: Int64 = 253_402_300_799_999

  /// 2001-01-01, where `Date` counts from, in milliseconds since 1970.
  private static let referenceMilliseconds: Int64 = 978_307_200_000

  /// The whole milliseconds since 1970-01-01T00:00:00Z, to the nearest.
  ///
  /// The one precision that a ledger keeps. What a database author writes into
  /// a column is this count, and what is read back is made a date by
  /// ``init(milliseconds:)``:
  ///
  /// ```swift
  /// moment.milliseconds                                // 1767225690001
  /// Date(milliseconds: moment.milliseconds) == moment  // true of every date that a ledger gives
  /// ```
  ///
  /// Never traps: what lies past the end of year 9999, or as far before 1970, is
  /// moved to that end, infinities too; a date that is not a number counts as
  /// the earliest.
  public var milliseconds: Int64 {
    let count = (timeIntervalSinceReferenceDate * 1000).rounded() + Double(Self.referenceMilliseconds)
    let furthest = Double(Self.furthestMilliseconds)
    // The order of the two matters: `count > -furthest` is false for not-a-number.
    guard count > -furthest else { return -Self.furthestMilliseconds }
    return count < furthest ? Int64(count) : Self.furthestMilliseconds
  }

  /// Creates the moment this many milliseconds after 1970-01-01T00:00:00Z.
  ///
  /// The same count gives an equal date, wherever it is made. `Date` counts
  /// from 2001, in a `Double`: made from seconds since 1970, the same moment
  /// may differ in its last bit, print alike and yet not be equal.
  ///
  /// - Parameter milliseconds: Negative before 1970; past year 9999 on either
  ///   side it is moved to that end.
  public init(milliseconds: Int64) {
    let count = min(max(milliseconds, -Self.furthestMilliseconds), Self.furthestMilliseconds)
    self.init(timeIntervalSinceReferenceDate: Double(count - Self.referenceMilliseconds) / 1000)
  }
}

extension Duration {
  /// Returns a length of so many minutes of 60 seconds.
  ///
  /// ```swift
  /// Duration.minutes(90) == .seconds(5400)  // true
  /// ```
  ///
  /// An exact multiple, negative when `count` is. A count past the 292 billion
  /// years a 64-bit number of seconds can hold gives that longest length.
  public static func minutes(_ count: Int) -> Duration {
    multiple(of: 60, count)
  }

  /// Returns a length of so many hours of 3,600 seconds.
  ///
  /// An exact multiple, without a calendar: on the day the clocks change,
  /// 24 hours are not a day on the wall. Extreme counts as in ``minutes(_:)``.
  public static func hours(_ count: Int) -> Duration {
    multiple(of: 3600, count)
  }

  /// Returns a length of so many days of 24 hours, no calendar.
  ///
  /// ```swift
  /// Duration.days(30) == .hours(720)  // true
  /// ```
  ///
  /// An exact multiple of 86,400 seconds. For a customer's day on the wall, use
  /// ``LocalDay``. Extreme counts as in ``minutes(_:)``.
  public static func days(_ count: Int) -> Duration {
    multiple(of: 86_400, count)
  }

  private static func multiple(of seconds: Int64, _ count: Int) -> Duration {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: Int64(count))
    guard overflow else { return .seconds(product) }
    return .seconds(count < 0 ? Int64.min : Int64.max)
  }

  /// The whole milliseconds in this length, rounded down.
  ///
  /// Down means towards the past: minus half a millisecond gives -1.
  /// Saturates at the ends of `Int64` and never traps.
  package var milliseconds: Int64 {
    let (quotient, remainder) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
    return Int64(clamping: remainder < 0 ? quotient - 1 : quotient)
  }
}
