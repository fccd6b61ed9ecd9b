import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The audience of a message, within that of its campaign.
@Suite struct MessageAudienceTests {
  private static let wallets = Rule<Member> { $0.customer.hasWallet }

  private static func send(
    _ rule: some CampaignRule<Member>,
    _ outcome: CampaignOutcome<Member>
  ) -> Campaign<Member> {
    Campaign("to-wallet", on: .event("ten_off_issued"), rule: rule, outcome: outcome)
  }

  private static func toWallet(_ rule: some CampaignRule<Member>) -> Campaign<Member> {
    send(rule, .send(Shop.card.only(for: wallets), through: "wallet"))
  }

  @Test(arguments: [true, false], [true, false])
  func `a message goes to whom the campaign and the message are for, and to nobody else`(
    isOptedIn: Bool,
    hasWallet: Bool
  ) async throws {
    let shop = try await Shop([Shop.reward(Everyone()), Self.toWallet(Rule { $0.customer.isOptedIn })])
    shop.store.save(Member(isOptedIn: isOptedIn, hasWallet: hasWallet), as: "ada")
    let decision = try await shop.bridge.respond(to: shop.opened("a-1"))["to-wallet"]
    #expect((decision?.outcome.isActed == true) == (isOptedIn && hasWallet))
    #expect(try await shop.bridge.messages(of: "ada").count == (isOptedIn && hasWallet ? 1 : 0))
    if !(isOptedIn && hasWallet) { #expect(decision?.outcome == .notMet) }
    #expect(
      decision?.explanation.description.contains("audience of card: all of") == true,
      "\(decision?.explanation.description ?? "")"
    )
    if isOptedIn && !hasWallet {
      let state = try await shop.issued().replicas[0].state
      #expect(state == .notSent(.notMet("to-wallet", ["customer.hasWallet"])), "\(state)")
    }
  }

  @Test func `an audience that is given twice is both`() async throws {
    let card = Shop.card.only(for: Self.wallets).only(for: Rule<Member> { $0.customer.tier == .gold })
    let shop = try await Shop([
      Shop.reward(Everyone()), Self.send(Everyone(), .send(card, through: "wallet")),
    ])
    for (number, member) in [Member(), Member(tier: .basic), Member(hasWallet: false)].enumerated() {
      shop.store.save(member, as: "ada")
      let decision = try await shop.bridge.respond(to: shop.opened("a-\(number)"))["to-wallet"]
      #expect((decision?.outcome.isActed == true) == (number == 0))
    }
  }

  @Test func `an audience looks back as any rule does`() async throws {
    let card = Shop.card.only(for: Rule<Member> { $0.history.count(of: "purchase", inLast: .days(30)) >= 1 })
    let shop = try await Shop([
      Shop.reward(Everyone()), Self.send(Everyone(), .send(card, through: "wallet")),
    ])
    #expect(try await shop.bridge.respond(to: shop.opened("a-1"))["to-wallet"]?.outcome == .notMet)
    shop.store.record(CustomerAction("purchase", id: "p-1", by: "ada", at: shop.time.now))
    #expect(try await shop.bridge.respond(to: shop.opened("a-2"))["to-wallet"]?.outcome.isActed == true)
  }

  @Test
  func `of several variants each customer is asked about their own, and nobody is sent another instead`()
    async throws
  {
    let letter = MessageVariant<Member>("letter") { DataPoint("name") { $0.customer.name } }
    let choice = [Shop.card.only(for: Self.wallets).weighing(1), letter.weighing(1)]
    let campaign = Self.send(Everyone(), .sendOneOf(choice, salt: "s", through: "wallet"))
    let shop = try await Shop([Shop.reward(Everyone()), campaign])
    var sent: Set<String> = []
    for number in 0..<40 {
      let customer = CustomerID("customer-\(number)")
      shop.store.save(Member(hasWallet: number.isMultiple(of: 2)), as: customer)
      let decision = try #require(
        try await shop.bridge.respond(to: shop.opened("a-\(number)", by: customer))["to-wallet"]
      )
      let drawn = try #require(decision.messageExplanation?.variant)
      let isFor = drawn == "letter" || number.isMultiple(of: 2)
      #expect(decision.outcome.isActed == isFor, "\(customer)")
      let messages = try await shop.bridge.messages(of: customer).map(\.message.variant)
      #expect(messages == (isFor ? [drawn] : []))
      sent.formUnion(messages)
    }
    #expect(sent == ["card", "letter"])
  }

  @Test func `an observer's message has an audience too, and a recall goes wherever a replica may be`()
    async throws
  {
    let observer = ScopeObserver<Member>(
      "publish",
      on: .issuance(of: "ten-off"),
      send: Shop.card.only(for: Self.wallets),
      through: "wallet"
    )
    let shop = try await Shop([Shop.reward(Everyone())], observers: [observer])
    #expect(try await shop.bridge.respond(to: shop.opened("a-1"))["publish"]?.outcome.isActed == true)
    try await shop.bridge.deliverDueMessages()
    shop.store.save(Member(hasWallet: false), as: "ada")
    #expect(try await shop.bridge.respond(to: shop.opened("a-2"))["publish"]?.outcome == .notMet)
    let first = try await shop.bridge.issuedOffers(of: "ada")[0]
    let takeBack = Shop.card.only(for: Self.wallets)
    _ = try await shop.bridge.close(
      first.id,
      as: .revoked,
      reason: "test",
      limitUses: .kept,
      recall: takeBack
    )
    #expect(try await shop.bridge.messages(of: "ada").map(\.message.purpose) == [.issue, .recall])
  }
}
