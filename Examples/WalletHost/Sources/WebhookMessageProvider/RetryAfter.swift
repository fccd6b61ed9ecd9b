import Foundation

/// How long an answer asks to be left alone.
///
/// Source: RFC 9110, 10.2.3 and 5.6.7.
enum RetryAfter {
  /// The length, or `nil` where there is none or it cannot be read.
  ///
  /// A date is measured from the answer's own `Date`, for the other side's clock may be wrong; else from ours.
  static func length(in response: WebhookResponse, at now: Date) -> Duration? {
    guard let text = response.header("retry-after") else { return nil }
    if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      // More digits than a number has ask for longer than anybody waits.
      return text.isEmpty ? nil : .seconds(min(Int64(text) ?? .max, 366 * 86_400))
    }
    guard let until = date(text) else { return nil }
    let from = response.header("date").flatMap(date) ?? now
    return .milliseconds(Int64(max(0, until.timeIntervalSince(from)) * 1_000))
  }

  /// Reads each of the three forms of a date that a receiver must know.
  static func date(_ text: String) -> Date? {
    for format in [imf, rfc850, asctime] {
      if let date = try? Date(text, strategy: format) { return date }
    }
    return nil
  }

  private static func strategy(_ format: Date.FormatString) -> Date.ParseStrategy {
    Date.ParseStrategy(
      format: format,
      locale: Locale(identifier: "en_US_POSIX"),
      timeZone: .gmt,
      calendar: Calendar(identifier: .gregorian),
      isLenient: false
    )
  }

  /// Such as "Sun, 06 Nov 1994 08:49:37 GMT".
  private static let imf = strategy(
    """
    \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .padded(4)) \
    \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
    \(second: .twoDigits) GMT
    """
  )
  /// Such as "Sunday, 06-Nov-94 08:49:37 GMT".
  private static let rfc850 = strategy(
    """
    \(weekday: .wide), \(day: .twoDigits)-\(month: .abbreviated)-\(year: .twoDigits) \
    \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
    \(second: .twoDigits) GMT
    """
  )
  /// Such as "Sun Nov  6 08:49:37 1994".
  private static let asctime = strategy(
    """
    \(weekday: .abbreviated) \(month: .abbreviated) \(day: .defaultDigits) \
    \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
    \(second: .twoDigits) \(year: .padded(4))
    """
  )
}
