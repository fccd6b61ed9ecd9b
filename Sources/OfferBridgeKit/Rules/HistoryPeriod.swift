public import Foundation

/// How far a clause looks back.
public enum HistoryPeriod: Sendable, Hashable {
  /// The last so long: 24-hour days, no calendar. Its start is excluded, the moment of the decision included.
  case last(Duration)
  /// From a moment on, which is included.
  case since(Date)
  /// The calendar day, ISO week, month or year of the decision, in a zone, from its first moment on.
  case this(CalendarPeriod, in: TimeZone)

  /// Makes the window of each decision; the length in milliseconds is worked out once.
  package var windows: @Sendable (Date) -> HistoryWindow {
    guard case .last(let length) = self else { return { window(at: $0) } }
    let milliseconds = length.milliseconds
    return {
      HistoryWindow(after: Date(milliseconds: $0.milliseconds.addingClamped(-milliseconds)), through: $0)
    }
  }

  /// The window of a decision made at that time.
  package func window(at now: Date) -> HistoryWindow {
    switch self {
    case .last(let length): HistoryWindow(last: length, before: now)
    case .since(let start): HistoryWindow(after: Date(milliseconds: start.milliseconds - 1), through: now)
    case .this(let period, let zone):
      HistoryWindow(
        after: Date(milliseconds: period.start(at: now, in: zone).milliseconds - 1),
        through: now
      )
    }
  }

  /// Such as "in the last 30 days".
  package var inWords: String {
    switch self {
    case .last(let length): "in the last \(length.inWords)"
    case .since(let start): "since \(start.rfc3339)"
    case .this(let period, let zone): "this \(period.rawValue) in \(zone.identifier)"
    }
  }
}

extension HistoryWindow {
  package init(last length: Duration, before now: Date) {
    let milliseconds = now.milliseconds.subtractingReportingOverflow(length.milliseconds)
    self.init(
      after: Date(milliseconds: milliseconds.overflow ? Int64.min : milliseconds.partialValue),
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
