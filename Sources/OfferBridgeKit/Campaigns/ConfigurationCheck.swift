import Foundation

/// Finds everything that does not fit together, at once, and lowers the campaigns on the way.
struct ConfigurationCheck<Customer: Sendable> {
  private(set) var faults: [ConfigurationFault] = []
  private(set) var warnings: [ConfigurationWarning] = []
  private(set) var listeners: [Listener] = []
  private let controlGroup: ControlGroup?

  /// Checks everything.
  ///
  /// - Parameters:
  ///   - campaigns: The campaigns, in the order in which they are asked.
  ///   - observers: The observers, asked after the campaigns.
  ///   - offers: What the catalog has of the offers that campaigns issue.
  ///   - providers: The providers, by name.
  ///   - codePools: The pools of unique codes.
  ///   - hostEvents: The events that the host reports.
  ///   - controlGroup: Whom campaigns leave alone.
  ///   - tenant: Whose bridge it is.
  ///   - lease: How long a message is held.
  ///   - leaseMargin: By how much that must be longer than every time-out.
  init(
    campaigns: [Campaign<Customer>],
    observers: [ScopeObserver<Customer>],
    offers: [OfferID: Offer],
    providers: [ProviderID: any MessageProvider],
    codePools: Set<CodePoolID>,
    hostEvents: Set<String>,
    controlGroup: ControlGroup?,
    tenant: TenantID,
    lease: Duration,
    leaseMargin: Duration
  ) {
    self.controlGroup = controlGroup
    checkName(TenantID.kind, tenant.rawValue)
    checkGroups(of: campaigns)
    for (id, provider) in providers.sorted(by: { $0.key < $1.key }) {
      checkName(ProviderID.kind, id.rawValue)
      faults += provider.timeFaults(as: id, lease: lease, margin: leaseMargin)
    }
    for pool in codePools.sorted() { checkName(CodePoolID.kind, pool.rawValue) }
    for campaign in campaigns { lower(campaign) }
    for observer in observers { lower(observer) }
    faults += (campaigns.map(\.id) + observers.map(\.id)).repeated.map { .duplicateCampaign($0) }
    checkOffers(offers, codePools: codePools)
    for listener in listeners { checkMoney(of: listener, offers: offers) }
    for listener in listeners { checkSending(listener, providers: providers, offers: offers) }
    checkHearing(offers: offers, hostEvents: hostEvents)
    checkCycles(offers: offers)
    // What does not fit together means nothing.
    if faults.isEmpty {
      warnings += Self.ruleWarnings(of: campaigns, observers)
      warnings += Self.shadowWarnings(of: campaigns, offers)
      warnings += replicaWarnings(of: offers)
    }
  }

  private mutating func lower(_ campaign: Campaign<Customer>) {
    let heard: Heard =
      switch campaign.trigger {
      case .action(let name): .action(name)
      case .event(let name): .event(name)
      case .schedule: .schedule(campaign.id)
      }
    let outcome: Listener.Outcome =
      switch campaign.outcome {
      case .issue(let offer): .issue(ListenerOffer(offer))
      case .issueOneOf(let offers, let salt): .issue(ListenerOffer(oneOf: offers, salt: salt))
      case .send(let variant, let provider): .send(ListenerMessage(variant), through: provider)
      case .sendOneOf(let variants, let salt, let provider):
        .send(ListenerMessage(oneOf: variants, salt: salt), through: provider)
      }
    if campaign.schedule.isEmpty { faults.append(.emptySchedule(campaign.id)) }
    faults += campaign.schedule.invalidTimes.map { .localTimeInvalid($0, in: campaign.id) }
    if let optIn = campaign.optIn, !optIn.fits(campaign.schedule) {
      faults.append(.optInOutsideSchedule(campaign.id))
    }
    for limit in campaign.limits where limit.cap < 1 {
      faults.append(.limitBelowOne(limit, in: campaign.id))
    }
    if case .send = outcome {
      faults += campaign.limits.filter { $0.policy == .honourAndFlag }
        .map { .limitHonoursMessages($0, in: campaign.id) }
    }
    for limit in campaign.limits {
      if case .rolling(let length) = limit.window, length.milliseconds < 1 {
        faults.append(.limitWindowEmpty(limit, in: campaign.id))
      }
    }
    let groups = campaign.control.groups(with: controlGroup)
    add(
      campaign.id,
      heard,
      campaign.rule.with(
        before: [campaign.optIn?.clause()],
        after: [campaign.outcome.audience] + groups.map { $0.clause() }
      ),
      RunTime(campaign.schedule),
      outcome,
      campaign.limits,
      campaign.exclusiveGroup,
      campaign.priority,
      groups
    )
  }

