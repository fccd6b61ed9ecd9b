import Foundation
// Testable, so that a sum can be made wrong: nothing outside can.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// A ledger's state, driven step by step.
private struct Desk {
  var state = LedgerState(refusalRetention: .days(30))
  var now: Int64 = 1_767_225_600_000

  static func id(_ name: String) -> DerivedKey { .derive("issued", name) }

  /// Issues an offer under that name to Ada, and commits a message about it under the same name.
  @discardableResult
  mutating func issue(
    _ name: String,
    limits: [CampaignLimit] = [],
    plannedAt: Int64? = nil,
    redeemable: RedemptionLimit = .once
  ) -> NodeAnswer? {
    let moment = Date(milliseconds: plannedAt ?? now)
    let trigger = TriggerID(.action, name)
    let offer = IssuedOffer(
      id: Self.id(name),
      offer: "ten-off",
      revision: 1,
      customer: "ada",
      campaign: "reward",
      trigger: trigger,
      heard: "app_opened",
      issuedAt: moment,
      expiresAt: nil,
      redeemable: redeemable,
      faceValue: nil,
      replicas: [Replica(provider: "wallet", name: "TEN", state: .notSent(.notHeard))],
      redeemed: .none
    )
    let message = OfferMessage(
      key: .derive("message", name),
      provider: "wallet",
      customer: "ada",
      campaign: "to-wallet",
      variant: name,
      issuedOffer: offer.id,
      replica: "TEN",
      payload: [],
      createdAt: moment
    )
    let uses = limits.map {
      RegisteredLimit($0, of: "reward").use(offer: "ten-off", customer: "ada", at: moment)
    }
    let plan = JourneyPlan(
      tenant: "main",
      trigger: TriggerRecord(id: trigger, customer: "ada", fingerprint: .derive("f", name)),
      plannedAt: moment,
      triggerVersion: 0,
      nodes: [
        PlanNode(key: offer.id, campaign: "reward", limits: uses, content: .issuance(offer)),
        PlanNode(key: message.key, parent: 0, campaign: "to-wallet", content: .message(message)),
      ]
    )
    guard case .committed(let answers) = state.commit(plan, now: now) else { return nil }
    return answers[0]
  }

  mutating func claim() -> [Claim] {
    state.claim(
      ClaimQuery(tenant: "main", provider: "wallet", limit: 10, lease: .seconds(60)),
      now: now
    ).claims
  }

  /// The names of what is handed out.
  mutating func claimed() -> [String] { claim().map(\.message.variant) }

  @discardableResult
  mutating func settle(_ claim: Claim?, _ outcome: Settlement.Outcome) -> SettleAnswer? {
    claim.map { state.settle(Settlement(lease: $0.lease, outcome: outcome), now: now) }
  }

  @discardableResult
  mutating func report(_ id: String, _ content: ExternalEvent.Content, at seconds: Int64) -> RedemptionMatch {
    let moment = RedemptionTime.moment(Date(milliseconds: 1_767_225_600_000 + seconds * 1000))
    return state.reconcile(
      ExternalEvent(id: ExternalEventID(source: "wallet", id: id), content: content, time: moment)
    )
  }

  @discardableResult
  mutating func redeem(
    _ id: String,
    _ reference: RedemptionReference,
    at seconds: Int64,
    _ amount: Int64? = nil
  ) -> RedemptionMatch {
    let money = amount.map { Money(minorUnits: $0, currency: "EUR") }
    return report(id, .redemption(reference, amount: money), at: seconds)
  }

  var replicas: [Replica.State] { state.issuedOffers(of: "ada").map { $0.replicas[0].state } }
}

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
    if isReleased { desk.settle(first.first, .released) } else { desk.now += 60_000 }
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
        deliveriesAtOnce: 1
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
    #expect(desk.state.redemptions(of: "ada").count == length + 1)
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
}

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

  @Test(.timeLimit(.minutes(1)))
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
}

/// Journeys that are planned again, or in parts.
@Suite struct RepeatedJourneyTests {
  @Test func `a sibling never sees what this very action issues, on a repeat either`() async throws {
    let holding = Campaign<Member>(
      "sibling",
      on: .action("app_opened"),
      rule: Rule { $0.history.holds("ten-off") },
      outcome: .issue("extra")
    )
    let shop = try await Shop(
      [Shop.reward(), holding, Shop.toWallet(Rule<Member> { $0.history.holds("ten-off") })],
      offers: [Offer("extra")]
    )
    shop.store.save(Member(hasWallet: false), as: "ada")
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let again = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(again["sibling"]?.outcome == .notMet)
    #expect(again["to-wallet"]?.isReplay == true)
    #expect(try await shop.bridge.audit().issued == 1)
  }

