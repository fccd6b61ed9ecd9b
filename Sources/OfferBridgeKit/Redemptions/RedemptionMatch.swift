public import Foundation

/// What became of a redemption, reversal or notice that an external system reported.
///
/// Nothing is refused and nothing dropped: each one that is received is
/// exactly one of these. The answer is today's; what is parked or discrepant
/// can change when its other half arrives, and ``OfferBridge/match(of:from:)``
/// tells how it stands now.
public enum RedemptionMatch: Sendable, Hashable, Codable, CustomStringConvertible {
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

  /// Such as "discrepant: after its expiry", without the issued offer's id.
  public var description: String {
    switch self {
    case .applied: "applied"
    case .discrepant(let reasons, _): "discrepant: \(reasons.map(\.description).joined(separator: ", "))"
    case .parked(let reason): "parked: \(reason)"
    case .duplicate: "duplicate"
    case .conflict: "conflict"
    }
  }
}

/// What about an event that counts is not as it should be.
public enum RedemptionDiscrepancy: String, Sendable, Hashable, Codable, CaseIterable, CustomStringConvertible
{
  /// It happened before the offer was issued.
  case beforeIssue
  /// It happened when the offer was over, by our time or by the external system's.
  case afterExpiry
  /// It happened after the offer was revoked, by us or by the external system, or ended by a reversal.
  case afterClosure
  /// The offer was redeemed more often, or for more, than it may be.
  case overLimit
  /// Another customer redeemed than the one whom the offer was issued to.
  case otherCustomer
  /// Its amount is in another currency than the offer's other amounts, and is not summed; of a reversal, in another
  /// than its redemption's, and gives nothing back.
  case otherCurrency
  /// The external system never confirmed that it has the replica; withdrawn once it does.
  case unconfirmedReplica
  /// A reversal of a redemption, or of a line, that is reversed already; of that it gives nothing back.
  case alreadyReversed
  /// A reversal of more than is left of its redemption; it gives back what is left.
  case moreThanLeft
  /// A reversal names a line that its redemption does not have; of that it gives nothing back.
  case unknownLine

  /// The discrepancy in words: "after its expiry".
  public var description: String {
    switch self {
    case .beforeIssue: "before its issue"
    case .afterExpiry: "after its expiry"
    case .afterClosure: "after it was closed"
    case .overLimit: "over its limit"
    case .otherCustomer: "by another customer"
    case .otherCurrency: "in another currency"
    case .unconfirmedReplica: "of an unconfirmed replica"
    case .alreadyReversed: "reversed already"
    case .moreThanLeft: "more than is left"
    case .unknownLine: "an unknown line"
    }
  }
}

/// Why an inbound event waits.
public enum ParkedReason: String, Sendable, Hashable, Codable, CaseIterable, CustomStringConvertible {
  /// No issued offer is known that it could be about.
  case unknownOffer
  /// Its redemption has not been received, or waits itself.
  case reversalBeforeRedemption

  /// The reason in words: "unknown offer".
  public var description: String {
    switch self {
    case .unknownOffer: "unknown offer"
    case .reversalBeforeRedemption: "reversal before its redemption"
    }
  }
}

/// What an external system reported about a customer, and how it stands now.
public struct RedemptionRecord: Sendable, Hashable, Codable {
  /// What was reported.
  public let event: ExternalEvent
  /// How it stands: applied, discrepant or parked.
  public let match: RedemptionMatch
  /// The ledger's time at which it was first received.
  public let receivedAt: Date

  /// A record.
  ///
  /// - Parameters:
  ///   - event: What was reported.
  ///   - match: How it stands.
  ///   - receivedAt: The ledger's time at which it was first received.
  public init(event: ExternalEvent, match: RedemptionMatch, receivedAt: Date) {
    self.event = event
    self.match = match
    self.receivedAt = receivedAt
  }
}
