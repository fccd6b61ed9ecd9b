// MARK: - What is likely not meant

extension ConfigurationCheck {
  /// The rules that nobody, or everybody, meets.
  static func ruleWarnings(
    of campaigns: [Campaign<Customer>],
    _ observers: [ScopeObserver<Customer>]
  ) -> [ConfigurationWarning] {
    let rules = campaigns.map { ($0.id, $0.rule) } + observers.map { ($0.id, $0.rule) }
    return rules.compactMap { id, rule in
      let analysis = RuleAnalysis(rule)
      if let clauses = analysis.contradiction { return .ruleNeverMet(id, because: clauses) }
      return analysis.truism.map { .ruleAlwaysMet(id, because: $0) }
    }
  }

  /// The campaigns that another one of their group always comes before.
  static func shadowWarnings(
    of campaigns: [Campaign<Customer>],
    _ offers: [OfferID: Offer]
  ) -> [ConfigurationWarning] {
    campaigns.indices.compactMap { index in
      let campaign = campaigns[index]
      // What a schedule begins, a campaign hears alone.
      guard let group = campaign.exclusiveGroup, campaign.trigger != .schedule else { return nil }
      let winner = campaigns.indices.first { other in
        let first = campaigns[other]
        let goesFirst =
          first.priority == campaign.priority ? other < index : first.priority > campaign.priority
        return goesFirst && first.exclusiveGroup == group && first.trigger == campaign.trigger
          && alwaysActs(first, offers)
          && (first.schedule == .evergreen || first.schedule == campaign.schedule)
          && RuleAnalysis(campaign.rule).contradiction == nil
          && RuleAnalysis(campaign.rule).implies(first.rule)
      }
      return winner.map { .shadowed(campaign.id, by: campaigns[$0].id, in: group) }
    }
  }

  /// Whether it acts whenever its rule is met: nothing may keep it from it, such as a limit, a code or a data point.
  private static func alwaysActs(_ campaign: Campaign<Customer>, _ offers: [OfferID: Offer]) -> Bool {
    guard case .issue(let id) = campaign.outcome, let offer = offers[id] else { return false }
    return campaign.limits.isEmpty && campaign.optIn == nil && offer.codes == nil
  }

  /// The replicas that nobody brings to the wallet.
  func replicaWarnings(of offers: [OfferID: Offer]) -> [ConfigurationWarning] {
    var sent: [OfferID: Set<ProviderID>] = [:]
    for listener in listeners {
      guard case .send(_, let provider) = listener.outcome else { continue }
      for offer in offersBehind(listener.trigger, offers: offers) {
        sent[offer, default: []].insert(provider)
      }
    }
    return offers.values.sorted { $0.id < $1.id }.flatMap { offer in
      offer.replicas.keys.sorted()
        .filter { sent[offer.id]?.contains($0) != true }
        .map { .replicaNeverSent(offer.id, at: $0) }
    }
  }
}