  @Test func `an offer that is only reached by an event that was renamed since is read from the catalog`()
    async throws
  {
    let old = Campaign<Member>("old", on: .event("ten_off_issued"), rule: Everyone(), outcome: .issue("b"))
    let new = Campaign<Member>("new", on: .event("renamed"), rule: Everyone(), outcome: .issue("c"))
    let shop = try await Shop(
      [Shop.reward(), old, new],
      offers: [Offer("b"), Offer("c")],
      hostEvents: ["renamed"]
    )
    shop.catalog.save(Offer("ten-off", revision: 2, raises: "renamed"))
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions["new"]?.issuedOffer?.offer == "c")
  }

  @Test func `a message whose campaign is outranked says so on the replica`() async throws {
    func downstream(_ id: CampaignID, _ outcome: CampaignOutcome<Member>) -> Campaign<Member> {
      Campaign(
        id,
        on: .event("ten_off_issued"),
        rule: Everyone(),
        outcome: outcome,
        exclusiveGroup: "after"
      )
    }
    let shop = try await Shop(
      [
        Shop.reward(), downstream("extra", .issue("extra")),
        downstream("to-wallet", .send(Shop.card, through: "wallet")),
      ],
      offers: [Offer("extra")]
    )
    for _ in 0..<2 {
      let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
      #expect(decisions["to-wallet"]?.outcome == .outranked(by: "extra"))
      #expect(decisions["reward"]?.issuedOffer?.replicas[0].state == .notSent(.outranked("to-wallet")))
      let stored = try await shop.bridge.issuedOffers(of: "ada").first { $0.offer == "ten-off" }
      #expect(stored?.replicas[0].state == .notSent(.outranked("to-wallet")))
    }
  }

  @Test func `of two campaigns that send nothing the reason stays the same on every repeat`() async throws {
    let second = Campaign<Member>(
      "second",
      on: .event("ten_off_issued"),
      rule: Rule { $0.customer.nickname != nil },
      outcome: .send(Shop.card, through: "wallet")
    )
    let shop = try await Shop([Shop.reward(), Shop.toWallet(), second])
    shop.store.save(Member(hasWallet: false), as: "ada")
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let state = try await shop.issued().replicas[0].state
    for _ in 0..<2 {
      let again = try await shop.bridge.respond(to: shop.opened("a-1"))
      #expect(try await shop.issued().replicas[0].state == state)
      #expect(again["reward"]?.issuedOffer?.replicas[0].state == state)
    }
  }

  @Test func `an observer that was taken out or raises another event is answered with the event it raised`()
    async throws
  {
    func observer(_ event: String) -> ScopeObserver<Member> {
      ScopeObserver("visit", on: .action("app_opened"), raise: event)
    }
    let seen = Campaign<Member>("seen", on: .event("visited"), rule: Everyone(), outcome: .issue("ten-off"))
    let other = Campaign<Member>("other", on: .event("came"), rule: Everyone(), outcome: .issue("ten-off"))
    let shop = try await Shop(
      [seen, other, Shop.toWallet()],
      observers: [observer("visited")],
      hostEvents: ["visited", "came"]
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let without = try await shop.bridge.replacing(campaigns: [Shop.reward(), Shop.toWallet()])
    #expect(try await without.respond(to: shop.opened("a-1"))["visit"]?.outcome == .raised("visited"))
    let renamed = try await shop.bridge.replacing(
      campaigns: [seen, other, Shop.toWallet()],
      observers: [observer("came")]
    )
    let decisions = try await renamed.respond(to: shop.opened("a-1"))
    #expect(decisions["visit"]?.outcome == .raised("visited"))
    #expect(decisions["other"] == nil)
    #expect(decisions["seen"]?.isReplay == true)
  }

  @Test func `a customer who is held out and lacks a fact is not met, by both speeds of the rule`()
    async throws
  {
    let rule = Rule<Member> {
      $0.event.channel == "ios"
      Holdout(percent: 100, salt: "s")
    }
    let context = RuleContext.example(customer: Member())
    #expect(try rule.evaluate(in: context) == rule.explain(in: context).verdict)
    let shop = try await Shop([Shop.reward(), Shop.toWallet(rule)])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(
      try await shop.issued().replicas[0].state
        == .notSent(.notMet("to-wallet", ["not in the 100% holdout"]))
    )
  }

  @Test func `a plan that is older than a minute, or that missed a commit, is stale`() {
    var desk = Desk()
    #expect(desk.issue("a", plannedAt: desk.now - 60_000) == .written)
    #expect(desk.issue("b", plannedAt: desk.now - 60_001) == nil)
    #expect(desk.issue("a") == nil)
    #expect(desk.state.audit(now: desk.now).issued == 1)
  }

  @Test func `an event that the offer raised is a repeat when an observer raises it since`() async throws {
    let shop = try await Shop(
      observers: [ScopeObserver("observer", on: .issuance(of: "ten-off"), raise: "ten_off_issued")]
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    shop.catalog.save(Offer("ten-off", replicas: ["wallet": "TEN"]))
    let again = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(again["observer"]?.outcome == .raised("ten_off_issued"))
    #expect(again["observer"]?.isReplay == true)
    #expect(again["to-wallet"]?.isReplay == true)
    #expect(try await shop.bridge.audit().messages == 1)
  }

  @Test func `an action that the store answers twice counts once`() async throws {
    let second = Campaign<Member>(
      "second",
      on: .action("purchase"),
      rule: Rule { $0.history.count(of: "purchase", inLast: .days(30)) == 2 },
      outcome: .issue("ten-off")
    )
    let shop = try await Shop([second, Shop.toWallet()])
    let past = CustomerAction("purchase", id: "p-1", by: "ada", at: shop.time.now - 60)
    for _ in 0..<2 { shop.store.record(past) }
    let present = CustomerAction("purchase", id: "p-2", by: "ada", at: shop.time.now)
    #expect(try await shop.bridge.respond(to: present)["second"]?.issuedOffer != nil)
  }
}

/// Settings and lengths that nobody would choose.
@Suite struct SillySettingTests {
  @Test func `a bridge told to deliver none at once delivers one by one`() async throws {
    var settings = BridgeSettings.standard
    settings.deliveriesAtOnce = 0
    let shop = try await Shop(settings: settings)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(try await shop.message().state.isFinal)
  }

  @Test(arguments: [1e300, .infinity, .nan, -1e300, 0])
  func `waits that grow without bound stay at the cap`(factor: Double) {
    let retry = MessageRetry.exponential(from: .days(1), factor: factor, cap: .days(7), attempts: 50)
    #expect(retry.attempts == 50)
    #expect(retry.delays.allSatisfy { $0 <= .days(7) })
  }

  @Test func `the longest waits and a jitter that is no number do not stop the process`() {
    let longest = MessageRetry(delays: [.seconds(Int64.max)], jitter: 1)
    #expect(longest.delay(afterAttempt: 1, of: .derive("m")) ?? .zero >= .seconds(Int64.max))
    let odd = MessageRetry(delays: [.seconds(5)], jitter: .nan)
    #expect(odd.delay(afterAttempt: 1, of: .derive("m")) == .seconds(5))
  }

  @Test func `an action's moment is kept in whole milliseconds`() {
    let moment = Date(milliseconds: 1_767_225_600_000)
    let action = CustomerAction("app_opened", id: "a", by: "ada", at: moment + 0.000_4)
    #expect(action.occurredAt == moment)
    let event = ProfileEvent("birthday", id: "b", on: "ada", at: moment - 0.000_4)
    #expect(event.occurredAt == moment)
  }
}

/// How the loop is stopped.
@Suite struct StoppedLoopTests {
  /// Holds each delivery until it is let go, and throws its own error when it is cancelled.
  private final class Gate: MessageProvider {
    struct Interrupted: Error {}
    let scripted = ScriptedMessageProvider()
    private let stream: AsyncStream<Void>
    private let open: AsyncStream<Void>.Continuation

    init() { (stream, open) = AsyncStream.makeStream() }

    func letGo() { open.yield() }

    func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
      let answer = try await scripted.deliver(delivery)
      for await _ in stream { return answer }
      throw Interrupted()
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `no message is begun once a drain is asked for`() async throws {
    let gate = Gate()
    let shop = try await Shop(wallet: gate, settings: BridgeSettings(deliveriesAtOnce: 1))
    shop.store.save(Member(), as: "ben")
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.respond(to: shop.opened("b-1", by: "ben"))
    let signal = DeliverySignal()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: signal) }
      while gate.scripted.deliveries.isEmpty { await Task.yield() }
      group.addTask { await signal.drain(within: .seconds(5)) }
      await shop.time.whenSleeping()
      gate.letGo()
      gate.letGo()
      try await group.waitForAll()
    }
    #expect(gate.scripted.deliveries.count == 1)
    #expect(try await shop.message().state.isFinal)
    #expect(try await shop.message(to: "ben").attempts == 0)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a provider that is cancelled and throws its own error has its message released`() async throws {
    let gate = Gate()
    let shop = try await Shop(
      wallet: gate,
      settings: BridgeSettings(retry: MessageRetry(delays: [.hours(1)]))
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: DeliverySignal()) }
      while gate.scripted.deliveries.isEmpty { await Task.yield() }
      group.cancelAll()
      while let result = await group.nextResult() { _ = result }
    }
    #expect(try await shop.message().state == .waiting(due: shop.time.now))
  }

  @Test(.timeLimit(.minutes(1)))
  func `a drain waits for the loop that was started again`() async throws {
    let signal = DeliverySignal()
    let provider = ScriptedMessageProvider(replies: [.hang])
    let shop = try await Shop(wallet: provider)
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: signal) }
      group.cancelAll()
      while let result = await group.nextResult() { _ = result }
    }
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: signal) }
      while provider.deliveries.isEmpty { await Task.yield() }
      group.addTask {
        await signal.drain(within: .seconds(5))
        let state = try await shop.message().state
        #expect(state == .waiting(due: shop.time.now - 5))
      }
      await shop.time.whenSleeping()
      shop.time.advance(by: .seconds(5))
      try await group.waitForAll()
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `a drain of a loop that never ran returns, and the loop then begins nothing`() async throws {
    let signal = DeliverySignal()
    await signal.drain(within: .seconds(5))
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.run(on: shop.time.clock, signal: signal)
    #expect(try await shop.message().attempts == 0)
  }
}

