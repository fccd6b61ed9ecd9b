// MARK: - Reading back

extension OfferBridge {
  /// Everything that was issued to a customer: why, where each replica stands, and what was redeemed.
  ///
  /// - Parameter customer: The customer.
  /// - Returns: The issued offers in the order of issuance; none for a customer who was issued nothing.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func issuedOffers(of customer: CustomerID) async throws -> [IssuedOffer] {
    try await all(.issuedOffers(of: customer)).flatMap(\.issuedOffers)
  }

  /// Every message about a customer, and where each stands.
  ///
  /// - Parameter customer: The customer.
  /// - Returns: The messages in the order in which they were committed.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func messages(of customer: CustomerID) async throws -> [MessageRecord] {
    try await all(.messages(of: customer)).flatMap(\.messages)
  }

  /// Everything that external systems reported about a customer, and how each redemption and reversal stands.
  ///
  /// - Parameter customer: The customer.
  /// - Returns: The records in the order of their own times. One that names an unknown issued offer or reference
  ///   is not among them: nobody knows yet whose it is.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func redemptions(of customer: CustomerID) async throws -> [RedemptionRecord] {
    try await all(.events(of: customer)).flatMap(\.events)
      .map { (record: $0, entry: RedemptionFold.Entry(event: $0.event, orderedAt: $0.event.time.orderedAt)) }
      .sorted { $0.entry.isBefore($1.entry) }
      .map(\.record)
  }

  /// Everything about one issued offer: its limit uses, its messages and their redrives, what was reported of it.
  ///
  /// - Parameter issued: The issued offer.
  /// - Returns: The record, as of one moment, or `nil` when there is no such issued offer.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func record(of issued: IssuedOffer.ID) async throws -> IssuedOfferRecord? {
    try await reading(.ledgerFailed) { try await ledger.record(of: issued, tenant: tenant) }
  }

  /// Some entries of a listing, for a desk that looks through what is buried or parked.
  ///
  /// ```swift
  /// let page = try await bridge.page(.messagesIn(.buried))
  /// let more = try await bridge.page(.messagesIn(.buried), after: page.next)
  /// ```
  ///
  /// - Parameters:
  ///   - listing: What is listed.
  ///   - mark: Where the page before ended; `nil` for the first page.
  ///   - limit: How many entries at most; 256 by default.
  /// - Returns: The entries in the order in which they were written, and where to go on. A page may be empty and not
  ///   the last: go on until there is no mark.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func page(
    _ listing: LedgerListing,
    after mark: PageMark? = nil,
    limit: Int = 256
  ) async throws -> LedgerPage {
    try await reading(.ledgerFailed) {
      try await ledger.page(PageQuery(tenant: tenant, listing: listing, after: mark, limit: limit))
    }
  }

  /// Counts everything in the ledger anew, and says whether all sums agree.
  ///
  /// - Returns: The sums.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func audit() async throws -> LedgerAudit {
    try await reading(.ledgerFailed) { try await ledger.audit(tenant: tenant) }
  }

  private func all(_ listing: LedgerListing) async throws -> [LedgerPage] {
    var pages: [LedgerPage] = []
    repeat { pages.append(try await page(listing, after: pages.last?.next)) } while pages.last?.next != nil
    return pages
  }
}
