public import Foundation

/// How far a clause looks back.
public enum HistoryPeriod: Sendable, Hashable {
  /// All that there ever was, up to the moment of the decision, included.
  case ever
  /// The last so long: 24-hour days, no calendar.
  ///
  /// Its start is excluded, its end included. It ends with the decision or, with `before`, that long earlier:
  /// `.last(.days(365), before: .days(30))` is the year that ended thirty days ago.
  case last(Duration, before: Duration = .zero)
  /// From a moment on, which is included.
  case since(Date)
  /// From a moment on, up to another, which is excluded.
  case during(Range<Date>)
  /// From a local day through another, both included, in a zone; in the customer's by default.
  case days(LocalDay, through: LocalDay, in: TimeZone? = nil)
  /// The calendar day, ISO week, month or year of the decision, from its first moment on, in a zone; in the
  /// customer's by default.
  case this(CalendarPeriod, in: TimeZone? = nil)

  /// Makes the window of each decision; lengths in milliseconds are worked out once.
  package var windows: @Sendable (RuleFacts) -> HistoryWindow {
    guard case .last(let length, let before) = self, before == .zero else {
      return { window(at: $0.now, zone: $0.zone) }
    }
    let milliseconds = length.milliseconds
    return {
      HistoryWindow(
        after: Date(milliseconds: $0.now.milliseconds.subtractingClamped(milliseconds)),
        through: $0.now
      )
    }
  }

  /// The window of a decision made at that time, in that zone where the period names none.
  package func window(at now: Date, zone: TimeZone) -> HistoryWindow {
    switch self {
    case .ever: HistoryWindow(after: Date(milliseconds: .min), through: now)
    case .last(let length, let before):
      HistoryWindow(
        last: length,
        before: Date(milliseconds: now.milliseconds.subtractingClamped(before.milliseconds))
      )
    case .since(let start): HistoryWindow(after: Date(milliseconds: start.milliseconds - 1), through: now)
    case .during(let interval):
      HistoryWindow(from: interval.lowerBound, until: interval.upperBound, noLaterThan: now)
    case .days(let first, let last, let own):
      HistoryWindow(
        from: first.start(in: own ?? zone),
        until: last.interval(in: own ?? zone).upperBound,
        noLaterThan: now
      )
    case .this(let period, let own):
      HistoryWindow(
        after: Date(milliseconds: period.start(at: now, in: own ?? zone).milliseconds - 1),
        through: now
      )
    }
  }

  /// Such as "in the last 30 days".
  package var inWords: String {
    switch self {
    case .ever: "ever"
    case .last(let length, .zero): "in the last \(length.inWords)"
    case .last(let length, let before): "in the \(length.inWords) before the last \(before.inWords)"
    case .since(let start): "since \(start.rfc3339)"
    case .during(let interval):
      "from \(interval.lowerBound.rfc3339) until \(interval.upperBound.rfc3339)"
    case .days(let first, let last, let zone): "from \(first) through \(last)\(zone.inWords)"
    case .this(let period, let zone): "this \(period.rawValue)\(zone.inWords)"
    }
  }
}

extension TimeZone? {
  /// Such as " in Europe/Oslo"; nothing for the zone of the bridge.
  var inWords: String { map { " in \($0.identifier)" } ?? "" }
}

extension HistoryWindow {
  /// From a moment on up to another, which is excluded; of what is still to come, nothing.
  fileprivate init(from start: Date, until end: Date, noLaterThan now: Date) {
    let after = Date(milliseconds: start.milliseconds - 1)
    self.init(after: after, through: max(after, min(now, Date(milliseconds: end.milliseconds - 1))))
  }

  package init(last length: Duration, before now: Date) {
    self.init(
      after: Date(milliseconds: now.milliseconds.subtractingClamped(length.milliseconds)),
      through: now
    )
  }
}

extension Duration {
  /// The largest unit that leaves no rest: "30 days", "1 hour", "90 minutes", "12.5 seconds".
  package var inWords: String {
    let whole = milliseconds
    let units: [(String, Int64)] = [
      ("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1000),
    ]
    for (unit, length) in units where whole != 0 && whole % length == 0 {
      let count = whole / length
      return count == 1 ? "1 \(unit)" : "\(count) \(unit)s"
    }
    return whole == 0 ? "0 seconds" : "\(Double(whole) / 1000) seconds"
  }
}