/// The audit finds what was made wrong.
@Suite struct AuditTests {
  private static let corruptions: [@Sendable (inout LedgerState) -> Void] = [
    { $0.issued[0].offer.redeemed.count += 1 },
    { $0.events[0].match = .parked(.unknownOffer) },
    { $0.events[0].match = .duplicate },
    { $0.issuedRows[Desk.id("a")] = nil },
    { $0.messageRows[.derive("message", "a")] = nil },
    { $0.eventRows[ExternalEventID(source: "wallet", id: "r-1")] = nil },
    { $0.lanes["wallet"]?.ends = [:] },
    { state in for (counter, _) in state.counters.all { state.counters[counter]?.used += 1 } },
    { state in for (counter, _) in state.counters.all { state.counters[counter] = nil } },
    { state in
      let stray = CampaignLimit.total(1).use(by: "stray", offer: nil, customer: "ada", at: .distantPast)
      state.counters[stray.counter] = CounterRow(used: 1)
    },
  ]

  @Test(arguments: corruptions.indices)
  func `every sum that is made wrong is an imbalance of its own`(index: Int) {
    var desk = Desk()
    desk.issue("a", limits: [.total(2)])
    desk.issue("b", limits: [.total(2)])
    desk.redeem("r-1", .customer("ada", replica: "TEN"), at: 10)
    #expect(desk.state.audit(now: desk.now).imbalances == [])
    Self.corruptions[index](&desk.state)
    #expect(!desk.state.audit(now: desk.now).isBalanced)
  }

  @Test func `more uses than a limit allows are an imbalance`() {
    var desk = Desk()
    desk.issue("a", limits: [.total(1)])
    for (counter, _) in desk.state.counters.all { desk.state.counters[counter]?.used = 0 }
    desk.issue("b", limits: [.total(1)])
    for (counter, _) in desk.state.counters.all { desk.state.counters[counter]?.used = 2 }
    let imbalances = desk.state.audit(now: desk.now).imbalances
    #expect(imbalances == ["Limit campaign reward: 2 uses, where 1 are allowed."])
  }
}
