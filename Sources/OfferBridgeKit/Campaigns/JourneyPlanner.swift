import Foundation

/// Plans a journey: asks every campaign that hears something, and follows what would be issued and raised.
///
/// Pure: it decides on the snapshot and the facts that were read, and waits
/// for nothing. What it plans stands once the ledger has committed it.
struct JourneyPlanner {
  let tenant: TenantID
  let trigger: TriggerRecord
  let snapshot: LedgerSnapshot
  let offers: [OfferID: Offer]
  let wiring: CampaignWiring
  let depthLimit: Int

  private(set) var draft: JourneyDraft
  private var choices = 0

  init(
    tenant: TenantID,
    trigger: TriggerRecord,
    snapshot: LedgerSnapshot,
    offers: [OfferID: Offer],
    wiring: CampaignWiring,
    depthLimit: Int
  ) {
    self.tenant = tenant
    self.trigger = trigger
    self.snapshot = snapshot
    self.offers = offers
    self.wiring = wiring
    self.depthLimit = depthLimit
    draft = JourneyDraft(known: snapshot.decided.map { $0.key })
  }

  var plan: JourneyPlan {
    JourneyPlan(
      tenant: tenant,
      trigger: trigger,
      plannedAt: snapshot.now,
      triggerVersion: snapshot.triggerVersion,
      nodes: draft.nodes
    )
  }

  /// Asks those who hear it, in their order.
  mutating func hear(
    _ channel: Channel,
    in context: RuleFacts,
    cause: JourneyCause,
    parent: Int? = nil,
    depth: Int = 0
  ) {
    let listeners = channel.listeners
    var place = JourneyPlace(
      context: context,
      number: draft.begin(context),
      cause: cause,
      parent: parent,
      depth: depth
    )
    var groups: [String: (number: Int, winner: CampaignID?)] = [:]
    for listener in listeners {
      place.choice = nil
      if let group = listener.exclusiveGroup {
        if groups[group] == nil {
          groups[group] = (choices, winner(of: group, among: listeners, parent: parent))
          choices += 1
        }
        if let winner = groups[group]?.winner, winner != listener.id {
          draft.decide(listener, at: place, .outranked(by: winner))
          continue
        }
        place.choice = groups[group]?.number
      }
      ask(listener, at: place)
    }
  }

  /// The campaign of an exclusive group that an earlier commit took: a replay cannot pick another.
  private func winner(of group: String, among listeners: [Listener], parent: Int?) -> CampaignID? {
    listeners.first { $0.exclusiveGroup == group && decided($0.id, parent: parent)?.isWritten == true }?.id
  }

  private func decided(_ campaign: CampaignID, parent: Int?) -> DecidedNode? {
    guard !snapshot.decided.isEmpty else { return nil }
    let parent = parent.map { draft.nodes[$0].key }
    return snapshot.decided.first { $0.campaign == campaign && $0.parent == parent }
  }

  private mutating func ask(_ listener: Listener, at place: JourneyPlace) {
    if let decided = decided(listener.id, parent: place.parent) {
      return replay(decided, of: listener, at: place)
    }
    guard place.depth <= depthLimit else {
      return withhold(listener, at: place, .chainTooDeep(limit: depthLimit))
    }
    guard listener.isRunning(at: snapshot.now.milliseconds) else {
      return withhold(listener, at: place, .notRunning)
    }
    let (verdict, isHeldOut) = listener.rule.evaluate(in: place.context)
    guard verdict == .met else {
      return withhold(
        listener,
        at: place,
        isHeldOut ? .heldOut : verdict == .notMet ? .notMet : .notEvaluable
      )
    }
    switch listener.outcome {
    case .issue(let offer): issue(offer, by: listener, at: place)
    case .raise(let event): raise(event, by: listener, at: place)
    case .send(let variant, let provider): send(variant, through: provider, by: listener, at: place)
    }
  }

  // MARK: Steps

