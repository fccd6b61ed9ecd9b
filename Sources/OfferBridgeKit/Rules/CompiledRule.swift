/// Where a rule is evaluated: lowered once, when the bridge is made, to a chain of closures.
///
/// Groups in groups are flattened, `not` is pushed to the clauses, and the
/// holdout is set aside to be asked last. The explanation is a second walk
/// over the same clauses, made only when somebody looks.
package struct CompiledRule<Customer: Sendable>: Sendable {
  package let source: Rule<Customer>
  package let needs: Set<RuleNeed>
  private let test: RuleTest<Customer>
  private let holdouts: [(percent: Double, salt: String)]

  /// Lowers the rule, or throws what is wrong with it.
  package init(_ rule: Rule<Customer>) throws(RuleFaults) {
    var lowering = RuleLowering<Customer>()
    let test = lowering.lower(rule, negated: false, isConjunct: true)
    guard lowering.faults.isEmpty else { throw RuleFaults(faults: lowering.faults) }
    source = rule
    needs = lowering.needs
    holdouts = lowering.holdouts
    self.test = test
  }

  /// What the rule says, with the holdout asked last.
  package func evaluate(in context: RuleContext<Customer>) -> (verdict: RuleVerdict, isHeldOut: Bool) {
    let verdict = test(context)
    guard verdict != .notMet, !holdouts.isEmpty else { return (verdict, false) }
    for holdout in holdouts
    where HoldoutBucket(salt: holdout.salt, customer: context.customerID).isHeldOut(percent: holdout.percent)
    {
      return (.notMet, verdict == .met)
    }
    return (verdict, false)
  }
}

extension CampaignRule {
  /// What the rule says in a context.
  ///
  /// Lowers the rule each time; the bridge does so once.
  ///
  /// ```swift
  /// try LoyalShopper().evaluate(in: .example(customer: ada))   // .met
  /// ```
  ///
  /// - Parameter context: What the rule may look at.
  /// - Returns: Met, not met, or not evaluable for want of a fact.
  /// - Throws: ``OfferBridgeError`` with code `configurationInvalid` when the rule could not be registered: an empty
  ///   group, a misplaced holdout.
  public func evaluate(in context: RuleContext<Customer>) throws -> RuleVerdict {
    do {
      return try CompiledRule(rule).evaluate(in: context).verdict
    } catch {
      throw OfferBridgeError.configurationInvalid(error.faults.map { .rule(nil, $0) })
    }
  }
}

/// What makes a rule impossible to register.
public enum RuleFault: Sendable, Hashable, CustomStringConvertible {
  /// A group or body without a clause; a rule for everyone says `Everyone()`.
  case empty
  /// A holdout under ``AnyOf``, ``Not``, ``NoneOf`` or ``AtLeast``.
  case misplacedHoldout(salt: String)
  /// A holdout share outside 0...100.
  case holdoutPercent(Double)
  /// An ``AtLeast`` that asks for less than one clause or more than it has.
  case unreachableCount(Int, of: Int)

  /// What is wrong, and the next step.
  public var description: String {
    switch self {
    case .empty:
      "a group has no clause. Say Everyone() if everyone is meant."
    case .misplacedHoldout(let salt):
      "Holdout(salt: \"\(salt)\") stands under AnyOf, Not, NoneOf or AtLeast. "
        + "Move it to the rule's own block, where all clauses must be met."
    case .holdoutPercent(let percent):
      "Holdout(percent: \(percent)) is no share. Take a number from 0 to 100."
    case .unreachableCount(let count, let clauses):
      "AtLeast(\(count)) has \(clauses) clauses. Take a number from 1 to \(clauses)."
    }
  }
}

package struct RuleFaults: Error {
  package let faults: [RuleFault]
}

/// A lowered rule: one call, one verdict.
package struct RuleTest<Customer: Sendable>: Sendable {
  let call: @Sendable (RuleContext<Customer>) -> RuleVerdict

  init(_ call: @escaping @Sendable (RuleContext<Customer>) -> RuleVerdict) { self.call = call }

  @inline(__always)
  func callAsFunction(_ context: RuleContext<Customer>) -> RuleVerdict { call(context) }
}

private struct RuleLowering<Customer: Sendable> {
  var needs: Set<RuleNeed> = []
  var holdouts: [(percent: Double, salt: String)] = []
  var faults: [RuleFault] = []

