/// What a listener sends: a variant, or one of several by weight.
struct ListenerMessage: Sendable {
  private let variants: [ListenerVariant]
  /// `nil` where there is no choice.
  private let shares: VariantShares?

  init<Customer>(_ variant: MessageVariant<Customer>) {
    variants = [ListenerVariant(variant)]
    shares = nil
  }

  init<Customer>(oneOf weighted: [WeightedVariant<Customer>], salt: String) {
    variants = weighted.map { ListenerVariant($0.variant) }
    shares = VariantShares(weights: weighted.map(\.weight), salt: salt)
  }

  /// The customer's one.
  func variant(for customer: CustomerID) -> ListenerVariant {
    variants[shares?.index(for: customer) ?? 0]
  }

  /// How it comes to say what it says to the customer.
  func explanation(in facts: RuleFacts, through provider: ProviderID) -> MessageExplanation {
    let variant = variant(for: facts.customerID)
    return MessageExplanation(
      variant: variant.name,
      choice: shares.map { shares in
        MessageExplanation.Choice(
          among: zip(variants, shares.weights).map { .init(variant: $0.name, weight: $1) },
          salt: shares.salt
        )
      },
      languages: variant.localisedTexts(in: facts, through: provider).map {
        MessageExplanation.Language(dataPoint: $0.dataPoint, text: $0.text)
      }
    )
  }

  /// What about it does not fit together.
  func faults(in campaign: CampaignID) -> [ConfigurationFault] {
    var faults: [ConfigurationFault] = []
    if let shares {
      for (variant, weight) in zip(variants, shares.weights) where !(0...1_000_000).contains(weight) {
        faults.append(.weightInvalid(weight, of: variant.name, in: campaign))
      }
      if !shares.weights.contains(where: { $0 > 0 }) { faults.append(.noVariantHasWeight(in: campaign)) }
      for name in variants.map(\.name).repeated { faults.append(.repeatedVariant(name, in: campaign)) }
    }
    return faults + variants.flatMap { $0.faults(campaign) }
  }

  /// What about it is likely not meant.
  func warnings(in campaign: CampaignID) -> [ConfigurationWarning] {
    guard let shares else { return [] }
    let chosen = zip(variants, shares.weights).filter { $0.1 > 0 }.map(\.0.name)
    return chosen.count == 1 ? [.oneVariantOnly(chosen[0], in: campaign)] : []
  }
}

/// A message's variant that is encoded without naming the profile's type.
struct ListenerVariant: Sendable {
  let name: String
  let faults: @Sendable (CampaignID) -> [ConfigurationFault]
  private let encoding: @Sendable (RuleFacts, ProviderID) throws(MissingDataPoint) -> MessagePayload
  private let texts: @Sendable (RuleFacts, ProviderID) -> [(dataPoint: String, text: LocalisedText)]

  init<Customer>(_ variant: MessageVariant<Customer>) {
    name = variant.name
    faults = { variant.faults(in: $0) }
    encoding = { facts, provider throws(MissingDataPoint) in
      try variant.payload(in: MessageContext(rule: facts.context(), provider: provider))
    }
    texts = { variant.localisedTexts(in: MessageContext(rule: $0.context(), provider: $1)) }
  }

  func payload(in facts: RuleFacts, through provider: ProviderID) throws(MissingDataPoint) -> MessagePayload {
    try encoding(facts, provider)
  }

  func localisedTexts(
    in facts: RuleFacts,
    through provider: ProviderID
  ) -> [(dataPoint: String, text: LocalisedText)] {
    texts(facts, provider)
  }
}

extension MessageVariant {
  /// What about it does not fit together.
  func faults(in campaign: CampaignID) -> [ConfigurationFault] {
    var faults: [ConfigurationFault] = dataPoints.map(\.name).repeated.map {
      .repeatedDataPoint($0, in: campaign)
    }
    for point in dataPoints {
      guard let text = point.text else { continue }
      faults += text.invalidLanguages.map { .languageInvalid($0, of: point.name, in: campaign) }
      faults += text.repeatedLanguages.map { .repeatedLanguage($0, of: point.name, in: campaign) }
    }
    return faults
  }
}
