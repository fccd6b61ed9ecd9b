// MARK: - What is known of a person

extension OfferBridge {
  /// All that the ledger holds of one customer: offers, messages, what was reported, and what the trail tells.
  ///
  /// It is read page by page, from any ledger: what is written meanwhile may be in a later part and not in an earlier
  /// one. To find the customer's entries, the whole trail is gone through once. What a message itself took from limits
  /// is not listed by ledgers, nor what was reported of another customer's offer. Of a customer who was merged it is all
  /// that is known under each of their ids, whichever of them is asked for.
  ///
  /// - Parameter customer: The customer.
  /// - Returns: The export; of a customer whom the ledger does not know, one with nothing in it.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func export(of customer: CustomerID) async throws -> CustomerExport {
    let query = SnapshotQuery(
      tenant: tenant,
      customer: customer,
      trigger: TriggerID(.action, "nothing"),
      offers: []
    )
    let identity =
      try await reading(.ledgerFailed) { try await ledger.snapshot(query) }.identity
      ?? CustomerIdentity(survivor: customer, formerIDs: [])
    var issued: [CustomerExport.Issued] = []
    for offer in try await issuedOffers(of: customer) {
      guard let record = try await record(of: offer.id) else { continue }
      issued.append(.init(issuedOffer: record.issuedOffer, limitUses: record.limitUses))
    }
    let messages = try await messages(of: customer).map(CustomerExport.Message.init)
    let events = try await redemptions(of: customer).map { $0.told(to: identity) }
    return CustomerExport(
      customer: identity.survivor,
      formerIDs: identity.formerIDs,
      issuedOffers: issued,
      messages: messages,
      events: events,
      trail: try await journey(of: customer).entries
    )
  }

  /// Makes one customer of two: the second stays, and is the first one too from now on.
  ///
  /// ```swift
  /// store.merge("ada-phone", into: "ada")   // yours first: the bridge asks it for ada alone from now on
  /// guard case .merged(let merge) = try await bridge.merge("ada-phone", into: "ada") else { return }
  /// print(merge.issuedOffers, merge.exceeded.count)   // 2 1
  /// ```
  ///
  /// What was written under either id is the one customer's: their offers, messages, reports, journeys and exports,
  /// whichever id is asked for. Keys and bytes stay as they were, so that an action that is reported again under either
  /// id is recognised, and a redemption that names either finds its offer. Later actions under either id are decided on
  /// the survivor's profile and history.
  ///
  /// What both used of a limit is added. Where that is more than the limit allows, nothing is given back and nothing
  /// more is issued; the answer says so.
  ///
  /// A merge cannot be undone. It is done whether or not the ledger knows the two: an id that has nothing yet is the
  /// survivor's from its first action on.
  ///
  /// - Parameters:
  ///   - customer: The id that is merged, such as that of a device.
  ///   - survivor: The customer who stays; where they were merged themselves, whoever they were merged into.
  /// - Returns: What became the survivor's; or why nothing has changed.
  /// - Throws: ``OfferBridgeError`` with code `mergingUnsupported` when the ledger is no ``ForgettingLedger``; with
  ///   `customerUnknown` when the store does not have who would survive; when an id is unusable; or when a store fails:
  ///   call again.
  public func merge(_ customer: CustomerID, into survivor: CustomerID) async throws -> MergeAnswer {
    try customer.validated()
    try survivor.validated()
    guard let ledger = ledger as? any ForgettingLedger else { throw OfferBridgeError(.mergingUnsupported) }
    let query = SnapshotQuery(
      tenant: tenant,
      customer: survivor,
      trigger: TriggerID(.action, "nothing"),
      offers: []
    )
    let id =
      try await reading(.ledgerFailed) { try await ledger.snapshot(query) }.identity?.survivor ?? survivor
    let profile = try await reading(.customerStoreFailed(id)) { try await customers.customer(id) }
    guard profile != nil else { throw OfferBridgeError(.customerUnknown(id)) }
    return try await reading(.ledgerFailed) {
      try await ledger.merge(customer, into: survivor, tenant: tenant)
    }
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
