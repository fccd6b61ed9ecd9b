import Foundation

/// How many days ago the last action of a name was: `history.daysSince("purchase")`.
public struct HistoryDaysSince<Customer: Sendable>: RuleOperand {
  let action: String

  /// The whole days, the present action left out; missing when there was none.
  public func fact(in context: RuleContext<Customer>) -> Int? {
    var last: Int64?
    let window = HistoryPeriod.ever.window(at: context.now, zone: context.zone)
    context.history.forEach(action, in: window) { action in
      guard !context.isPresent(action) else { return }
      last = max(last ?? .min, action.occurredAt.milliseconds)
    }
    return last.map { Int((context.now.milliseconds - $0).flooredQuotient(by: 86_400_000)) }
  }

  /// Such as "days since purchase".
  public var name: String { "days since \(action)" }

  /// All actions of the name.
  public var needs: [RuleNeed] { [.actions(action, .ever)] }

  /// Such as "there was no purchase before".
  public func whyMissing(in context: RuleContext<Customer>) -> String { "there was no \(action) before" }
}

/// On how many days in a row there was an action of a name: `history.consecutiveDays(of: "visit")`.
public struct HistoryConsecutiveDays<Customer: Sendable>: RuleOperand {
  let action: String
  let zone: TimeZone?

  /// The days up to today or yesterday; never missing.
  public func fact(in context: RuleContext<Customer>) -> Int? {
    let zone = zone ?? context.zone
    var days: Set<LocalDay> = []
    context.history.forEach(action, in: HistoryPeriod.ever.window(at: context.now, zone: zone)) { action in
      days.insert(LocalDay(of: action.occurredAt, in: zone))
    }
    var day = LocalDay(of: context.now, in: zone)
    if !days.contains(day) { day = day.adding(days: -1) }
    var count = 0
    while days.contains(day) {
      count += 1
      let before = day.adding(days: -1)
      if before == day { break }
      day = before
    }
    return count
  }

  /// Such as "consecutive days of visit in Europe/Oslo".
  public var name: String { "consecutive days of \(action)\(zone.inWords)" }

  /// All actions of the name.
  public var needs: [RuleNeed] { [.actions(action, .ever)] }
}

extension HistoryDaysSince: LibraryOperand {
  package var cost: RuleCost { .scan }
}

extension HistoryConsecutiveDays: LibraryOperand {
  package var cost: RuleCost { .scan }
}
