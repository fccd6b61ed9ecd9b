public import Foundation

/// The ledger's time of the decision, read in a zone.
///
/// What names no zone is read in the customer's, where the bridge knows it by `zoneOfCustomer`, and in
/// ``BridgeSettings/zone`` otherwise.
///
/// ```swift
/// now.hour(in: oslo).isIn(9..<17)
/// now.month == 12                      // where the customer is
/// now.isBetween(start, and: end)
/// ```
public struct NowScope<Customer: Sendable>: Sendable {
  package init() {}

  /// The month on the customer's calendar, 1 for January.
  public var month: NowOperand<Customer> { read("month", nil) { LocalDay(of: $0, in: $1).month } }
  /// The day of the month on the customer's calendar, from 1.
  public var day: NowOperand<Customer> { read("day", nil) { LocalDay(of: $0, in: $1).day } }
  /// The day of the week on the customer's calendar, 1 for Monday to 7 for Sunday.
  public var weekday: NowOperand<Customer> {
    read("weekday", nil) { LocalDay(of: $0, in: $1).daysSinceMonday + 1 }
  }
  /// The hour on the customer's wall clock, 0 to 23.
  public var hour: NowOperand<Customer> { read("hour", nil) { $0.hour(in: $1) } }

  /// The month on the zone's calendar, 1 for January.
  ///
  /// - Parameter zone: The zone.
  /// - Returns: An operand that is never missing.
  public func month(in zone: TimeZone) -> NowOperand<Customer> {
    read("month", zone) { LocalDay(of: $0, in: $1).month }
  }

  /// The day of the month on the zone's calendar, from 1.
  ///
  /// - Parameter zone: The zone.
  /// - Returns: An operand that is never missing.
  public func day(in zone: TimeZone) -> NowOperand<Customer> {
    read("day", zone) { LocalDay(of: $0, in: $1).day }
  }

  /// The day of the week on the zone's calendar, 1 for Monday to 7 for Sunday.
  ///
  /// - Parameter zone: The zone.
  /// - Returns: An operand that is never missing.
  public func weekday(in zone: TimeZone) -> NowOperand<Customer> {
    read("weekday", zone) { LocalDay(of: $0, in: $1).daysSinceMonday + 1 }
  }

  /// The hour on the zone's wall clock, 0 to 23.
  ///
  /// - Parameter zone: The zone.
  /// - Returns: An operand that is never missing.
  public func hour(in zone: TimeZone) -> NowOperand<Customer> {
    read("hour", zone) { $0.hour(in: $1) }
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
        cost: .lookup,
        test: { RuleVerdict(start <= $0.now && $0.now < end) }
      )
    )
  }

  private func read(
    _ word: String,
    _ zone: TimeZone?,
    _ read: @escaping @Sendable (Date, TimeZone) -> Int
  ) -> NowOperand<Customer> {
    NowOperand(word: word, zone: zone, read: read)
  }
}

/// A number read from the ledger's time of the decision.
public struct NowOperand<Customer: Sendable>: RuleOperand {
  let word: String
  let zone: TimeZone?
  let read: @Sendable (Date, TimeZone) -> Int

  /// Such as "hour in Europe/Oslo".
  public var name: String { word + zone.inWords }

  /// The number; never missing.
  public func fact(in context: RuleContext<Customer>) -> Int? { read(context.now, zone ?? context.zone) }
}

extension NowOperand: LibraryOperand {
  package var cost: RuleCost { .lookup }
  package var identity: FactIdentity? {
    FactIdentity(name: "now's \(word)", zone: zone, range: range)
  }

  private var range: ClosedRange<Int>? {
    switch word {
    case "month": 1...12
    case "day": 1...31
    case "weekday": 1...7
    case "hour": 0...23
    default: nil
    }
  }
}
