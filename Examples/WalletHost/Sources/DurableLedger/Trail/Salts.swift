import OfferBridgeKit

extension LedgerTerms {
  /// 256 bits by chance, for one entry of the trail.
  func salt() -> DerivedKey { DerivedKey(drawnFrom: chance) }
}
