// MARK: - A message is sent, or withheld

extension JourneyPlanner {
  mutating func send(
    _ message: ListenerMessage,
    through provider: ProviderID,
    by listener: Listener,
    at place: JourneyPlace
  ) {
    let variant = message.variant(for: customer)
    let issued = place.context.issuedOffer
    if let closure = issued?.closure {
      return withhold(listener, at: place, .offerClosed(closure))
    }
    if let limit = limitWithoutAmount(of: listener, worth: issued?.faceValue) {
      return withhold(listener, at: place, .limitUnmeasurable(limit))
    }
    let payload: MessagePayload
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
      customer: customer,
      campaign: listener.id,
      rule: listener.rule.fingerprint,
      variant: variant.name,
      languages: payload.languages,
      issuedOffer: issued?.id,
      replica: issued?.replica(at: provider)?.name,
      payload: payload.bytes,
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
        rule: listener.rule.fingerprint,
        limits: uses(of: listener, at: place, offer: issued?.offer, worth: issued?.faceValue),
        content: .message(message)
      )
    )
    draft.decide(listener, at: place, node: node)
  }

  /// Decides that nothing is done; where a message would have been about an issued offer, its replica says why.
  mutating func withhold(
    _ listener: Listener,
    at place: JourneyPlace,
    _ outcome: CampaignDecision.Outcome
  ) {
    draft.decide(listener, at: place, outcome)
    guard case .send(_, let provider) = listener.outcome, let issued = place.context.issuedOffer,
      let reason = reason(outcome, of: listener, in: place.context)
    else { return }
    draft.withhold(issued, at: provider, reason, by: listener, parent: place.parent)
  }

  func reason(
    _ outcome: CampaignDecision.Outcome,
    of listener: Listener,
    in context: RuleFacts
  ) -> WithheldReason? {
    func decisive() -> [String] { listener.rule.explain(context).decisive.map { $0.requirement } }
    switch outcome {
    case .notMet: return .notMet(listener.id, decisive())
    case .notEvaluable: return .notEvaluable(listener.id, decisive())
    case .heldOut(let group): return group.map { .heldOutBy(listener.id, $0) } ?? .heldOut(listener.id)
    case .notRunning: return .notRunning(listener.id)
    case .missingDataPoint(let name): return .missingDataPoint(listener.id, name)
    case .chainTooDeep: return .chainTooDeep(listener.id)
    case .offerClosed: return .offerClosed
    case .limitUnmeasurable: return .limitUnmeasurable(listener.id)
    default: return nil
    }
  }
}
