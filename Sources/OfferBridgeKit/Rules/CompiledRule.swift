/// Where a rule is evaluated: lowered once, when the bridge is made, to a chain of closures.
///
/// Groups in groups are flattened, `not` is pushed to the clauses, what is
/// known beforehand is left out, cheap clauses come first, those over numbers
/// and flags of the profile in one loop, and the holdout is set aside to be
/// asked last. The explanation is a second walk over the same clauses, made
/// only when somebody looks.
package struct CompiledRule<Customer: Sendable>: Sendable {
  package let source: Rule<Customer>
  package let needs: Set<RuleNeed>
  private let test: RuleTest<Customer>
  private let holdouts: [HoldoutShare]

  /// Lowers the rule, or throws what is wrong with it.
  package init(_ rule: Rule<Customer>) throws(RuleFaults) {
    var lowering = RuleLowering<Customer>()
    let lowered = lowering.lower(rule, negated: false, isConjunct: true)
    guard lowering.faults.isEmpty else { throw RuleFaults(faults: lowering.faults) }
    source = rule
    needs = lowering.needs
    holdouts = lowering.holdouts
    test = lowered.test
  }

  /// What the rule says, with the holdout asked last.
  package func evaluate(in context: RuleContext<Customer>) -> (verdict: RuleVerdict, isHeldOut: Bool) {
    let verdict = test(context)
    guard verdict != .notMet, !holdouts.isEmpty, isHeldOut(context.customerID) else {
      return (verdict, false)
    }
    return (.notMet, verdict == .met)
  }

  private func isHeldOut(_ customer: CustomerID) -> Bool {
    holdouts.contains {
      HoldoutBucket(salt: $0.salt, customer: customer).isHeldOut(percent: $0.percent)
    }
  }
}

/// A holdout of a compiled rule.
struct HoldoutShare: Sendable {
  let percent: Double
  let salt: String
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
