import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Limits at the edges of their windows.
@Suite struct LimitWindowTests {
  @Test func `a plan that is a little older finds in its window what a later one left behind`() {
    let limits = [CampaignLimit.perCustomer(3, in: .rolling(.seconds(30)))]
    var desk = Desk()
    let start = desk.now
    desk.issue("a", limits: limits)
    desk.issue("b", limits: limits)
    desk.now = start + 15_000
    desk.issue("c", limits: limits)
    desk.now = start + 30_000
    #expect(desk.issue("d", limits: limits) == .written)
    #expect(desk.issue("e", limits: limits, plannedAt: start + 29_999) == .refused(limits[0]))
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test(arguments: [Duration.zero, .seconds(-1), .microseconds(1)])
  func `a limit over no time is a fault`(length: Duration) async throws {
    let limit = CampaignLimit.perCustomer(1, in: .rolling(length))
    let error = await #expect(throws: OfferBridgeError.self) {
      try await Shop([Shop.reward(limits: [limit]), Shop.toWallet()])
    }
    #expect(error != nil)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a rolling limit of many uses stays quick`() {
    let limits = [CampaignLimit.total(1_000_000, of: .programme, in: .rolling(.days(30)))]
    var desk = Desk()
    for number in 0..<20_000 { desk.issue("\(number)", limits: limits) }
    #expect(desk.state.audit(now: desk.now).issued == 20_000)
  }

  @Test func `a limit that is named twice is used once, and both caps hold`() {
    let limits = [CampaignLimit.perCustomer(3), .perCustomer(2)]
    var desk = Desk()
    let answers = ["a", "b", "c"].map { desk.issue($0, limits: limits) }
    #expect(answers == [.written, .written, .refused(limits[1])])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `a limit a day counts the customer's days`() async throws {
    let newYork = try #require(TimeZone(identifier: "America/New_York"))
    let shop = try await Shop([
      Shop.reward(limits: [.perCustomer(1, in: .calendar(.day, in: newYork))]), Shop.toWallet(),
    ])
    // Seven in the evening in New York.
    #expect(try await shop.bridge.respond(to: shop.opened("a-1"))["reward"]?.issuedOffer != nil)
    shop.time.advance(by: .hours(5) - .milliseconds(1))
    #expect(try await shop.bridge.respond(to: shop.opened("a-2"))["reward"]?.issuedOffer == nil)
    shop.time.advance(by: .milliseconds(1))
    #expect(try await shop.bridge.respond(to: shop.opened("a-3"))["reward"]?.issuedOffer != nil)
  }

  @Test func `a message beyond its campaign's limit is not sent, and the replica says so`() async throws {
    let limit = CampaignLimit.perCustomer(1)
    let send = Campaign<Member>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(Shop.card, through: "wallet"),
      limits: [limit]
    )
    let shop = try await Shop([Shop.reward(), send])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    for isReplay in [false, true] {
      let decisions = try await shop.bridge.respond(to: shop.opened("a-2"))
      #expect(decisions["to-wallet"]?.outcome == .limitReached(limit))
      #expect(decisions["to-wallet"]?.isReplay == isReplay)
      #expect(decisions["reward"]?.issuedOffer?.replicas[0].state == .notSent(.limitReached("to-wallet")))
      let stored = try await shop.bridge.issuedOffers(of: "ada")[1]
      #expect(stored.replicas[0].state == .notSent(.limitReached("to-wallet")))
    }
    let audit = try await shop.bridge.audit()
    #expect(audit.messages == 1)
    #expect(audit.imbalances == [])
  }

  @Test func `campaigns whose names only look the same have limits of their own`() {
    let (one, two) = ("caf\u{e9}", "cafe\u{301}")
    #expect(one == two)
    let moment = Date(milliseconds: 0)
    let counters = [one, two].flatMap { Desk.uses([.total(1)], by: CampaignID($0), at: moment) }.map(
      \.counter
    )
    #expect(Set(counters).count == 2)
  }
}
