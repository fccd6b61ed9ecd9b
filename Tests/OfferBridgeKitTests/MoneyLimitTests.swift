import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Limits that count what issued offers are worth.
@Suite struct MoneyLimitTests {
  private static func eur(_ units: Int64) -> Money { Money(minorUnits: units, currency: "EUR") }

  @Test func `a budget is used by face values to its last minor unit, and no further`() {
    let budget = CampaignLimit.total(Self.eur(1000))
    var desk = Desk()
    #expect(desk.issue("a", limits: [budget], faceValue: Self.eur(600)) == .written)
    #expect(desk.issue("b", limits: [budget], faceValue: Self.eur(401)) == .refused(budget))
    #expect(desk.issue("c", limits: [budget], faceValue: Self.eur(400)) == .written)
    #expect(desk.issue("d", limits: [budget], faceValue: Self.eur(1)) == .refused(budget))
    // Nothing is worth nothing, and takes nothing.
    #expect(desk.issue("e", limits: [budget], faceValue: Self.eur(0)) == .written)
    #expect(desk.state.record(of: Desk.id("a"))?.limitUses.map(\.amount) == [600])
    desk.close("c", limitUses: .givenBack)
    #expect(desk.issue("f", limits: [budget], faceValue: Self.eur(400)) == .written)
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `a budget of a rolling window frees each amount when its own time has passed`() {
    let budget = CampaignLimit.perCustomer(Self.eur(1000), in: .rolling(.seconds(30)))
    var desk = Desk()
    let start = desk.now
    desk.issue("a", limits: [budget], faceValue: Self.eur(700))
    desk.now = start + 10_000
    desk.issue("b", limits: [budget], faceValue: Self.eur(300))
    #expect(desk.issue("c", limits: [budget], faceValue: Self.eur(1)) == .refused(budget))
    desk.now = start + 30_000
    #expect(desk.issue("d", limits: [budget], faceValue: Self.eur(701)) == .refused(budget))
    #expect(desk.issue("e", limits: [budget], faceValue: Self.eur(700)) == .written)
    desk.close("b", limitUses: .givenBack)
    #expect(desk.issue("f", limits: [budget], faceValue: Self.eur(300)) == .written)
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `uses, and money of two currencies, are counted apart`() {
    let limits = [
      CampaignLimit.total(2), .total(Self.eur(2)),
      .total(
        Money(minorUnits: 2, currency: "NOK"),
        each: .init(
          minorUnits: 1,
          currency: "NOK"
        )
      ),
    ]
    let uses = Desk.uses(limits, at: .distantPast, worth: Self.eur(1))
    #expect(
      uses.map(\.counter.subject) == [
        "campaign reward", "money EUR of campaign reward", "money NOK of campaign reward",
      ]
    )
    #expect(uses.map(\.amount) == [1, 1, 1])
    var desk = Desk()
    let answers = ["a", "b", "c"].map { desk.issue($0, limits: limits, faceValue: Self.eur(1)) }
    #expect(answers == [.written, .written, .refused(limits[0])])
  }

  @Test func `a limit in money reads as money`() {
    #expect(CampaignLimit.total(Self.eur(5000)).description == "5000 EUR minor units in all of the campaign")
  }

  private static let dear = Offer(
    "ten-off",
    raises: "ten_off_issued",
    replicas: ["wallet": "TEN"],
    faceValue: eur(1000)
  )

  @Test(arguments: [
    (CampaignLimit.total(eur(5000)), nil), (.total(eur(5000)), Money(minorUnits: 10, currency: "NOK")),
    (.total(eur(5000)), eur(-1)), (.total(eur(5000), each: Money(minorUnits: 1, currency: "NOK")), eur(10)),
    (.total(eur(5000), each: eur(-1)), eur(10)),
    (.total(Money(minorUnits: 1, currency: "a of b")), Money(minorUnits: 1, currency: "a of b")),
    (.total(Money(minorUnits: 1, currency: "")), Money(minorUnits: 1, currency: "")),
  ])
  func `a budget that its offer cannot be measured by is a fault at the door`(
    limit: CampaignLimit,
    faceValue: Money?
  ) async throws {
    let offer = Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"], faceValue: faceValue)
    let error = await #expect(throws: OfferBridgeError.self) {
      try await Shop([Shop.reward(limits: [limit]), Shop.toWallet()], offers: [offer])
    }
    #expect(error?.code == .configurationInvalid([.limitUnmeasurable(limit, in: "reward")]))
  }

  @Test func `a budget for messages is measured by the offer they are about`() async throws {
    let budget = CampaignLimit.total(Self.eur(1000))
    func send(_ limit: CampaignLimit) -> Campaign<Member> {
      Campaign(
        "to-wallet",
        on: .event("ten_off_issued"),
        rule: Everyone(),
        outcome: .send(Shop.card, through: "wallet"),
        limits: [limit]
      )
    }
    let shop = try await Shop([Shop.reward(), send(budget)], offers: [Self.dear])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(
      try await shop.bridge.respond(to: shop.opened("a-2"))["to-wallet"]?.outcome == .limitReached(budget)
    )
    let error = await #expect(throws: OfferBridgeError.self) {
      try await Shop([Shop.reward(), send(budget)])
    }
    #expect(error?.code == .configurationInvalid([.limitUnmeasurable(budget, in: "to-wallet")]))
  }

  @Test func `an offer that lost its face value is not issued against a budget, and the decision says so`()
    async throws
  {
    let budget = CampaignLimit.total(Self.eur(5000))
    let shop = try await Shop([Shop.reward(limits: [budget]), Shop.toWallet()], offers: [Self.dear])
    #expect(try await shop.bridge.respond(to: shop.opened("a-1"))["reward"]?.issuedOffer != nil)
    shop.catalog.save(Shop.tenOff)
    let decisions = try await shop.bridge.respond(to: shop.opened("a-2"))
    #expect(decisions["reward"]?.outcome == .limitUnmeasurable(budget))
    #expect(try await shop.bridge.audit().issued == 1)
  }

  @Test func `budgets and closings at random keep the sums of an independent count`() {
    let windows: [LimitWindow] = [.lifetime, .rolling(.seconds(5)), .calendar(.day, in: .gmt)]
    for seed in 0..<20 {
      var random = Seeded(UInt64(seed))
      let window = windows[seed % windows.count]
      let budget = CampaignLimit.total(Self.eur(1000), in: window)
      var desk = Desk()
      var live: [(name: String, at: Int64, amount: Int64)] = []
      for number in 0..<200 {
        desk.now += Int64.random(in: 0...2000, using: &random)
        if let index = live.indices.randomElement(using: &random), Int.random(in: 0..<3, using: &random) == 0
        {
          desk.close(live[index].name, limitUses: .givenBack)
          live.remove(at: index)
        }
        let amount = Int64.random(in: 0...400, using: &random)
        let now = desk.now
        let used = live.filter { window == .rolling(.seconds(5)) ? $0.at > now - 5000 : true }
          .reduce(0) { $0 + $1.amount }
        let answer = desk.issue("\(number)", limits: [budget], faceValue: Self.eur(amount))
        #expect(answer == (used + amount <= 1000 ? .written : .refused(budget)), "seed \(seed)")
        if answer == .written { live.append(("\(number)", now, amount)) }
      }
      #expect(desk.state.audit(now: desk.now).imbalances == [], "seed \(seed)")
    }
  }
}
