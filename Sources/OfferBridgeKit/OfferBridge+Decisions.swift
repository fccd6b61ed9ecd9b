import Foundation

// MARK: - Deciding

extension OfferBridge {
  /// Decides what a customer's action leads to, and commits it in one step.
  ///
  /// The rules of every campaign that hears the action decide on the profile,
  /// the history and the ledger as they are now; what they issue is heard by
  /// further campaigns within the same plan. One read, one commit.
  ///
  /// Delivering it again is harmless: what was issued, or refused by a limit,
  /// is answered again; what was not met is decided anew.
  ///
  /// - Parameter action: What the customer did.
  /// - Returns: The decisions. A rule that is not met, a limit that is reached, a conflict are decisions too.
  ///   For an action that no campaign hears there are none: nothing is read or remembered.
  /// - Throws: ``OfferBridgeError`` when the id or moment is unusable, the customer unknown, or a store fails.
  ///   Nothing is written then, or it is found when the action is delivered again.
  public func respond(to action: CustomerAction) async throws -> Decisions {
    try validate("action", action.name)
    try validate("action", action.id)
    return try await decide(
      HostTrigger(
        id: TriggerID(.action, action.id),
        name: action.name,
        customer: action.customer,
        occurredAt: action.occurredAt,
        attributes: action.attributes,
        heard: .action(action.name)
      ),
      presentAction: action
    )
  }

  /// Decides what an event leads to that the host itself reports on a customer's profile.
  ///
  /// - Parameter event: What happened.
  /// - Returns: The decisions, as for an action.
  /// - Throws: ``OfferBridgeError``, as for an action; or with code `hostEventUndeclared`.
  public func respond(to event: ProfileEvent) async throws -> Decisions {
    try validate("event", event.name)
    try validate("event", event.id)
    guard hostEvents.contains(event.name) else { throw OfferBridgeError(.hostEventUndeclared(event.name)) }
    return try await decide(
      HostTrigger(
        id: TriggerID(.hostEvent, event.id),
        name: event.name,
        customer: event.customer,
        occurredAt: event.occurredAt,
        attributes: event.attributes,
        heard: .event(event.name)
      ),
      presentAction: nil
    )
  }

  private func decide(_ trigger: HostTrigger, presentAction: CustomerAction?) async throws -> Decisions {
    counted(try await respond(trigger, presentAction: presentAction))
  }

  private func respond(_ trigger: HostTrigger, presentAction: CustomerAction?) async throws -> Decisions {
    try trigger.customer.validated()
    guard trigger.occurredAt.isUsable else {
      throw OfferBridgeError(.momentInvalid(of: trigger.id.description))
    }
    guard let channel = wiring.channel(of: trigger.heard) else { return .none }
    let record = trigger.record
    // Every round that ends in `stale` was overtaken by a commit of this very trigger, or by a minute.
    for _ in 0..<16 {
      let (reach, snapshot, offers) = try await read(for: trigger, heardOn: channel)
      if let known = snapshot.trigger, known != record { return conflict(trigger, channel) }
      guard
        let customer = try await reading(
          .customerStoreFailed(trigger.customer),
          { try await customers.customer(trigger.customer) }
        )
      else { throw OfferBridgeError(.customerUnknown(trigger.customer)) }
      let actions = try await actions(
        trigger.customer,
        reach: reach,
        now: snapshot.now,
        present: presentAction
      )
      let event = trigger.heardEvent
      let context = RuleContext(
        profile: CustomerProfile(customer),
        customerID: trigger.customer,
        event: event,
        origin: event,
        // On a repeat too, what this trigger issued is seen by what follows from it alone.
        history: RuleHistory(
          actions: actions,
          issuedOffers: snapshot.issuedOffers.filter { $0.trigger != trigger.id }
        ),
        issuedOffer: nil,
        now: snapshot.now,
        zone: settings.zone
      )
      var planner = JourneyPlanner(
        tenant: tenant,
        trigger: record,
        snapshot: snapshot,
        offers: offers,
        wiring: wiring,
        depthLimit: settings.journeyDepth
      )
      planner.hear(channel, in: context, cause: .trigger(trigger.id))
      let isNews = planner.draft.isNews
      let journey = PlannedJourney(planner)
      if snapshot.trigger != nil && !isNews {
        return journey.settled(
          by: Array(repeating: .replayed, count: journey.plan.nodes.count),
          heard: trigger.name
        )
      }
      switch try await reading(.ledgerFailed, { try await ledger.commit(journey.plan) }) {
      case .committed(let answers): return journey.settled(by: answers, heard: trigger.name)
      case .conflict: return conflict(trigger, channel)
      case .stale: continue
      }
    }
    throw OfferBridgeError(.ledgerBusy(customer: trigger.customer))
  }

