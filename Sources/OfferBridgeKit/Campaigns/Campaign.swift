/// What is done for which customers when something is heard.
///
/// ```swift
/// let reward = Campaign("app-open-reward", on: .action("app_opened"), rule: LoyalShopper(),
///                       outcome: .issue("ten-off"), limits: [.perCustomer(1)])
/// ```
///
/// A campaign is woken only by what it hears. Its rule decides on one
/// immutable ``RuleContext``; its limits are kept by the ledger when the plan
/// is committed.
public struct Campaign<Customer: Sendable>: Sendable, Identifiable {
  /// The campaign's name.
  public let id: CampaignID
  /// What it hears.
  public let trigger: CampaignTrigger
  /// For whom.
  public let rule: Rule<Customer>
  /// What it does.
  public let outcome: CampaignOutcome<Customer>
  /// How often it may.
  public let limits: [CampaignLimit]
  /// When it runs.
  public let schedule: CampaignSchedule
  /// What a customer must have done to take part, or `nil` for nothing.
  public let optIn: OptIn?
  /// Of the campaigns that name one group and hear the same, only the first that may act does.
  public let exclusiveGroup: String?
  /// Who is asked first: the higher goes before the lower, and of equals who stands first in the configuration.
  public let priority: Int
  /// Which control groups it leaves alone.
  public let control: CampaignControl

  /// A campaign.
  ///
  /// - Parameters:
  ///   - id: Its name; a bridge has each name once.
  ///   - trigger: What it hears.
  ///   - rule: For whom. A campaign for everyone says `Everyone()`.
  ///   - outcome: What it does.
  ///   - limits: How often it may; as often as it hears by default.
  ///   - schedule: When it runs; always by default.
  ///   - optIn: What a customer must have done to take part; nothing by default.
  ///   - exclusiveGroup: A group of which one campaign may act, the first by priority that can; none by default.
  ///   - priority: The higher goes first, whether in a group or where a limit is shared; 0 by default, and of equals the
  ///     order in which the bridge was given them.
  ///   - control: Which control groups it leaves alone; the bridge's, where it has one, by default.
  public init(
    _ id: CampaignID,
    on trigger: CampaignTrigger,
    rule: some CampaignRule<Customer>,
    outcome: CampaignOutcome<Customer>,
    limits: [CampaignLimit] = [],
    schedule: CampaignSchedule = .evergreen,
    optIn: OptIn? = nil,
    exclusiveGroup: String? = nil,
    priority: Int = 0,
    control: CampaignControl = .standard
  ) {
    self.id = id
    self.trigger = trigger
    self.rule = rule.rule
    self.outcome = outcome
    self.limits = limits
    self.schedule = schedule
    self.optIn = optIn
    self.exclusiveGroup = exclusiveGroup
    self.priority = priority
    self.control = control
  }
}

/// What a campaign does for a customer who meets its rule.
public enum CampaignOutcome<Customer: Sendable>: Sendable {
  /// Issues an offer.
  case issue(OfferID)
  /// Issues one of several offers, always the same one for a customer under that salt, by weight.
  ///
  /// Which one it was is the issued offer's ``IssuedOffer/offer``; ``CampaignDecision/offerExplanation`` says why.
  case issueOneOf([WeightedOffer], salt: String)
  /// Commits a message, which a provider then delivers.
  case send(MessageVariant<Customer>, through: ProviderID)
  /// Commits one of several messages, always the same one for a customer under that salt, by weight.
  ///
  /// Which one it was is kept with the message as ``OfferMessage/variant``.
  case sendOneOf([WeightedVariant<Customer>], salt: String, through: ProviderID)

  /// The offers that it may issue.
  var offers: [OfferID] {
    switch self {
    case .issue(let offer): [offer]
    case .issueOneOf(let weighted, _): weighted.map(\.offer)
    case .send, .sendOneOf: []
    }
  }
}
