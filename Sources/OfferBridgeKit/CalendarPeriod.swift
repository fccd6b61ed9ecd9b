import Foundation

/// A stretch of the wall calendar that limits and budgets are counted by.
///
/// Each period has a label, so that "twice a week" is a count kept under
/// `2026-W47`. Every moment is in exactly one period of each kind, in a zone.
public enum CalendarPeriod: String, Sendable, Hashable, Codable {
  /// From midnight to midnight, labelled `2026-11-22`.
  case day

  /// From Monday to Sunday (ISO 8601), labelled `2026-W47`.
  ///
  /// The year is the one the week's Thursday is in: 2027-01-01 is in `2026-W53`.
  case week

  /// From the first to the last day of a month, labelled `2026-11`.
  case month

  /// From January to December, labelled `2026`.
  case year

  /// Returns the label of the period that contains a moment in a zone.
  package func label(of moment: Date, in zone: TimeZone) -> String {
    label(of: LocalDay(of: moment, in: zone))
  }

  /// Returns the first moment of the period that contains a moment in a zone.
  package func start(at moment: Date, in zone: TimeZone) -> Date {
    let day = LocalDay(of: moment, in: zone)
    switch self {
    case .day: return day.start(in: zone)
    case .week: return day.adding(days: -day.daysSinceMonday).start(in: zone)
    case .month: return day.adding(days: 1 - day.day).start(in: zone)
    case .year:
      let newYear = LocalDay.number(year: day.year, month: 1, day: 1)
      return LocalDay(clamping: newYear).start(in: zone)
    }
  }

  /// Returns the label of the period that contains a day.
  package func label(of day: LocalDay) -> String {
    switch self {
    case .day:
      return day.description
    case .week:
      let (year, week) = day.isoWeek
      return String(unsafeUninitializedCapacity: 8) { text in
        LocalDay.write(year, into: text, at: 0..<4)
        text[4] = UInt8(ascii: "-")
        text[5] = UInt8(ascii: "W")
        LocalDay.write(week, into: text, at: 6..<8)
        return 8
      }
    case .month:
      return String(day.description.prefix(7))
    case .year:
      return String(day.description.prefix(4))
    }
  }
}

extension LocalDay {
  /// 0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday.
  package var daysSinceMonday: Int { Int(number) + 3 - 7 * Self.quotient(Int(number) + 3, 7) }

  /// The ISO 8601 week this day is in: the year that holds the week's Thursday, and 1 to 53.
  fileprivate var isoWeek: (year: Int, week: Int) {
    let thursday = LocalDay(clamping: Int(number) - daysSinceMonday + 3)
    let newYear = Self.number(year: thursday.year, month: 1, day: 1)
    return (thursday.year, (Int(thursday.number) - newYear) / 7 + 1)
  }
}
