import Foundation

/// How many actions of a name there were: `history.count(of: "purchase", inLast: .days(30))`.
public struct HistoryCount<Customer: Sendable>: RuleOperand {
  var look: HistoryLook<Customer>
  var gap: Duration?

  /// The count; never missing.
  public func fact(in context: RuleContext<Customer>) -> Int? { count(in: context, withPresent: true) }

  /// Such as "purchase count in the last 30 days".
  public var name: String {
    "\(look.action) count \(look.inWords)\(gap.map { ", each \($0.inWords) apart" } ?? "")"
  }

  /// The actions of the name.
  public var needs: [RuleNeed] { look.needs }

  /// Counts only the actions that each meet all the clauses.
  ///
  /// It is one and the same action that must meet them: "a purchase of shoes
  /// for 100". Two counts with a clause each may be met by two actions.
  ///
  /// ```swift
  /// history.count(of: "purchase", inLast: .days(90)).where {
  ///   $0.category == "shoes"
  ///   $0.amount >= 100
  /// } >= 1
  /// ```
  ///
  /// - Parameter clauses: Clauses over one past action; one that lacks a fact does not count.
  /// - Returns: The narrower count.
  public func `where`(@RuleBuilder<Customer> _ clauses: (EventScope<Customer>) -> Rule<Customer>) -> Self {
    HistoryCount(look: look.narrowed(clauses), gap: gap)
  }

  /// Counts an action only when at least so long has passed since the one that was counted before it.
  ///
  /// ```swift
  /// history.count(of: "visit", inLast: .days(30)).apart(by: .hours(4)) >= 5
  /// ```
  ///
  /// The earliest in the period counts, then the earliest that is far enough from it, and so on.
  ///
  /// - Parameter gap: The least time between two that count, itself included.
  /// - Returns: The narrower count.
  public func apart(by gap: Duration) -> Self { HistoryCount(look: look, gap: gap) }

  /// Met by the action with which the count comes to so many, and by no other.
  ///
  /// ```swift
  /// history.count(of: "visit", .this(.year)).reaches(3)   // the third visit of the year
  /// ```
  ///
  /// - Parameter goal: The count to reach.
  /// - Returns: A clause that is never not evaluable.
  public func reaches(_ goal: Int) -> Rule<Customer> {
    reaching(goal) { count(in: $0, withPresent: $1) }
  }

  private func count(in context: RuleContext<Customer>, withPresent: Bool) -> Int {
    if gap == nil, look.clauses == nil, withPresent {
      return context.history.count(of: look.action, in: look.window(in: context))
    }
    var moments: [Int64] = []
    look.forEach(in: context, withPresent: withPresent) { moments.append($0.occurredAt.milliseconds) }
    guard let gap else { return moments.count }
    var count = 0
    var last: Int64?
    for moment in moments.sorted() where last.map({ moment - $0 >= gap.milliseconds }) ?? true {
      count += 1
      last = moment
    }
    return count
  }
}

/// The sum of a number that actions carry: `history.total(of: "purchase", inLast: .days(90))`.
public struct HistoryTotal<Customer: Sendable>: RuleOperand {
  let attribute: String
  var look: HistoryLook<Customer>

  /// The sum; never missing.
  public func fact(in context: RuleContext<Customer>) -> Double? {
    guard look.clauses != nil else {
      return context.history.total(of: look.action, by: attribute, in: look.window(in: context))
    }
    var total = Total()
    look.forEach(in: context) { action in
      if let number = action.attributes.number(attribute) { total.add(number) }
    }
    return total.sum
  }

  /// Such as "purchase total of amount in the last 90 days".
  public var name: String { "\(look.action) total of \(attribute) \(look.inWords)" }

  /// The actions of the name.
  public var needs: [RuleNeed] { look.needs }

  /// Sums only over the actions that each meet all the clauses.
  ///
  /// - Parameter clauses: Clauses over one past action; one that lacks a fact adds nothing.
  /// - Returns: The narrower sum.
  public func `where`(@RuleBuilder<Customer> _ clauses: (EventScope<Customer>) -> Rule<Customer>) -> Self {
    HistoryTotal(attribute: attribute, look: look.narrowed(clauses))
  }
}

