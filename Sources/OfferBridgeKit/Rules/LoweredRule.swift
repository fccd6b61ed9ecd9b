/// A rule on its way down to one test: still a tree, so that groups in groups become one.
///
/// The order of a group's clauses cannot be seen in its verdict, so that they
/// are asked in the order of their costs.
struct LoweredRule<Customer: Sendable>: Sendable {
  indirect enum Shape: Sendable {
    /// Known beforehand.
    case constant(RuleVerdict)
    /// A clause over a number or flag of the profile, and the closure that says the same.
    case stored(StoredClause, RuleTest<Customer>)
    case test(RuleTest<Customer>)
    case all([LoweredRule])
    case any([LoweredRule])
  }

  let shape: Shape
  let cost: RuleCost

  private init(_ shape: Shape, of parts: [LoweredRule]) {
    self.shape = shape
    cost = parts.map(\.cost).max() ?? .field
  }

  init(_ clause: RuleClause<Customer>, negated: Bool) {
    let test = clause.test
    let tested = negated ? RuleTest { !test($0) } : RuleTest(test)
    shape = clause.stored.map { .stored(negated ? $0.negated : $0, tested) } ?? .test(tested)
    cost = clause.cost
  }

  static func constant(_ verdict: RuleVerdict) -> Self { Self(.constant(verdict), of: []) }

  static func all(_ parts: [LoweredRule]) -> Self {
    let open = parts.flatMap { if case .all(let inner) = $0.shape { inner } else { [$0] } }
    if open.contains(where: { $0.constant == .notMet }) { return .constant(.notMet) }
    let rest = open.filter { $0.constant == nil }
    return rest.count > 1 ? Self(.all(rest), of: rest) : rest.first ?? .constant(.met)
  }

  static func any(_ parts: [LoweredRule]) -> Self {
    let open = parts.flatMap { if case .any(let inner) = $0.shape { inner } else { [$0] } }
    if open.contains(where: { $0.constant == .met }) { return .constant(.met) }
    let rest = open.filter { $0.constant == nil }
    return rest.count > 1 ? Self(.any(rest), of: rest) : rest.first ?? .constant(.notMet)
  }

  static func atLeast(_ count: Int, of parts: [LoweredRule]) -> Self {
    let rest = parts.filter { $0.constant == nil }
    let count = count - parts.count { $0.constant == .met }
    if count <= 0 { return .constant(.met) }
    if count > rest.count { return .constant(.notMet) }
    if count == rest.count { return .all(rest) }
    if count == 1 { return .any(rest) }
    let tests = inOrderOfCost(rest).map(\.test)
    return Self(.test(.atLeast(count, of: tests)), of: rest)
  }

  private var constant: RuleVerdict? {
    if case .constant(let verdict) = shape { verdict } else { nil }
  }

  /// The one test.
  var test: RuleTest<Customer> {
    switch shape {
    case .constant(let verdict): RuleTest { _ in verdict }
    case .stored(_, let test), .test(let test): test
    case .all(let parts): .all(Self.tests(parts, together: RuleTest.all))
    case .any(let parts): .any(Self.tests(parts, together: RuleTest.any))
    }
  }

  /// The tests of a group, those over stored numbers and flags as one, the cheap ones first.
  private static func tests(
    _ parts: [LoweredRule],
    together: ([StoredClause]) -> RuleTest<Customer>
  ) -> [RuleTest<Customer>] {
    let stored = parts.compactMap { if case .stored(let clause, _) = $0.shape { clause } else { nil } }
    guard stored.count > 1 else { return inOrderOfCost(parts).map(\.test) }
    let others = parts.filter { if case .stored = $0.shape { false } else { true } }
    return [together(stored)] + inOrderOfCost(others).map(\.test)
  }

  /// Of equal cost, as they are written.
  private static func inOrderOfCost(_ parts: [LoweredRule]) -> [LoweredRule] {
    parts.enumerated().sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }.map(\.element)
  }
}
