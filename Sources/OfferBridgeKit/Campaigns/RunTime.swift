import Foundation

/// A schedule, lowered: whether it runs is a comparison of two numbers where no wall clock is asked.
struct RunTime: Sendable {
  /// A stretch in which it runs: the day it began on, or none where the schedule is one stretch.
  struct Stretch: Sendable, Hashable {
    let day: LocalDay?
    let start: LocalTime?

    /// Such as "2026-06-05T22:00", the same in every zone.
    var label: String { [day?.description, start?.description].compactMap(\.self).joined(separator: "T") }
  }

  /// Outside of it it runs nowhere; `nil` for ever.
  let hull: Range<Int64>?
  let local: Local?

  struct Local: Sendable {
    let days: ClosedRange<LocalDay>?
    let weekdays: [Weekday]?
    let hours: CampaignSchedule.Hours?
    let zone: TimeZone?
  }

  static let always = RunTime(.evergreen)

  /// A schedule that is not empty.
  init(_ schedule: CampaignSchedule) {
    var days: ClosedRange<LocalDay>?
    var hull: Range<Int64>?
    switch schedule.span {
    case .ever: break
    case .moments(let interval): hull = interval.lowerBound.milliseconds..<interval.upperBound.milliseconds
    case .days(let first, let last):
      days = first...max(first, last)
      hull = Self.hull(of: first, max(first, last), schedule)
    }
    self.hull = hull
    let isOneStretch = schedule.weekdays == nil && schedule.hours == nil
    local =
      !schedule.isLocal || isOneStretch && schedule.zone != nil
      ? nil
      : Local(days: days, weekdays: schedule.weekdays, hours: schedule.hours, zone: schedule.zone)
  }

  private static func hull(of first: LocalDay, _ last: LocalDay, _ schedule: CampaignSchedule) -> Range<Int64>
  {
    let after = schedule.hours?.isOvernight ?? false ? last.adding(days: 1) : last
    if let zone = schedule.zone {
      return first.start(in: zone).milliseconds..<after.interval(in: zone).upperBound.milliseconds
    }
    // Further than any customer is from Greenwich.
    let day: Int64 = 86_400_000
    return first.start(in: .gmt).milliseconds - day..<after.interval(in: .gmt).upperBound.milliseconds + day
  }

  /// Whether it goes by each customer's own clock.
  var isCustomers: Bool { local.map { $0.zone == nil } ?? false }

  /// Whether it may run somewhere.
  func mayRun(at now: Int64) -> Bool { hull?.contains(now) ?? true }

  /// Whether it runs for a customer whose wall clock is that of the zone.
  func isRunning(at now: Int64, zone: TimeZone) -> Bool {
    guard mayRun(at: now) else { return false }
    return local == nil || stretch(at: now, zone: zone) != nil
  }

  /// The stretch that the moment is in, or `nil` when it does not run.
  func stretch(at now: Int64, zone: TimeZone) -> Stretch? {
    guard mayRun(at: now) else { return nil }
    guard let local else { return Stretch(day: nil, start: nil) }
    let moment = Date(milliseconds: now)
    let zone = local.zone ?? zone
    var day = LocalDay(of: moment, in: zone)
    if let hours = local.hours {
      let time = moment.secondOfDay(in: zone)
      let isAfterStart = hours.start.secondOfDay <= time
      let isBeforeEnd = time < hours.end.secondOfDay
      if hours.isOvernight {
        guard isAfterStart || isBeforeEnd else { return nil }
        if !isAfterStart { day = day.adding(days: -1) }
      } else {
        guard isAfterStart && isBeforeEnd else { return nil }
      }
    }
    if let days = local.days, !days.contains(day) { return nil }
    if let weekdays = local.weekdays, !weekdays.contains(day.weekday) { return nil }
    let isOneStretch = local.weekdays == nil && local.hours == nil
    return isOneStretch ? Stretch(day: nil, start: nil) : Stretch(day: day, start: local.hours?.start)
  }
}