  private mutating func issue(
    _ id: OfferID,
    by listener: Listener,
    at place: JourneyPlace
  ) {
    guard let offer = offers[id] else { return draft.decide(listener, at: place, .offerUnknown(id)) }
    let key = DerivedKey.issuance(
      tenant: tenant,
      campaign: listener.id,
      customer: trigger.customer,
      trigger: trigger.id,
      offer: id
    )
    guard !draft.has(key) else { return draft.decide(listener, at: place, .alreadyPlanned) }
    if let limit = limitWithoutAmount(of: listener, worth: offer.faceValue) {
      return draft.decide(listener, at: place, .limitUnmeasurable(limit))
    }
    let issued = IssuedOffer(
      id: key,
      offer: id,
      revision: offer.revision,
      customer: trigger.customer,
      campaign: listener.id,
      trigger: trigger.id,
      heard: place.context.event.name,
      issuedAt: snapshot.now,
      expiresAt: offer.expires.moment(issuedAt: snapshot.now),
      redeemable: offer.redeemable,
      faceValue: offer.faceValue,
      replicas: unsent(offer),
      redeemed: .none
    )
    let node = draft.add(
      PlanNode(
        key: key,
        parent: place.parent,
        choice: place.choice,
        campaign: listener.id,
        limits: uses(of: listener, offer: id, worth: offer.faceValue),
        content: .issuance(issued)
      )
    )
    draft.decide(listener, at: place, node: node)
    follow(issued, raises: offer.raises, from: place, node: node)
  }

  /// The offer's replicas, in the order of their providers' names.
  private func unsent(_ offer: Offer) -> [Replica] {
    var replicas: [Replica] = []
    replicas.reserveCapacity(offer.replicas.count)
    for (provider, name) in offer.replicas {
      replicas.append(Replica(provider: provider, name: name, state: .notSent(.notHeard)))
    }
    if replicas.count > 1 { replicas.sort { $0.provider < $1.provider } }
    return replicas
  }

  /// What hears an issuance: those of the event that it raises, then the observers of the issuance itself.
  private mutating func follow(
    _ issued: IssuedOffer,
    raises event: String?,
    from place: JourneyPlace,
    node: Int
  ) {
    let attributes = Attributes(
      sorted: [("campaign", .text(issued.campaign.rawValue)), ("offer", .text(issued.offer.rawValue))]
    )
    let cause = JourneyCause.issuance(issued.id)
    if let event {
      let key = eventKey(event, cause)
      if !draft.has(key) {
        let raised = draft.add(PlanNode(key: key, parent: node, content: .event(name: event)))
        hear(event, key, attributes, issuing: issued, from: place, node: raised)
      }
    }
    guard let observers = wiring.channel(of: .issuance(issued.offer)) else { return }
    let heard = HeardEvent(
      kind: .issuance,
      name: "issuance of \(issued.offer)",
      cause: cause,
      occurredAt: snapshot.now,
      attributes: attributes
    )
    hear(
      observers,
      in: place.context.hearing(heard, issuing: issued),
      cause: cause,
      parent: node,
      depth: place.depth + 1
    )
  }

  private mutating func raise(
    _ event: String,
    by listener: Listener,
    at place: JourneyPlace
  ) {
    let key = eventKey(event, place.cause)
    guard !draft.has(key) else { return draft.decide(listener, at: place, .alreadyPlanned) }
    raise(event, key, by: listener, at: place, isReplay: false)
  }

  /// An event that an observer raises carries on the attributes of what the observer heard.
  private mutating func raise(
    _ event: String,
    _ key: DerivedKey,
    by listener: Listener,
    at place: JourneyPlace,
    isReplay: Bool
  ) {
    let node = draft.add(
      PlanNode(key: key, parent: place.parent, campaign: listener.id, content: .event(name: event))
    )
    draft.decide(listener, at: place, node: node, isReplay: isReplay)
    hear(event, key, place.context.event.attributes, issuing: nil, from: place, node: node)
  }

  private mutating func hear(
    _ event: String,
    _ key: DerivedKey,
    _ attributes: Attributes,
    issuing issued: IssuedOffer?,
    from place: JourneyPlace,
    node: Int
  ) {
    guard let channel = wiring.channel(of: .event(event)) else { return }
    let heard = HeardEvent(
      kind: .raised,
      name: event,
      cause: .event(key),
      occurredAt: snapshot.now,
      attributes: attributes
    )
    hear(
      channel,
      in: place.context.hearing(heard, issuing: issued),
      cause: .event(key),
      parent: node,
      depth: place.depth + 1
    )
  }

