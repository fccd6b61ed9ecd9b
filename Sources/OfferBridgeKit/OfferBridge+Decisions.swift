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

  func decide(_ trigger: HostTrigger, presentAction: CustomerAction?) async throws -> Decisions {
    counted(try await respond(trigger, presentAction: presentAction))
  }

  private func respond(_ trigger: HostTrigger, presentAction: CustomerAction?) async throws -> Decisions {
    try trigger.customer.validated()
    guard trigger.occurredAt.isUsable else {
      throw OfferBridgeError(.momentInvalid(of: trigger.id.description))
    }
    guard let channel = wiring.channel(of: trigger.heard) else { return .none }
    var (trigger, record) = (trigger, trigger.record)
    var held = HeldCodes()
    // Every round that ends in `stale` was overtaken by a commit of this very trigger, or by a minute.
    for _ in 0..<16 {
      let (reach, snapshot, offers) = try await read(for: trigger, heardOn: channel)
      if let known = snapshot.trigger, known != record {
        guard let same = trigger.known(as: known, to: snapshot.identity) else {
          return conflict(trigger, channel)
        }
        (trigger, record) = (same, known)
      }
      if !held.isEmpty { await giveBack(held.freed(by: snapshot)) }
      // Its end came while others of its page were decided.
      if let end = trigger.issuedOffer?.expiresAt, end <= snapshot.now { return .none }
      let context = try await facts(of: trigger, presentAction, within: reach, snapshot)
      var planner = JourneyPlanner(
        tenant: tenant,
        trigger: record,
        snapshot: snapshot,
        offers: offers,
        wiring: wiring,
        depthLimit: settings.journeyDepth
      )
      planner.begin(with: trigger, channel, in: context)
      while let wish = planner.wantedCode {
        let supply = try await take(wish, plannedAt: snapshot.now)
        if case .taken(let code) = supply { held.hold(code) }
        planner.begin(again: wish, with: supply)
        planner.begin(with: trigger, channel, in: context)
      }
      let isNews = planner.draft.isNews
      let journey = PlannedJourney(planner)
      if snapshot.trigger != nil && !isNews {
        return journey.settled(
          by: Array(repeating: .replayed, count: journey.plan.nodes.count),
          heard: trigger.name
        )
      }
      switch try await reading(.ledgerFailed, { try await ledger.commit(journey.plan) }) {
      case .committed(let answers):
        if !held.isEmpty { await giveBack(held.freed(by: journey.plan, answers, on: snapshot)) }
        return journey.settled(by: answers, heard: trigger.name)
      case .conflict: return conflict(trigger, channel)
      case .stale: continue
      }
    }
    throw OfferBridgeError(.ledgerBusy(customer: trigger.customer))
  }

  private func conflict(_ trigger: HostTrigger, _ channel: Channel) -> Decisions {
    .unasked(
      channel,
      .conflict,
      heard: trigger.name,
      because: "another trigger is known as \(trigger.id)"
    )
  }
}

extension Decisions {
  /// Nobody of those who hear it was asked, for one reason.
  static func unasked(
    _ channel: Channel,
    _ outcome: CampaignDecision.Outcome,
    heard: String,
    because reason: String
  ) -> Decisions {
    let listeners = channel.listeners
    let make: @Sendable (Int) -> CampaignDecision = { index in
      CampaignDecision(
        campaign: listeners[index].id,
        heard: heard,
        outcome: outcome,
        isReplay: false,
        explain: { RuleExplanation(requirement: reason, verdict: .notMet) }
      )
    }
    return Decisions(
      notable: outcome.isNotable ? listeners.indices.map(Int32.init) : [],
      count: listeners.count,
      campaignAt: { listeners[$0].id },
      make: make
    )
  }
}
