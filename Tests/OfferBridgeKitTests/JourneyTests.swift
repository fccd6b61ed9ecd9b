import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The whole journey, as the README tells it: its Swift blocks stand here word for word.
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
    let now = Date()
    let store = InMemoryCustomerStore(["ada": Shopper(), "shopper-3081": Shopper(tier: .silver)])
    for (id, who) in ["p-1": "ada", "p-2": "shopper-3081", "p-3": "shopper-3081", "p-4": "shopper-3081"] {
      store.record(CustomerAction("purchase", id: id, by: CustomerID(who), at: now - 86_400))
    }
    let catalog = InMemoryOfferCatalog([
      Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"], expires: .after(.days(30)))
    ])
    let walletCard = MessageVariant<Shopper>("card") {
      DataPoint("firstName") { $0.customer.firstName }
      DataPoint("offer") { $0.replica }
      DataPoint("issuedOffer") { $0.issuedOffer?.id }
    }
    let wallet = FakeWallet()  // stands in for your MessageProvider
    let appOpened = CustomerAction("app_opened", id: "a-1", by: "ada", at: now, ["channel": "ios"])
    let noChannel = CustomerAction("app_opened", id: "a-2", by: "shopper-3081", at: now)

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
      providers: ["wallet": wallet]
    )

    let decisions = try await bridge.respond(to: appOpened)
    let nextDue = try await bridge.deliverDueMessages()

    let redemption = Redemption(id: "r-1", of: .issuedOffer(decisions.issuedOffers[0].id), at: now)
    let match = try await bridge.reconcile(redemption)

    let others = try await bridge.respond(to: noChannel)
    print(others["app-open-reward"]!.explanation)

    #expect(
      decisions.map(\.description) == [
        "app-open-reward on app_opened: issued ten-off",
        "to-wallet on ten_off_issued: message through wallet",
      ]
    )
    let card = try #require(wallet.cards.first)
    let id = decisions.issuedOffers[0].id
    #expect(wallet.cards.count == 1)
    #expect(card.payload == #"{"firstName":"Ada","issuedOffer":"\#(id)","offer":"TEN"}"#)
    #expect(nextDue == nil)
    #expect(match == .applied(to: id))
    #expect(try await bridge.issuedOffers(of: "ada")[0].redeemed.count == 1)
    #expect(try await bridge.audit().isBalanced)

    #expect(others.isEmpty)
    let printed = others["app-open-reward"]!.explanation.description
    #expect(
      printed == """
        ✗ LoyalShopper: all of
        ├─ ✗ customer.tier is one of [gold, platinum]  (was silver)
        ├─ ✓ customer.isOptedIn  (was true)
        ├─ ? event.channel == "ios"  (the action carries no channel)
        ├─ ✓ not: holds "ten-off"  (was false)
        ├─ ✓ purchase count in the last 30 days >= 1  (was 3)
        └─ ✓ not in the 10% holdout  (was bucket 42.17)
        """
    )
    #expect(try printed == treeInTheReadme())
  }

  enum Campaigns {
    static let reward = Campaign(
      "app-open-reward",
      on: .action("app_opened"),
      rule: LoyalShopper(),
      outcome: .issue("ten-off"),
      limits: [.perCustomer(1)]
    )
    static let toWallet = Campaign<Shopper>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(
        MessageVariant("card") { DataPoint("offer") { $0.replica } },
        through: "wallet"
      )
    )
  }

  @Suite struct RewardTests {
    @Test func `a loyal shopper is rewarded once`() async throws {
      let time = ManualTime()
      let store = InMemoryCustomerStore(["ada": Shopper()])
      store.record(CustomerAction("purchase", id: "p-1", by: "ada", at: time.now))
      let bridge = try await OfferBridge(
        customers: store,
        catalog: InMemoryOfferCatalog([Offer("ten-off")]),
        campaigns: [Campaigns.reward],
        ledger: InMemoryOfferLedger(now: { time.now })
      )

      let visit = CustomerAction("app_opened", id: "a-1", by: "ada", at: time.now, ["channel": "ios"])
      #expect(try await bridge.respond(to: visit).issuedOffers.count == 1)
      #expect(try await bridge.respond(to: visit)["app-open-reward"]?.isReplay == true)
      let next = CustomerAction("app_opened", id: "a-2", by: "ada", at: time.now, ["channel": "ios"])
      #expect(try await bridge.respond(to: next)["app-open-reward"]?.outcome == .notMet)
    }
  }

  struct Rewards {
    let cards = InMemoryMessageProvider()  // the wallet screen shows cards.messages
    let signal = DeliverySignal()
    let bridge: OfferBridge<Shopper>

    init(store: InMemoryCustomerStore<Shopper>, catalog: InMemoryOfferCatalog) async throws {
      bridge = try await OfferBridge(
        customers: store,
        catalog: catalog,
        campaigns: [Campaigns.reward, Campaigns.toWallet],
        providers: ["wallet": cards]
      )
    }

    func run() async throws { try await bridge.run(on: ContinuousClock(), signal: signal) }

    func report(_ action: CustomerAction) async throws {
      _ = try await bridge.respond(to: action)
      signal.wake()
    }

    func stop() async { await signal.drain(within: .seconds(5)) }
  }

  @Test(.timeLimit(.minutes(5)))
  func `an app delivers to its own wallet screen without a server`() async throws {
    let now = Date()
    let store = InMemoryCustomerStore(["ada": Shopper()])
    store.record(CustomerAction("purchase", id: "p-1", by: "ada", at: now))
    let rewards = try await Rewards(
      store: store,
      catalog: InMemoryOfferCatalog([
        Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"])
      ])
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await rewards.run() }
      try await rewards.report(
        CustomerAction("app_opened", id: "a-1", by: "ada", at: now, ["channel": "ios"])
      )
      try await waitUntil { !rewards.cards.messages.isEmpty }
      await rewards.stop()
      try await group.waitForAll()
    }
    #expect(rewards.cards.messages.map(\.payloadText) == [#"{"offer":"TEN"}"#])
  }

  /// The comment under the README's `print`, without its slashes.
  private func treeInTheReadme() throws -> String {
    let readme = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
    let lines = try String(contentsOf: readme, encoding: .utf8).split(
      separator: "\n",
      omittingEmptySubsequences: false
    )
    let start = try #require(lines.firstIndex { $0.hasPrefix("print(others") }) + 1
    return lines[start...].prefix { $0.hasPrefix("// ") }.map { $0.dropFirst(3) }.joined(separator: "\n")
  }
}
