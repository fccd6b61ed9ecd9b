import Foundation
package import OfferBridgeKit

extension LedgerStep {
  /// Puts an end to an issued offer, once.
  package func close(_ closing: OfferClosing) throws -> CloseAnswer {
    guard var row = try issued(closing.issuedOffer) else { return .unknownOffer }
    let offer = row.offer
    if let closure = offer.closure {
      try commit(closing.recalls, about: offer.id)
      return .alreadyClosed(closure)
    }
    guard offer.status(at: Date(milliseconds: now)) != .redeemed else { return .usedUp }
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
    row.offer.closure = closure
    try tell(row, .offer, from: .issued, to: TrailState(closing.kind), because: closing.reason)
    // Where a reversal ended it, they are given back already.
    if offer.holdsLimitUses != row.offer.holdsLimitUses { try limitUses(of: &row, become: false) }
    update(row)
    try reviewMessages(about: offer.id)
    try commit(closing.recalls, about: offer.id)
    try fold(row.owner)
    return .closed(closure)
  }

  /// Commits the recalls that are new, where there may be something to recall.
  private func commit(_ recalls: [OfferMessage], about id: IssuedOffer.ID) throws {
    // They were written for somebody who is nobody by now.
    if let owner = try issued(id)?.owner, try identity(of: owner).isForgotten { return }
    for recall in recalls where recall.purpose == .recall && recall.issuedOffer == id {
      guard try message(recall.key) == nil,
        try issued(id)?.replicaState(at: recall.provider)?.mayBeThere ?? false
      else { continue }
      try queue(recall)
    }
  }
}
