import Foundation

/// Plans a journey: asks every campaign that hears something, and follows what would be issued and raised.
///
/// Pure: it decides on the snapshot and the facts that were read, and waits
/// for nothing. What it plans stands once the ledger has committed it.
struct JourneyPlanner<Customer: Sendable> {
  let tenant: TenantID
  let trigger: TriggerRecord
  let snapshot: LedgerSnapshot
  let offers: [OfferID: Offer]
  let wiring: CampaignWiring<Customer>
  let depthLimit: Int

  private(set) var nodes: [PlanNode] = []
  private(set) var decisions: [PlannedDecision] = []
  /// What was heard, one for each time that listeners were asked.
  private(set) var contexts: [RuleContext<Customer>] = []
  /// The outcomes that say more than a word.
  private(set) var outcomes: [CampaignDecision.Outcome] = []
  /// Whether something would be written that is not there yet.
  private(set) var isNews = false
  private var choices = 0
  /// The context of those who are being asked.
  private var current: Int32 = 0
  /// The replicas that a campaign gave a reason for: the first one's stands, so that a repeat comes to the same.
  private var withheld: [IssuedOffer.ID: Set<ProviderID>] = [:]

  init(
    tenant: TenantID,
    trigger: TriggerRecord,
    snapshot: LedgerSnapshot,
    offers: [OfferID: Offer],
    wiring: CampaignWiring<Customer>,
    depthLimit: Int
  ) {
    self.tenant = tenant
    self.trigger = trigger
    self.snapshot = snapshot
    self.offers = offers
    self.wiring = wiring
    self.depthLimit = depthLimit
  }

  var plan: JourneyPlan {
    JourneyPlan(
      tenant: tenant,
      trigger: trigger,
      plannedAt: snapshot.now,
      triggerVersion: snapshot.triggerVersion,
      nodes: nodes
    )
  }

  /// Asks those who hear it, in their order.
  mutating func hear(
    _ heard: Heard,
    in context: RuleContext<Customer>,
    cause: JourneyCause,
    parent: Int? = nil,
    depth: Int = 0
  ) {
    guard let listeners = wiring.listeners[heard] else { return }
    let asking = current
    contexts.append(context)
    current = Int32(contexts.count - 1)
    defer { current = asking }
    var groups: [String: (number: Int, winner: CampaignID?)] = [:]
    for listener in listeners {
      var choice: Int?
      if let group = listener.exclusiveGroup {
        if groups[group] == nil {
          groups[group] = (choices, winner(of: group, among: listeners, parent: parent))
          choices += 1
        }
        if let winner = groups[group]?.winner, winner != listener.id {
          decide(listener, .outranked(by: winner))
          continue
        }
        choice = groups[group]?.number
      }
      ask(listener, in: context, cause: cause, parent: parent, choice: choice, depth: depth)
    }
  }

  /// The campaign of an exclusive group that an earlier commit took: a replay cannot pick another.
  private func winner(of group: String, among listeners: [Listener<Customer>], parent: Int?) -> CampaignID? {
    listeners.first { $0.exclusiveGroup == group && decided($0.id, parent: parent)?.isWritten == true }?.id
  }

  private func decided(_ campaign: CampaignID, parent: Int?) -> DecidedNode? {
    guard !snapshot.decided.isEmpty else { return nil }
    let parent = parent.map { nodes[$0].key }
    return snapshot.decided.first { $0.campaign == campaign && $0.parent == parent }
  }

  private mutating func ask(
    _ listener: Listener<Customer>,
    in context: RuleContext<Customer>,
    cause: JourneyCause,
    parent: Int?,
    choice: Int?,
    depth: Int
  ) {
    if let decided = decided(listener.id, parent: parent) {
      replay(decided, of: listener, in: context, parent: parent, depth: depth)
      return
    }
    guard depth <= depthLimit else {
      withhold(listener, context, parent, .chainTooDeep(limit: depthLimit))
      return
    }
    guard listener.isRunning(at: snapshot.now.milliseconds) else {
      withhold(listener, context, parent, .notRunning)
      return
    }
    let (verdict, isHeldOut) = listener.rule.evaluate(in: context)
    guard verdict == .met else {
      withhold(listener, context, parent, isHeldOut ? .heldOut : verdict == .notMet ? .notMet : .notEvaluable)
      return
    }
    switch listener.outcome {
    case .issue(let offer):
      issue(offer, by: listener, in: context, parent: parent, choice: choice, depth: depth)
    case .raise(let event):
      raise(event, by: listener, in: context, cause: cause, parent: parent, depth: depth)
    case .send(let variant, let provider):
      send(
        variant,
        through: provider,
        by: listener,
        in: context,
        cause: cause,
        parent: parent,
        choice: choice
      )
    }
  }

  // MARK: Steps

