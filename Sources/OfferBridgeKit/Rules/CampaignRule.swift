/// A condition on a customer, what was heard and what came before, written as a Swift value.
///
/// ```swift
/// struct LoyalShopper: CampaignRule {
///   var body: some CampaignRule<Shopper> {
///     customer.tier.isOneOf(.gold, .platinum)
///     event.channel == "ios"
///   }
/// }
/// ```
///
/// A block is met when all of its clauses are. `Shopper` is the host's own
/// type: a field that it does not have, or a comparison with another type,
/// does not compile. Rules nest, and take parameters as any struct does.
///
/// A rule is pure: it sees a ``RuleContext``, and no clock, store or ledger.
public protocol CampaignRule<Customer>: Sendable {
  /// The host's profile type.
  associatedtype Customer: Sendable
  /// What the body is made of; inferred.
  associatedtype Body: CampaignRule<Customer>

  /// The clauses, all of which must be met.
  @RuleBuilder<Customer> var body: Body { get }

  /// The one value that every rule becomes; by default the body under the type's name.
  var rule: Rule<Customer> { get }
}

extension CampaignRule {
  /// The body's clauses under the type's name.
  public var rule: Rule<Customer> {
    Rule(.named(String(describing: Self.self), body.rule))
  }

  /// The profile's properties: `customer.tier == .gold`.
  public var customer: CustomerScope<Customer> { CustomerScope() }
  /// The attributes of what was heard: `event.channel == "ios"`.
  public var event: EventScope<Customer> { EventScope(.event) }
  /// The attributes of what the journey began with: `origin.channel == "ios"`.
  public var origin: EventScope<Customer> { EventScope(.origin) }
  /// What came before: `history.count(of: "purchase", inLast: .days(30)) >= 1`.
  public var history: HistoryScope<Customer> { HistoryScope() }
  /// The issued offer that the event is about.
  public var offer: OfferScope<Customer> { OfferScope() }
  /// The ledger's time of the decision.
  public var now: NowScope<Customer> { NowScope() }
}

/// The concrete value that every rule, group and clause becomes, also written in place.
///
/// ```swift
/// let rule = Rule<Shopper> {
///   $0.customer.tier == .gold
///   $0.customer.isOptedIn
/// }
/// ```
public struct Rule<Customer: Sendable>: CampaignRule {
  package let node: RuleNode<Customer>

  package init(_ node: RuleNode<Customer>) { self.node = node }

  @usableFromInline
  init(clause: RuleClause<Customer>) { node = .clause(clause) }

  /// A rule written in place.
  ///
  /// - Parameter clauses: The clauses, over the scopes that are passed in; all must be met.
  public init(@RuleBuilder<Customer> _ clauses: (RuleScope<Customer>) -> Rule<Customer>) {
    self = clauses(RuleScope())
  }

  /// Itself.
  public var body: Rule<Customer> { self }
  /// Itself.
  public var rule: Rule<Customer> { self }

  /// A condition that only Swift can say, under the label that its explanation prints.
  ///
  /// ```swift
  /// Rule.when("age is even") { $0.customer.age % 2 == 0 }
  /// ```
  ///
  /// - Parameters:
  ///   - label: The requirement, as a campaign manager reads it.
  ///   - holds: Whether it holds, or `nil` when a fact is missing. It must look at the context alone.
  /// - Returns: A clause; not evaluable where the closure answers `nil`.
  public static func when(
    _ label: String,
    _ holds: @escaping @Sendable (RuleContext<Customer>) -> Bool?
  ) -> Rule {
    Rule(
      clause: RuleClause(
        requirement: { label },
        observed: { holds($0).map { .was("\($0)") } ?? .missing("a fact is missing") },
        test: { holds($0).map(RuleVerdict.init) ?? .notEvaluable }
      )
    )
  }
}

/// The scopes that a rule written in place is given.
public struct RuleScope<Customer: Sendable>: Sendable {
  package init() {}

  /// The profile's properties.
  public var customer: CustomerScope<Customer> { CustomerScope() }
  /// The attributes of what was heard.
  public var event: EventScope<Customer> { EventScope(.event) }
  /// The attributes of what the journey began with.
  public var origin: EventScope<Customer> { EventScope(.origin) }
  /// What came before.
  public var history: HistoryScope<Customer> { HistoryScope() }
  /// The issued offer that the event is about.
  public var offer: OfferScope<Customer> { OfferScope() }
  /// The ledger's time of the decision.
  public var now: NowScope<Customer> { NowScope() }
}
