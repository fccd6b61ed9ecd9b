import Foundation
import OfferBridgeKit

// What is near its end, or over.
extension ReferenceModel {
  /// What is to be warned of at a moment.
  func expiring(at now: Date) -> [IssuedOffer] {
    // By its dates first: of most that rules it out.
    offers.filter { $0.offer.isNearEnd(at: now) && !tombstones.contains($0.owner) }.map(\.current)
      .filter { $0.isNearEnd(at: now) }
  }

  /// What is to be recalled at a moment.
  func toBeRecalled(at now: Date) -> [IssuedOffer] {
    offers.filter { $0.offer.onExpiry == .recalls && $0.offer.isOver(at: now) }
      .filter { !tombstones.contains($0.owner) }.map(\.current).filter { $0.isOver(at: now) }
  }
}

extension IssuedOffer {
  private var isUsedUp: Bool { redeemed.count >= redeemable.count }

  private func isEnded(at now: Date) -> Bool { ended.map { $0.endedAt <= now } ?? false }

  fileprivate func isNearEnd(at now: Date) -> Bool {
    guard let warning, let expiresAt, closure == nil, !isUsedUp, !isEnded(at: now), now < expiresAt else {
      return false
    }
    return now >= issuedAt && now.milliseconds >= expiresAt.milliseconds - warning.lead.milliseconds
  }

  fileprivate func isOver(at now: Date) -> Bool {
    guard let expiresAt, closure == nil, !isUsedUp, expiresAt <= now else { return false }
    return !isEnded(at: now) || ended?.kind == .expired
  }
}
