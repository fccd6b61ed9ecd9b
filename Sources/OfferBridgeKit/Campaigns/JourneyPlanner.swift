import Foundation

/// Plans a journey: asks every campaign that hears something, and follows what would be issued and raised.
///
/// Pure: it decides on the snapshot and the facts that were read, and waits
/// for nothing. What it plans stands once the ledger has committed it.
///
/// Where an offer has unique codes, it stops at the first that it needs one
/// for, ``wantedCode``, and plans from the beginning once it is given it: one
/// at a time, so that none is taken for what would follow from an offer whose
/// codes are exhausted.
struct JourneyPlanner {
  let tenant: TenantID
  let trigger: TriggerRecord
  let snapshot: LedgerSnapshot
  let offers: [OfferID: Offer]
  let wiring: CampaignWiring
  let depthLimit: Int

  /// Whose journey it is, by the id that they go by; keys alone are derived from the trigger's.
  let customer: CustomerID

  var draft: JourneyDraft
  private var choices = 0
  /// What is known of codes so far, by what would be issued.
  private(set) var codes: [IssuedOffer.ID: CodeSupply] = [:]
  /// What must be known before the plan is one.
  var wantedCode: CodeWish?

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
    customer = snapshot.identity?.survivor ?? trigger.customer
    draft = JourneyDraft(known: snapshot.decided.map { $0.key })
  }

  /// Forgets what was planned, and knows one code more.
  mutating func begin(again wish: CodeWish, with supply: CodeSupply) {
    codes[wish.issuance] = supply
    wantedCode = nil
    choices = 0
    draft = JourneyDraft(known: snapshot.decided.map { $0.key })
  }

  var plan: JourneyPlan {
    JourneyPlan(
      tenant: tenant,
      trigger: trigger,
      plannedAt: snapshot.now,
      triggerVersion: snapshot.triggerVersion,
      survivor: customer == trigger.customer ? nil : customer,
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
      if wantedCode != nil { return }
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
    guard listener.runTime.isRunning(at: snapshot.now.milliseconds, zone: place.context.zone) else {
      return withhold(listener, at: place, .notRunning)
    }
    let (verdict, isHeldOut) = listener.rule.evaluate(in: place.context)
    guard verdict == .met else {
      return withhold(
        listener,
        at: place,
        isHeldOut
          ? .heldOut(by: listener.group(of: customer)) : verdict == .notMet ? .notMet : .notEvaluable
      )
    }
    switch listener.outcome {
    case .issue(let choice):
      if let offer = choice.offer(for: customer) { issue(offer, by: listener, at: place) }
    case .raise(let event): raise(event, by: listener, at: place)
    case .send(let message, let provider): send(message, through: provider, by: listener, at: place)
    }
  }

  /// What was written or refused stays so; what stands beneath it is asked again on today's facts.
  ///
  /// Once in a journey: on a second way to it, it is part of the journey already, as it was when it was new.
  mutating func replay(
    _ decided: DecidedNode,
    of listener: Listener,
    at place: JourneyPlace
  ) {
    guard !draft.has(decided.key) else { return draft.decide(listener, at: place, .alreadyPlanned) }
    switch decided.outcome {
    case .refused(let limit):
      draft.noteRefusal(of: decided.key)
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
          choice: place.choice,
          campaign: listener.id,
          content: .issuance(issued)
        )
      )
      draft.decide(listener, at: place, node: node, isReplay: true)
      follow(issued, raises: offers[issued.offer]?.raises, from: place, node: node)
    }
  }
}
