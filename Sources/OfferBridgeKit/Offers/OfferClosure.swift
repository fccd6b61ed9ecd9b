public import Foundation

/// The end that we put to an issued offer, as it is kept with it.
///
/// It is written once and stays. What the external system reports afterwards
/// is still taken in: a redemption counts, and says `afterClosure`.
public struct OfferClosure: Sendable, Hashable, Codable {
  /// Why an issued offer is over.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its time was over, and that was written down.
    case expired
    /// It was taken back.
    case revoked
  }

  /// What becomes of the limit uses that the issuance took.
  public enum LimitUses: String, Sendable, Hashable, Codable, CaseIterable {
    /// They stay used.
    case kept
    /// They are given back, once: others may be issued the offer in their place.
    case givenBack
  }

  /// Why it is over.
  public let kind: Kind
  /// The reason in a sentence.
  public let reason: String
  /// The ledger's time of it.
  public let closedAt: Date
  /// What became of the limit uses.
  public let limitUses: LimitUses

  /// A closure.
  ///
  /// - Parameters:
  ///   - kind: Why it is over.
  ///   - reason: The reason in a sentence.
  ///   - closedAt: The ledger's time of it.
  ///   - limitUses: What became of the limit uses.
  public init(kind: Kind, reason: String, closedAt: Date, limitUses: LimitUses) {
    self.kind = kind
    self.reason = reason
    self.closedAt = closedAt
    self.limitUses = limitUses
  }
}

/// The command to close an issued offer.
public struct OfferClosing: Sendable, Hashable, Codable {
  /// The issued offer.
  public let issuedOffer: IssuedOffer.ID
  /// Why it is to be over.
  public let kind: OfferClosure.Kind
  /// The reason in a sentence.
  public let reason: String
  /// What becomes of the limit uses that its issuance took.
  public let limitUses: OfferClosure.LimitUses
  /// The messages that ask external systems to take its replicas out, at most one for each provider.
  ///
  /// One is committed only where the replica may be there: not where nothing was sent, nor where it was refused, nor
  /// where it was recalled. One that is no recall, or is about another issued offer, is passed over.
  public let recalls: [OfferMessage]

  /// A command.
  ///
  /// - Parameters:
  ///   - issuedOffer: The issued offer.
  ///   - kind: Why it is to be over.
  ///   - reason: The reason in a sentence.
  ///   - limitUses: What becomes of the limit uses.
  ///   - recalls: The messages that ask for its replicas back.
  public init(
    _ issuedOffer: IssuedOffer.ID,
    as kind: OfferClosure.Kind,
    reason: String,
    limitUses: OfferClosure.LimitUses,
    recalls: [OfferMessage]
  ) {
    self.issuedOffer = issuedOffer
    self.kind = kind
    self.reason = reason
    self.limitUses = limitUses
    self.recalls = recalls
  }
}

/// What became of a closing: of several that hold, the first in this order.
public enum CloseAnswer: Sendable, Hashable {
  /// The ledger has no such issued offer.
  case unknownOffer
  /// It was before, in that way; so it is after a repeat. Recalls whose keys are new are committed now, where the
  /// replica may be there.
  case alreadyClosed(OfferClosure)
  /// It was redeemed as often as it may be, by its tally; there is nothing to take back, nor to write down as expired.
  case usedUp
  /// Its time is not over, so that it cannot be closed as expired; it ends then, or never.
  case notOver(until: Date?)
  /// The issued offer is closed.
  case closed(OfferClosure)
}
