/// A lowered rule: one call, one verdict.
package struct RuleTest<Customer: Sendable>: Sendable {
  let call: @Sendable (RuleContext<Customer>) -> RuleVerdict

  init(_ call: @escaping @Sendable (RuleContext<Customer>) -> RuleVerdict) { self.call = call }

  @inline(__always)
  func callAsFunction(_ context: RuleContext<Customer>) -> RuleVerdict { call(context) }
}

extension RuleTest {
  /// Met when all of the stored clauses hold, otherwise not met.
  static func all(_ stored: [StoredClause]) -> RuleTest {
    let clauses = StoredClauses(stored)
    return RuleTest { RuleVerdict(clauses.hold(at: $0.storage)) }
  }

  /// Met when any of the stored clauses holds, otherwise not met.
  static func any(_ stored: [StoredClause]) -> RuleTest {
    let clauses = StoredClauses(stored.map(\.negated))
    return RuleTest { RuleVerdict(!clauses.hold(at: $0.storage)) }
  }

  /// The least of the verdicts, four clauses a closure.
  static func all(_ tests: [RuleTest]) -> RuleTest {
    switch tests.count {
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
  static func any(_ tests: [RuleTest]) -> RuleTest {
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

  /// Met once that many are, not met once the rest cannot reach it, else not evaluable.
  static func atLeast(_ count: Int, of tests: [RuleTest]) -> RuleTest {
    RuleTest { context in
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
  }
}
