public import Foundation

/// When a campaign runs, by the ledger's time.
///
/// ```swift
/// schedule: .days(june1, through: june30, in: oslo)
/// schedule: .days(june1, through: june30).on(.saturday, .sunday)         // in each customer's own zone
/// schedule: .evergreen.on(.friday).from(LocalTime(22), until: LocalTime(2)).in(oslo)
/// ```
///
/// Every interval is half-open: it begins with its first moment, and its end is
/// outside. Days and times are what the wall clock of a zone shows: that of the
/// schedule, or else the customer's, as the bridge knows it by `zoneOfCustomer`,
/// or else ``BridgeSettings/zone``. An hour that a clock skips does not come; one
/// that it shows twice comes twice.
public struct CampaignSchedule: Sendable, Hashable, Codable, CustomStringConvertible {
  enum Span: Sendable, Hashable, Codable {
    case ever
    case moments(Range<Date>)
    case days(LocalDay, through: LocalDay)
  }

  struct Hours: Sendable, Hashable, Codable {
    let start: LocalTime
    let end: LocalTime

    /// Whether they end on the day after.
    var isOvernight: Bool { end < start }
  }

  private(set) var span: Span
  private(set) var zone: TimeZone?
  /// Each once, from Monday on; `nil` for all.
  private(set) var weekdays: [Weekday]?
  private(set) var hours: Hours?

  private init(_ span: Span, in zone: TimeZone? = nil) {
    self.span = span
    self.zone = zone
  }

  /// Always: a campaign that waits for its trigger.
  public static let evergreen = CampaignSchedule(.ever)

  /// From a moment on, up to another, which is excluded.
  ///
  /// - Parameter interval: The moments.
  /// - Returns: A schedule.
  public static func during(_ interval: Range<Date>) -> Self { Self(.moments(interval)) }

  /// From a moment on, for ever.
  ///
  /// - Parameter moment: The first moment.
  /// - Returns: A schedule.
  public static func starting(_ moment: Date) -> Self { Self(.moments(moment..<max(moment, .distantFuture))) }

  /// From a local day through another, both included.
  ///
  /// - Parameters:
  ///   - first: The first day.
  ///   - last: The last day, which is included to its end.
  ///   - zone: Where the calendar hangs; with the customer by default.
  /// - Returns: A schedule.
  public static func days(_ first: LocalDay, through last: LocalDay, in zone: TimeZone? = nil) -> Self {
    Self(.days(first, through: last), in: zone)
  }

  /// On these days of the week alone.
  ///
  /// - Parameter weekdays: The days, at least one; they take the place of earlier ones.
  /// - Returns: A narrower schedule.
  public func on(_ weekdays: Weekday...) -> Self {
    var schedule = self
    schedule.weekdays = Weekday.allCases.filter(weekdays.contains)
    return schedule
  }

  /// At these times of the day alone.
  ///
  /// Where the end is before the start, they go on past midnight, and what comes after it still belongs to the day on
  /// which they began: `.on(.friday).from(LocalTime(22), until: LocalTime(2))` runs in the small hours of Saturday.
  ///
  /// - Parameters:
  ///   - start: The first time.
  ///   - end: The time at which they end, excluded and not the same; 24:00 is the end of the day.
  /// - Returns: A narrower schedule.
  public func from(_ start: LocalTime, until end: LocalTime) -> Self {
    var schedule = self
    schedule.hours = Hours(start: start, end: end)
    return schedule
  }

  /// The same by the wall clock of a zone.
  ///
  /// - Parameter zone: The zone of days and times; moments stay as they are.
  /// - Returns: A schedule.
  public func `in`(_ zone: TimeZone) -> Self {
    var schedule = self
    schedule.zone = zone
    return schedule
  }

  /// Such as "2026-06-01 through 2026-06-30, on saturday and sunday, from 09:00 until 17:00, in Europe/Oslo".
  public var description: String {
    var parts: [String] = []
    switch span {
    case .ever: parts.append("evergreen")
    case .moments(let interval):
      parts.append("from \(interval.lowerBound.rfc3339) until \(interval.upperBound.rfc3339)")
    case .days(let first, let last): parts.append("\(first) through \(last)")
    }
    if let weekdays { parts.append("on \(weekdays.map { "\($0)" }.joined(separator: " and "))") }
    if let hours { parts.append("from \(hours.start) until \(hours.end)") }
    if let zone {
      parts.append("in \(zone.identifier)")
    } else if isLocal {
      parts.append("where the customer is")
    }
    return parts.joined(separator: ", ")
  }

  /// Whether it depends on a wall clock.
  var isLocal: Bool {
    if case .days = span { return true }
    return weekdays != nil || hours != nil
  }

  /// Whether it never runs, anywhere.
  var isEmpty: Bool {
    if let hours, hours.start == hours.end { return true }
    switch span {
    case .ever: return weekdays?.isEmpty ?? false
    case .moments(let interval): return interval.isEmpty || weekdays?.isEmpty ?? false
    case .days(let first, let last):
      guard first <= last else { return true }
      guard let weekdays else { return false }
      return !(0...min(first.days(until: last), 6)).contains {
        weekdays.contains(first.adding(days: $0).weekday)
      }
    }
  }

  /// Its times that no clock shows.
  var invalidTimes: [LocalTime] { [hours?.start, hours?.end].compactMap(\.self).filter { !$0.isValid } }
}
