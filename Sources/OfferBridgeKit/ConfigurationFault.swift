/// What does not fit together in what a bridge was given; each names the thing and the next step.
public enum ConfigurationFault: Sendable, Hashable, CustomStringConvertible {
  /// Two campaigns or observers have one name.
  case duplicateCampaign(CampaignID)
  /// A name is empty or longer than 256 UTF-8 bytes.
  case identifierInvalid(kind: String, value: String)
  /// A campaign issues an offer that the catalog does not have.
  case unknownOffer(OfferID, in: CampaignID)
  /// An offer takes its codes from a pool that the bridge does not have.
  case unknownCodePool(CodePoolID, of: OfferID)
  /// A campaign sends through a provider that the bridge does not have.
  case unknownProvider(ProviderID, in: CampaignID)
  /// A campaign sends about an offer that has no replica at the provider.
  case replicaMissing(OfferID, at: ProviderID, in: CampaignID)
  /// A campaign hears an event that nobody raises and the host does not declare.
  case eventNeverRaised(String, in: CampaignID)
  /// An observer hears the issuance of an offer that no campaign issues.
  case offerNeverIssued(OfferID, in: CampaignID)
  /// Events lead back to themselves; the path, ending where it began.
  case cycle([String])
  /// A rule that cannot be registered.
  case rule(CampaignID?, RuleFault)
  /// A variant gives a data point twice.
  case repeatedDataPoint(String, in: CampaignID)
  /// A text is given twice in one language; tags that differ in case alone are one.
  case repeatedLanguage(String, of: String, in: CampaignID)
  /// A text is given in a language whose tag is none: subtags of 1 to 8 letters or digits, with hyphens between.
  case languageInvalid(String, of: String, in: CampaignID)
  /// A campaign that sends one of several variants names two of them alike.
  case repeatedVariant(String, in: CampaignID)
  /// A variant's weight is below 0 or over 1,000,000.
  case weightInvalid(Int, of: String, in: CampaignID)
  /// A campaign sends one of several variants, but there are none, or all weigh 0.
  case noVariantHasWeight(in: CampaignID)
  /// A campaign that issues one of several offers names one of them twice.
  case repeatedOffer(OfferID, in: CampaignID)
  /// An offer's weight is below 0 or over 1,000,000.
  case offerWeightInvalid(Int, of: OfferID, in: CampaignID)
  /// A campaign issues one of several offers, but there are none, or all weigh 0.
  case noOfferHasWeight(in: CampaignID)
  /// Two control groups of one name have different shares.
  case controlGroupAmbiguous(ControlGroupID)
  /// A limit that nothing could pass.
  case limitBelowOne(CampaignLimit, in: CampaignID)
  /// A rolling limit over less than a millisecond, which would count nothing.
  case limitWindowEmpty(CampaignLimit, in: CampaignID)
  /// A limit in money whose uses have no amount: neither the limit's own nor the offer's face value is in its
  /// currency, of 1 to 16 letters or digits.
  case limitUnmeasurable(CampaignLimit, in: CampaignID)
  /// A limit honours what comes beyond it, of a campaign that issues nothing.
  case limitHonoursMessages(CampaignLimit, in: CampaignID)
  /// An offer warns of its end, or is recalled at it, and has none.
  case offerNeverEnds(OfferID)
  /// An offer warns of its end less than a millisecond before.
  case expiryWarningTooLate(Duration, of: OfferID)
  /// An offer that can never be redeemed.
  case redemptionLimitBelowOne(OfferID)
  /// A campaign that never runs: it ends before it starts, or no day of its is on its weekdays.
  case emptySchedule(CampaignID)
  /// A campaign's opt-in window is empty, begins after the campaign, or ends after it.
  case optInOutsideSchedule(CampaignID)
  /// A schedule's time that no clock shows.
  case localTimeInvalid(LocalTime, in: CampaignID)
  /// A provider may take as long as the lease less its margin, so that two workers could hold one message.
  case leaseTooShort(lease: Duration, timeout: Duration, margin: Duration, of: ProviderID)
  /// A provider gives an attempt no time.
  case timeoutInvalid(Duration, of: ProviderID)
  /// A provider's external system would have forgotten a key before an attempt under it is over.
  case idempotencyWindowTooShort(window: Duration, timeout: Duration, of: ProviderID)

