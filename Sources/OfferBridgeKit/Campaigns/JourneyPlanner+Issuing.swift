// MARK: - An offer is issued

extension JourneyPlanner {
  mutating func issue(
    _ id: OfferID,
    by listener: Listener,
    at place: JourneyPlace
  ) {
    let key = DerivedKey.issuance(
      tenant: tenant,
      campaign: listener.id,
      customer: trigger.customer,
      trigger: trigger.id,
      offer: id
    )
    guard !draft.has(key) else { return draft.decide(listener, at: place, .alreadyPlanned) }
    // Decided on another way through the journey.
    if let decided = snapshot.decided.first(where: { $0.key == key }) {
      return replay(decided, of: listener, at: place)
    }
    guard let offer = offers[id] else { return draft.decide(listener, at: place, .offerUnknown(id)) }
    if let limit = limitWithoutAmount(of: listener, worth: offer.faceValue) {
      return draft.decide(listener, at: place, .limitUnmeasurable(limit))
    }
    var code: IssuedCode?
    if let pool = offer.codes {
      switch codes[key] {
      case .taken(let taken): code = taken.code
      case .exhausted(let pool): return draft.decide(listener, at: place, .codesExhausted(pool))
      case .noPool(let pool): return draft.decide(listener, at: place, .codePoolUnknown(pool))
      case nil:
        wantedCode = CodeWish(issuance: key, pool: pool)
        return
      }
    }
    let issued = IssuedOffer(
      id: key,
      offer: id,
      revision: offer.revision,
      customer: customer,
      campaign: listener.id,
      rule: listener.rule.fingerprint,
      trigger: trigger.id,
      heard: place.context.event.name,
      issuedAt: snapshot.now,
      expiresAt: offer.expires.moment(issuedAt: snapshot.now, in: place.context.zone),
      warning: offer.warns,
      onExpiry: offer.onExpiry,
      redeemable: offer.redeemable,
      faceValue: offer.faceValue,
      reversal: offer.reversal,
      code: code,
      replicas: unsent(offer),
      redeemed: .none
    )
    let node = draft.add(
      PlanNode(
        key: key,
        parent: place.parent,
        choice: place.choice,
        campaign: listener.id,
        rule: listener.rule.fingerprint,
        limits: uses(of: listener, at: place, offer: id, worth: offer.faceValue),
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

  func uses(
    of listener: Listener,
    at place: JourneyPlace,
    offer: OfferID?,
    worth faceValue: Money?
  ) -> [LimitUse] {
    listener.limits.compactMap {
      $0.use(
        offer: offer,
        customer: customer,
        at: snapshot.now,
        in: place.context.zone,
        worth: faceValue
      )
    }
  }

  /// A limit in money whose use has no amount: the catalog's offer is not the one that the bridge was made with.
  func limitWithoutAmount(of listener: Listener, worth faceValue: Money?) -> CampaignLimit? {
    for limit in listener.limits where limit.limit.amount(worth: faceValue) == nil { return limit.limit }
    return nil
  }
}
