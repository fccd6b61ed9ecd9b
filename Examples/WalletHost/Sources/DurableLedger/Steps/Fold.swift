import OfferBridgeKit

extension LedgerStep {
  /// Recomputes a customer's tallies, matches and proofs from the set of events.
  ///
  /// - Parameter customer: The customer.
  /// - Returns: How each of their events stands.
  /// - Throws: What the rows throw.
  @discardableResult
  func fold(_ customer: CustomerID) throws -> [ExternalEventID: RedemptionMatch] {
    let events = try rows.events(of: customer)
    guard !events.isEmpty else { return [:] }
    let offers = try issued(to: customer)
    let folded = try FoldedRedemptions(
      of: events,
      over: offers,
      rows.references(of: customer),
      identity(of: customer)
    )
    var matches: [ExternalEventID: RedemptionMatch] = [:]
    for (event, match) in zip(events, folded.matches) {
      matches[event.event.id] = match
      try put(match, of: event)
    }
    // The order of issue is that of the moments, then of the ids.
    let order = offers.indices.sorted {
      let (a, b) = (offers[$0].offer, offers[$1].offer)
      return a.issuedAt != b.issuedAt ? a.issuedAt < b.issuedAt : a.id < b.id
    }
    for index in order {
      try put(folded.issuedOffers[index], provenAt: folded.provers(of: offers[index].offer))
    }
    return matches
  }

  private func put(_ match: RedemptionMatch, of event: EventRow) throws {
    let isNew = received == event.event.id
    guard isNew || event.match != match else { return }
    if event.match != match { try rows.write(match, of: event.event.id) }
    let before = isNew ? nil : TrailState(event.match)
    var event = event
    event.match = match
    try tell(event, from: before)
  }

  private func put(_ folded: IssuedOffer, provenAt provers: [ProviderID]) throws {
    // As it is now: what was put of an issued offer before may have ended a message of this one.
    guard var row = try issued(folded.id) else { return }
    let (held, before, proven) = (row.offer.holdsLimitUses, row.offer.ended, row.proven)
    guard row.offer.redeemed != folded.redeemed || before != folded.ended || proven != provers else { return }
    row.offer.redeemed = folded.redeemed
    row.offer.ended = folded.ended
    row.proven = provers
    if before != folded.ended {
      try tell(
        row,
        .end,
        from: before.map { TrailState($0.kind) } ?? .live,
        to: folded.ended.map { TrailState($0.kind) } ?? .live
      )
    }
    if row.offer.holdsLimitUses != held { try limitUses(of: &row, become: !held) }
    update(row)
    if proven != provers {
      try tell(proofsOf: row, before: proven)
      try reviewMessages(about: folded.id)
    }
  }
}

extension FoldedRedemptions {
  /// Folds rows.
  init(
    of events: [EventRow],
    over offers: [IssuedRow],
    _ references: [IssuedOffer.ID: [ProviderID: Set<ReplicaReference>]],
    _ identity: IdentityRow
  ) {
    self.init(
      of: events.map(\.event),
      over: offers.map { Copy($0.offer, references: references[$0.offer.id] ?? [:]) },
      identity: identity.identity
    )
  }

  /// The external systems that are proven to have an issued offer's replica, in the order of its replicas.
  func provers(of offer: IssuedOffer) -> [ProviderID] {
    offer.replicas.map(\.provider).filter { proves(offer.id, at: $0) }
  }
}
