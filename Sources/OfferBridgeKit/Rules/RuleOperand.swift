import Foundation

/// A fact that a rule can compare: a property, an attribute, a count.
///
/// Conform a type of your own to give rules a new word. The comparisons
/// (`==`, `>=`, `isOneOf`) then work on it, and its explanation prints itself.
public protocol RuleOperand<Customer, Fact>: Sendable {
  /// The host's profile type.
  associatedtype Customer: Sendable
  /// The fact's type, without the optional.
  associatedtype Fact: Sendable

  /// The fact, or `nil` when it is missing.
  func fact(in context: RuleContext<Customer>) -> Fact?

  /// What it is called in an explanation: "customer.tier".
  var name: String { get }

  /// Why the fact is missing: "customer.tier is nil".
  func whyMissing(in context: RuleContext<Customer>) -> String

  /// The past that must be fetched for it; nothing by default.
  var needs: [RuleNeed] { get }
}

extension RuleOperand {
  /// No past is needed.
  public var needs: [RuleNeed] { [] }

  /// "… is missing".
  public func whyMissing(in context: RuleContext<Customer>) -> String { "\(name) is missing" }
}

/// The past that a clause looks at, so that only that is fetched.
public enum RuleNeed: Sendable, Hashable {
  /// The customer's actions of a name, as far back.
  case actions(String, HistoryPeriod)
  /// All actions of a name that the customer ever did.
  case allActions(String)
  /// The offers issued to the customer, of that root.
  case issuedOffers(OfferID)
}

/// What a clause saw, for its explanation.
public enum Observation: Sendable, Hashable, Codable {
  /// The value seen: "was silver".
  case was(String)
  /// Why there was none: "the action carries no channel".
  case missing(String)
}

extension Rule {
  /// One comparison: its test is one closure, written where the operator is called, so that the compiler sees both
  /// types and nothing else is called.
  @usableFromInline
  static func clause<Operand: RuleOperand<Customer, Fact>, Fact>(
    _ operand: Operand,
    requirement: @escaping @Sendable () -> String,
    test: @escaping @Sendable (RuleContext<Customer>) -> RuleVerdict
  ) -> Rule {
    Rule(
      clause: RuleClause(
        requirement: requirement,
        observed: { context in
          operand.fact(in: context).map { .was(explained($0)) }
            ?? .missing(operand.whyMissing(in: context))
        },
        needs: operand.needs,
        test: test
      )
    )
  }

  /// A comparison that need not be quick: what holds of the fact is a closure of its own.
  @inlinable
  static func comparing<Operand: RuleOperand<Customer, Fact>, Fact>(
    _ operand: Operand,
    requirement: @escaping @Sendable () -> String,
    _ holds: @escaping @Sendable (Fact) -> Bool
  ) -> Rule {
    clause(operand, requirement: requirement) { context in
      guard let fact = operand.fact(in: context) else { return .notEvaluable }
      return RuleVerdict(holds(fact))
    }
  }
}

/// A value as explanations print it: texts in quotes, enum cases by name.
@usableFromInline
func explained<Value>(_ value: Value) -> String {
  switch value {
  case let text as String: "\"\(text)\""
  case let moment as Date: moment.rfc3339
  default: String(describing: value)
  }
}
