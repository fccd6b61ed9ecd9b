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
  /// The calendar day, ISO week, month or year of the decision, from its first moment on, in a zone; in
  /// ``BridgeSettings/zone`` by default.
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
    case .this(let period, let zone): "this \(period.rawValue)\(zone.inWords)"
    }
  }
}

extension TimeZone? {
  /// Such as " in Europe/Oslo"; nothing for the zone of the bridge.
  var inWords: String { map { " in \($0.identifier)" } ?? "" }
}

extension HistoryWindow {
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