  private mutating func lower(_ observer: ScopeObserver<Customer>) {
    let heard: Heard =
      switch observer.trigger {
      case .action(let name): .action(name)
      case .issuance(let offer): .issuance(offer)
      }
    let outcome: Listener.Outcome =
      switch observer.outcome {
      case .raise(let event): .raise(event)
      case .send(let variant, let provider): .send(ListenerMessage(variant), through: provider)
      }
    var audience: Rule<Customer>?
    if case .send(let variant, _) = observer.outcome { audience = variant.audienceClause }
    let rule = observer.rule.with(before: [], after: [audience])
    add(observer.id, heard, rule, .always, outcome, [], nil, nil, [])
  }

  private mutating func add(
    _ id: CampaignID,
    _ heard: Heard,
    _ rule: Rule<Customer>,
    _ runTime: RunTime,
    _ outcome: Listener.Outcome,
    _ limits: [CampaignLimit],
    _ exclusiveGroup: String?,
    _ priority: Int?,
    _ controlGroups: [ControlGroup]
  ) {
    checkName(CampaignID.kind, id.rawValue)
    do {
      let compiled = try CompiledRule(rule)
      listeners.append(
        Listener(
          index: listeners.count,
          id: id,
          trigger: heard,
          rule: ListenerRule(compiled),
          runTime: runTime,
          outcome: outcome,
          limits: limits,
          exclusiveGroup: exclusiveGroup,
          priority: priority,
          controlGroups: controlGroups
        )
      )
    } catch {
      faults += error.faults.map { .rule(id, $0) }
    }
  }

  /// One name is one group.
  private mutating func checkGroups(of campaigns: [Campaign<Customer>]) {
    var known: [ControlGroupID: ControlGroup] = [:]
    for group in campaigns.flatMap({ $0.control.groups(with: controlGroup) }) {
      if let other = known.updateValue(group, forKey: group.id) {
        let fault = ConfigurationFault.controlGroupAmbiguous(group.id)
        if other != group, !faults.contains(fault) { faults.append(fault) }
      } else {
        checkName(ControlGroupID.kind, group.id.rawValue)
      }
    }
  }

  private mutating func checkName(_ kind: String, _ name: String) {
    if !(1...256).contains(name.utf8.count) { faults.append(.identifierInvalid(kind: kind, value: name)) }
  }

  private mutating func checkOffers(_ offers: [OfferID: Offer], codePools: Set<CodePoolID>) {
    for listener in listeners {
      for offer in listener.issuedOffers {
        checkName(OfferID.kind, offer.rawValue)
        if offers[offer] == nil { faults.append(.unknownOffer(offer, in: listener.id)) }
      }
      guard case .issue(let choice) = listener.outcome else { continue }
      faults += choice.faults(in: listener.id)
      warnings += choice.warnings(in: listener.id)
    }
    for offer in offers.values.sorted(by: { $0.id < $1.id }) {
      checkExpiry(of: offer)
      if offer.redeemable.count < 1 { faults.append(.redemptionLimitBelowOne(offer.id)) }
      if let pool = offer.codes, !codePools.contains(pool) {
        faults.append(.unknownCodePool(pool, of: offer.id))
      }
      for (_, name) in offer.replicas.sorted(by: { $0.key < $1.key }) {
        checkName(ReplicaName.kind, name.rawValue)
      }
    }
  }

  private mutating func checkExpiry(of offer: Offer) {
    if !offer.expires.ends, offer.warns != nil || offer.onExpiry == .recalls {
      faults.append(.offerNeverEnds(offer.id))
    }
    guard let warning = offer.warns else { return }
    checkName("event", warning.event)
    if warning.lead.milliseconds < 1 { faults.append(.expiryWarningTooLate(warning.lead, of: offer.id)) }
  }

  private mutating func checkSending(
    _ listener: Listener,
    providers: [ProviderID: any MessageProvider],
    offers: [OfferID: Offer]
  ) {
    guard case .send(let message, let provider) = listener.outcome else { return }
    faults += message.faults(in: listener.id)
    warnings += message.warnings(in: listener.id)
    guard providers[provider] != nil else {
      faults.append(.unknownProvider(provider, in: listener.id))
      return
    }
    for offer in offersBehind(listener.trigger, offers: offers) where offers[offer]?.replicas[provider] == nil
    {
      faults.append(.replicaMissing(offer, at: provider, in: listener.id))
    }
  }

