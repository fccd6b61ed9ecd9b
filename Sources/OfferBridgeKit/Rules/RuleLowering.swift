/// Turns the tree of a rule into one test, and finds what is wrong with it.
struct RuleLowering<Customer: Sendable> {
  private(set) var holdouts: [HoldoutShare] = []
  private(set) var faults: [RuleFault] = []
  /// The past of every clause, also of those that cannot decide: the explanation asks them all.
  private(set) var needs: Set<RuleNeed> = []

  // `negated`: an odd number of `not`s stands above. `isConjunct`: only conjunctions stand above.
  mutating func lower(
    _ rule: Rule<Customer>,
    negated: Bool,
    isConjunct: Bool
  ) -> LoweredRule<Customer> {
    switch rule.node {
    case .clause(let clause):
      faults += clause.faults
      needs.formUnion(clause.needs)
      return LoweredRule(clause, negated: negated)
    case .everyone:
      return .constant(negated ? .notMet : .met)
    case .named(_, let inner), .sensitive(let inner):
      return lower(inner, negated: negated, isConjunct: isConjunct)
    case .not(let inner):
      return lower(inner, negated: !negated, isConjunct: false)
    case .all(let clauses):
      let parts = lowerGroup(clauses, negated: negated, isConjunct: isConjunct)
      return negated ? .any(parts) : .all(parts)
    case .any(let clauses):
      let parts = lowerGroup(clauses, negated: negated, isConjunct: false)
      return negated ? .all(parts) : .any(parts)
    case .atLeast(let count, let clauses):
      if !(1...max(1, clauses.count)).contains(count) {
        faults.append(.unreachableCount(count, of: clauses.count))
      }
      let parts = lowerGroup(clauses, negated: negated, isConjunct: false)
      // "Not at least n of" is "at least all but n - 1 are not".
      return .atLeast(negated ? parts.count - count + 1 : count, of: parts)
    case .holdout(let percent, let salt):
      if !(percent >= 0 && percent <= 100) { faults.append(.holdoutPercent(percent)) }
      if isConjunct && !negated {
        holdouts.append(HoldoutShare(percent: percent, salt: salt))
      } else {
        faults.append(.misplacedHoldout(salt: salt))
      }
      // `evaluate` asks it, after everything else.
      return .constant(.met)
    }
  }

  private mutating func lowerGroup(
    _ clauses: [Rule<Customer>],
    negated: Bool,
    isConjunct: Bool
  ) -> [LoweredRule<Customer>] {
    if clauses.isEmpty { faults.append(.empty) }
    return clauses.map { lower($0, negated: negated, isConjunct: isConjunct) }
  }
}
