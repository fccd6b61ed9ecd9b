import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Nothing leaves but what a variant lists: every other place holds a canary, and no message may sing.
@Suite struct CanaryTests {
  /// A profile of which everything but the listed field is a canary.
  private struct Guest: Sendable {
    struct Home: Sendable {
      var city = "CANARY-city"
      var zips = ["CANARY-zip"]
    }
    var listed = "listed-customer"
    var name = "CANARY-name"
    var language = "pt"
    var home = Home()
    var tags: Tags = ["CANARY-tag"]
    var notes: [String: String] = ["CANARY-key": "CANARY-note"]
  }

  private static func variant(_ name: String) -> MessageVariant<Guest> {
    MessageVariant(name) {
      DataPoint("customer") { $0.customer.listed }
      DataPoint("event", required: false) { $0.event.attributes.listed.flatMap(String.init(attributeValue:)) }
      DataPoint("origin", required: false) {
        $0.origin.attributes.listed.flatMap(String.init(attributeValue:))
      }
      DataPoint("offer") { $0.offer }
      DataPoint("worth") { $0.faceValue }
      DataPoint("until") { $0.expiresAt }
      DataPoint("code") { $0.code }
      DataPoint(
        "title",
        Localised("CANARY-other", in: "en", ["pt": "listed-title"]),
        in: { $0.customer.language }
      )
    }
  }

  @Test func `only what a variant lists leaves, in messages and in recalls, whatever else there is`()
    async throws
  {
    let wallet = ScriptedMessageProvider()
    let time = ManualTime()
    let offer = Offer(
      "ten-off",
      raises: "CANARY-event",
      replicas: ["wallet": "CANARY-replica", "CANARY-provider": "CANARY-elsewhere"],
      expires: .after(.days(1)),
      faceValue: Money(minorUnits: 1000, currency: "EUR"),
      codes: "CANARY-pool"
    )
    let reward = Campaign<Guest>(
      "CANARY-reward",
      on: .event("passed_on"),
      rule: Everyone(),
      outcome: .issue("ten-off"),
      limits: [.total(10, of: .group("CANARY-group"))]
    )
    let send = Campaign<Guest>(
      "CANARY-campaign",
      on: .event("CANARY-event"),
      rule: Everyone(),
      outcome: .sendOneOf(
        [Self.variant("CANARY-a").weighing(1), Self.variant("CANARY-b").weighing(1)],
        salt: "CANARY-salt",
        through: "wallet"
      )
    )
    let bridge = try await OfferBridge(
      customers: InMemoryCustomerStore(["CANARY-customer": Guest()]),
      catalog: InMemoryOfferCatalog([offer]),
      campaigns: [reward, send],
      observers: [ScopeObserver("CANARY-observer", on: .action("CANARY-action"), raise: "passed_on")],
      providers: ["wallet": wallet],
      codePools: ["CANARY-pool": InMemoryCodePool(["listed-code", "CANARY-code"])],
      tenant: "CANARY-tenant",
      ledger: InMemoryOfferLedger(now: { time.now })
    )
    let action = CustomerAction(
      "CANARY-action",
      id: "CANARY-id",
      by: "CANARY-customer",
      at: time.now,
      [
        "listed": "listed-origin", "CANARY-attribute": "CANARY-value",
        "lines": [["listed": "CANARY-line", "CANARY-line-key": 1]],
      ]
    )
    let decisions = try await bridge.respond(to: action)
    let issued = try #require(decisions.issuedOffers.first)
    try await bridge.deliverDueMessages()
    _ = try await bridge.close(
      issued.id,
      as: .revoked,
      reason: "CANARY-reason",
      limitUses: .kept,
      recall: Self.variant("CANARY-recall")
    )
    try await bridge.deliverDueMessages()

    let messages = wallet.deliveries.map(\.message)
    #expect(messages.map(\.purpose) == [.issue, .recall])
    for message in messages {
      #expect(!message.payloadText.contains("CANARY"), "\(message.payloadText)")
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any]
      )
      #expect(object["customer"] as? String == "listed-customer")
      #expect(object["code"] as? String == "listed-code")
      #expect(object["title"] as? String == "listed-title")
    }
    #expect(
      messages[0].payloadText == """
        {"code":"listed-code","customer":"listed-customer","offer":"ten-off","origin":"listed-origin",\
        "title":"listed-title","until":"2026-01-02T00:00:00Z","worth":{"currency":"EUR","minorUnits":1000}}
        """
    )
  }
}
