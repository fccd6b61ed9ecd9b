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
