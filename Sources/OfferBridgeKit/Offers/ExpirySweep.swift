/// What a page of issued offers came to whose end is near, or whose time is over.
public struct ExpirySweep: Sendable {
  /// One issued offer of which nothing was done, and why.
  public struct Skipped: Sendable {
    /// The issued offer.
    public let issuedOffer: IssuedOffer.ID
    /// Why: its customer is unknown, or a required data point of the recall has no value.
    public let error: OfferBridgeError
  }

  /// The issued offers that were warned of, or closed, in the order in which they were issued.
  public internal(set) var issuedOffers: [IssuedOffer.ID] = []
  /// Of each that was warned of, in the same order, what was decided; of those that were closed none.
  public internal(set) var decisions: [Decisions] = []
  /// Those of which nothing was done; they are tried again by the next sweep.
  public internal(set) var skipped: [Skipped] = []
  /// Where to go on, or `nil` when that was all.
  public internal(set) var next: PageMark?
}
