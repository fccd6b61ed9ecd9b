/// Everything that the ledger keeps of one issued offer.
public struct IssuedOfferRecord: Sendable, Hashable, Codable {
  /// The issued offer: its replicas, its tally, its closure.
  public let issuedOffer: IssuedOffer
  /// The limits of its node, as the plan named them; given back where the closure says so.
  public let limitUses: [LimitUse]
  /// The messages about it, in the order in which they were committed, each with its redrives.
  public let messages: [MessageRecord]
  /// What counts on it, applied or discrepant, in the order in which it is folded.
  ///
  /// That is by time, a day counting from its start in its zone; then by the bytes of the source and of the id.
  public let events: [RedemptionRecord]

  /// A record.
  ///
  /// - Parameters:
  ///   - issuedOffer: The issued offer.
  ///   - limitUses: What its issuance took from limits.
  ///   - messages: The messages about it.
  ///   - events: What external systems reported of it.
  public init(
    issuedOffer: IssuedOffer,
    limitUses: [LimitUse],
    messages: [MessageRecord],
    events: [RedemptionRecord]
  ) {
    self.issuedOffer = issuedOffer
    self.limitUses = limitUses
    self.messages = messages
    self.events = events
  }
}
