// MARK: - Events are raised and heard

extension JourneyPlanner {
  /// What hears the trigger itself; an end that is near is a raised event, and stands in the plan as one.
  mutating func begin(with trigger: HostTrigger, _ channel: Channel, in context: RuleFacts) {
    let cause = JourneyCause.trigger(trigger.id)
    guard let issued = trigger.issuedOffer else { return hear(channel, in: context, cause: cause) }
    let key = eventKey(trigger.name, cause)
    let node = draft.add(PlanNode(key: key, content: .event(name: trigger.name)))
    let event = HeardEvent(
      kind: .raised,
      name: trigger.name,
      cause: .event(key),
      occurredAt: trigger.occurredAt,
      attributes: trigger.attributes
    )
    hear(channel, in: context.hearing(event, issuing: issued), cause: .event(key), parent: node)
  }

  /// What hears an issuance: those of the event that it raises, then the observers of the issuance itself.
  mutating func follow(
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

  mutating func raise(
    _ event: String,
    by listener: Listener,
    at place: JourneyPlace
  ) {
    let key = eventKey(event, place.cause)
    guard !draft.has(key) else { return draft.decide(listener, at: place, .alreadyPlanned) }
    raise(event, key, by: listener, at: place, isReplay: false)
  }

  /// An event that an observer raises carries on the attributes of what the observer heard.
  mutating func raise(
    _ event: String,
    _ key: DerivedKey,
    by listener: Listener,
    at place: JourneyPlace,
    isReplay: Bool
  ) {
    let node = draft.add(
      PlanNode(
        key: key,
        parent: place.parent,
        campaign: listener.id,
        rule: listener.rule.fingerprint,
        content: .event(name: event)
      )
    )
    draft.decide(listener, at: place, node: node, isReplay: isReplay)
    hear(event, key, place.context.event.attributes, issuing: nil, from: place, node: node)
  }

  mutating func hear(
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

  private func eventKey(_ name: String, _ cause: JourneyCause) -> DerivedKey {
    .event(tenant: tenant, customer: trigger.customer, cause: cause, name: name)
  }
}
