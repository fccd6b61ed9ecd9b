/// The lines of one event, such as those of a basket, looked at one by one.
///
/// ```swift
/// event.lines.contains { $0.category == "shoes"; $0.amount >= 100 }     // one line that is both
/// event.lines.total(of: "amount") { $0.category == "shoes" } >= 100     // 100 spent on shoes
/// ```
///
/// The clauses speak of one and the same line. Two such groups may be met by
/// two lines: that is another rule.
extension EventOperand {
  /// Met when one line meets all the clauses.
  ///
  /// - Parameter clauses: Clauses over one line.
  /// - Returns: A clause. Where no line meets them but one lacks a fact, or where there is no list, not evaluable.
  public func contains(
    @RuleBuilder<Customer> _ clauses: (EventScope<Customer>) -> Rule<Customer>
  ) -> Rule<Customer> {
    let lines = EventLines(which: which, attribute: attribute)
    let clauses = PastEventClauses(clauses(EventScope(.past)))
    return Rule(
      clause: RuleClause(
        requirement: { "\(lines.name) contains one with (\(clauses.inWords))" },
        observed: { context in
          guard let all = lines.fact(in: context) else { return .missing(lines.whyMissing(in: context)) }
          let met = all.count { clauses.verdict(on: $0, in: context) == .met }
          return .was("\(met) of \(all.count)")
        },
        needs: clauses.needs,
        faults: clauses.faults,
        cost: max(.scan, clauses.cost),
        test: { context in
          guard let all = lines.fact(in: context) else { return .notEvaluable }
          return all.map { clauses.verdict(on: $0, in: context) }.max() ?? .notMet
        }
      )
    )
  }

  /// How many lines meet all the clauses.
  ///
  /// - Parameter clauses: Clauses over one line; a line that lacks a fact does not count.
  /// - Returns: An operand that is missing when there is no list.
  public func count(
    @RuleBuilder<Customer> _ clauses: (EventScope<Customer>) -> Rule<Customer>
  ) -> EventLineCount<Customer> {
    EventLineCount(
      lines: EventLines(which: which, attribute: attribute),
      clauses: PastEventClauses(clauses(EventScope(.past)))
    )
  }

  /// The sum of a number over the lines that meet all the clauses.
  ///
  /// - Parameters:
  ///   - number: The number's name; a line without it adds nothing.
  ///   - clauses: Clauses over one line; a line that lacks a fact does not count.
  /// - Returns: An operand that is missing when there is no list.
  public func total(
    of number: String,
    @RuleBuilder<Customer> _ clauses: (EventScope<Customer>) -> Rule<Customer>
  ) -> EventLineTotal<Customer> {
    EventLineTotal(
      number: number,
      lines: EventLines(which: which, attribute: attribute),
      clauses: PastEventClauses(clauses(EventScope(.past)))
    )
  }
}

/// How many lines of an event meet clauses.
public struct EventLineCount<Customer: Sendable>: RuleOperand {
  let lines: EventLines<Customer>
  let clauses: PastEventClauses<Customer>

  /// The count, or `nil` when there is no list.
  public func fact(in context: RuleContext<Customer>) -> Int? {
    lines.fact(in: context).map { $0.count { clauses.verdict(on: $0, in: context) == .met } }
  }

  /// Such as "event.lines with (its category == "shoes")".
  public var name: String { "\(lines.name) with (\(clauses.inWords))" }

  /// The past that the clauses need.
  public var needs: [RuleNeed] { clauses.needs }

  /// "the action carries no lines", or what it carries in their place.
  public func whyMissing(in context: RuleContext<Customer>) -> String { lines.whyMissing(in: context) }
}

/// The sum of a number over the lines of an event that meet clauses.
public struct EventLineTotal<Customer: Sendable>: RuleOperand {
  let number: String
  let lines: EventLines<Customer>
  let clauses: PastEventClauses<Customer>

  /// The sum, or `nil` when there is no list.
  public func fact(in context: RuleContext<Customer>) -> Double? {
    lines.fact(in: context).map { lines in
      var total = Total()
      for line in lines where clauses.verdict(on: line, in: context) == .met {
        if let number = line.number(number) { total.add(number) }
      }
      return total.sum
    }
  }

  /// Such as "total amount of event.lines with (its category == "shoes")".
  public var name: String { "total \(number) of \(lines.name) with (\(clauses.inWords))" }

  /// The past that the clauses need.
  public var needs: [RuleNeed] { clauses.needs }

  /// "the action carries no lines", or what it carries in their place.
  public func whyMissing(in context: RuleContext<Customer>) -> String { lines.whyMissing(in: context) }
}

typealias EventLines<Customer: Sendable> = TypedEventOperand<Customer, [Attributes]>

extension EventLineCount: LibraryOperand {
  package var cost: RuleCost { max(.scan, clauses.cost) }
  package var faults: [RuleFault] { clauses.faults }
}

extension EventLineTotal: LibraryOperand {
  package var cost: RuleCost { max(.scan, clauses.cost) }
  package var faults: [RuleFault] { clauses.faults }
}