  // `negated`: an odd number of `not`s stands above. `isConjunct`: only conjunctions stand above.
  mutating func lower(_ rule: Rule<Customer>, negated: Bool, isConjunct: Bool) -> RuleTest<Customer> {
    switch rule.node {
    case .clause(let clause):
      needs.formUnion(clause.needs)
      let test = clause.test
      return negated ? RuleTest { !test($0) } : RuleTest(test)
    case .everyone:
      return RuleTest { _ in negated ? .notMet : .met }
    case .named(_, let inner):
      return lower(inner, negated: negated, isConjunct: isConjunct)
    case .not(let inner):
      return lower(inner, negated: !negated, isConjunct: false)
    case .all(let clauses):
      let tests = lowerGroup(clauses, negated: negated, isConjunct: isConjunct)
      return negated ? .any(tests) : .all(tests)
    case .any(let clauses):
      let tests = lowerGroup(clauses, negated: negated, isConjunct: false)
      return negated ? .all(tests) : .any(tests)
    case .atLeast(let count, let clauses):
      if !(1...max(1, clauses.count)).contains(count) {
        faults.append(.unreachableCount(count, of: clauses.count))
      }
      let tests = lowerGroup(clauses, negated: false, isConjunct: false)
      return negated
        ? RuleTest { !atLeast(count, of: tests, in: $0) } : RuleTest { atLeast(count, of: tests, in: $0) }
    case .holdout(let percent, let salt):
      if !(percent >= 0 && percent <= 100) { faults.append(.holdoutPercent(percent)) }
      if isConjunct && !negated {
        holdouts.append((percent, salt))
      } else {
        faults.append(.misplacedHoldout(salt: salt))
      }
      return RuleTest { _ in .met }
    }
  }

  private mutating func lowerGroup(
    _ clauses: [Rule<Customer>],
    negated: Bool,
    isConjunct: Bool
  ) -> [RuleTest<Customer>] {
    if clauses.isEmpty { faults.append(.empty) }
    var tests: [RuleTest<Customer>] = []
    for clause in clauses {
      // A holdout is asked by `evaluate`, after everything else.
      if case .holdout = clause.node {
        _ = lower(clause, negated: negated, isConjunct: isConjunct)
      } else {
        tests.append(lower(clause, negated: negated, isConjunct: isConjunct))
      }
    }
    return tests
  }
}

extension RuleTest {
  /// The least of the verdicts, four clauses a closure.
  fileprivate static func all(_ tests: [RuleTest]) -> RuleTest {
    switch tests.count {
    case 0: return RuleTest { _ in .met }
    case 1: return tests[0]
    case 2:
      let (a, b) = (tests[0], tests[1])
      return RuleTest { context in
        let first = a(context)
        return first == .notMet ? .notMet : min(first, b(context))
      }
    case 3:
      let (a, b, c) = (tests[0], tests[1], tests[2])
      return RuleTest { context in
        var least = a(context)
        if least == .notMet { return .notMet }
        least = min(least, b(context))
        return least == .notMet ? .notMet : min(least, c(context))
      }
    case 4:
      let (a, b, c, d) = (tests[0], tests[1], tests[2], tests[3])
      return RuleTest { context in
        var least = a(context)
        if least == .notMet { return .notMet }
        least = min(least, b(context))
        if least == .notMet { return .notMet }
        least = min(least, c(context))
        return least == .notMet ? .notMet : min(least, d(context))
      }
    default:
      return all(
        stride(from: 0, to: tests.count, by: 4).map { start in
          all(Array(tests[start..<min(start + 4, tests.count)]))
        }
      )
    }
  }

  /// The greatest of the verdicts.
  fileprivate static func any(_ tests: [RuleTest]) -> RuleTest {
    if tests.count == 1 { return tests[0] }
    return RuleTest { context in
      var greatest = RuleVerdict.notMet
      for test in tests {
        greatest = max(greatest, test(context))
        if greatest == .met { return .met }
      }
      return greatest
    }
  }
}

/// Met once that many are, not met once the rest cannot reach it, else not evaluable.
private func atLeast<Customer>(
  _ count: Int,
  of tests: [RuleTest<Customer>],
  in context: RuleContext<Customer>
) -> RuleVerdict {
  var met = 0
  var notMet = 0
  for test in tests {
    switch test(context) {
    case .met: met += 1
    case .notMet: notMet += 1
    case .notEvaluable: break
    }
    if met >= count { return .met }
    if tests.count - notMet < count { return .notMet }
  }
  return .notEvaluable
}
