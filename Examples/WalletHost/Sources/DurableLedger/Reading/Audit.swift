package import OfferBridgeKit

extension LedgerReading {
  /// Counts every row anew and compares the sums with what is kept: one customer's rows are in memory at a time.
  ///
  /// - Parameter now: The ledger's time, in milliseconds: what of a rolling window counts.
  /// - Returns: The sums, and what does not agree.
  /// - Throws: What the rows throw.
  package func audit(now: Int64) throws -> LedgerAudit {
    var audit = LedgerAudit()
    var limits = LimitSums(now: now)
    var redemptions = 0
    let standing = try rows.standing()
    try rows.forEachCustomer { customer in
      let events = try rows.events(of: customer)
      let offers = try rows.issued(to: customer, of: nil)
      for row in offers {
        audit.count(row.current)
        try limits.take(row)
      }
      redemptions += events.count { $0.isCountedRedemption }
      for event in events { audit.count(event) }
      let identity = try standing.names > 0 ? rows.identity(of: customer) : IdentityRow(customer)
      let references = try rows.references(of: customer)
      let folded = FoldedRedemptions(of: events, over: offers, references, identity)
      audit.compare(events, offers, with: folded)
    }
    try rows.forEachUnownedEvent { audit.count($0) }
    try rows.forEachMessage { row in
      audit.count(row)
      try limits.take(row)
    }
    audit.duplicates = standing.duplicates
    audit.conflicts = standing.conflicts
    audit.received += standing.duplicates + standing.conflicts
    if redemptions != audit.redeemed &+ audit.reversed {
      audit.imbalances.append(
        "\(redemptions) redemptions count, but \(audit.redeemed) are redeemed and \(audit.reversed) reversed."
      )
    }
    let open = try rows.openMessagesInLanes()
    if open != audit.messagesOpen {
      audit.imbalances.append(
        "\(audit.messagesOpen) messages are open, but \(open) are in a lane and will be sent."
      )
    }
    try rows.forEachCounter { counter, used, brought in
      try limits.compare(counter, used, brought, rows, into: &audit)
    }
    limits.compareRest(into: &audit)
    return audit
  }
}

extension LedgerAudit {
  fileprivate mutating func count(_ offer: IssuedOffer) {
    issued += 1
    if offer.closure != nil { closed += 1 }
    if !offer.overLimits.isEmpty { issuedBeyondLimits += 1 }
    redeemed &+= offer.redeemed.count
    reversed &+= offer.redeemed.reversed
    for replica in offer.replicas {
      replicas += 1
      switch replica.state {
      case .notSent: replicasNotSent += 1
      case .pending: replicasPending += 1
      case .accepted: replicasAccepted += 1
      case .rejected: replicasRejected += 1
      case .unknown: replicasUnknown += 1
      case .recalled: replicasRecalled += 1
      }
    }
  }

  fileprivate mutating func count(_ row: MessageRow) {
    messages += 1
    attempts += row.redrives.reduce(row.attempts) { $0 + ($1.mode == .sameKey ? $1.attempts : 0) }
    switch row.stage {
    case .waiting, .leased: messagesOpen += 1
    case .accepted, .confirmed: messagesAccepted += 1
    case .rejected: messagesRejected += 1
    case .buried: messagesBuried += 1
    case .withdrawn: messagesWithdrawn += 1
    }
  }

  fileprivate mutating func count(_ row: EventRow) {
    received += 1
    switch row.match {
    case .applied: applied += 1
    case .discrepant: discrepant += 1
    case .parked: parked += 1
    case .duplicate, .conflict:
      imbalances.append("Event \(row.event.id) is kept as a repeat of itself.")
    }
  }

  /// What one customer's rows say otherwise than the fold of their events.
  fileprivate mutating func compare(
    _ events: [EventRow],
    _ offers: [IssuedRow],
    with folded: FoldedRedemptions
  ) {
    for (row, fold) in zip(offers, folded.issuedOffers) {
      for (part, isFold) in [
        ("tally", row.offer.redeemed == fold.redeemed),
        ("external end", row.offer.ended == fold.ended),
        ("evidence", row.proven == folded.provers(of: row.offer)),
      ] where !isFold {
        imbalances.append("Issued offer \(row.offer.id): its \(part) is not the fold of its events.")
      }
    }
    for (row, match) in zip(events, folded.matches) where row.match != match {
      imbalances.append("Event \(row.event.id): its match is not the fold of its customer's events.")
    }
  }
}

extension EventRow {
  fileprivate var isCountedRedemption: Bool {
    if case .redemption = event.content { match.issuedOffer != nil } else { false }
  }
}
