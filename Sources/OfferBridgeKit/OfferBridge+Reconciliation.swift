import Foundation

// MARK: - Reconciling

extension OfferBridge {
  /// Takes in a redemption that the external system reports, and says what it fits.
  ///
  /// The external system has the last word: a redemption that is early, late
  /// or over a limit is recorded and counted, with its discrepancies. One of
  /// an offer that is not known yet waits for it. The state that results
  /// depends on which redemptions arrived, never on when or how often.
  ///
  /// - Parameter redemption: What was redeemed.
  /// - Returns: Applied, discrepant, parked, duplicate or conflict.
  /// - Throws: ``OfferBridgeError`` when an id, moment or amount is unusable, or the ledger fails; call again then.
  public func reconcile(_ redemption: Redemption) async throws -> RedemptionMatch {
    try await reconcile([event(redemption)])[0]
  }

  /// Takes in several redemptions, in one call to the ledger.
  ///
  /// - Parameter redemptions: What was redeemed, in any order.
  /// - Returns: An answer for each, in their order.
  /// - Throws: ``OfferBridgeError`` as for one; an unusable one is found before any is taken in.
  public func reconcile(_ redemptions: [Redemption]) async throws -> [RedemptionMatch] {
    try await reconcile(redemptions.map(event))
  }

  /// Takes in a reversal that the external system reports.
  ///
  /// - Parameter reversal: Which redemption was undone.
  /// - Returns: Applied to the issued offer, parked until its redemption comes, discrepant when another reversal
  ///   undid it already, duplicate or conflict.
  /// - Throws: ``OfferBridgeError`` when an id or moment is unusable, or the ledger fails; call again then.
  public func reconcile(_ reversal: Reversal) async throws -> RedemptionMatch {
    try validate("redemption", reversal.redemption)
    let event = ExternalEvent(
      id: try eventID(reversal.id, from: reversal.source),
      content: .reversal(of: reversal.redemption),
      time: try usable(reversal.time, of: "reversal \(reversal.id)")
    )
    return try await reconcile([event])[0]
  }

  /// How a redemption or reversal stands now, or `nil` when none was received under that id.
  ///
  /// - Parameters:
  ///   - id: The external system's id of it.
  ///   - source: The provider it came from; may be left out where the bridge has exactly one.
  /// - Returns: Applied, discrepant or parked.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func match(of id: String, from source: ProviderID? = nil) async throws -> RedemptionMatch? {
    let id = try eventID(id, from: source)
    return try await reading(.ledgerFailed) { try await ledger.match(of: id, tenant: tenant) }
  }

  private func reconcile(_ events: [ExternalEvent]) async throws -> [RedemptionMatch] {
    let matches = try await reading(.ledgerFailed) { try await ledger.reconcile(events, tenant: tenant) }
    return await counted(matches, of: events)
  }

  private func event(_ redemption: Redemption) throws -> ExternalEvent {
    switch redemption.reference {
    case .issuedOffer: break
    case .replica(let reference): try reference.validated()
    case .customer(let customer, let replica):
      try customer.validated()
      try replica.validated()
    }
    if let amount = redemption.amount, amount.minorUnits < 0 {
      throw OfferBridgeError(.amountInvalid(amount))
    }
    return ExternalEvent(
      id: try eventID(redemption.id, from: redemption.source),
      content: .redemption(redemption.reference, amount: redemption.amount),
      time: try usable(redemption.time, of: "redemption \(redemption.id)")
    )
  }

  private func eventID(_ id: String, from source: ProviderID?) throws -> ExternalEventID {
    try validate("redemption", id)
    guard let source = source ?? (providers.count == 1 ? providers.first?.key : nil) else {
      throw OfferBridgeError(.sourceMissing)
    }
    try source.validated()
    return ExternalEventID(source: source, id: id)
  }

  /// The time in whole milliseconds, so that a repeat is recognised however precisely it was read.
  private func usable(_ time: RedemptionTime, of thing: String) throws -> RedemptionTime {
    guard case .moment(let moment) = time else { return time }
    guard moment.isUsable else { throw OfferBridgeError(.momentInvalid(of: thing)) }
    return .moment(moment.inWholeMilliseconds)
  }
}
