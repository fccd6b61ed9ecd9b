public import Foundation

/// What can be listed, each in the order in which it was written.
public enum LedgerListing: Sendable, Hashable {
  /// What was issued to a customer.
  case issuedOffers(of: CustomerID)
  /// What was issued to all customers, can still be redeemed at that moment, and whose ``IssuedOffer/warnsAt`` has come.
  ///
  /// Nothing of customers who were forgotten.
  case expiring(at: Date)
  /// What was issued to all customers, is over at that moment by its own ``IssuedOffer/expiresAt``, was not closed, and
  /// whose ``IssuedOffer/onExpiry`` is `recalls`; neither what was used up nor what the external system took back.
  ///
  /// Nothing of customers who were forgotten.
  case toBeRecalled(at: Date)
  /// The messages about a customer.
  case messages(of: CustomerID)
  /// What external systems reported about a customer, in the order in which it was known to be theirs.
  ///
  /// Of what became known in one step, in the order in which it was received, each reversal right behind the event that
  /// it names. What waits for something that would tell whose it is, is not among it.
  case events(of: CustomerID)
  /// The messages of all customers that stand there.
  case messagesIn(MessageState.Name)
  /// The events of all external systems that wait for their other half.
  case parkedEvents
  /// The events of all external systems that count, and about which something is not as it should be.
  case discrepantEvents
  /// What one external system reported, of all customers and those that nobody knows yet, in the order of receipt.
  ///
  /// Every event that was kept under that source is here once, however it stands.
  case reported(by: ProviderID)
}

/// Where a page ended: the next one begins after it.
///
/// What is written later comes later, so that nothing is seen twice and
/// nothing passed over. Its text is the ledger's own affair; after a text that
/// it does not understand there is nothing, and no further page.
public struct PageMark: Sendable, Hashable, Codable, RawRepresentable {
  /// The ledger's own name for the place.
  public let rawValue: String
  /// A mark.
  ///
  /// - Parameter rawValue: The ledger's own name for the place.
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Which entries are wanted.
public struct PageQuery: Sendable, Hashable {
  /// The tenant.
  public let tenant: TenantID
  /// What is listed.
  public let listing: LedgerListing
  /// Where the page before ended, or `nil` for the first.
  public let after: PageMark?
  /// How many at most; at least 1.
  public let limit: Int

  /// A query.
  ///
  /// - Parameters:
  ///   - tenant: The tenant.
  ///   - listing: What is listed.
  ///   - after: Where the page before ended.
  ///   - limit: How many at most; 256 by default.
  public init(tenant: TenantID, listing: LedgerListing, after: PageMark? = nil, limit: Int = 256) {
    self.tenant = tenant
    self.listing = listing
    self.after = after
    self.limit = max(1, limit)
  }
}

/// Some of the entries of a listing.
public struct LedgerPage: Sendable, Hashable {
  /// One entry, of the kind that was listed.
  public enum Entry: Sendable, Hashable {
    /// An issued offer.
    case issuedOffer(IssuedOffer)
    /// A message and where it stands.
    case message(MessageRecord)
    /// An external event and how it stands.
    case event(RedemptionRecord)
  }

  /// The entries; a ledger that has looked long enough may give fewer than were asked for, or none.
  public let entries: [Entry]
  /// Where to go on, or `nil` when this was the last page.
  public let next: PageMark?

  /// A page.
  ///
  /// - Parameters:
  ///   - entries: The entries.
  ///   - next: Where to go on.
  public init(entries: [Entry], next: PageMark?) {
    self.entries = entries
    self.next = next
  }

  /// The entries that are issued offers.
  public var issuedOffers: [IssuedOffer] {
    entries.compactMap { if case .issuedOffer(let offer) = $0 { offer } else { nil } }
  }

  /// The entries that are messages.
  public var messages: [MessageRecord] {
    entries.compactMap { if case .message(let message) = $0 { message } else { nil } }
  }

  /// The entries that are external events.
  public var events: [RedemptionRecord] {
    entries.compactMap { if case .event(let event) = $0 { event } else { nil } }
  }
}
