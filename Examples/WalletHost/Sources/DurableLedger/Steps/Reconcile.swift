package import OfferBridgeKit

extension LedgerStep {
  /// Takes in one event, once, and folds it with what is known of its customer.
  package func reconcile(_ event: ExternalEvent) throws -> RedemptionMatch {
    if let known = try rows.event(event.id) {
      var standing = try standingRow()
      let isRepeat = known.event == event || known.isReworded
      if isRepeat { standing.duplicates += 1 } else { standing.conflicts += 1 }
      write(standing)
      return isRepeat ? .duplicate : .conflict
    }
    let clue = EventClue(of: event)
    var reason = ParkedReason.unknownOffer
    if case .reversal = event.content { reason = .reversalBeforeRedemption }
    let row = EventRow(event: event, receivedAt: now, customer: nil, match: .parked(reason))
    received = event.id
    let owner = try owner(by: clue)
    try rows.insert(row, awaiting: owner == nil ? clue : nil)
    var match = row.match
    if let owner {
      try give(row, to: owner)
      match = try fold(owner)[event.id] ?? match
    } else {
      try tell(row, from: nil)
    }
    received = nil
    return match
  }

  private func owner(by clue: EventClue) throws -> CustomerID? {
    switch clue {
    case .customer(let customer): try survivor(of: customer)
    case .issuedOffer(let id): try issued(id)?.owner
    case .replica(let reference, let provider): try rows.owner(of: reference, at: provider)
    case .event(let id): try rows.event(id)?.customer
    }
  }

  /// Takes out of a report of what somebody had who was forgotten whom it names.
  private func forgetPerson(in row: EventRow, of customer: CustomerID) throws {
    guard let event = row.event.withoutPerson, try identity(of: customer).isForgotten else { return }
    var row = row
    row.event = event
    row.isReworded = true
    try rows.rewrite(row)
  }

  /// Puts an event among its customer's, and with it the reversals that waited for it.
  func give(_ event: EventRow, to customer: CustomerID) throws {
    // A list and no recursion: how long a chain of reversals is, the external system decides.
    var open = [event]
    while let next = open.popLast() {
      try writeTrailOfNobodys()
      try rows.give(next.event.id, to: customer)
      try forgetPerson(in: next, of: customer)
      open += try rows.events(awaiting: .event(next.event.id)).reversed()
    }
  }
}
