/// What became of a redemption or reversal that an external system reported.
///
/// Nothing is refused and nothing dropped: each one that is received is
/// exactly one of these. The answer is today's; what is parked or discrepant
/// can change when its other half arrives, and ``OfferBridge/match(of:from:)``
/// tells how it stands now.
public enum RedemptionMatch: Sendable, Hashable, Codable {
  /// It fits an issued offer, and counts.
  case applied(to: IssuedOffer.ID)
  /// It counts, for the external system has the last word, but something about it is not as it should be.
  case discrepant([RedemptionDiscrepancy], on: IssuedOffer.ID)
  /// It is kept until its other half arrives.
  case parked(ParkedReason)
  /// The same event was received before; nothing changed.
  case duplicate
  /// Another event was received under the same id; nothing changed, and somebody should look.
  case conflict

  /// The issued offer that it counts on, or `nil`.
  public var issuedOffer: IssuedOffer.ID? {
    switch self {
    case .applied(let id), .discrepant(_, let id): id
    case .parked, .duplicate, .conflict: nil
    }
  }
}

/// What about a redemption that counts is not as it should be.
public enum RedemptionDiscrepancy: String, Sendable, Hashable, Codable, CaseIterable {
  /// It happened before the offer was issued.
  case beforeIssue
  /// It happened when the offer was over.
  case afterExpiry
  /// The offer was redeemed more often, or for more, than it may be.
  case overLimit
  /// Its amount is in another currency than the offer's face value, and is not summed.
  case otherCurrency
  /// The external system never confirmed that it has the replica; withdrawn once it does.
  case unconfirmedReplica
  /// A reversal of a redemption that another reversal has undone already; it gives nothing back.
  case alreadyReversed
}

/// Why an inbound event waits.
public enum ParkedReason: String, Sendable, Hashable, Codable, CaseIterable {
  /// No issued offer is known that it could be about.
  case unknownOffer
  /// Its redemption has not been received, or waits itself.
  case reversalBeforeRedemption
}
