public import Foundation

/// The ledger's time of the decision, read in a zone.
///
/// ```swift
/// now.hour(in: oslo).isIn(9..<17)
/// now.month(in: oslo) == 12
/// now.isBetween(start, and: end)
/// ```
public struct NowScope<Customer: Sendable>: Sendable {
  package init() {}

  /// The month on the zone's calendar, 1 for January.
  ///
  /// - Parameter zone: The zone.
  /// - Returns: An operand that is never missing.
  public func month(in zone: TimeZone) -> NowOperand<Customer> {
    NowOperand(name: "month in \(zone.identifier)") { LocalDay(of: $0, in: zone).month }
  }

  /// The day of the month on the zone's calendar, from 1.
  ///
  /// - Parameter zone: The zone.
  /// - Returns: An operand that is never missing.
  public func day(in zone: TimeZone) -> NowOperand<Customer> {
    NowOperand(name: "day in \(zone.identifier)") { LocalDay(of: $0, in: zone).day }
  }

  /// The day of the week on the zone's calendar, 1 for Monday to 7 for Sunday.
  ///
  /// - Parameter zone: The zone.
  /// - Returns: An operand that is never missing.
  public func weekday(in zone: TimeZone) -> NowOperand<Customer> {
    NowOperand(name: "weekday in \(zone.identifier)") { LocalDay(of: $0, in: zone).daysSinceMonday + 1 }
  }

  /// The hour on the zone's wall clock, 0 to 23.
  ///
  /// - Parameter zone: The zone.
  /// - Returns: An operand that is never missing.
  public func hour(in zone: TimeZone) -> NowOperand<Customer> {
    NowOperand(name: "hour in \(zone.identifier)") { $0.hour(in: zone) }
  }

  /// Met from the first moment on, up to the second, which is excluded.
  ///
  /// - Parameters:
  ///   - start: The first moment.
  ///   - end: The first moment after.
  /// - Returns: A clause that is never not evaluable.
  public func isBetween(_ start: Date, and end: Date) -> Rule<Customer> {
    Rule(
      clause: RuleClause(
        requirement: { "now is between \(start.rfc3339) and \(end.rfc3339)" },
        observed: { .was($0.now.rfc3339) },
        needs: [],
        test: { RuleVerdict(start <= $0.now && $0.now < end) }
      )
    )
  }
}

/// A number read from the ledger's time of the decision.
public struct NowOperand<Customer: Sendable>: RuleOperand {
  /// Such as "hour in Europe/Oslo".
  public let name: String
  let read: @Sendable (Date) -> Int

  /// The number; never missing.
  public func fact(in context: RuleContext<Customer>) -> Int? { read(context.now) }
}
