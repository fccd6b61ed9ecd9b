/// Offers in memory.
///
/// ```swift
/// let catalog = InMemoryOfferCatalog([Offer("ten-off", replicas: ["wallet": "TEN"])])
/// ```
public final class InMemoryOfferCatalog: OfferCatalog {
  private let offers: Guarded<[OfferID: Offer]>

  /// A catalog of those offers; of two with one id, the last.
  ///
  /// - Parameter offers: The offers; none by default.
  public init(_ offers: [Offer] = []) {
    self.offers = Guarded(Dictionary(offers.map { ($0.id, $0) }) { _, last in last })
  }

  /// Puts an offer in place of its earlier revision.
  ///
  /// - Parameter offer: The offer.
  public func save(_ offer: Offer) {
    offers.withLock { $0[offer.id] = offer }
  }

  /// Takes an offer out; decisions that would issue it say `offerUnknown`.
  ///
  /// - Parameter id: The offer.
  public func remove(_ id: OfferID) {
    offers.withLock { $0[id] = nil }
  }

  /// The offer, or `nil`.
  public func offer(_ id: OfferID) async throws -> Offer? {
    offers.withLock { $0[id] }
  }

  /// The offers that are there.
  public func offers(_ ids: [OfferID]) async throws -> [OfferID: Offer] {
    offers.withLock { offers in
      var found: [OfferID: Offer] = [:]
      for id in ids { found[id] = offers[id] }
      return found
    }
  }
}
