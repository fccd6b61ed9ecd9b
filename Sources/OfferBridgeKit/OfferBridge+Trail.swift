// MARK: - What happened, in order

extension OfferBridge {
  /// What the ledger tells of every change, from the first one on or after one that is known.
  ///
  /// ```swift
  /// for try await entry in bridge.trail() { print(entry.line) }   // JSON Lines, an export
  /// ```
  ///
  /// It is read page by page as it is asked for, and ends where the trail ended then: what is told meanwhile is told
  /// too. A loop that is left early costs what it has read.
  ///
  /// - Parameters:
  ///   - scope: What the entries are about; everything by default.
  ///   - number: Only those after that number; all by default.
  /// - Returns: The entries in the order of their numbers. Reading throws ``OfferBridgeError`` when the ledger fails.
  public func trail(of scope: TrailScope = .all, after number: Int = 0) -> TrailEntries {
    TrailEntries(ledger: ledger, tenant: tenant, scope: scope, after: number)
  }

  /// Reads the whole trail and holds it against its digests.
  ///
  /// - Parameter anchor: Where the trail ended when somebody looked before; without one, a trail that was cut short or
  ///   written anew is not told from a whole one.
  /// - Returns: That it is whole, with an anchor to keep, or the first place where it is not.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func verifiedTrail(expecting anchor: TrailAnchor? = nil) async throws -> TrailFinding {
    var verification = TrailVerification(of: tenant, expecting: anchor)
    for try await entry in trail() { verification.add(entry) }
    return verification.finding
  }

  /// The journey of an issued offer, from the decision to the last redemption.
  ///
  /// - Parameter issued: The issued offer.
  /// - Returns: What the trail tells of it; empty when there is no such issued offer.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func journey(of issued: IssuedOffer.ID) async throws -> TrailJourney {
    try await journey(.issuedOffer(issued))
  }

  /// All that the trail tells of a customer.
  ///
  /// - Parameter customer: The customer.
  /// - Returns: What the trail tells of them; empty when nothing is.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func journey(of customer: CustomerID) async throws -> TrailJourney {
    try await journey(.customer(customer))
  }

  private func journey(_ scope: TrailScope) async throws -> TrailJourney {
    var entries: [TrailEntry] = []
    for try await entry in trail(of: scope) { entries.append(entry) }
    return TrailJourney(entries)
  }

  /// What each campaign's and observer's rule says, by its name: what the fingerprints in the trail are of.
  public var ruleOutlines: [CampaignID: RuleOutline] {
    Dictionary(wiring.all.map { ($0.id, $0.rule.outline()) }) { first, _ in first }
  }
}