  /// Each limit in money knows what a use takes.
  private mutating func checkMoney(of listener: Listener, offers: [OfferID: Offer]) {
    for limit in listener.limits.lazy.map(\.limit) {
      guard let currency = limit.currency else { continue }
      let issued = listener.issuedOffers
      let counted = issued.isEmpty ? offersBehind(listener.trigger, offers: offers) : issued
      let worths = counted.isEmpty ? [nil] : counted.compactMap { offers[$0] }.map(\.faceValue)
      let isMeasurable = worths.allSatisfy { limit.amount(worth: $0) != nil }
      let isCurrency =
        (1...16).contains(currency.utf8.count)
        && currency.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      if !isMeasurable || !isCurrency { faults.append(.limitUnmeasurable(limit, in: listener.id)) }
    }
  }

  /// The offers that a message on that trigger could be about: the nearest issuance upstream, whatever its path.
  func offersBehind(_ heard: Heard, offers: [OfferID: Offer]) -> [OfferID] {
    var found: Set<OfferID> = []
    var seen: Set<Heard> = [heard]
    var open = [heard]
    while let heard = open.popLast() {
      switch heard {
      case .action, .schedule: break
      case .issuance(let offer): if offers[offer] != nil { found.insert(offer) }
      case .event(let name):
        for listener in listeners {
          switch listener.outcome {
          case .issue(let choice):
            found.formUnion(choice.offers.filter { offers[$0]?.isRaising(name) ?? false })
          case .raise(name): if seen.insert(listener.trigger).inserted { open.append(listener.trigger) }
          default: break
          }
        }
      }
    }
    return found.sorted()
  }

  private mutating func checkHearing(offers: [OfferID: Offer], hostEvents: Set<String>) {
    let issued = Set(listeners.flatMap(\.issuedOffers))
    var raised: Set<String> = Set(issued.compactMap { offers[$0] }.flatMap(\.events))
    for listener in listeners {
      if case .raise(let event) = listener.outcome { raised.insert(event) }
    }
    var heard: Set<String> = []
    for listener in listeners {
      switch listener.trigger {
      case .action, .schedule: break
      case .event(let event):
        heard.insert(event)
        if !raised.contains(event) && !hostEvents.contains(event) {
          faults.append(.eventNeverRaised(event, in: listener.id))
        }
      case .issuance(let offer):
        if !issued.contains(offer) { faults.append(.offerNeverIssued(offer, in: listener.id)) }
      }
    }
    warnings += raised.subtracting(heard).sorted().map { .eventNobodyHears($0) }
    warnings += hostEvents.subtracting(heard).sorted().map { .hostEventNobodyHears($0) }
  }

  private mutating func checkCycles(offers: [OfferID: Offer]) {
    var leads: [Heard: [Heard]] = [:]
    for listener in listeners {
      switch listener.outcome {
      case .issue(let choice): leads[listener.trigger, default: []] += choice.offers.map { .issuance($0) }
      case .raise(let event): leads[listener.trigger, default: []].append(.event(event))
      case .send: break
      }
    }
    for offer in offers.values {
      if let event = offer.raises { leads[.issuance(offer.id), default: []].append(.event(event)) }
    }
    var done: Set<Heard> = []
    for start in leads.keys.sorted(by: { $0.name < $1.name }) {
      var path: [Heard] = []
      if let cycle = cycle(from: start, leads: leads, path: &path, done: &done) {
        faults.append(.cycle(cycle.map(\.name)))
      }
    }
  }

  private func cycle(
    from heard: Heard,
    leads: [Heard: [Heard]],
    path: inout [Heard],
    done: inout Set<Heard>
  ) -> [Heard]? {
    if let first = path.firstIndex(of: heard) { return path[first...] + [heard] }
    guard done.insert(heard).inserted else { return nil }
    path.append(heard)
    defer { path.removeLast() }
    for next in leads[heard] ?? [] {
      if let found = cycle(from: next, leads: leads, path: &path, done: &done) { return found }
    }
    return nil
  }
}

extension Heard {
  var name: String {
    switch self {
    case .action(let name): "action \(name)"
    case .event(let name): "event \(name)"
    case .issuance(let offer): "issuance of \(offer)"
    case .schedule(let campaign): "schedule of \(campaign)"
    }
  }
}

extension Offer {
  /// The events that it is the cause of.
  fileprivate var events: [String] { [raises, warns?.event].compactMap(\.self) }

  fileprivate func isRaising(_ event: String) -> Bool { raises == event || warns?.event == event }
}
