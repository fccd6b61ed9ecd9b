/// Why a rule said what it said: every clause with what it required and what was seen.
///
/// Printed, it is a tree:
///
/// ```text
/// ✗ LoyalShopper: all of
/// ├─ ✗ customer.tier is one of [gold, platinum]  (was silver)
/// └─ ? event.channel == "ios"  (the action carries no channel)
/// ```
///
/// It holds what was seen of a customer; treat it as customer data.
public struct RuleExplanation: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The requirement, or the group's name: "customer.isOptedIn", "LoyalShopper: all of".
  public let requirement: String
  /// What this clause or group says.
  public let verdict: RuleVerdict
  /// What a clause saw; `nil` for a group.
  public let observed: Observation?
  /// A group's clauses, in the order they are written.
  public let clauses: [RuleExplanation]
  /// Whether this is a `Not` or `NoneOf`: its verdict is the opposite of what its clauses give.
  public let isNegated: Bool

  package init(
    requirement: String,
    verdict: RuleVerdict,
    observed: Observation? = nil,
    clauses: [RuleExplanation] = [],
    isNegated: Bool = false
  ) {
    self.requirement = requirement
    self.verdict = verdict
    self.observed = observed
    self.clauses = clauses
    self.isNegated = isNegated
  }

  /// The tree, a line a clause.
  public var description: String {
    var lines: [String] = []
    append(to: &lines, lead: "", indent: "")
    return lines.joined(separator: "\n")
  }

  /// The clauses because of which the rule is not met or not evaluable; none when it is met.
  ///
  /// Where a clause is not met, those that are not evaluable had no say and are left out.
  public var decisive: [RuleExplanation] {
    guard verdict != .met else { return [] }
    guard !clauses.isEmpty, !isNegated else { return [self] }
    return clauses.filter { $0.verdict == verdict }.flatMap(\.decisive)
  }

  private func append(to lines: inout [String], lead: String, indent: String) {
    let seen =
      switch observed {
      case .was(let value): "  (was \(value))"
      case .missing(let why): "  (\(why))"
      case nil: ""
      }
    lines.append("\(lead)\(verdict.mark) \(requirement)\(seen)")
    for (index, clause) in clauses.enumerated() {
      let isLast = index == clauses.count - 1
      clause.append(
        to: &lines,
        lead: indent + (isLast ? "└─ " : "├─ "),
        indent: indent + (isLast ? "   " : "│  ")
      )
    }
  }
}

extension CampaignRule {
  /// Asks every clause, without a short cut, and tells what each required and saw.
  ///
  /// - Parameter context: What the rule may look at.
  /// - Returns: The tree; print it, or walk its ``RuleExplanation/clauses``.
  public func explain(in context: RuleContext<Customer>) -> RuleExplanation {
    rule.explained(as: nil, in: context)
  }
}

extension Rule {
  fileprivate func explained(as name: String?, in context: RuleContext<Customer>) -> RuleExplanation {
    let prefix = name.map { "\($0): " } ?? ""
    switch node {
    case .clause(let clause):
      return RuleExplanation(
        requirement: prefix + clause.requirement(),
        verdict: clause.test(context),
        observed: clause.observed(context)
      )
    case .everyone:
      return RuleExplanation(requirement: prefix + "everyone", verdict: .met)
    case .named(let inner, let rule):
      return rule.explained(as: name.map { "\($0): \(inner)" } ?? inner, in: context)
    case .holdout(let percent, let salt):
      let bucket = HoldoutBucket(salt: salt, customer: context.customerID)
      return RuleExplanation(
        requirement: prefix + "not in the \(percent.inWords)% holdout",
        verdict: RuleVerdict(!bucket.isHeldOut(percent: percent)),
        observed: .was("bucket \(bucket.description)")
      )
    case .all(let clauses):
      let parts = clauses.map { $0.explained(as: nil, in: context) }
      return RuleExplanation(
        requirement: prefix + "all of",
        verdict: parts.map(\.verdict).min() ?? .met,
        clauses: parts
      )
    case .any(let clauses):
      let parts = clauses.map { $0.explained(as: nil, in: context) }
      return RuleExplanation(
        requirement: prefix + "any of",
        verdict: parts.map(\.verdict).max() ?? .notMet,
        clauses: parts
      )
    case .atLeast(let count, let clauses):
      let parts = clauses.map { $0.explained(as: nil, in: context) }
      let met = parts.count { $0.verdict == .met }
      let reachable = parts.count { $0.verdict != .notMet }
      return RuleExplanation(
        requirement: prefix + "at least \(count) of",
        verdict: met >= count ? .met : reachable < count ? .notMet : .notEvaluable,
        clauses: parts
      )
    case .not(let rule):
      let inner = rule.explained(as: nil, in: context)
      return RuleExplanation(
        requirement: prefix + "not: " + inner.requirement,
        verdict: !inner.verdict,
        observed: inner.observed,
        clauses: inner.clauses,
        isNegated: true
      )
    }
  }
}

extension Double {
  /// "10" rather than "10.0".
  fileprivate var inWords: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