  /// The ledger as it is now, and of the catalog what may be issued or was.
  @inline(__always)
  private func read(
    for trigger: HostTrigger,
    heardOn channel: Channel
  ) async throws -> (JourneyReach, LedgerSnapshot, [OfferID: Offer]) {
    var reach = channel.reach
    while true {
      let query = SnapshotQuery(
        tenant: tenant,
        customer: trigger.customer,
        trigger: trigger.id,
        offers: reach.offersSeen
      )
      let snapshot = try await reading(.ledgerFailed) { try await ledger.snapshot(query) }
      let offers = try await self.offers(within: reach, snapshot)
      // An offer that raises another event than it did when the bridge was made may lead further.
      guard let now = wiring.reach(of: channel, whereChanged: offers) else {
        return (reach, snapshot, offers)
      }
      if now.isWithin(reach) { return (now, snapshot, offers) }
      reach = now
    }
  }

  @inline(__always)
  private func offers(
    within reach: JourneyReach,
    _ snapshot: LedgerSnapshot
  ) async throws -> [OfferID: Offer] {
    var wanted = reach.offersIssued(at: snapshot.now.milliseconds)
    for case .issued(let issued) in snapshot.decided.map({ $0.outcome }) where !wanted.contains(issued.offer)
    {
      wanted.append(issued.offer)
    }
    guard !wanted.isEmpty else { return [:] }
    return try await reading(.catalogFailed) { try await catalog.offers(wanted) }
  }

  /// The past actions that the rules ask for, each once, and the present one as happening now at the latest.
  @inline(__always)
  private func actions(
    _ customer: CustomerID,
    reach: JourneyReach,
    now: Date,
    present: CustomerAction?
  ) async throws -> [CustomerAction] {
    guard !reach.actions.isEmpty else { return [] }
    let needs = reach.needs(at: now, zone: settings.zone)
    let history = try await reading(.customerStoreFailed(customer)) {
      try await customers.history(of: customer, needs: needs)
    }
    var actions: [CustomerAction] = []
    var seen: Set<String> = []
    if let present {
      seen.insert(present.id)
      actions.append(present.happening(by: now))
    }
    for action in history.actions where seen.insert(action.id).inserted { actions.append(action) }
    return actions
  }

  private func conflict(_ trigger: HostTrigger, _ channel: Channel) -> Decisions {
    let listeners = channel.listeners
    let make: @Sendable (Int) -> CampaignDecision = { index in
      CampaignDecision(
        campaign: listeners[index].id,
        heard: trigger.name,
        outcome: .conflict,
        isReplay: false,
        explain: {
          RuleExplanation(requirement: "another trigger is known as \(trigger.id)", verdict: .notMet)
        }
      )
    }
    return Decisions(
      notable: listeners.indices.map(Int32.init),
      count: listeners.count,
      campaignAt: { listeners[$0].id },
      make: make
    )
  }

  // Inlined with its body: called, the two cost every reading two frames of an async function, a tenth of a journey's
  // instructions in all.
  @inline(__always)
  func reading<Answer>(
    _ code: OfferBridgeError.Code,
    _ body: () async throws -> Answer
  ) async throws -> Answer {
    do {
      return try await body()
    } catch let error as OfferBridgeError {
      throw error
    } catch {
      throw OfferBridgeError(code, underlying: error)
    }
  }
}

/// An action or a host event, once the difference does not matter any more.
struct HostTrigger: Sendable {
  let id: TriggerID
  let name: String
  let customer: CustomerID
  let occurredAt: Date
  let attributes: Attributes
  let heard: Heard

  var record: TriggerRecord {
    TriggerRecord(
      id: id,
      customer: customer,
      fingerprint: .fingerprint(
        of: id,
        name: name,
        customer: customer,
        occurredAt: occurredAt.milliseconds,
        attributes: attributes
      )
    )
  }

  var heardEvent: HeardEvent {
    HeardEvent(
      kind: id.kind == .action ? .action : .hostEvent,
      name: name,
      cause: .trigger(id),
      occurredAt: occurredAt,
      attributes: attributes
    )
  }
}

extension Decisions {
  /// Nobody heard anything.
  static let none = Decisions(
    notable: [],
    count: 0,
    campaignAt: { _ in "" },
    make: { _ in preconditionFailure("there is no decision") }
  )
}

extension CustomerAction {
  /// The action, no later than that: a device whose clock is ahead did not act in the future.
  fileprivate func happening(by now: Date) -> CustomerAction {
    occurredAt <= now ? self : CustomerAction(name, id: id, by: customer, at: now, attributes)
  }
}
