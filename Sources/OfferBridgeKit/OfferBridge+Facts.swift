import Foundation

// MARK: - What a decision is made on

extension OfferBridge {
  /// The ledger as it is now, and of the catalog what may be issued or was.
  @inline(__always)
  func read(
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

  /// What the rules of a journey look at: the profile, the past, and what was heard.
  @inline(__always)
  func facts(
    of trigger: HostTrigger,
    _ present: CustomerAction?,
    within reach: JourneyReach,
    _ snapshot: LedgerSnapshot
  ) async throws -> RuleContext<Customer> {
    let id = snapshot.identity?.survivor ?? trigger.customer
    guard
      let customer = try await reading(.customerStoreFailed(id), { try await customers.customer(id) })
    else { throw OfferBridgeError(.customerUnknown(id)) }
    let zone = zoneOfCustomer(customer) ?? settings.zone
    let actions = try await actions(
      id,
      reach: reach,
      now: snapshot.now,
      in: zone,
      present: present
    )
    let event = trigger.heardEvent
    return RuleContext(
      profile: CustomerProfile(customer),
      customerID: id,
      event: event,
      origin: event,
      // On a repeat too, what this trigger issued is seen by what follows from it alone.
      history: RuleHistory(
        actions: actions,
        issuedOffers: snapshot.issuedOffers.filter {
          $0.trigger != trigger.id && $0.id != trigger.issuedOffer?.id
        }
      ),
      issuedOffer: nil,
      now: snapshot.now,
      zone: zone
    )
  }

  /// The past actions that the rules ask for, each once, and the present one as happening now at the latest.
  @inline(__always)
  private func actions(
    _ customer: CustomerID,
    reach: JourneyReach,
    now: Date,
    in zone: TimeZone,
    present: CustomerAction?
  ) async throws -> [CustomerAction] {
    guard !reach.actions.isEmpty else { return [] }
    let needs = reach.needs(at: now, zone: zone)
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
}

extension CustomerAction {
  /// The action, no later than that: a device whose clock is ahead did not act in the future.
  fileprivate func happening(by now: Date) -> CustomerAction {
    occurredAt <= now ? self : CustomerAction(name, id: id, by: customer, at: now, attributes)
  }
}