  /// The thing and the next step.
  public var description: String {
    switch self {
    case .duplicateCampaign(let id):
      "Two campaigns or observers are named '\(id)'. Give each its own name; decisions are kept under it."
    case .identifierInvalid(let kind, let value):
      value.isEmpty
        ? "A \(kind) has an empty name. Give it one of 1 to 256 UTF-8 bytes."
        : "The \(kind) name '\(value.prefix(40))…' has \(value.utf8.count) UTF-8 bytes. Give it one of at most 256."
    case .unknownOffer(let offer, let campaign):
      "Campaign '\(campaign)' issues '\(offer)', which the catalog does not have. Add the offer, or mend its name."
    case .unknownCodePool(let pool, let offer):
      "Offer '\(offer)' takes its codes from '\(pool)', which is not among the code pools. Add it, or mend its name."
    case .unknownProvider(let provider, let campaign):
      "Campaign '\(campaign)' sends through '\(provider)', which is not among the providers. Add it, or mend its name."
    case .replicaMissing(let offer, let provider, let campaign):
      "Campaign '\(campaign)' sends about '\(offer)' through '\(provider)', where the offer has no replica. "
        + "Name it in the offer's replicas."
    case .eventNeverRaised(let event, let campaign):
      "Campaign '\(campaign)' hears the event '\(event)', which no offer and no observer raises. "
        + "Mend its name, or declare it in hostEvents if the host reports it."
    case .offerNeverIssued(let offer, let campaign):
      "Observer '\(campaign)' hears the issuance of '\(offer)', which no campaign issues. Mend its name."
    case .cycle(let path):
      "Events lead back to themselves: \(path.joined(separator: " → ")). Let one of them raise another event."
    case .rule(let campaign, let fault):
      campaign.map { "Rule of '\($0)': \(fault)" } ?? "Rule: \(fault)"
    case .repeatedDataPoint(let name, let campaign):
      "The variant of '\(campaign)' gives the data point '\(name)' twice. Take one of them out."
    case .repeatedLanguage(let language, let point, let campaign):
      "The text of the data point '\(point)' of '\(campaign)' is given in '\(language)' twice. Take one of them out; "
        + "languages are compared without their case."
    case .languageInvalid(let language, let point, let campaign):
      "The text of the data point '\(point)' of '\(campaign)' is given in '\(language.prefix(40))', which is no language. "
        + "Write a tag such as 'pt' or 'pt-BR'."
    case .repeatedVariant(let variant, let campaign):
      "Campaign '\(campaign)' chooses among two variants named '\(variant)'. Give each its own name; it is kept with "
        + "the message."
    case .weightInvalid(let weight, let variant, let campaign):
      "The variant '\(variant)' of '\(campaign)' weighs \(weight). Let it weigh 0 to 1,000,000."
    case .noVariantHasWeight(let campaign):
      "Campaign '\(campaign)' sends one of its variants, but none has a weight. Let one weigh at least 1."
    case .repeatedOffer(let offer, let campaign):
      "Campaign '\(campaign)' chooses among offers, and '\(offer)' is there twice. Add its weights up."
    case .offerWeightInvalid(let weight, let offer, let campaign):
      "The offer '\(offer)' of '\(campaign)' weighs \(weight). Let it weigh 0 to 1,000,000."
    case .noOfferHasWeight(let campaign):
      "Campaign '\(campaign)' issues one of its offers, but none has a weight. Let one weigh at least 1."
    case .controlGroupAmbiguous(let group):
      "The control group '\(group)' has two shares. Give it one, or the other group a name of its own."
    case .limitBelowOne(let limit, let campaign):
      "A limit of '\(campaign)' is \(limit.cap) (\(limit)). Allow at least 1, or take the campaign out."
    case .limitWindowEmpty(let limit, let campaign):
      "A limit of '\(campaign)' counts over no time (\(limit)). Give it a length of at least a millisecond."
    case .limitUnmeasurable(let limit, let campaign):
      "A limit of '\(campaign)' counts money (\(limit)), but what a use takes is not known in that currency. "
        + "Give every offer that it counts a face value in it, or the limit an amount for each use."
    case .limitHonoursMessages(let limit, let campaign):
      "A limit of '\(campaign)' honours what comes beyond it (\(limit)), but the campaign sends messages, which a "
        + "limit only ever refuses. Let it refuse, or limit the campaign that issues the offer."
    case .offerNeverEnds(let offer):
      "Offer '\(offer)' warns of its end, or is recalled at it, but never ends. Say when it expires, or take that out."
    case .expiryWarningTooLate(let lead, let offer):
      "Offer '\(offer)' warns of its end \(lead.inWords) before. Let it be at least a millisecond."
    case .redemptionLimitBelowOne(let offer):
      "Offer '\(offer)' may be redeemed fewer than 1 times. Allow at least 1."
    case .emptySchedule(let campaign):
      "Campaign '\(campaign)' never runs: it ends before it starts, or has no day or time. Mend its schedule."
    case .optInOutsideSchedule(let campaign):
      "The opt-in window of '\(campaign)' is empty, begins after the campaign, or ends after it. "
        + "Let it begin and end no later than the campaign."
    case .localTimeInvalid(let time, let campaign):
      "The schedule of '\(campaign)' has the time \(time). Give it one from 00:00 to 24:00."
    case .leaseTooShort(let lease, let timeout, let margin, let provider):
      "The lease of \(lease.inWords) is not longer than the time-out of '\(provider)', \(timeout.inWords), by the "
        + "margin of \(margin.inWords). Lengthen the lease, or shorten the time-out or the margin."
    case .timeoutInvalid(let timeout, let provider):
      "The time-out of '\(provider)' is \(timeout.inWords). Let it be more than zero; 30 seconds is the default."
    case .idempotencyWindowTooShort(let window, let timeout, let provider):
      "'\(provider)' is said to recognise a key for \(window.inWords), and an attempt may take \(timeout.inWords). "
        + "State a window longer than the time-out, or nil where it recognises keys for ever."
    }
  }
}

