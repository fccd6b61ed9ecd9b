import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// The shop on the day of the story: three customers, a wallet, and a bridge between them.
struct Shop {
  /// Stands still until the story moves it: a story of ten days is told at once, and always in the same words.
  let time: ManualTime
  /// Stands in for the external system; in a host it is your own `MessageProvider`, of one method.
  let wallet = FakeWallet()
  let bridge: OfferBridge<Shopper>

  init() async throws {
    let opening = try Date("2026-03-02T09:00:00Z", strategy: .iso8601)
    let time = ManualTime(opening)

    let customers = InMemoryCustomerStore([
      "ada": Shopper(firstName: "Ada", tier: .gold),
      "ben": Shopper(firstName: "Ben", tier: .bronze),
      "cleo": Shopper(firstName: "Cleo", tier: .silver),
    ])
    // Past actions are the shop's own; the bridge asks for those that a rule looks at.
    customers.record(CustomerAction("purchase", id: "p-1", by: "ben", at: opening - 40 * 86_400))

    bridge = try await OfferBridge(
      customers: customers,
      catalog: InMemoryOfferCatalog([tenOff, candle]),
      campaigns: campaigns,
      observers: observers,
      providers: ["wallet": wallet],
      hostEvents: ["birthday"],
      ledger: InMemoryOfferLedger(now: { time.now })
    )
    self.time = time
  }
}
