/// Where the host keeps its offers.
///
/// The bridge asks it when it is made, to check every campaign, and at each
/// decision for the offers that it may issue.
///
/// **Use one:** ``InMemoryOfferCatalog``.
///
/// **Write one:** one method over your database or content system. Answer
/// `nil` for an offer that is not there; the decision then says
/// `offerUnknown`. Throw only when the catalog could not be asked.
///
/// **Fake one:** `InMemoryOfferCatalog([tenOff])` is the fake.
public protocol OfferCatalog: Sendable {
  /// The offer's current revision, or `nil` when there is no such offer.
  nonisolated(nonsending)
    func offer(_ id: OfferID) async throws -> Offer?

  /// The current revisions of several offers, without those that are not there.
  ///
  /// The default asks for one after the other.
  nonisolated(nonsending)
    func offers(_ ids: [OfferID]) async throws -> [OfferID: Offer]
}

extension OfferCatalog {
  /// Asks for one offer after the other.
  nonisolated(nonsending)
    public func offers(_ ids: [OfferID]) async throws -> [OfferID: Offer]
  {
    var found: [OfferID: Offer] = [:]
    for id in ids { found[id] = try await offer(id) }
    return found
  }
}