/// How many different values actions carry: `history.distinctCount(of: "purchase", by: "store", .ever)`.
public struct HistoryDistinctCount<Customer: Sendable>: RuleOperand {
  let attribute: String
  var look: HistoryLook<Customer>

  /// The count; never missing.
  public func fact(in context: RuleContext<Customer>) -> Int? { count(in: context, withPresent: true) }

  /// Such as "distinct store of purchase in the last 365 days".
  public var name: String { "distinct \(attribute) of \(look.action) \(look.inWords)" }

  /// The actions of the name.
  public var needs: [RuleNeed] { look.needs }

  /// Looks only at the actions that each meet all the clauses.
  ///
  /// - Parameter clauses: Clauses over one past action; one that lacks a fact does not count.
  /// - Returns: The narrower count.
  public func `where`(@RuleBuilder<Customer> _ clauses: (EventScope<Customer>) -> Rule<Customer>) -> Self {
    HistoryDistinctCount(attribute: attribute, look: look.narrowed(clauses))
  }

  /// Met by the action that brings the value with which there are so many, and by no other.
  ///
  /// ```swift
  /// history.distinctCount(of: "purchase", by: "store", .this(.year)).reaches(3)   // the third store of the year
  /// ```
  ///
  /// - Parameter goal: The count to reach.
  /// - Returns: A clause that is never not evaluable.
  public func reaches(_ goal: Int) -> Rule<Customer> {
    reaching(goal) { count(in: $0, withPresent: $1) }
  }

  private func count(in context: RuleContext<Customer>, withPresent: Bool) -> Int {
    var values: Set<AttributeValue> = []
    look.forEach(in: context, withPresent: withPresent) { action in
      if let value = action.attributes[attribute] { values.insert(value) }
    }
    return values.count
  }
}

extension RuleOperand where Fact == Int {
  /// A clause that the present action alone can meet: the count is short of the goal without it.
  fileprivate func reaching(
    _ goal: Int,
    _ count: @escaping @Sendable (RuleContext<Customer>, _ withPresent: Bool) -> Int
  ) -> Rule<Customer> {
    Rule(
      clause: RuleClause(
        requirement: { "\(name) reaches \(goal)" },
        observed: { context in
          let (before, now) = (count(context, false), count(context, true))
          return .was(before == now ? "\(now)" : "\(now), and \(before) before")
        },
        needs: needs,
        faults: knownFaults,
        cost: knownCost,
        test: { RuleVerdict(count($0, true) >= goal && count($0, false) < goal) }
      )
    )
  }
}

// MARK: - What they cost, and how more of them is called

extension HistoryCount: LibraryOperand {
  package var cost: RuleCost { look.cost }
  package var identity: FactIdentity? {
    var fact = look.identity("count of")
    fact?.gap = gap
    fact?.range = 0...Int.max
    return fact
  }
  package var faults: [RuleFault] { look.faults }
  package func more(_ count: Double) -> String? { "\(count.inWords) more \(look.action) \(look.inWords)" }
}

extension HistoryTotal: LibraryOperand {
  package var cost: RuleCost { look.cost }
  package var identity: FactIdentity? { look.identity("total \(attribute.utf8.count) \(attribute) of") }
  package var faults: [RuleFault] { look.faults }
  package func more(_ sum: Double) -> String? {
    "\(sum.inWords) more \(attribute) of \(look.action) \(look.inWords)"
  }
}

extension HistoryDistinctCount: LibraryOperand {
  package var cost: RuleCost { look.cost }
  package var identity: FactIdentity? {
    var fact = look.identity("distinct \(attribute.utf8.count) \(attribute) of")
    fact?.range = 0...Int.max
    return fact
  }
  package var faults: [RuleFault] { look.faults }
  package func more(_ count: Double) -> String? {
    "\(count.inWords) more \(attribute) of \(look.action) \(look.inWords)"
  }
}
