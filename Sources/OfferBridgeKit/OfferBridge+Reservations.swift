import Foundation

// MARK: - Reserving for a checkout

extension OfferBridge {
  /// Keeps issued offers for one transaction, such as a basket, until it redeems them or its time is over.
  ///
  /// A transaction that reserves again has what it asks for now, and nothing of
  /// before: so a till may send its basket as it stands, as often as it changes.
  /// All is reserved or nothing. An issued offer that can be redeemed several
  /// times can be reserved by as many transactions at once.
  ///
  /// The redemption that names the transaction ends its reservation of the
  /// offer; those of its other offers stay until they are redeemed, released,
  /// or over. Nothing of this binds the external system: what it reports as
  /// redeemed counts, whoever had reserved it.
  ///
  /// - Parameters:
  ///   - issuedOffers: What is reserved; one that is named twice is reserved once. None releases what it had.
  ///   - transaction: The external system's name for the transaction; each of the tenant's has its own.
  ///   - length: For how long, above zero; in whole milliseconds.
  /// - Returns: Reserved, and until when; or refused, with every issued offer that cannot be had and why, in the order
  ///   in which they were named. The transaction has then what it had before.
  /// - Throws: ``OfferBridgeError`` when the bridge was given no ``OfferReservations``, the transaction's name or the
  ///   length is unusable, or a store fails: call again then.
  public func reserve(
    _ issuedOffers: [IssuedOffer.ID],
    for transaction: TransactionID,
    lasting length: Duration
  ) async throws -> ReservationAnswer {
    let store = try reservations(of: transaction)
    guard length.milliseconds > 0 else { throw OfferBridgeError(.reservationLengthInvalid(transaction)) }
    let now = try await ledgerTime()
    var items: [ReservationRequest.Item] = []
    var refusals: [ReservationRefusal] = []
    var named: Set<IssuedOffer.ID> = []
    for id in issuedOffers where named.insert(id).inserted {
      guard let record = try await record(of: id) else {
        refusals.append(ReservationRefusal(id, .unknownOffer))
        continue
      }
      if let reason = record.reasonNotToReserve(for: transaction, at: now) {
        refusals.append(ReservationRefusal(id, reason))
      } else {
        let issued = record.issuedOffer
        let left = issued.redeemable.count - issued.redeemed.count
        items.append(.init(id, left: left, redeemedIn: record.transactions))
      }
    }
    guard refusals.isEmpty else { return .refused(refusals) }
    let request = ReservationRequest(items, for: transaction, of: tenant, lasting: length)
    return try await reading(.reservationsFailed(transaction)) { try await store.reserve(request) }
  }

  /// Gives up what a transaction has reserved; nothing happens when it has nothing.
  ///
  /// - Parameter transaction: The transaction.
  /// - Throws: ``OfferBridgeError`` when the bridge was given no ``OfferReservations``, the transaction's name is
  ///   unusable, or the store fails: call again then.
  public func release(_ transaction: TransactionID) async throws {
    let store = try reservations(of: transaction)
    try await reading(.reservationsFailed(transaction)) {
      try await store.release(transaction, tenant: tenant)
    }
  }

  /// What a transaction has reserved and not redeemed yet, or `nil` when that is nothing.
  ///
  /// - Parameter transaction: The transaction.
  /// - Returns: The issued offers, and until when it has them.
  /// - Throws: ``OfferBridgeError`` when the bridge was given no ``OfferReservations``, the transaction's name is
  ///   unusable, or a store fails.
  public func reservation(of transaction: TransactionID) async throws -> OfferReservation? {
    let store = try reservations(of: transaction)
    let held = try await reading(.reservationsFailed(transaction)) {
      try await store.reservation(of: transaction, tenant: tenant)
    }
    guard let held else { return nil }
    var open: [IssuedOffer.ID] = []
    for id in held.issuedOffers where try await record(of: id)?.transactions.contains(transaction) != true {
      open.append(id)
    }
    return open.isEmpty
      ? nil : OfferReservation(transaction: transaction, issuedOffers: open, until: held.until)
  }

  private func reservations(of transaction: TransactionID) throws -> any OfferReservations {
    guard let reservations else { throw OfferBridgeError(.reservationsMissing) }
    try transaction.validated()
    return reservations
  }
}

extension IssuedOfferRecord {
  /// Every transaction in which it was redeemed, whatever was reversed since.
  fileprivate var transactions: Set<TransactionID> {
    Set(
      events.compactMap { record in
        if case .redemption(_, _, let details) = record.event.content { details?.transaction } else { nil }
      }
    )
  }

  fileprivate func reasonNotToReserve(
    for transaction: TransactionID,
    at now: Date
  ) -> ReservationRefusal.Reason? {
    // Before its end: a till that repeats itself after the redemption is told that this was its own.
    if transactions.contains(transaction) { return .alreadyRedeemed }
    let status = issuedOffer.status(at: now)
    return status == .issued ? nil : .over(status)
  }
}
