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

  /// Forgets a customer: what is personal goes from everything, and what is counted stays.
  ///
  /// ```swift
  /// for issued in try await bridge.issuedOffers(of: "ada") {   // first take back what is in wallets
  ///   _ = try await bridge.close(issued.id, as: .revoked, reason: "asked to be forgotten", limitUses: .kept,
  ///                              recall: takeBack)
  /// }
  /// try await bridge.deliverDueMessages()
  /// _ = try await bridge.forget("ada")
  /// ```
  ///
  /// Afterwards the customer is nobody, and begins anew with their next action. What external systems still report of
  /// what was issued counts, as long as they name it by our id. Messages that were open are withdrawn, recalls too;
  /// replicas that may still be in a wallet are in the answer. The customer store is yours: forget them there as well.
  ///
  /// - Parameter customer: The customer.
  /// - Returns: What was forgotten; or that a worker holds one of their messages, and until when: call again then.
  /// - Throws: ``OfferBridgeError`` with code `forgettingUnsupported` when the ledger is no ``ForgettingLedger``; when
  ///   the id is unusable; or when the ledger fails: call again.
  public func forget(_ customer: CustomerID) async throws -> ForgetAnswer {
    try customer.validated()
    guard let ledger = ledger as? any ForgettingLedger else {
      throw OfferBridgeError(.forgettingUnsupported)
    }
    return try await reading(.ledgerFailed) { try await ledger.forget(customer, tenant: tenant) }
  }
}
