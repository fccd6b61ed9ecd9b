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
  /// - Throws: ``OfferBridgeError`` when an id, moment, amount or line is unusable, or the ledger fails; call again then.
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
  /// - Parameter reversal: Which redemption was undone, and what of it.
  /// - Returns: Applied to the issued offer, parked until its redemption comes, discrepant when more is undone than is
  ///   left, duplicate or conflict.
  /// - Throws: ``OfferBridgeError`` when an id, moment, amount or line is unusable, or the ledger fails; call again
  ///   then.
  public func reconcile(_ reversal: Reversal) async throws -> RedemptionMatch {
    try await reconcile([event(reversal.id, from: reversal.source, reversal.content, at: reversal.time)])[0]
  }

  /// Takes in a notice of the external system that an offer ended there, or was reinstated.
  ///
  /// - Parameter notice: What became of the offer; see ``OfferNotice``.
  /// - Returns: Applied to the issued offer, discrepant when it is from before the issue, parked until the offer is
  ///   known, duplicate or conflict.
  /// - Throws: ``OfferBridgeError`` when an id or moment is unusable, or the ledger fails; call again then.
  public func reconcile(_ notice: OfferNotice) async throws -> RedemptionMatch {
    try await reconcile([event(notice.id, from: notice.source, notice.content, at: notice.time)])[0]
  }

  /// How a redemption, reversal or notice stands now, or `nil` when none was received under that id.
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

  func reconcile(_ events: [ExternalEvent]) async throws -> [RedemptionMatch] {
    let matches = try await reading(.ledgerFailed) { try await ledger.reconcile(events, tenant: tenant) }
    return await counted(matches, of: events)
  }

  private func event(_ redemption: Redemption) throws -> ExternalEvent {
    try event(redemption.id, from: redemption.source, redemption.content, at: redemption.time)
  }

  private func event(
    _ id: String,
    from source: ProviderID?,
    _ content: ExternalEvent.Content,
    at time: RedemptionTime
  ) throws -> ExternalEvent {
    // The checks first: they name the thing that is unusable.
    let time = try content.checked(id, from: source, at: time)
    return ExternalEvent(id: try eventID(id, from: source), content: content, time: time)
  }

  private func eventID(_ id: String, from source: ProviderID?) throws -> ExternalEventID {
    try validate("redemption", id)
    return ExternalEventID(source: try self.source(source), id: id)
  }

  /// The provider that is named, or the bridge's only one.
  func source(_ named: ProviderID?) throws(OfferBridgeError) -> ProviderID {
    guard let source = named ?? (providers.count == 1 ? providers.first?.key : nil) else {
      throw OfferBridgeError(.sourceMissing)
    }
    try source.validated()
    return source
  }
}
