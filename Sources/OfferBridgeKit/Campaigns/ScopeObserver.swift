/// Hears an action or an issuance, and passes it on: as an event, or straight to a provider.
///
/// It stands where a campaign would be too much: the event that an
/// integration wants for every issuance, or a notice that is always sent.
///
/// ```swift
/// ScopeObserver<Shopper>("first-visit", on: .action("app_opened"), raise: "visited")
/// ScopeObserver("publish", on: .issuance(of: "ten-off"), where: OptedIn(), send: card, through: "wallet")
/// ```
///
/// An event's id is derived from its cause and name, so that an observer and
/// an offer that name the same event raise it once.
public struct ScopeObserver<Customer: Sendable>: Sendable, Identifiable {
  /// What an observer hears.
  public enum Trigger: Sendable, Hashable {
    /// A customer's action of that name.
    case action(String)
    /// The issuance of that offer, by any campaign.
    case issuance(of: OfferID)
  }

  /// What an observer does.
  package enum Outcome: Sendable {
    case raise(String)
    case send(MessageVariant<Customer>, through: ProviderID)
  }

  /// The observer's name, from the same names as the campaigns'.
  public let id: CampaignID
  /// What it hears.
  public let trigger: Trigger
  /// Of which customers.
  public let rule: Rule<Customer>
  package let outcome: Outcome

  /// An observer that raises an event on the customer's profile.
  ///
  /// - Parameters:
  ///   - id: Its name; campaigns and observers of a bridge have each name once.
  ///   - trigger: What it hears.
  ///   - rule: Of which customers.
  ///   - event: The event's name.
  public init(
    _ id: CampaignID,
    on trigger: Trigger,
    where rule: some CampaignRule<Customer>,
    raise event: String
  ) {
    self.init(id, trigger, rule.rule, .raise(event))
  }

  /// An observer that commits a message itself.
  ///
  /// - Parameters:
  ///   - id: Its name; campaigns and observers of a bridge have each name once.
  ///   - trigger: What it hears.
  ///   - rule: Of which customers.
  ///   - variant: The message.
  ///   - provider: Through whom it is delivered.
  public init(
    _ id: CampaignID,
    on trigger: Trigger,
    where rule: some CampaignRule<Customer>,
    send variant: MessageVariant<Customer>,
    through provider: ProviderID
  ) {
    self.init(id, trigger, rule.rule, .send(variant, through: provider))
  }

  /// An observer of everyone that raises an event on the customer's profile.
  ///
  /// - Parameters:
  ///   - id: Its name; campaigns and observers of a bridge have each name once.
  ///   - trigger: What it hears.
  ///   - event: The event's name.
  public init(_ id: CampaignID, on trigger: Trigger, raise event: String) {
    self.init(id, trigger, Rule(.everyone), .raise(event))
  }

  /// An observer of everyone that commits a message itself.
  ///
  /// - Parameters:
  ///   - id: Its name; campaigns and observers of a bridge have each name once.
  ///   - trigger: What it hears.
  ///   - variant: The message.
  ///   - provider: Through whom it is delivered.
  public init(
    _ id: CampaignID,
    on trigger: Trigger,
    send variant: MessageVariant<Customer>,
    through provider: ProviderID
  ) {
    self.init(id, trigger, Rule(.everyone), .send(variant, through: provider))
  }

  private init(_ id: CampaignID, _ trigger: Trigger, _ rule: Rule<Customer>, _ outcome: Outcome) {
    self.id = id
    self.trigger = trigger
    self.rule = rule
    self.outcome = outcome
  }
}