  private mutating func issue(
    _ id: OfferID,
    by listener: Listener<Customer>,
    in context: RuleContext<Customer>,
    parent: Int?,
    choice: Int?,
    depth: Int
  ) {
    guard let offer = offers[id] else {
      decide(listener, .offerUnknown(id))
      return
    }
    let key = DerivedKey.issuance(
      tenant: tenant,
      campaign: listener.id,
      customer: trigger.customer,
      trigger: trigger.id,
      offer: id
    )
    guard !isPlanned(key) else {
      decide(listener, .alreadyPlanned)
      return
    }
    let issued = IssuedOffer(
      id: key,
      offer: id,
      revision: offer.revision,
      customer: trigger.customer,
      campaign: listener.id,
      trigger: trigger.id,
      heard: context.event.name,
      issuedAt: snapshot.now,
      expiresAt: offer.expires.moment(issuedAt: snapshot.now),
      redeemable: offer.redeemable,
      faceValue: offer.faceValue,
      replicas: offer.replicas.count < 2
        ? offer.replicas.map { Replica(provider: $0.key, name: $0.value, state: .notSent(.notHeard)) }
        : offer.replicas.sorted { $0.key < $1.key }
          .map { Replica(provider: $0.key, name: $0.value, state: .notSent(.notHeard)) },
      redeemed: .none
    )
    let limits = listener.limits.map {
      $0.use(offer: id, customer: trigger.customer, at: snapshot.now)
    }
    let node = add(
      key,
      parent: parent,
      choice: choice,
      campaign: listener.id,
      limits: limits,
      .issuance(issued)
    )
    decide(listener, node: node)
    follow(issued, raises: offer.raises, in: context, node: node, depth: depth)
  }

  /// What hears an issuance: the observers of it, and those of the event that it raises.
  private mutating func follow(
    _ issued: IssuedOffer,
    raises event: String?,
    in context: RuleContext<Customer>,
    node: Int,
    depth: Int
  ) {
    let attributes = Attributes(
      sorted: [("campaign", .text(issued.campaign.rawValue)), ("offer", .text(issued.offer.rawValue))]
    )
    let cause = JourneyCause.issuance(issued.id)
    if let event {
      let key = DerivedKey.event(tenant: tenant, customer: trigger.customer, cause: cause, name: event)
      if !isPlanned(key) {
        let raised = add(key, parent: node, .event(name: event))
        let heard = HeardEvent(
          kind: .raised,
          name: event,
          cause: .event(key),
          occurredAt: snapshot.now,
          attributes: attributes
        )
        hear(
          .event(event),
          in: context.hearing(heard, issuing: issued),
          cause: .event(key),
          parent: raised,
          depth: depth + 1
        )
      }
    }
    guard wiring.hears(.issuance(issued.offer)) else { return }
    let heard = HeardEvent(
      kind: .issuance,
      name: "issuance of \(issued.offer)",
      cause: cause,
      occurredAt: snapshot.now,
      attributes: attributes
    )
    hear(
      .issuance(issued.offer),
      in: context.hearing(heard, issuing: issued),
      cause: cause,
      parent: node,
      depth: depth + 1
    )
  }

  private mutating func raise(
    _ event: String,
    by listener: Listener<Customer>,
    in context: RuleContext<Customer>,
    cause: JourneyCause,
    parent: Int?,
    depth: Int
  ) {
    let key = DerivedKey.event(tenant: tenant, customer: trigger.customer, cause: cause, name: event)
    guard !isPlanned(key) else {
      decide(listener, .alreadyPlanned)
      return
    }
    let node = add(key, parent: parent, campaign: listener.id, .event(name: event))
    decide(listener, node: node)
    hearRaised(event, key, in: context, node: node, depth: depth)
  }

  /// An event that an observer raises carries on the attributes of what the observer heard.
  private mutating func hearRaised(
    _ event: String,
    _ key: DerivedKey,
    in context: RuleContext<Customer>,
    node: Int,
    depth: Int
  ) {
    let heard = HeardEvent(
      kind: .raised,
      name: event,
      cause: .event(key),
      occurredAt: snapshot.now,
      attributes: context.event.attributes
    )
    hear(
      .event(event),
      in: context.hearing(heard, issuing: nil),
      cause: .event(key),
      parent: node,
      depth: depth + 1
    )
  }

  private mutating func send(
    _ variant: MessageVariant<Customer>,
    through provider: ProviderID,
    by listener: Listener<Customer>,
    in context: RuleContext<Customer>,
    cause: JourneyCause,
    parent: Int?,
    choice: Int?
  ) {
    let message = MessageContext(rule: context, provider: provider)
    let payload: [UInt8]
    do {
      payload = try variant.payload(in: message)
    } catch {
      withhold(listener, context, parent, .missingDataPoint(error.name))
      return
    }
    let key = DerivedKey.message(
      tenant: tenant,
      customer: trigger.customer,
      cause: cause,
      campaign: listener.id,
      provider: provider
    )
    let content = OfferMessage(
      key: key,
      provider: provider,
      customer: trigger.customer,
      campaign: listener.id,
      variant: variant.name,
      issuedOffer: context.issuedOffer?.id,
      replica: message.replica,
      payload: payload,
      createdAt: snapshot.now
    )
    let limits = listener.limits.map {
      $0.use(offer: context.issuedOffer?.offer, customer: trigger.customer, at: snapshot.now)
    }
    let node = add(
      key,
      parent: parent,
      choice: choice,
      campaign: listener.id,
      limits: limits,
      .message(content)
    )
    decide(listener, node: node)
  }

