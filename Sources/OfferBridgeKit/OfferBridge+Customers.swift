// MARK: - What is known of a person

extension OfferBridge {
  /// All that the ledger holds of one customer: offers, messages, what was reported, and what the trail tells.
  ///
  /// It is read page by page, from any ledger: what is written meanwhile may be in a later part and not in an earlier
  /// one. To find the customer's entries, the whole trail is gone through once. What a message itself took from limits
  /// is not listed by ledgers, nor what was reported of another customer's offer.
  ///
  /// - Parameter customer: The customer.
  /// - Returns: The export; of a customer whom the ledger does not know, one with nothing in it.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func export(of customer: CustomerID) async throws -> CustomerExport {
    var issued: [CustomerExport.Issued] = []
    for offer in try await issuedOffers(of: customer) {
      guard let record = try await record(of: offer.id) else { continue }
      issued.append(.init(issuedOffer: record.issuedOffer, limitUses: record.limitUses))
    }
    let messages = try await messages(of: customer).map(CustomerExport.Message.init)
    let events = try await redemptions(of: customer).map { $0.told(to: customer) }
    return CustomerExport(
      customer: customer,
      issuedOffers: issued,
      messages: messages,
      events: events,
      trail: try await journey(of: customer).entries
    )
  }
}
