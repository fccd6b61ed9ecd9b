public import OfferBridgeKit

/// Which clauses of a rule a set of cases put to the test.
///
/// A clause decides a case when the rule would have said otherwise had the
/// clause: with two clauses failing, neither decides. What never decides could
/// be deleted, or written wrongly, and no case would notice.
public struct RuleCoverage: Sendable, Hashable {
  /// The clauses, as they are printed, that decided no case.
  public let neverDecided: [String]
  /// The clauses because of which alone no case was refused: each is in want of a case that lacks it and nothing else.
  public let neverRefused: [String]

  /// The coverage of explanations of one rule.
  ///
  /// - Parameter explanations: One for each case; those of another rule make no sense here.
  public init(_ explanations: [RuleExplanation]) {
    let clauses = explanations.first?.leaves.map(\.requirement) ?? []
    var decided: Set<Int> = []
    var refused: Set<Int> = []
    for explanation in explanations {
      for index in clauses.indices {
        var turned = index
        guard (explanation.verdict(turning: &turned) == .met) != (explanation.verdict == .met) else {
          continue
        }
        decided.insert(index)
        if explanation.verdict != .met { refused.insert(index) }
      }
    }
    neverDecided = clauses.indices.filter { !decided.contains($0) }.map { clauses[$0] }
    neverRefused = clauses.indices.filter { !refused.contains($0) }.map { clauses[$0] }
  }
}

extension RuleExplanation {
  /// The clauses themselves, without the groups, in the order they are written.
  var leaves: [RuleExplanation] { group == nil ? [self] : clauses.flatMap(\.leaves) }

  /// What the rule would say if one of its leaves said the opposite; the number is counted down on the way.
  fileprivate func verdict(turning leaf: inout Int) -> RuleVerdict {
    guard let group else {
      defer { leaf -= 1 }
      return leaf == 0 ? (verdict == .met ? .notMet : .met) : verdict
    }
    let parts = clauses.map { $0.verdict(turning: &leaf) }
    let together: RuleVerdict =
      switch group {
      case .all: parts.min() ?? .met
      case .any: parts.max() ?? .notMet
      case .atLeast(let count):
        parts.count { $0 == .met } >= count
          ? .met : parts.count { $0 != .notMet } < count ? .notMet : .notEvaluable
      }
    return isNegated ? !together : together
  }
}
