public import Foundation

/// The issued offers that a transaction has for itself.
public struct OfferReservation: Sendable, Hashable, Codable {
  /// Whose they are, such as a basket.
  public let transaction: TransactionID
  /// The issued offers, in the order in which they were asked for.
  public let issuedOffers: [IssuedOffer.ID]
  /// The first moment at which it is over, by the clock of what keeps it.
  public let until: Date

  /// A reservation.
  ///
  /// - Parameters:
  ///   - transaction: Whose it is.
  ///   - issuedOffers: What it is of.
  ///   - until: The first moment at which it is over.
  public init(transaction: TransactionID, issuedOffers: [IssuedOffer.ID], until: Date) {
    self.transaction = transaction
    self.issuedOffers = issuedOffers
    self.until = until
  }
}

/// What a transaction asks for, with what the ledger knows of it.
public struct ReservationRequest: Sendable, Hashable {
  /// One issued offer that is asked for.
  public struct Item: Sendable, Hashable {
    /// The issued offer; each stands once in a request.
    public let issuedOffer: IssuedOffer.ID
    /// How often it can still be redeemed, 1 or more.
    public let left: Int
    /// The transactions in which it was redeemed; what they had reserved counts no more.
    public let redeemedIn: Set<TransactionID>

    /// One that is asked for.
    ///
    /// - Parameters:
    ///   - issuedOffer: The issued offer.
    ///   - left: How often it can still be redeemed; less than 1 counts as 1.
    ///   - redeemedIn: The transactions in which it was redeemed.
    public init(_ issuedOffer: IssuedOffer.ID, left: Int, redeemedIn: Set<TransactionID> = []) {
      self.issuedOffer = issuedOffer
      self.left = max(left, 1)
      self.redeemedIn = redeemedIn
    }
  }

  /// Who asks.
  public let transaction: TransactionID
  /// Whose transaction it is.
  public let tenant: TenantID
  /// What is asked for; nothing, to have nothing any more.
  public let items: [Item]
  /// For how long, above zero.
  public let length: Duration

  /// A request.
  ///
  /// - Parameters:
  ///   - items: What is asked for.
  ///   - transaction: Who asks.
  ///   - tenant: Whose transaction it is.
  ///   - length: For how long.
  public init(_ items: [Item], for transaction: TransactionID, of tenant: TenantID, lasting length: Duration)
  {
    self.items = items
    self.transaction = transaction
    self.tenant = tenant
    self.length = length
  }
}

/// What became of a request.
public enum ReservationAnswer: Sendable, Hashable {
  /// The transaction has everything that it asked for, and nothing else.
  case reserved(OfferReservation)
  /// It has what it had before; these could not be had.
  case refused([ReservationRefusal])
}

/// An issued offer that could not be reserved, and why.
public struct ReservationRefusal: Sendable, Hashable, CustomStringConvertible {
  /// Why it cannot be reserved.
  public enum Reason: Sendable, Hashable {
    /// The ledger has no such issued offer.
    case unknownOffer
    /// It cannot be redeemed any more: redeemed, expired, revoked or reversed.
    case over(IssuedOffer.Status)
    /// It was redeemed in this very transaction.
    case alreadyRedeemed
    /// Others have it; one of them must give it up, or lets it go at that moment.
    case reservedByOthers(until: Date)
  }

  /// The issued offer.
  public let issuedOffer: IssuedOffer.ID
  /// Why it cannot be reserved.
  public let reason: Reason

  /// A refusal.
  ///
  /// - Parameters:
  ///   - issuedOffer: The issued offer.
  ///   - reason: Why it cannot be reserved.
  public init(_ issuedOffer: IssuedOffer.ID, _ reason: Reason) {
    self.issuedOffer = issuedOffer
    self.reason = reason
  }

  /// Such as "issued offer … is reserved by others until 2026-11-22T12:00:00Z".
  public var description: String {
    switch reason {
    case .unknownOffer: "issued offer \(issuedOffer) is not in the ledger"
    case .over(let status): "issued offer \(issuedOffer) is \(status.rawValue)"
    case .alreadyRedeemed: "issued offer \(issuedOffer) was redeemed in this transaction"
    case .reservedByOthers(let until):
      "issued offer \(issuedOffer) is reserved by others until \(until.rfc3339)"
    }
  }
}