  private mutating func send(
    _ variant: ListenerVariant,
    through provider: ProviderID,
    by listener: Listener,
    at place: JourneyPlace
  ) {
    let issued = place.context.issuedOffer
    if let closure = issued?.closure {
      return withhold(listener, at: place, .offerClosed(closure))
    }
    if let limit = limitWithoutAmount(of: listener, worth: issued?.faceValue) {
      return withhold(listener, at: place, .limitUnmeasurable(limit))
    }
    let payload: [UInt8]
    do {
      payload = try variant.payload(in: place.context, through: provider)
    } catch {
      return withhold(listener, at: place, .missingDataPoint(error.name))
    }
    let message = OfferMessage(
      key: .message(
        tenant: tenant,
        customer: trigger.customer,
        cause: place.cause,
        campaign: listener.id,
        provider: provider
      ),
      provider: provider,
      customer: trigger.customer,
      campaign: listener.id,
      variant: variant.name,
      issuedOffer: issued?.id,
      replica: issued?.replica(at: provider)?.name,
      payload: payload,
      createdAt: snapshot.now,
      cause: place.cause,
      trigger: trigger.id
    )
    let node = draft.add(
      PlanNode(
        key: message.key,
        parent: place.parent,
        choice: place.choice,
        campaign: listener.id,
        limits: uses(of: listener, offer: issued?.offer, worth: issued?.faceValue),
        content: .message(message)
      )
    )
    draft.decide(listener, at: place, node: node)
  }

  // MARK: Replays

  /// What was written or refused stays so; what stands beneath it is asked again on today's facts.
  private mutating func replay(
    _ decided: DecidedNode,
    of listener: Listener,
    at place: JourneyPlace
  ) {
    switch decided.outcome {
    case .refused(let limit):
      draft.decide(listener, at: place, .limitReached(limit), isReplay: true)
    case .queued(let provider):
      draft.decide(listener, at: place, .queued(decided.key, through: provider), isReplay: true)
    case .raised(let event):
      raise(event, decided.key, by: listener, at: place, isReplay: true)
    case .issued(let issued):
      let node = draft.add(
        PlanNode(
          key: decided.key,
          parent: place.parent,
          campaign: listener.id,
          content: .issuance(issued)
        )
      )
      draft.decide(listener, at: place, node: node, isReplay: true)
      follow(issued, raises: offers[issued.offer]?.raises, from: place, node: node)
    }
  }

  // MARK: Nothing is done

  /// Decides that nothing is done; where a message would have been about an issued offer, its replica says why.
  private mutating func withhold(
    _ listener: Listener,
    at place: JourneyPlace,
    _ outcome: CampaignDecision.Outcome
  ) {
    draft.decide(listener, at: place, outcome)
    guard case .send(_, let provider) = listener.outcome, let issued = place.context.issuedOffer,
      let reason = reason(outcome, of: listener, in: place.context)
    else { return }
    draft.withhold(issued, at: provider, reason, by: listener.id, parent: place.parent)
  }

  private func reason(
    _ outcome: CampaignDecision.Outcome,
    of listener: Listener,
    in context: RuleFacts
  ) -> WithheldReason? {
    func decisive() -> [String] { listener.rule.explain(context).decisive.map { $0.requirement } }
    switch outcome {
    case .notMet: return .notMet(listener.id, decisive())
    case .notEvaluable: return .notEvaluable(listener.id, decisive())
    case .heldOut: return .heldOut(listener.id)
    case .notRunning: return .notRunning(listener.id)
    case .missingDataPoint(let name): return .missingDataPoint(listener.id, name)
    case .chainTooDeep: return .chainTooDeep(listener.id)
    case .offerClosed: return .offerClosed
    case .limitUnmeasurable: return .limitUnmeasurable(listener.id)
    default: return nil
    }
  }

  // MARK: Derived

  private func eventKey(_ name: String, _ cause: JourneyCause) -> DerivedKey {
    .event(tenant: tenant, customer: trigger.customer, cause: cause, name: name)
  }

  private func uses(of listener: Listener, offer: OfferID?, worth faceValue: Money?) -> [LimitUse] {
    listener.limits.compactMap {
      $0.use(offer: offer, customer: trigger.customer, at: snapshot.now, worth: faceValue)
    }
  }

  /// A limit in money whose use has no amount: the catalog's offer is not the one that the bridge was made with.
  private func limitWithoutAmount(of listener: Listener, worth faceValue: Money?) -> CampaignLimit? {
    for limit in listener.limits where limit.limit.amount(worth: faceValue) == nil { return limit.limit }
    return nil
  }
}
