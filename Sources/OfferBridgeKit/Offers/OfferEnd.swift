public import Foundation

/// The end that the external system put to an issued offer, as its events say now.
///
/// It is folded from all that was reported, and goes when later reports say
/// that it did not end, or was reinstated. The end that *we* put to it is
/// ``OfferClosure``.
public struct OfferEnd: Sendable, Hashable, Codable {
  /// Why it is over.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The external system took it back.
    case revoked
    /// The external system says that its time is over.
    case expired
    /// Its last redemption was wholly reversed, and its offer says that this closes it.
    case reversed
  }

  /// Why it is over.
  public let kind: Kind
  /// From when on; a day counts from its start.
  public let endedAt: Date
  /// The event that ended it.
  public let event: ExternalEventID

  /// An end.
  ///
  /// - Parameters:
  ///   - kind: Why it is over.
  ///   - endedAt: From when on.
  ///   - event: The event that ended it.
  public init(kind: Kind, endedAt: Date, event: ExternalEventID) {
    self.kind = kind
    self.endedAt = endedAt
    self.event = event
  }
}

/// What becomes of an issued offer whose redemptions are all wholly reversed.
public enum ReversalPolicy: String, Sendable, Hashable, Codable, CaseIterable {
  /// It can be redeemed again; what its issuance took from limits stays used.
  case reopens
  /// It is over, from the reversal on: what its issuance took from limits is given back, so that others may be issued
  /// the offer in its place.
  ///
  /// Where later events say that it is not over, the uses are taken again, whatever the limits.
  case closes
}
