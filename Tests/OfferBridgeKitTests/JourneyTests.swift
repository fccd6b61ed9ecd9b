import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The whole journey, as the README tells it.
@Suite struct JourneyTests {
  enum Tier: String, Sendable { case basic, silver, gold, platinum }

  struct Shopper: Sendable {
    var firstName = "Ada"
    var tier = Tier.gold
    var isOptedIn = true
  }

  struct LoyalShopper: CampaignRule {
    var body: some CampaignRule<Shopper> {
      customer.tier.isOneOf(.gold, .platinum)  // Shopper is the host's own struct
      customer.isOptedIn
      event.channel == "ios"
      Not { history.holds("ten-off") }
      history.count(of: "purchase", inLast: .days(30)) >= 1
      Holdout(percent: 10, salt: "spring")
    }
  }

  @Test func `an offer travels from an action to a reconciled redemption`() async throws {
    let time = ManualTime()
    let now = time.now
    let wallet = FakeWallet()
    let store = InMemoryCustomerStore(["ada": Shopper(), "shopper-3081": Shopper(tier: .silver)])
    store.record(CustomerAction("purchase", id: "p-1", by: "ada", at: now - 86_400))
    for id in ["p-2", "p-3", "p-4"] {
      store.record(CustomerAction("purchase", id: id, by: "shopper-3081", at: now - 86_400))
    }
    let catalog = InMemoryOfferCatalog([
      Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"], expires: .after(.days(30)))
    ])
    let walletCard = MessageVariant<Shopper>("card") {
      DataPoint("firstName") { $0.customer.firstName }
      DataPoint("offer") { $0.replica }
      DataPoint("issuedOffer") { $0.issuedOffer?.id }
    }
    let appOpened = CustomerAction("app_opened", id: "a-1", by: "ada", at: now, ["channel": "ios"])

    let reward = Campaign(
      "app-open-reward",
      on: .action("app_opened"),
      rule: LoyalShopper(),
      outcome: .issue("ten-off"),
      limits: [.perCustomer(1)]
    )
    let toWallet = Campaign<Shopper>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(walletCard, through: "wallet")
    )

    let bridge = try await OfferBridge(
      customers: store,
      catalog: catalog,
      campaigns: [reward, toWallet],
      providers: ["wallet": wallet],
      ledger: InMemoryOfferLedger(now: { time.now })
    )

    let decisions = try await bridge.respond(to: appOpened)
    #expect(
      decisions.map(\.description) == [
        "app-open-reward on app_opened: issued ten-off",
        "to-wallet on ten_off_issued: message through wallet",
      ]
    )
    let nextDue = try await bridge.deliverDueMessages()
    #expect(nextDue == nil)
    let redemption = try wallet.redeem("TEN", of: "ada", at: now + 3600)
    let match = try await bridge.reconcile(redemption)
    #expect(match == .applied(to: decisions.issuedOffers[0].id))
  }
}