  // MARK: Replays

  /// What was written or refused stays so; what stands beneath it is asked again on today's facts.
  private mutating func replay(
    _ decided: DecidedNode,
    of listener: Listener<Customer>,
    in context: RuleContext<Customer>,
    parent: Int?,
    depth: Int
  ) {
    switch decided.outcome {
    case .refused(let limit):
      decide(listener, .limitReached(limit), isReplay: true)
    case .queued(let provider):
      decide(listener, .queued(decided.key, through: provider), isReplay: true)
    case .raised(let event):
      let node = add(decided.key, parent: parent, campaign: listener.id, .event(name: event), isKnown: true)
      decide(listener, node: node, isReplay: true)
      hearRaised(event, decided.key, in: context, node: node, depth: depth)
    case .issued(let issued):
      let node = add(decided.key, parent: parent, campaign: listener.id, .issuance(issued), isKnown: true)
      decide(listener, node: node, isReplay: true)
      follow(
        issued,
        raises: offers[issued.offer]?.raises,
        in: context,
        node: node,
        depth: depth
      )
    }
  }

  // MARK: Bookkeeping

  private func isPlanned(_ key: DerivedKey) -> Bool { nodes.contains { $0.key == key } }

  private mutating func add(
    _ key: DerivedKey,
    parent: Int?,
    choice: Int? = nil,
    campaign: CampaignID? = nil,
    limits: [LimitUse] = [],
    _ content: PlanNode.Content,
    isKnown: Bool = false
  ) -> Int {
    let node = PlanNode(
      key: key,
      parent: parent,
      choice: choice,
      campaign: campaign,
      limits: limits,
      content: content
    )
    if !isKnown && !snapshot.decided.contains(where: { $0.key == key }) { isNews = true }
    nodes.append(node)
    return nodes.count - 1
  }

  private mutating func decide(
    _ listener: Listener<Customer>,
    _ outcome: CampaignDecision.Outcome,
    isReplay: Bool = false
  ) {
    let step: PlannedDecision.Step
    switch outcome {
    case .notMet: step = .notMet
    case .notEvaluable: step = .notEvaluable
    case .notRunning: step = .notRunning
    default:
      step = .settled(Int32(outcomes.count))
      outcomes.append(outcome)
    }
    decisions.append(.init(listener: listener.index, context: current, step: step, isReplay: isReplay))
  }

  private mutating func decide(_ listener: Listener<Customer>, node: Int, isReplay: Bool = false) {
    decisions.append(
      .init(listener: listener.index, context: current, step: .node(Int32(node)), isReplay: isReplay)
    )
  }

  /// Decides that nothing is done; where a message would have been about an issued offer, its replica says why.
  private mutating func withhold(
    _ listener: Listener<Customer>,
    _ context: RuleContext<Customer>,
    _ parent: Int?,
    _ outcome: CampaignDecision.Outcome
  ) {
    decide(listener, outcome)
    guard case .send(_, let provider) = listener.outcome,
      let issued = context.issuedOffer,
      let replica = issued.replica(at: provider),
      case .notSent(let before) = replica.state,
      let reason = reason(outcome, of: listener, in: context),
      withheld[issued.id, default: []].insert(provider).inserted,
      reason != before
    else { return }
    nodes.append(
      PlanNode(
        key: issued.id,
        parent: parent,
        campaign: listener.id,
        content: .withheld(issued.id, provider, reason)
      )
    )
    isNews = true
  }

  private func reason(
    _ outcome: CampaignDecision.Outcome,
    of listener: Listener<Customer>,
    in context: RuleContext<Customer>
  ) -> WithheldReason? {
    func decisive() -> [String] { listener.rule.source.explain(in: context).decisive.map(\.requirement) }
    switch outcome {
    case .notMet: return .notMet(listener.id, decisive())
    case .notEvaluable: return .notEvaluable(listener.id, decisive())
    case .heldOut: return .heldOut(listener.id)
    case .notRunning: return .notRunning(listener.id)
    case .missingDataPoint(let name): return .missingDataPoint(listener.id, name)
    case .chainTooDeep: return .chainTooDeep(listener.id)
    default: return nil
    }
  }
}

/// What a decision comes to: it is settled by itself, or by what becomes of a node.
enum PlannedStep: Sendable {
  case settled(CampaignDecision.Outcome)
  case node(Int)
}

/// A decision before the ledger has answered: settled by itself, or by what becomes of a node.
// Small and of one concrete type, for most are never looked at: a generic one with its outcome inside was two thirds
// of the time of a year's replay, in metadata and copies alone.
struct PlannedDecision: Sendable {
  enum Step: Sendable {
    case notMet, notEvaluable, notRunning
    /// By the outcome at that place.
    case settled(Int32)
    /// By what becomes of that node.
    case node(Int32)
  }

  let listener: Int32
  let context: Int32
  let step: Step
  let isReplay: Bool
}
