// MARK: - What an operator does

extension OfferBridge {
  /// Lets a message that was buried or rejected be tried again.
  ///
  /// ```swift
  /// for record in try await bridge.page(.messagesIn(.buried)).messages {
  ///   _ = try await bridge.redrive(record.message.key, reason: "the wallet is back")
  /// }
  /// ```
  ///
  /// The bytes stay as they were committed. Under the same key, an external
  /// system that has the message already recognises it. Under a new one it is
  /// a new message: choose that where the external system remembers that it
  /// refused the old key, and where a second effect does no harm.
  ///
  /// - Parameters:
  ///   - message: The message's key.
  ///   - mode: Under which key; its own by default.
  ///   - reason: Why, in a sentence of at most 1,024 bytes. It is kept with the message.
  /// - Returns: Redriven, with the key under which it is tried; or why nothing was changed.
  /// - Throws: ``OfferBridgeError`` when the reason is unusable, or the ledger fails; call again then.
  public func redrive(
    _ message: DerivedKey,
    mode: MessageRedrive.Mode = .sameKey,
    reason: String
  ) async throws -> RedriveAnswer {
    try validate(reason: reason)
    return try await reading(.ledgerFailed) {
      try await ledger.redrive(MessageRedrive(message, mode: mode, reason: reason), tenant: tenant)
    }
  }

  /// Puts an end to an issued offer, and asks the external systems to take its replicas out.
  ///
  /// ```swift
  /// let answer = try await bridge.close(issued.id, as: .revoked, reason: "order cancelled",
  ///                                     limitUses: .givenBack, recall: takeBack)
  /// ```
  ///
  /// What was not sent yet is withdrawn. A redemption that comes afterwards is
  /// recorded and counts all the same, with the discrepancy `afterClosure`
  /// where it happened after a revocation.
  ///
  /// A repeat changes nothing, but for recalls that are not committed yet: so
  /// an issued offer that was closed without them can be recalled later.
  ///
  /// The unique code of what is revoked, and was never redeemed, is given back
  /// to its pool, which gives it out again after all codes that were never taken.
  ///
  /// - Parameters:
  ///   - issued: The issued offer.
  ///   - kind: Whether it is taken back, or its time is over.
  ///   - reason: Why, in a sentence of at most 1,024 bytes. It is kept with the issued offer.
  ///   - limitUses: Whether the limit uses that it took are given back, so that others may be issued the offer.
  ///   - variant: What the messages say that ask for its replicas back; none are sent by default. One goes to each
  ///     provider whose external system may have a replica, after what is under way to it.
  /// - Returns: Closed; or closed before, with the closure as it stands; or why it cannot be closed.
  /// - Throws: ``OfferBridgeError`` when the reason is unusable, a required data point of the recall has no value or
  ///   its customer is unknown, before anything is closed; or when a store fails: call again then.
  public func close(
    _ issued: IssuedOffer.ID,
    as kind: OfferClosure.Kind,
    reason: String,
    limitUses: OfferClosure.LimitUses,
    recall variant: MessageVariant<Customer>? = nil
  ) async throws -> CloseAnswer {
    try validate(reason: reason)
    let mayFreeCode = kind == .revoked && !codePools.isEmpty
    let known = variant == nil && !mayFreeCode ? nil : try await record(of: issued)?.issuedOffer
    var recalls: [OfferMessage] = []
    if let variant {
      guard let known else { return .unknownOffer }
      recalls = try await self.recalls(of: known, saying: variant)
    }
    let closing = OfferClosing(issued, as: kind, reason: reason, limitUses: limitUses, recalls: recalls)
    let answer = try await reading(.ledgerFailed) { try await ledger.close(closing, tenant: tenant) }
    if mayFreeCode, let known { try await giveBackCode(of: known, closedAs: answer) }
    return answer
  }

  private func recalls(
    of issued: IssuedOffer,
    saying variant: MessageVariant<Customer>
  ) async throws -> [OfferMessage] {
    let faults = variant.faults(in: issued.campaign)
    guard faults.isEmpty else { throw OfferBridgeError.configurationInvalid(faults) }
    let query = SnapshotQuery(tenant: tenant, customer: issued.customer, trigger: issued.trigger, offers: [])
    let snapshot = try await reading(.ledgerFailed) { try await ledger.snapshot(query) }
    let now = snapshot.now
    let id = snapshot.identity?.survivor ?? issued.customer
    guard
      let customer = try await reading(.customerStoreFailed(id), { try await customers.customer(id) })
    else { throw OfferBridgeError(.customerUnknown(id)) }
    let event = HeardEvent(
      kind: .hostEvent,
      name: "recall of \(issued.offer)",
      cause: .issuance(issued.id),
      occurredAt: now,
      attributes: .none
    )
    let context = RuleContext(
      profile: CustomerProfile(customer),
      customerID: id,
      event: event,
      origin: event,
      history: RuleHistory(actions: [], issuedOffers: [issued]),
      issuedOffer: issued,
      now: now,
      zone: zoneOfCustomer(customer) ?? settings.zone
    )
    return try issued.replicas.map { replica in
      let payload: MessagePayload
      do throws(MissingDataPoint) {
        payload = try variant.payload(in: MessageContext(rule: context, provider: replica.provider))
      } catch {
        throw OfferBridgeError(.dataPointMissing(error.name, variant: variant.name))
      }
      return OfferMessage(
        key: .message(
          tenant: tenant,
          customer: issued.customer,
          cause: .issuance(issued.id),
          campaign: issued.campaign,
          provider: replica.provider,
          purpose: .recall
        ),
        provider: replica.provider,
        customer: issued.customer,
        campaign: issued.campaign,
        variant: variant.name,
        languages: payload.languages,
        issuedOffer: issued.id,
        replica: replica.name,
        payload: payload.bytes,
        createdAt: now,
        cause: .issuance(issued.id),
        purpose: .recall,
        trigger: issued.trigger
      )
    }
  }

  private func validate(reason: String) throws(OfferBridgeError) {
    guard (1...1024).contains(reason.utf8.count) else { throw OfferBridgeError(.reasonInvalid) }
  }
}
