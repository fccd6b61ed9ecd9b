import Foundation

extension LedgerState {
  /// Recomputes a customer's tallies, matches and evidence from the set of events.
  mutating func fold(_ owner: Int32) {
    let first = customers[owner].firstEvent
    guard first != nowhere else { return }
    if first == customers[owner].lastEvent,
      case .redemption(let reference, let amount, let details) = events[first].event.content,
      let copy = onlyCopy(of: owner, by: reference, from: events[first].event.id.source)
    {
      let redeemer = redeemer(details?.customer, otherThan: owner)
      return fold(first, by: reference, amount, redeemer, over: copy)
    }
    let (fold, copies, rows) = folded(owner)
    for (index, row) in rows.enumerated() { match(row, fold.matches[index]) }
    for (index, row) in copies.enumerated() {
      put(fold.copies[index].redeemed, fold.copies[index].ended, fold.evidence[index], in: row)
    }
  }

  // Nearly every customer has one event and it names one copy: nothing is sorted, looked up or allocated for it.
  /// Folds a customer's only event.
  private mutating func fold(
    _ event: Int32,
    by reference: RedemptionReference,
    _ amount: Money?,
    _ customer: CustomerID?,
    over copy: Int32
  ) {
    let offer = issued[copy].offer
    let (folded, tally, evidence) = LoneRedemption.folded(
      events[event].event,
      by: reference,
      amount,
      customer,
      over: offer
    )
    match(event, folded, on: copy)
    put(tally, nil, evidence, in: copy)
  }

  private mutating func put(
    _ redeemed: RedemptionTally,
    _ ended: OfferEnd?,
    _ evidence: UInt64,
    in row: Int32
  ) {
    let held = issued[row].offer.holdsLimitUses
    let before = issued[row].offer.isEnded ? issued[row].offer.ended : nil
    issued[row].offer.stand(redeemed, ended)
    if before != ended {
      trail.tell(
        .end,
        row,
        from: before.map { TrailState($0.kind) } ?? .live,
        to: ended.map { TrailState($0.kind) } ?? .live
      )
    }
    if issued[row].offer.holdsLimitUses != held { heldUses(of: row, become: !held) }
    if issued[row].evidence != evidence {
      prove(row, by: evidence)
      reviewMessages(about: row)
    }
  }

  // Mutating though it changes nothing: called within a mutating step, a method that is not may be given a copy of the
  // whole state.
  /// The one copy that a redemption can mean, or `nil` where the whole fold must tell.
  private mutating func onlyCopy(of owner: Int32, by reference: RedemptionReference, from source: ProviderID)
    -> Int32?
  {
    let first = customers[owner].firstIssued
    switch reference {
    case .issuedOffer(let id):
      return issued.row(of: id).flatMap { issued[$0].customer == owner ? $0 : nil }
    case .replica(let reference):
      guard first != nowhere, first == customers[owner].lastIssued,
        issued[first].references.contains(where: {
          $0 == ReferenceKey(provider: source, reference: reference)
        })
      else { return nil }
      return first
    case .customer(_, let replica):
      guard first != nowhere, first == customers[owner].lastIssued,
        issued[first].offer.replica(at: source)?.name == replica
      else { return nil }
      return first
    }
  }

  /// The fold as it is now, with the rows of its copies and events.
  func folded(_ owner: Int32) -> (fold: RedemptionFold, copies: [Int32], events: [Int32]) {
    var copies: [Int32] = []
    var next = customers[owner].firstIssued
    while next != nowhere {
      copies.append(next)
      next = issued[next].next
    }
    // The order of issue is that of the moments, then of the ids: never that of the rows. What closures read is named,
    // for one that takes hold of the whole state is given a copy of it.
    if copies.count > 1 {
      copies.sort { [issued] in
        let (a, b) = (issued[$0].offer, issued[$1].offer)
        return a.issuedAt != b.issuedAt ? a.issuedAt < b.issuedAt : a.id < b.id
      }
    }
    var rows: [Int32] = []
    next = customers[owner].firstEvent
    while next != nowhere {
      rows.append(next)
      next = events[next].nextOfCustomer
    }
    let fold = RedemptionFold(
      copies: copies.map { [issued] in issued[$0].offer },
      references: copies.map { [issued] in issued[$0].references.all },
      entries: rows.map { [events] in events[$0].entry },
      identity: identity(of: owner)
    )
    return (fold, copies, rows)
  }
}
