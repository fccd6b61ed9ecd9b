import Foundation

// MARK: - When it begins

extension RunTime {
  /// Whether it runs for a customer somewhere on earth.
  func isRunningSomewhere(at now: Int64) -> Bool {
    zones.contains { isRunning(at: now, zone: $0) }
  }

  /// The first moment after that one at which it begins for a customer somewhere, or `nil` when it never does again.
  func nextStart(after moment: Date) -> Date? {
    zones.compactMap { nextStart(after: moment, in: $0) }.min()
  }

  private var zones: [TimeZone] {
    guard let local else { return [.gmt] }
    return local.zone.map { [$0] } ?? TimeZone.everyQuarterOfAnHour
  }

  private func nextStart(after moment: Date, in zone: TimeZone) -> Date? {
    guard let local, local.weekdays != nil || local.hours != nil else {
      let start =
        local.flatMap(\.days).map { $0.lowerBound.start(in: zone) }
        ?? hull.map { Date(milliseconds: $0.lowerBound) }
      return start.flatMap { $0 > moment ? $0 : nil }
    }
    // What begins with the hull begins within a stretch: such as moments that start in the middle of a day.
    if let hull, hull.lowerBound > moment.milliseconds, stretch(at: hull.lowerBound, zone: zone) != nil {
      return Date(milliseconds: hull.lowerBound)
    }
    let from = max(moment, hull.map { Date(milliseconds: $0.lowerBound - 1) } ?? moment)
    let first = max(
      LocalDay(of: from, in: zone).adding(days: -1),
      local.days?.lowerBound ?? LocalDay(clamping: .min)
    )
    // Each weekday comes within a week; one more for the day before, and one for a start that a clock skips.
    for later in 0...9 {
      let day = first.adding(days: later)
      if let weekdays = local.weekdays, !weekdays.contains(day.weekday) { continue }
      if let days = local.days, !days.contains(day) { continue }
      guard let start = start(of: day, at: local.hours?.start, in: zone), start > from else { continue }
      return mayRun(at: start.milliseconds) ? start : nil
    }
    return nil
  }

  /// The first moment of the stretch of a day, or `nil` when clocks skip it.
  private func start(of day: LocalDay, at time: LocalTime?, in zone: TimeZone) -> Date? {
    let midnight = day.start(in: zone)
    guard let time else { return LocalDay(of: midnight, in: zone) == day ? midnight : nil }
    // Where no clock changes on the day, it is one addition; else the minute is looked for, in the hours that a clock
    // may be off by then.
    let guess = midnight + Double(time.secondOfDay)
    if guess.secondOfDay(in: zone) == time.secondOfDay, LocalDay(of: guess, in: zone) == day { return guess }
    return (-180...180).lazy.map { guess + Double($0 * 60) }.first { candidate in
      stretch(at: candidate.milliseconds, zone: zone)?.day == day
    }
  }
}
