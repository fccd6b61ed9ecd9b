import Foundation

extension LedgerState {
  /// Puts an end to an issued offer, once.
  package mutating func close(_ closing: OfferClosing, now: Int64) -> CloseAnswer {
    guard let row = issued.row(of: closing.issuedOffer) else { return .unknownOffer }
    begin(.close, at: now)
    if let closure = issued[row].offer.closure {
      commit(closing.recalls, about: row, now: now)
      return .alreadyClosed(closure)
    }
    let offer = issued[row].offer
    guard offer.redeemed.count < offer.redeemable.count else { return .usedUp }
    if closing.kind == .expired {
      guard let end = offer.expiresAt, end.milliseconds <= now else {
        return .notOver(until: offer.expiresAt)
      }
    }
    let closure = OfferClosure(
      kind: closing.kind,
      reason: closing.reason,
      closedAt: Date(milliseconds: now),
      limitUses: closing.limitUses
    )
    issued[row].offer.closure = closure
    let reason = trail.detail(.reason(closing.reason))
    trail.tell(.offer, row, from: .issued, to: TrailState(closing.kind), other: reason)
    // Where a reversal ended it, they are given back already.
    if offer.holdsLimitUses != issued[row].offer.holdsLimitUses { heldUses(of: row, become: false) }
    reviewMessages(about: row)
    commit(closing.recalls, about: row, now: now)
    fold(issued[row].customer)
    return .closed(closure)
  }

  /// Commits the recalls that are new, where there may be something to recall.
  private mutating func commit(_ recalls: [OfferMessage], about row: Int32, now: Int64) {
    // They were written for somebody who is nobody by now.
    if forgotten.contains(issued[row].customer) { return }
    for recall in recalls where messages.row(of: recall.key) == nil {
      guard recall.purpose == .recall, recall.issuedOffer == issued[row].offer.id,
        issued[row].current.replica(at: recall.provider)?.state.mayBeThere ?? false
      else { continue }
      queue(recall, now: now)
    }
  }
}
