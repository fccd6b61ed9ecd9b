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
  /// The offers issued to the customer, of that root.
  case issuedOffers(OfferID)
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
