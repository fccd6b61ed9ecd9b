import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The end that we put to an issued offer.
@Suite struct ClosureTests {
  enum Start: CaseIterable { case open, over, usedUp, closedAsExpired, revoked, unknown }

  private static let table: [Start: (expire: String, revoke: String)] = [
    .open: ("notOver", "closed"), .over: ("closed", "closed"), .usedUp: ("usedUp", "usedUp"),
    .closedAsExpired: ("alreadyClosed", "alreadyClosed"), .revoked: ("alreadyClosed", "alreadyClosed"),
    .unknown: ("unknownOffer", "unknownOffer"),
  ]

  private func desk(_ start: Start) -> Desk {
    var desk = Desk()
    let end = Date(milliseconds: desk.now + 1000)
    if start == .unknown { return desk }
    desk.issue("a", limits: [.total(1)], expiresAt: end)
    if start != .open { desk.now += 1000 }
    switch start {
    case .usedUp: desk.redeem("r-1", .issuedOffer(Desk.id("a")), at: 0)
    case .closedAsExpired: desk.close("a", as: .expired)
    case .revoked: desk.close("a", as: .revoked)
    case .open, .over, .unknown: break
    }
    return desk
  }

  @Test(arguments: Start.allCases, OfferClosure.Kind.allCases)
  func `every closing is answered in every state of an issued offer`(
    start: Start,
    kind: OfferClosure.Kind
  ) throws {
    var desk = desk(start)
    let before = desk.state.record(of: Desk.id("a"))
    let answer = desk.close("a", as: kind)
    let row = try #require(Self.table[start])
    #expect("\(answer)".prefix { $0 != "(" } == (kind == .expired ? row.expire : row.revoke))
    if case .closed(let closure) = answer {
      #expect(closure.closedAt == Date(milliseconds: desk.now))
      #expect((closure.kind, closure.reason) == (kind, "test"))
      // A repeat, of whichever kind, finds the first.
      #expect(desk.close("a", as: .revoked, limitUses: .givenBack) == .alreadyClosed(closure))
      #expect(desk.state.record(of: Desk.id("a"))?.issuedOffer.closure == closure)
    } else {
      #expect(desk.state.record(of: Desk.id("a")) == before)
    }
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test(arguments: [
    CampaignLimit.total(1), .perCustomer(1, of: .offer), .total(1, in: .rolling(.days(30))),
    .perCustomer(1, of: .programme, in: .calendar(.year, in: .gmt)),
    .total(Money(minorUnits: 500, currency: "EUR")),
    .perCustomer(Money(minorUnits: 999, currency: "EUR"), in: .rolling(.days(1))),
  ])
  func `a closing gives the limit uses back once, if it says so`(limit: CampaignLimit) {
    let worth = Money(minorUnits: 500, currency: "EUR")
    for policy in OfferClosure.LimitUses.allCases {
      var desk = Desk()
      desk.issue("a", limits: [limit, limit], faceValue: worth)
      desk.now += 1000
      desk.close("a", limitUses: policy)
      desk.close("a", limitUses: .givenBack)
      let isGivenBack = policy == .givenBack
      #expect(
        desk.issue("b", limits: [limit], faceValue: worth) == (isGivenBack ? .written : .refused(limit))
      )
      #expect(desk.issue("c", limits: [limit], faceValue: worth) == .refused(limit))
      let audit = desk.state.audit(now: desk.now)
      #expect(audit.imbalances == [])
      #expect((audit.issued, audit.closed) == (isGivenBack ? 2 : 1, 1))
    }
  }

  @Test func `what was not sent is withdrawn, and a repeat of the action sends nothing`() async throws {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let id = try await shop.issued().id
    let answer = try await shop.bridge.close(id, as: .revoked, reason: "order cancelled", limitUses: .kept)
    guard case .closed = answer else { throw Unexpected("\(answer)") }
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(try await shop.message().state == .withdrawn)
    let issued = try await shop.issued()
    #expect(issued.replicas[0].state == .notSent(.offerClosed))
    #expect(issued.status(at: shop.time.now) == .revoked)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(try await shop.bridge.messages(of: "ada").count == 1)
  }

