import Foundation

/// A time on the wall clock, such as 17:30, without a day or a zone.
///
/// ```swift
/// schedule: .evergreen.from(LocalTime(17, 30), until: LocalTime(20))
/// ```
///
/// From 00:00 to 24:00, which is the end of the day. Any other is a fault when
/// the bridge is made.
public struct LocalTime: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// The hour, 0 to 23; 24 only with a minute of 0.
  public let hour: Int
  /// The minute, 0 to 59.
  public let minute: Int

  /// A time.
  ///
  /// - Parameters:
  ///   - hour: The hour, 0 to 24.
  ///   - minute: The minute, 0 by default.
  public init(_ hour: Int, _ minute: Int = 0) {
    self.hour = hour
    self.minute = minute
  }

  /// Orders times as a day goes by.
  public static func < (lhs: Self, rhs: Self) -> Bool { (lhs.hour, lhs.minute) < (rhs.hour, rhs.minute) }

  /// Such as "17:30".
  public var description: String { "\(Self.twoDigits(hour)):\(Self.twoDigits(minute))" }

  var isValid: Bool { (0...23).contains(hour) && (0...59).contains(minute) || hour == 24 && minute == 0 }

  var secondOfDay: Int { hour * 3600 + minute * 60 }

  private static func twoDigits(_ number: Int) -> String {
    (0...9).contains(number) ? "0\(number)" : "\(number)"
  }
}

/// A day of the week.
public enum Weekday: Int, Sendable, Hashable, Codable, CaseIterable {
  /// The first day of the ISO week, 1.
  case monday = 1
  /// The second day.
  case tuesday
  /// The third day.
  case wednesday
  /// The fourth day.
  case thursday
  /// The fifth day.
  case friday
  /// The sixth day.
  case saturday
  /// The last day of the ISO week, 7.
  case sunday
}

extension LocalDay {
  /// The day of the week.
  public var weekday: Weekday { Weekday(rawValue: daysSinceMonday + 1) ?? .monday }
}
