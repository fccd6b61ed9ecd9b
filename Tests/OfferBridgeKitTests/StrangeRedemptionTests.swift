import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What external systems report that nobody would make up.
@Suite struct StrangeRedemptionTests {
  @Test func `sums beyond the largest amount come back when they are reversed`() {
    var desk = Desk()
    desk.issue("a", redeemable: .unlimited)
    for number in 0..<4 { desk.redeem("r-\(number)", .issuedOffer(Desk.id("a")), at: 10, .max) }
    #expect(desk.state.issuedOffers(of: "ada")[0].redeemed.amount?.minorUnits == .max)
    for number in 0..<3 { desk.report("v-\(number)", .reversal(of: "r-\(number)"), at: 20) }
    #expect(desk.state.issuedOffers(of: "ada")[0].redeemed.amount?.minorUnits == .max)
    desk.report("v-3", .reversal(of: "r-3"), at: 20)
    #expect(desk.state.issuedOffers(of: "ada")[0].redeemed.amount?.minorUnits == 0)
  }

  @Test func `a long chain of reversals of reversals waits, and folds with its redemption`() {
    var desk = Desk()
    desk.issue("a")
    let length = 50_000
    for number in 0..<length {
      desk.report("e-\(number + 1)", .reversal(of: "e-\(number)"), at: Int64(number))
    }
    desk.redeem("e-0", .issuedOffer(Desk.id("a")), at: 0)
    #expect(desk.state.match(of: ExternalEventID(source: "wallet", id: "e-1")) == .applied(to: Desk.id("a")))
    #expect(desk.state.events(of: "ada").count == length + 1)
  }

  @Test func `what becomes known in one step stands in the order of its receipt, reversals behind theirs`() {
    var desk = Desk()
    for id in ["v-1", "v-2"] { desk.report(id, .reversal(of: "r-1"), at: 20) }
    desk.redeem("r-2", .issuedOffer(Desk.id("a")), at: 5)
    desk.redeem("r-1", .issuedOffer(Desk.id("a")), at: 10)
    desk.issue("a", redeemable: .times(2))
    #expect(desk.state.events(of: "ada").map(\.event.id.id) == ["r-2", "r-1", "v-1", "v-2"])
  }

  @Test func `the name of a redemption is its bytes, also where a reversal names it`() {
    var desk = Desk()
    desk.report("v-1", .reversal(of: "\u{e9}"), at: 20)
    #expect(desk.report("v-1", .reversal(of: "\u{e9}"), at: 20) == .duplicate)
    #expect(desk.report("v-1", .reversal(of: "e\u{301}"), at: 20) == .conflict)
  }

  @Test func `a second reference to one replica is known too`() async throws {
    let reminder = Campaign<Member>(
      "reminder",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(Shop.card, through: "wallet")
    )
    let wallet = ScriptedMessageProvider(replies: [.accepted(reference: "W1"), .accepted(reference: "W2")])
    let shop = try await Shop([Shop.reward(), Shop.toWallet(), reminder], wallet: wallet)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let redemption = Redemption(id: "r-1", of: .replica("W2"), at: shop.time.now)
    #expect(try await shop.bridge.reconcile(redemption) == .parked(.unknownOffer))
    try await shop.bridge.deliverDueMessages()
    #expect(try await shop.bridge.match(of: "r-1") == .applied(to: shop.issued().id))
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `the order of issue is that of the moments, whichever was committed first`() {
    var desk = Desk()
    desk.issue("second")
    desk.issue("first", plannedAt: desk.now - 10_000)
    let match = desk.redeem("r-1", .customer("ada", replica: "TEN"), at: 10)
    #expect(match.issuedOffer == Desk.id("first"))
  }

  @Test func `a redemption goes to a copy that was issued by then, used up or not`() {
    var desk = Desk()
    desk.issue("a")
    desk.now += 3_600_000
    desk.issue("b")
    desk.redeem("r-1", .customer("ada", replica: "TEN"), at: 10)
    let match = desk.redeem("r-2", .customer("ada", replica: "TEN"), at: 20)
    #expect(match == .discrepant([.overLimit, .unconfirmedReplica], on: Desk.id("a")))
  }

  @Test func `a fold on its own comes to what the ledger in memory says`() throws {
    for seed in 0..<30 {
      var random = Seeded(UInt64(seed))
      var desk = Desk()
      for name in ["a", "b", "c"] {
        desk.issue(name, redeemable: .times(2))
        desk.now += 1000
      }
      desk.settle(desk.claim().first, .accepted("W1"))
      desk.close("b")
      let copies = desk.state.issuedOffers(of: "ada").map { offer in
        FoldedRedemptions.Copy(offer, references: offer.id == Desk.id("a") ? ["wallet": ["W1"]] : [:])
      }
      for number in 0..<12 {
        let contents: [ExternalEvent.Content] = [
          .redemption(.issuedOffer(Desk.id(["a", "b", "c"][number % 3])), amount: nil),
          .redemption(.replica("W1"), amount: Money(minorUnits: 5, currency: "EUR")),
          .redemption(.customer("ada", replica: "TEN"), amount: nil),
          .reversal(of: "r-\(Int.random(in: 0...number, using: &random))"),
        ]
        let content = contents[Int.random(in: 0..<contents.count, using: &random)]
        desk.report("r-\(number)", content, at: Int64.random(in: -1...5, using: &random))
      }
      let records = desk.state.events(of: "ada")
      let folded = FoldedRedemptions(
        of: records.map(\.event).shuffled(using: &random),
        over: copies.shuffled(using: &random)
      )
      let read = folded.issuedOffers.sorted { $0.issuedAt < $1.issuedAt }
      #expect(read == desk.state.issuedOffers(of: "ada"), "seed \(seed)")
      let inOrder = FoldedRedemptions(of: records.map(\.event), over: copies)
      #expect(inOrder.matches == records.map(\.match), "seed \(seed)")
      let isProven = read[2].replicas[0].state == .accepted(nil)
      #expect(folded.proves(Desk.id("c"), at: "wallet") == isProven)
    }
  }
}
