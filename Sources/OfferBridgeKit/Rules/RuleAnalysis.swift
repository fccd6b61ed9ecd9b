/// What can be said of rules before anybody is asked: that one is never met, always met, or implied by another.
///
/// By looking for a case: values of the facts for which the rule is met, or
/// is not. Facts that the library cannot reason about may be anything. Where
/// there is no case, none can come; where the search is too long, or a fact is
/// not known well enough, nothing is said. Kleene's three verdicts are kept:
/// a rule is always met only if it is met also where facts are missing.
package struct RuleAnalysis<Customer: Sendable> {
  private let rule: Rule<Customer>

  package init(_ rule: Rule<Customer>) { self.rule = rule }

  /// The clauses that contradict one another, the fewest of the rule's own block; `nil` where the rule may be met.
  package var contradiction: [String]? {
    var clauses = Self.conjuncts(of: rule)
    func isMet(_ clauses: [Rule<Customer>]) -> Bool {
      CaseSearch(.all(clauses.map { $0.wish(true) })).hasCase
    }
    guard !isMet(clauses) else { return nil }
    for clause in clauses.indices.reversed() {
      var others = clauses
      others.remove(at: clause)
      if !others.isEmpty, !isMet(others) { clauses = others }
    }
    return clauses.map(\.inOneLine)
  }

  /// The clauses of the rule's own block where every customer meets the rule, whatever is missing; `nil` otherwise,
  /// and for a rule that says no more than that it is for everyone.
  package var truism: [String]? {
    let clauses = Self.conjuncts(of: rule).filter { if case .everyone = $0.node { false } else { true } }
    guard !clauses.isEmpty, !CaseSearch(rule.wish(false)).hasCase else { return nil }
    return clauses.map(\.inOneLine)
  }

  /// Whether whoever meets this rule meets the other one too.
  package func implies(_ other: Rule<Customer>) -> Bool {
    !CaseSearch(.all([rule.wish(true), other.wish(false)])).hasCase
  }

  private static func conjuncts(of rule: Rule<Customer>) -> [Rule<Customer>] {
    switch rule.node {
    case .all(let clauses): clauses.flatMap(conjuncts)
    case .named(_, let inner), .sensitive(let inner): conjuncts(of: inner)
    default: [rule]
    }
  }
}

extension Rule {
  /// What it says, a group's clauses in brackets.
  var inOneLine: String {
    let lines = outline.lines
    func text(_ index: Int) -> (text: String, next: Int) {
      let depth = lines[index].prefix { $0 == " " }.count
      var (parts, next) = ([String](), index + 1)
      while next < lines.count, lines[next].prefix(while: { $0 == " " }).count > depth {
        let part = text(next)
        parts.append(part.text)
        next = part.next
      }
      let own = String(lines[index].dropFirst(depth))
      return (parts.isEmpty ? own : "\(own) (\(parts.joined(separator: "; ")))", next)
    }
    return lines.isEmpty ? "" : text(0).text
  }
}
