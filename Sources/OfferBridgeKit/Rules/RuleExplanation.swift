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
/// It holds what was seen of a customer; treat it as customer data. What a
/// ``Sensitive`` clause saw is not in it.
public struct RuleExplanation: Sendable, Hashable, Codable, CustomStringConvertible {
  /// How the clauses of a group are taken together.
  public enum Group: Sendable, Hashable, Codable {
    /// All must be met.
    case all
    /// One must be met.
    case any
    /// So many must be met.
    case atLeast(Int)
  }

  /// The requirement, or the group's name: "customer.isOptedIn", "LoyalShopper: all of".
  public let requirement: String
  /// What this clause or group says.
  public let verdict: RuleVerdict
  /// What a clause saw; `nil` for a group.
  public let observed: Observation?
  /// How the clauses are taken together; `nil` for a clause.
  public let group: Group?
  /// A group's clauses, in the order they are written.
  public let clauses: [RuleExplanation]
  /// Whether it is turned round by a `Not` or `NoneOf`: its verdict is the opposite of what its clauses give.
  public let isNegated: Bool
  /// What would meet a clause, in words; `nil` for a group, and where nothing would.
  let remedy: String?

  package init(
    requirement: String,
    verdict: RuleVerdict,
    observed: Observation? = nil,
    group: Group? = nil,
    clauses: [RuleExplanation] = [],
    isNegated: Bool = false,
    remedy: String? = nil
  ) {
    self.requirement = requirement
    self.verdict = verdict
    self.observed = observed
    self.group = group
    self.clauses = clauses
    self.isNegated = isNegated
    self.remedy = remedy
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
    lines.append("\(lead)\(verdict.mark) \(requirement)\(observed.map { "  (\($0))" } ?? "")")
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

/// What a clause saw, for its explanation.
public enum Observation: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The value seen: "silver".
  case was(String)
  /// Why there was none: "the action carries no channel".
  case missing(String)
  /// Not to be told, because the clause is ``Sensitive``.
  case hidden

  /// "was silver", why it is missing, or "hidden".
  public var description: String {
    switch self {
    case .was(let value): "was \(value)"
    case .missing(let why): why
    case .hidden: "hidden"
    }
  }
}

extension CampaignRule {
  /// Asks every clause, without a short cut, and tells what each required and saw.
  ///
  /// - Parameter context: What the rule may look at.
  /// - Returns: The tree; print it, or walk its ``RuleExplanation/clauses``.
  public func explain(in context: RuleContext<Customer>) -> RuleExplanation {
    rule.explained(as: "", in: context)
  }
}

extension Rule {
  /// `lead` stands before the requirement: the names of the rules around it.
  fileprivate func explained(as lead: String, in context: RuleContext<Customer>) -> RuleExplanation {
    switch node {
    case .clause(let clause):
      let requirement = clause.requirement()
      return RuleExplanation(
        requirement: lead + requirement,
        verdict: clause.test(context),
        observed: clause.observed(context),
        remedy: clause.shortfall(context) ?? requirement
      )
    case .everyone:
      return RuleExplanation(requirement: lead + "everyone", verdict: .met)
    case .named(let name, let rule):
      return rule.explained(as: "\(lead)\(name): ", in: context)
    case .sensitive(let rule):
      return rule.explained(as: lead, in: context).hidden
    case .holdout(let percent, let salt):
      let bucket = HoldoutBucket(salt: salt, customer: context.customerID)
      return RuleExplanation(
        requirement: "\(lead)not in the \(percent.inWords)% holdout",
        verdict: RuleVerdict(!bucket.isHeldOut(percent: percent)),
        observed: .was("bucket \(bucket.description)")
      )
    case .all(let clauses):
      let parts = clauses.map { $0.explained(as: "", in: context) }
      return RuleExplanation(
        requirement: lead + "all of",
        verdict: parts.map(\.verdict).min() ?? .met,
        group: .all,
        clauses: parts
      )
    case .any(let clauses):
      let parts = clauses.map { $0.explained(as: "", in: context) }
      return RuleExplanation(
        requirement: lead + "any of",
        verdict: parts.map(\.verdict).max() ?? .notMet,
        group: .any,
        clauses: parts
      )
    case .atLeast(let count, let clauses):
      let parts = clauses.map { $0.explained(as: "", in: context) }
      let met = parts.count { $0.verdict == .met }
      let reachable = parts.count { $0.verdict != .notMet }
      return RuleExplanation(
        requirement: "\(lead)at least \(count) of",
        verdict: met >= count ? .met : reachable < count ? .notMet : .notEvaluable,
        group: .atLeast(count),
        clauses: parts
      )
    case .not(let rule):
      return rule.explained(as: "", in: context).turnedRound(as: lead)
    }
  }
}

extension RuleExplanation {
  fileprivate func turnedRound(as lead: String) -> RuleExplanation {
    RuleExplanation(
      requirement: "\(lead)not: \(requirement)",
      verdict: !verdict,
      observed: observed,
      group: group,
      clauses: clauses,
      isNegated: !isNegated,
      remedy: remedy
    )
  }

  /// The same without what was seen, and without what could be told from it.
  fileprivate var hidden: RuleExplanation {
    RuleExplanation(
      requirement: requirement,
      verdict: verdict,
      observed: observed == nil ? nil : .hidden,
      group: group,
      clauses: clauses.map(\.hidden),
      isNegated: isNegated,
      remedy: remedy == nil ? nil : requirement
    )
  }
}

extension Double {
  /// "10" rather than "10.0".
  package var inWords: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