  @Test func `what loses its proof after the closing is withdrawn, and its replica was not sent`() {
    var desk = Desk()
    desk.issue("a", redeemable: .times(2))
    desk.redeem("r-3", .issuedOffer(Desk.id("a")), at: 3)
    #expect(desk.replicas == [.accepted(nil)])
    desk.now += 10_000
    desk.close("a")
    // Two that were earlier: the one that was the proof is over the limit now.
    desk.redeem("r-1", .customer("ada", replica: "TEN"), at: 1)
    desk.redeem("r-2", .customer("ada", replica: "TEN"), at: 2)
    #expect(desk.state.messages(of: "ada").map(\.state) == [.withdrawn])
    #expect(desk.replicas == [.notSent(.offerClosed)])
    // So there is nothing to be recalled.
    desk.close("a", recalling: true)
    #expect(desk.state.messages(of: "ada").count == 1)
  }

  @Test func `a message about a closed offer is not committed, and says so`() async throws {
    let shop = try await Shop([Shop.reward(), Shop.toWallet()])
    shop.store.save(Member(hasWallet: false), as: "ada")
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let id = try await shop.issued().id
    _ = try await shop.bridge.close(id, as: .revoked, reason: "a mistake", limitUses: .givenBack)
    shop.store.save(Member(), as: "ada")
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    guard case .offerClosed(let closure) = decisions["to-wallet"]?.outcome else {
      throw Unexpected("\(String(describing: decisions["to-wallet"]))")
    }
    #expect(closure.reason == "a mistake")
    #expect(try await shop.issued().replicas[0].state == .notSent(.offerClosed))
    #expect(try await shop.bridge.messages(of: "ada").isEmpty)
  }

  @Test func `a plan that does not know of the closure is answered by the ledger`() {
    var desk = Desk()
    desk.issue("a")
    desk.close("a")
    let plan = Desk.plan("b", at: desk.now)
    guard let issued = desk.state.record(of: Desk.id("a"))?.issuedOffer, let closure = issued.closure else {
      return #expect(Bool(false), "it is not closed")
    }
    let message = Desk.message(about: issued, key: .derive("late"), variant: "late", at: issued.issuedAt)
    let late = JourneyPlan(
      tenant: "main",
      trigger: plan.trigger,
      plannedAt: plan.plannedAt,
      triggerVersion: 0,
      nodes: [PlanNode(key: message.key, content: .message(message))]
    )
    #expect(desk.state.commit(late, now: desk.now) == .committed([.offerClosed(closure)]))
    #expect(desk.state.messages(of: "ada").count == 1)
  }

  @Test func `a recall leaves after what is on its way, and takes the replica out`() throws {
    var desk = Desk()
    desk.issue("a", redeemable: .unlimited)
    let onItsWay = desk.claim().first
    desk.close("a", recalling: true)
    #expect(desk.claimed() == [])
    desk.settle(onItsWay, .accepted("W1"))
    #expect(desk.replicas == [.accepted("W1")])
    let recall = try #require(desk.claim().first)
    #expect((recall.message.purpose, recall.message.variant) == (.recall, "recall of a"))
    desk.settle(recall, .accepted(nil))
    #expect(desk.replicas == [.recalled])
    // What was redeemed before it was recalled is confirmed all the same.
    let match = desk.redeem("r-1", .customer("ada", replica: "TEN"), at: -1)
    #expect(match == .applied(to: Desk.id("a")))
    #expect(desk.replicas == [.recalled])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `an attempt that was on its way when the offer was closed is not repeated`() {
    for outcome in [
      Settlement.Outcome.released(wasHanded: true), .retry(after: .zero, failure: "busy", isUnknown: true),
    ] {
      var desk = Desk()
      desk.issue("a")
      let claim = desk.claim().first
      desk.close("a")
      #expect(desk.settle(claim, outcome) == .settled)
      #expect(desk.state.messages(of: "ada")[0].state == .withdrawn)
      #expect(desk.replicas == [.unknown])
    }
    // One that its provider never had is withdrawn as if it had waited.
    var unhanded = Desk()
    unhanded.issue("a")
    let given = unhanded.claim().first
    unhanded.close("a")
    #expect(unhanded.settle(given, .released(wasHanded: false)) == .settled)
    #expect(unhanded.state.messages(of: "ada")[0].state == .withdrawn)
    #expect(unhanded.replicas == [.notSent(.offerClosed)])
    var desk = Desk()
    desk.issue("a")
    _ = desk.claim()
    desk.close("a")
    desk.now += 60_000
    #expect(desk.claimed() == [])
    #expect(desk.state.messages(of: "ada")[0].state == .withdrawn)
    #expect(desk.replicas == [.unknown])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `what was closed without a recall is recalled later, once`() {
    var desk = Desk()
    desk.issue("a")
    desk.settle(desk.claim().first, .accepted("W1"))
    desk.close("a")
    #expect(desk.claimed() == [])
    desk.close("a", recalling: true)
    desk.close("a", recalling: true)
    let recall = desk.claim()
    #expect(recall.map(\.message.variant) == ["recall of a"])
    desk.settle(recall.first, .rejected(reason: "no such card"))
    #expect(desk.replicas == [.accepted("W1")])
    // A recall is redriven although its offer is closed; what would bring the offer is not.
    #expect(desk.redrive(.derive("recall", "a")) == .redriven(.derive("recall", "a")))
  }