/// What is likely not meant, and does no harm.
public enum ConfigurationWarning: Sendable, Hashable, CustomStringConvertible {
  /// An offer's issuance, or an observer, raises an event that nobody hears.
  case eventNobodyHears(String)
  /// The host declares an event that nobody hears.
  case hostEventNobodyHears(String)
  /// A campaign sends one of several variants, of which one alone has a weight.
  case oneVariantOnly(String, in: CampaignID)
  /// No customer can ever meet the rule; the clauses of its block that contradict one another.
  case ruleNeverMet(CampaignID, because: [String])
  /// Every customer meets the rule, whatever is missing; the clauses of its block. `Everyone()` alone is none.
  case ruleAlwaysMet(CampaignID, because: [String])
  /// A campaign of an exclusive group never acts: whoever meets its rule meets that of one that goes first and acts always.
  case shadowed(CampaignID, by: CampaignID, in: String)
  /// An offer has a replica at a provider through which no campaign or observer sends a message about it.
  case replicaNeverSent(OfferID, at: ProviderID)
  /// A campaign issues one of several offers, of which one alone has a weight.
  case oneOfferOnly(OfferID, in: CampaignID)

  /// The thing and what to look at.
  public var description: String {
    switch self {
    case .eventNobodyHears(let event): "The event '\(event)' is raised, but no campaign hears it."
    case .hostEventNobodyHears(let event): "The host event '\(event)' is declared, but no campaign hears it."
    case .oneVariantOnly(let variant, let campaign):
      "Campaign '\(campaign)' sends one of its variants, but '\(variant)' alone has a weight."
    case .ruleNeverMet(let campaign, let clauses):
      "The rule of '\(campaign)' can never be met: \(clauses.joined(separator: "; ")). Mend the clauses, or take it out."
    case .ruleAlwaysMet(let campaign, let clauses):
      "The rule of '\(campaign)' is always met: \(clauses.joined(separator: "; ")). Say Everyone() if everyone is meant."
    case .shadowed(let campaign, let winner, let group):
      "Campaign '\(campaign)' never acts: '\(winner)' goes first in the group '\(group)', and is met whenever it is. "
        + "Give '\(campaign)' the higher priority, or narrow the rule of '\(winner)'."
    case .replicaNeverSent(let offer, let provider):
      "The offer '\(offer)' has a replica at '\(provider)', but no campaign sends a message about it there."
    case .oneOfferOnly(let offer, let campaign):
      "Campaign '\(campaign)' issues one of its offers, but '\(offer)' alone has a weight."
    }
  }
}
