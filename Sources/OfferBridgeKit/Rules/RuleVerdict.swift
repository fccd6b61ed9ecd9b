/// What a rule says of a customer: met, not met, or not evaluable for want of a fact.
///
/// The three follow Kleene: *all of* is the least of its clauses, *any of* the
/// greatest, in the order `notMet < notEvaluable < met`. A missing fact is
/// never a "no", so that `Not` over it is no "yes" either.
public enum RuleVerdict: UInt8, Sendable, Hashable, Comparable, Codable {
  /// A clause is known and fails.
  case notMet = 0
  /// A fact that the rule needs is missing, and without it nothing can be said.
  case notEvaluable = 1
  /// All that is required is known and holds.
  case met = 2

  /// The verdict of a known answer.
  ///
  /// - Parameter holds: Whether the requirement holds.
  @inlinable
  @inline(__always)
  public init(_ holds: Bool) { self = holds ? .met : .notMet }

  /// The opposite; of what is not evaluable, still not evaluable.
  @inlinable
  public static prefix func ! (verdict: Self) -> Self {
    switch verdict {
    case .notMet: .met
    case .notEvaluable: .notEvaluable
    case .met: .notMet
    }
  }

  /// Whether the left is further from met than the right.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }

  /// The mark in a printed explanation: ✓, ✗ or ?.
  public var mark: String {
    switch self {
    case .notMet: "✗"
    case .notEvaluable: "?"
    case .met: "✓"
    }
  }
}