  @Test func `what would bring a closed offer is not redriven`() {
    var desk = Desk()
    desk.issue("a")
    desk.settle(desk.claim().first, .rejected(reason: "no"))
    guard case .closed(let closure) = desk.close("a") else {
      return #expect(Bool(false), "it was not closed")
    }
    for mode in MessageRedrive.Mode.allCases {
      #expect(desk.redrive(.derive("message", "a"), mode) == .offerClosed(closure))
    }
  }

  @Test func `a redemption after a revocation counts and says so, one before does not, in whatever order`() {
    let closedAt: Int64 = 100
    for order in [["early", "late", "close"], ["close", "late", "early"], ["late", "close", "early"]] {
      var desk = Desk()
      let start = desk.now
      desk.issue("a", redeemable: .unlimited)
      desk.settle(desk.claim().first, .accepted("W1"))
      for step in order {
        switch step {
        case "early": desk.redeem("early", .issuedOffer(Desk.id("a")), at: closedAt - 1)
        case "late": desk.redeem("late", .issuedOffer(Desk.id("a")), at: closedAt)
        default:
          desk.now = start + closedAt * 1000
          desk.close("a", limitUses: .givenBack)
        }
      }
      func match(_ id: String) -> RedemptionMatch? {
        desk.state.match(of: ExternalEventID(source: "wallet", id: id))
      }
      #expect(match("early") == .applied(to: Desk.id("a")))
      #expect(match("late") == .discrepant([.afterClosure], on: Desk.id("a")))
      #expect(desk.state.issuedOffers(of: "ada")[0].redeemed.count == 2)
      #expect(desk.state.audit(now: desk.now).imbalances == [])
    }
  }

  @Test func `of two copies a redemption goes to the one that was not revoked by then`() {
    var desk = Desk()
    desk.issue("a")
    desk.now += 1000
    desk.issue("b")
    desk.now += 1000
    desk.close("a")
    let match = desk.redeem("r-1", .customer("ada", replica: "TEN"), at: 3)
    #expect(match.issuedOffer == Desk.id("b"))
    #expect(desk.redeem("r-0", .customer("ada", replica: "TEN"), at: 1).issuedOffer == Desk.id("a"))
  }

  @Test func `a recall through the bridge carries the variant's data points`() async throws {
    let wallet = ScriptedMessageProvider(replies: [.accepted(reference: "W1"), .accepted(reference: nil)])
    let shop = try await Shop(wallet: wallet)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    let issued = try await shop.issued()
    let takeBack = MessageVariant<Member>("take-back") {
      DataPoint("offer") { $0.replica }
      DataPoint("remove") { _ in true }
    }
    for _ in 0..<2 {
      _ = try await shop.bridge.close(
        issued.id,
        as: .revoked,
        reason: "fraud",
        limitUses: .givenBack,
        recall: takeBack
      )
    }
    try await shop.bridge.deliverDueMessages()
    #expect(wallet.deliveries.map(\.message.purpose) == [.issue, .recall])
    #expect(wallet.deliveries[1].message.payloadText == #"{"offer":"TEN","remove":true}"#)
    #expect(try await shop.issued().replicas[0].state == .recalled)
    let nickname = MessageVariant<Member>("nickname") { DataPoint("nickname") { $0.customer.nickname } }
    let error = await #expect(throws: OfferBridgeError.self) {
      try await shop.bridge.close(issued.id, as: .revoked, reason: "x", limitUses: .kept, recall: nickname)
    }
    #expect(error?.code == .dataPointMissing("nickname", variant: "nickname"))
    let nobody = try await shop.bridge.close(
      .derive("nobody"),
      as: .revoked,
      reason: "x",
      limitUses: .kept,
      recall: takeBack
    )
    #expect(nobody == .unknownOffer)
  }
}
