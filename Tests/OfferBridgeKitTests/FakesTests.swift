import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a host's tests lean on.
@Suite struct FakesTests {
  private func delivery(_ name: String = "m", to customer: CustomerID = "ada", attempt: Int = 1)
    -> MessageDelivery
  {
    let message = OfferMessage(
      key: .derive("message", name),
      provider: "wallet",
      customer: customer,
      campaign: "c",
      variant: "card",
      issuedOffer: .derive("issued", name),
      replica: "TEN",
      payload: Array("{}".utf8),
      createdAt: ManualTime().now,
      cause: .trigger(TriggerID(.action, "a-1"))
    )
    return MessageDelivery(message: message, attempt: attempt, deadline: ManualTime().now + 60)
  }

  @Test func `a scripted provider answers from its script, then accepts`() async throws {
    let provider = ScriptedMessageProvider(replies: [
      .retry(after: .seconds(60)), .rejected(reason: "no"), .fail, .loseAcknowledgement,
    ])
    #expect(try await provider.deliver(delivery()) == .retry(after: .seconds(60)))
    #expect(try await provider.deliver(delivery()) == .rejected(reason: "no"))
    await #expect(throws: ScriptedMessageProvider.Failure(reply: .fail)) {
      try await provider.deliver(self.delivery())
    }
    await #expect(throws: ScriptedMessageProvider.Failure(reply: .loseAcknowledgement)) {
      try await provider.deliver(self.delivery())
    }
    #expect(try await provider.deliver(delivery()) == .accepted())
    #expect(provider.deliveries.count == 5)
    #expect(provider.received.count == 2)
  }

  @Test func `a fake wallet makes one card a message key, whatever is lost`() async throws {
    let wallet = FakeWallet()
    wallet.beDown(for: 1)
    wallet.loseAcknowledgements(1)
    #expect(try await wallet.deliver(delivery()) == .retry())
    await #expect(throws: ScriptedMessageProvider.Failure.self) { try await wallet.deliver(self.delivery()) }
    #expect(try await wallet.deliver(delivery()) == .accepted(reference: "W1"))
    #expect(try await wallet.deliver(delivery("other", to: "ben")) == .accepted(reference: "W2"))
    #expect(wallet.cards.map(\.customer) == ["ada", "ben"])
    #expect(wallet.attempts == 4)
  }

  @Test func `a fake wallet names what was redeemed in each of the three ways`() async throws {
    let wallet = FakeWallet("wallet")
    _ = try await wallet.deliver(delivery())
    let now = ManualTime().now
    let references = try [FakeWallet.Echo.issuedOffer, .reference, .customer].map {
      try wallet.redeem("TEN", of: "ada", at: now, echoing: $0).reference
    }
    #expect(
      references == [.issuedOffer(.derive("issued", "m")), .replica("W1"), .customer("ada", replica: "TEN")]
    )
    let redemption = try wallet.redeem("TEN", of: "ada", at: now)
    #expect(redemption.id == "r-4")
    #expect(redemption.source == "wallet")
    #expect(wallet.reverse(redemption, at: now) == Reversal(id: "v-1", from: "wallet", of: "r-4", at: now))
    let error = #expect(throws: FakeWallet.NoSuchCard.self) { try wallet.redeem("TEN", of: "ben", at: now) }
    #expect(error?.description == "'ben' has no card 'TEN' in the wallet. Deliver the message first.")
  }

  @Test(.timeLimit(.minutes(5)))
  func `manual time wakes the sleeps that end on the way, and no other`() async throws {
    let time = ManualTime()
    let start = time.now
    let clock = time.clock
    try await withThrowingTaskGroup(of: Int.self) { group in
      for seconds in [10, 20] {
        group.addTask {
          try await clock.sleep(for: .seconds(seconds))
          return seconds
        }
      }
      await time.whenSleeping(2)
      time.advance(by: .seconds(10))
      let first = try await group.next()
      #expect(first == 10)
      #expect(time.now == start + 10)
      time.advance(to: start + 20)
      let second = try await group.next()
      #expect(second == 20)
    }
    try await clock.sleep(for: .zero)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a sleep on manual time ends when its task is cancelled`() async throws {
    let time = ManualTime()
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        do {
          try await time.clock.sleep(for: .seconds(10))
          return false
        } catch {
          return error is CancellationError
        }
      }
      await time.whenSleeping()
      group.cancelAll()
      let isCancelled = await group.next()
      #expect(isCancelled == true)
    }
  }

  @Test func `the in-memory provider keeps a message once`() async throws {
    let provider = InMemoryMessageProvider()
    let first = try await provider.deliver(delivery())
    #expect(try await provider.deliver(delivery(attempt: 2)) == first)
    #expect(provider.messages.count == 1)
  }

  @Test func `stores answer for several at once, and leave out who is not there`() async throws {
    let store = InMemoryCustomerStore(["ada": 1, "ben": 2])
    #expect(try await store.customers(["ada", "nobody"]) == ["ada": 1])
    let catalog = InMemoryOfferCatalog([Offer("a"), Offer("a", revision: 2), Offer("b")])
    #expect(try await catalog.offers(["a", "c"]).mapValues(\.revision) == ["a": 2])
  }
}

/// What leaves in a message.
@Suite struct MessageVariantTests {
  private func payload(_ variant: MessageVariant<Member>, _ customer: Member = Member()) throws -> String {
    let context = RuleContext.example(
      customer: customer,
      event: ["channel": "ios"],
      issuedOffers: [.example(of: "ten-off")]
    )
    let bytes = try variant.payload(in: MessageContext(rule: context, provider: "wallet")).bytes
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `the payload has one form: names in order, whole numbers whole, moments in UTC`() throws {
    let variant = MessageVariant<Member>("v") {
      DataPoint("z") { $0.customer.name }
      DataPoint("age") { $0.customer.age }
      DataPoint("score") { $0.customer.score }
      DataPoint("two") { _ in 2.0 }
      DataPoint("optedIn") { $0.customer.isOptedIn }
      DataPoint("at") { $0.now }
      DataPoint("precise") { $0.now + 0.25 }
      DataPoint("price") { _ in Money(minorUnits: 1000, currency: "EUR") }
      DataPoint("nickname", required: false) { $0.customer.nickname }
      DataPoint("channel") { $0.event.attributes.channel.flatMap(String.init(attributeValue:)) }
      DataPoint("é") { _ in "é" }
    }
    #expect(
      try payload(variant) == """
        {"age":40,"at":"2026-01-01T00:00:00Z","channel":"ios","optedIn":true,\
        "precise":"2026-01-01T00:00:00.250Z","price":{"currency":"EUR","minorUnits":1000},\
        "score":1.5,"two":2,"z":"Ada","é":"é"}
        """
    )
  }

  @Test(arguments: ["", "\"\\/\u{8}\u{9}\u{A}\u{C}\u{D}\u{0}\u{1F}\u{7F}", "😀\u{2028}", "</script>"])
  func `every text reads back as it was`(text: String) throws {
    let variant = MessageVariant<Member>("v") { DataPoint("text") { $0.customer.name } }
    let payload = try payload(variant, Member(name: text))
    let object = try JSONDecoder().decode([String: String].self, from: Data(payload.utf8))
    #expect(object["text"].map { Array($0.utf8) } == Array(text.utf8))
  }

  @Test(arguments: [
    0, -0.0, 1, -1.5, 1e300, 2.2250738585072014e-308, 0.1, 123_456_789.123, 9_007_199_254_740_992,
  ])
  func `every number reads back as it was`(number: Double) throws {
    let variant = MessageVariant<Member>("v") { DataPoint("n") { $0.customer.score } }
    let payload = try payload(variant, Member(score: number))
    #expect(try JSONDecoder().decode([String: Double].self, from: Data(payload.utf8))["n"] == number)
  }

  @Test(arguments: [Double.nan, .infinity])
  func `a number that JSON cannot say counts as none`(number: Double) {
    let variant = MessageVariant<Member>("v") { DataPoint("n") { $0.customer.score } }
    #expect(throws: MissingDataPoint.self) { try payload(variant, Member(score: number)) }
  }

  @Test func `only what is listed leaves`() async throws {
    let canary = Member(
      name: "CANARY-name",
      nickname: "CANARY-nick",
      segments: ["CANARY-segment"],
      address: .init(city: "CANARY-city", zip: "CANARY-zip")
    )
    let card = MessageVariant<Member>("card") { DataPoint("city") { $0.customer.address.city } }
    let send = Campaign<Member>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(card, through: "wallet")
    )
    let shop = try await Shop([Shop.reward(), send])
    shop.store.save(canary, as: "ada")
    _ = try await shop.bridge.respond(to: shop.opened("a-1", ["secret": "CANARY-attribute"]))
    let message = try await shop.message().message
    #expect(message.payloadText == #"{"city":"CANARY-city"}"#)
    let everything = String(decoding: try JSONEncoder().encode(message), as: UTF8.self)
    #expect(!everything.replacing("CANARY-city", with: "").contains("CANARY"))
  }
}
