/// The least that would have met a rule: the fewest clauses to change, in words.
///
/// ```swift
/// print(decision.explanation.repair!)
/// // would be met if: customer.tier is one of [gold, platinum]; 1 more purchase in the last 30 days
/// ```
public struct RuleRepair: Sendable, Hashable, Codable, CustomStringConvertible {
  /// What would have to be so, in the order of the rule.
  public let steps: [String]

  /// "would be met if: …".
  public var description: String { "would be met if: " + steps.joined(separator: "; ") }
}

extension RuleExplanation {
  /// The shortest repair, or `nil` when the rule is met already, or nothing would meet it.
  ///
  /// The fewest clauses are meant, the first of several equal ways; that two
  /// clauses contradict each other is not seen. Nothing takes a customer out
  /// of a ``Holdout``. It tells as much of the customer as the explanation.
  public var repair: RuleRepair? {
    guard verdict != .met else { return nil }
    return steps(toMeet: true).map(RuleRepair.init)
  }

  /// The fewest steps that make it met or, with `false`, not met; `nil` where there are none.
  private func steps(toMeet wanted: Bool) -> [String]? {
    if verdict == (wanted ? .met : .notMet) { return [] }
    // What its clauses must give together, before a `Not` turns it round.
    let inner = wanted != isNegated
    switch group {
    case nil:
      guard let remedy else { return nil }
      return [inner ? remedy : isNegated ? requirement : "not: \(requirement)"]
    case .all: return inner ? all(inner) : cheapest(1, inner)
    case .any: return inner ? cheapest(1, inner) : all(inner)
    case .atLeast(let count): return cheapest(inner ? count : clauses.count - count + 1, inner)
    }
  }

  private func all(_ wanted: Bool) -> [String]? { cheapest(clauses.count, wanted) }

  private func cheapest(_ count: Int, _ wanted: Bool) -> [String]? {
    let ways = clauses.enumerated().compactMap { index, clause in
      clause.steps(toMeet: wanted).map { (index: index, steps: $0) }
    }
    guard ways.count >= count else { return nil }
    return ways.sorted { ($0.steps.count, $0.index) < ($1.steps.count, $1.index) }
      .prefix(count).sorted { $0.index < $1.index }.flatMap(\.steps)
  }
}
