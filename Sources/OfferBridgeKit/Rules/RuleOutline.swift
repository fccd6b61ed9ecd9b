/// What a rule says, a line a clause: the data that its fingerprint is of.
///
/// ```text
/// LoyalShopper: all of
///   customer.tier is one of [gold, platinum]
///   event.channel == "ios"
///   not in the 10% holdout "spring"
/// ```
///
/// Keep it beside the fingerprint that the trail tells, and a decision of last
/// year can be read by what was required then: ``changes(since:)``. Nothing of
/// a customer is in it.
public struct RuleOutline: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The clauses in the order in which they are written, each indented by two spaces a group.
  public let lines: [String]

  /// An outline that was kept.
  ///
  /// - Parameter lines: What ``lines`` were.
  public init(lines: [String]) { self.lines = lines }

  /// The digest of the lines.
  public var fingerprint: RuleFingerprint {
    var parts = KeyDerivation("rule")
    for line in lines { parts.add(line) }
    return RuleFingerprint(parts.key())
  }

  /// The lines, one beneath the other.
  public var description: String { lines.joined(separator: "\n") }
}

extension CampaignRule {
  /// What the rule says, a line a clause.
  ///
  /// The same for every customer, in every process; see ``RuleFingerprint``.
  public var outline: RuleOutline {
    var lines: [String] = []
    rule.outline(into: &lines, as: "", depth: 0)
    return RuleOutline(lines: lines)
  }
}

extension Rule {
  /// `lead` stands before the requirement: the names of the rules around it.
  fileprivate func outline(into lines: inout [String], as lead: String, depth: Int) {
    func line(_ text: String) {
      lines.append(String(repeating: "  ", count: depth) + lead + text)
    }
    func group(_ name: String, _ clauses: [Rule<Customer>]) {
      line(name)
      for clause in clauses { clause.outline(into: &lines, as: "", depth: depth + 1) }
    }
    switch node {
    case .clause(let clause): line(clause.requirement())
    case .everyone: line("everyone")
    case .named(let name, let rule): rule.outline(into: &lines, as: "\(lead)\(name): ", depth: depth)
    // What is hidden of it is what it saw, and that is not in an outline.
    case .sensitive(let rule): rule.outline(into: &lines, as: lead, depth: depth)
    case .holdout(let percent, let salt): line("not in the \(percent.inWords)% holdout \"\(salt)\"")
    case .all(let clauses): group("all of", clauses)
    case .any(let clauses): group("any of", clauses)
    case .atLeast(let count, let clauses): group("at least \(count) of", clauses)
    case .not(let rule): rule.outline(into: &lines, as: "\(lead)not: ", depth: depth)
    }
  }
}
