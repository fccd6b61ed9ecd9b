import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The order of one customer's messages, and what redemptions prove of them.
@Suite struct LaneTests {
  /// Two messages; the first was proven, and is no longer since an earlier redemption came.
  private func reopened() -> Desk {
    var desk = Desk()
    desk.issue("a")
    desk.now += 1000
    desk.issue("b")
    desk.redeem("r-1", .issuedOffer(Desk.id("a")), at: 10)
    desk.redeem("r-0", .customer("ada", replica: "TEN"), at: 5)
    return desk
  }

  @Test func `a message that is to be sent after all is handed out before the later ones`() {
    var desk = reopened()
    #expect(desk.claimed() == ["a"])
    #expect(desk.claimed() == [])
  }

  @Test func `a message that is to be sent after all is sent when the one before it is proven`() {
    var desk = reopened()
    desk.redeem("r-2", .issuedOffer(Desk.id("b")), at: 6)
    #expect(desk.claimed() == ["a"])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `a message that is proven again leaves the others in their order`() {
    var desk = reopened()
    desk.report("v-0", .reversal(of: "r-0"), at: 7)
    desk.issue("c")
    let first = desk.claim()
    #expect(first.map(\.message.variant) == ["b"])
    desk.settle(first.first, .accepted("W2"))
    #expect(desk.claimed() == ["c"])
  }

  @Test func `a message that is to be sent after all waits for the one that is on its way`() {
    var desk = Desk()
    desk.issue("a")
    desk.now += 1000
    desk.issue("b")
    desk.redeem("r-1", .issuedOffer(Desk.id("a")), at: 10)
    let first = desk.claim()
    desk.redeem("r-0", .customer("ada", replica: "TEN"), at: 5)
    desk.issue("c")
    #expect(desk.claimed() == [])
    desk.settle(first.first, .accepted("W2"))
    let second = desk.claim()
    #expect(second.map(\.message.variant) == ["a"])
    desk.settle(second.first, .accepted("W1"))
    #expect(desk.claimed() == ["c"])
  }

  @Test func `a message that was proven while its worker died is not sent again`() {
    var desk = Desk()
    desk.issue("a")
    _ = desk.claim()
    desk.redeem("r-1", .issuedOffer(Desk.id("a")), at: 10)
    desk.issue("b")
    desk.now += 60_000
    #expect(desk.claimed() == ["b"])
    #expect(desk.state.messages(of: "ada").map(\.attempts) == [1, 1])
    #expect(desk.state.messages(of: "ada")[0].state == .accepted(nil))
  }

  @Test(arguments: [true, false])
  func `an attempt that ended without a word may have arrived`(isReleased: Bool) {
    var desk = Desk()
    desk.issue("a")
    let first = desk.claim()
    if isReleased { desk.settle(first.first, .released(wasHanded: true)) } else { desk.now += 60_000 }
    let second = desk.claim()
    #expect(desk.replicas == [.unknown])
    desk.settle(second.first, .buried(reason: "not now", isUnknown: false))
    #expect(desk.replicas == [.unknown])
  }

  @Test func `a redemption that proves a message settles it at once, whenever it comes`() {
    var early = Desk()
    early.redeem("r-1", .issuedOffer(Desk.id("a")), at: 10)
    early.issue("a")
    var waiting = Desk()
    waiting.issue("a")
    waiting.redeem("r-1", .issuedOffer(Desk.id("a")), at: 10)
    var leased = Desk()
    leased.issue("a")
    let claim = leased.claim()
    leased.redeem("r-1", .issuedOffer(Desk.id("a")), at: 10)
    leased.settle(claim.first, .retry(after: .zero, failure: "late", isUnknown: true))
    for var desk in [early, waiting, leased] {
      #expect(desk.state.messages(of: "ada").map(\.state) == [.accepted(nil)])
      #expect(desk.claimed() == [])
    }
  }

  @Test func `only what was due by then is handed out`() {
    var desk = Desk()
    desk.issue("a")
    func claims(dueBy milliseconds: Int64) -> Int {
      var state = desk.state
      let query = ClaimQuery(
        tenant: "main",
        provider: "wallet",
        limit: 10,
        lease: .seconds(60),
        dueBy: Date(milliseconds: milliseconds)
      )
      return state.claim(query, now: desk.now).claims.count
    }
    #expect(claims(dueBy: desk.now - 1) == 0)
    #expect(claims(dueBy: desk.now) == 1)
    #expect(claims(dueBy: desk.now + 1) == 1)
  }

  @Test func `what becomes due while messages are sent is left for the next call`() async throws {
    final class Slow: MessageProvider {
      let time: ManualTime
      let scripted = ScriptedMessageProvider(replies: [.retry()])
      init(_ time: ManualTime) { self.time = time }
      func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
        if delivery.message.customer == "ben" { time.advance(by: .seconds(20)) }
        return try await scripted.deliver(delivery)
      }
    }
    let time = ManualTime()
    let slow = Slow(time)
    let bridge = try await OfferBridge(
      customers: InMemoryCustomerStore<Member>(["ada": Member(), "ben": Member()]),
      catalog: InMemoryOfferCatalog([Shop.tenOff]),
      campaigns: [Shop.reward(), Shop.toWallet()],
      providers: ["wallet": slow],
      ledger: InMemoryOfferLedger(now: { time.now }),
      settings: BridgeSettings(
        retry: MessageRetry(delays: [.seconds(10)], jitter: 0),
        lane: LaneSettings(atOnce: 1)
      )
    )
    let start = time.now
    for customer in ["ada", "ben"] as [CustomerID] {
      _ = try await bridge.respond(
        to: CustomerAction("app_opened", id: customer.rawValue, by: customer, at: start)
      )
    }
    #expect(try await bridge.deliverDueMessages() == start + 10)
    #expect(slow.scripted.deliveries.map(\.message.customer) == ["ada", "ben"])
  }
}
