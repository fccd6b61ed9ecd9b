package import Foundation
import OfferBridgeKit

// What a row says of its end: what a database looks for, and what is listed.
extension IssuedRow {
  /// When its end is near, in milliseconds; `nil` when nothing says so, and while it is closed or used up.
  package var warnsAt: Int64? { isOpen ? offer.warnsAt?.milliseconds : nil }

  /// Whether its replicas are wanted back when its time is over, and it is neither closed nor used up.
  package var isRecalledAtItsEnd: Bool { isOpen && offer.onExpiry == .recalls && offer.expiresAt != nil }

  // Used up is used up at every moment.
  private var isOpen: Bool { offer.closure == nil && offer.status(at: offer.issuedAt) != .redeemed }

  /// Whether its end is near at a moment, and it can still be redeemed.
  package func isExpiring(at moment: Date) -> Bool {
    guard let warnsAt = offer.warnsAt else { return false }
    return warnsAt <= moment && offer.status(at: moment) == .issued
  }

  /// Whether its time is over at a moment, and its replicas are wanted back.
  package func isToBeRecalled(at moment: Date) -> Bool {
    guard offer.onExpiry == .recalls, offer.closure == nil, let end = offer.expiresAt else { return false }
    return end <= moment && offer.status(at: moment) == .expired
  }
}
