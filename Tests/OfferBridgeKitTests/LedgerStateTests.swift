import Foundation
// The state's rows are internal: a corrupted one is made here to see that the audit finds it.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// A plan against the ledger's state, node by node.
@Suite struct LedgerStateTests {
  private static let now: Int64 = 1_767_225_600_000

  private func use(_ limit: CampaignLimit, by campaign: CampaignID = "reward", at now: Int64 = now)
    -> LimitUse
  {
    let uses = Desk.uses([limit], by: campaign, at: Date(milliseconds: now))
    return uses[0]
  }

  private func issuance(
    _ name: String,
    parent: Int? = nil,
    choice: Int? = nil,
    limits: [LimitUse] = [],
    at now: Int64 = now
  ) -> PlanNode {
    let offer = IssuedOffer.example(of: OfferID(name), at: Date(milliseconds: now))
    return PlanNode(
      key: offer.id,
      parent: parent,
      choice: choice,
      campaign: CampaignID(name),
      limits: limits,
      content: .issuance(offer)
    )
  }

  private func plan(
    _ nodes: [PlanNode],
    trigger: String = "a-1",
    fingerprint: String = "f",
    version: Int = 0,
    at now: Int64 = now
  ) -> JourneyPlan {
    JourneyPlan(
      tenant: "main",
      trigger: TriggerRecord(
        id: TriggerID(.action, trigger),
        customer: "ada",
        fingerprint: .derive("f", fingerprint)
      ),
      plannedAt: Date(milliseconds: now),
      triggerVersion: version,
      nodes: nodes
    )
  }

  private func answers(_ answer: CommitAnswer) -> [NodeAnswer] {
    if case .committed(let answers) = answer { answers } else { [] }
  }

  @Test func `a node that a limit refuses takes what hangs on it, and nothing else`() {
    var state = LedgerState(refusalRetention: .days(30))
    let limit = CampaignLimit.total(1)
    _ = state.commit(plan([issuance("before", limits: [use(limit)])], trigger: "a-0"), now: Self.now)
    let answer = state.commit(
      plan([
        issuance("refused", limits: [use(limit)]), issuance("child", parent: 0),
        issuance("grandchild", parent: 1),
        issuance("sibling"),
      ]),
      now: Self.now
    )
    #expect(answers(answer) == [.refused(limit), .parentNotWritten, .parentNotWritten, .written])
    #expect(state.issuedOffers(of: "ada").map(\.offer) == ["before", "sibling"])
    #expect(state.audit(now: Self.now).imbalances == [])
  }

  @Test func `of a choice the first whose limits pass is taken`() {
    var state = LedgerState(refusalRetention: .days(30))
    let limit = CampaignLimit.total(1)
    _ = state.commit(plan([issuance("before", limits: [use(limit)])], trigger: "a-0"), now: Self.now)
    let nodes = [
      issuance("first", choice: 0, limits: [use(limit)]), issuance("beneath", parent: 0),
      issuance("second", choice: 0), issuance("third", choice: 0), issuance("under third", parent: 3),
    ]
    let answer = state.commit(plan(nodes), now: Self.now)
    #expect(
      answers(answer) == [.refused(limit), .parentNotWritten, .written, .outranked(by: 2), .parentNotWritten]
    )
  }

  @Test func `limits are all taken or none, and a counter named twice is used once`() {
    var state = LedgerState(refusalRetention: .days(30))
    let narrow = CampaignLimit.perCustomer(1)
    let wide = CampaignLimit.total(5)
    let both = [use(wide), use(narrow)]
    #expect(
      answers(state.commit(plan([issuance("a", limits: both)], trigger: "1"), now: Self.now)) == [.written]
    )
    let second = state.commit(plan([issuance("b", limits: both)], trigger: "2"), now: Self.now)
    #expect(answers(second) == [.refused(narrow)])
    for number in 3...6 {
      let node = issuance("c-\(number)", limits: [use(wide), use(.total(9))])
      #expect(answers(state.commit(plan([node], trigger: "\(number)"), now: Self.now)) == [.written])
    }
    let last = state.commit(plan([issuance("d", limits: [use(wide)])], trigger: "7"), now: Self.now)
    #expect(answers(last) == [.refused(wide)])
    #expect(state.audit(now: Self.now).imbalances == [])
  }

  @Test func `a rolling use is free again exactly when its length has passed`() {
    let limit = CampaignLimit.total(1, in: .rolling(.days(30)))
    let month: Int64 = 30 * 86_400_000
    for (wait, expected) in [(month - 1, NodeAnswer.refused(limit)), (month, .written)] {
      var state = LedgerState(refusalRetention: .days(30))
      _ = state.commit(plan([issuance("a", limits: [use(limit)])], trigger: "1"), now: Self.now)
      let later = Self.now + wait
      let node = issuance("b", limits: [use(limit, at: later)], at: later)
      #expect(answers(state.commit(plan([node], trigger: "2", at: later), now: later)) == [expected])
      #expect(state.audit(now: later).imbalances == [])
    }
  }

  @Test(arguments: [
    (CalendarPeriod.day, "2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z"),
    (.day, "2026-11-02T04:59:59Z", "2026-11-02T05:00:00Z"),
    (.week, "2026-03-09T03:59:59Z", "2026-03-09T04:00:00Z"),
    (.month, "2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z"),
    (.year, "2027-01-01T04:59:59Z", "2027-01-01T05:00:00Z"),
  ])
  func `a calendar limit begins anew at the zone's own midnight`(
    period: CalendarPeriod,
    before: String,
    after: String
  ) throws {
    let zone = try #require(TimeZone(identifier: "America/New_York"))
    let limit = CampaignLimit.total(1, in: .calendar(period, in: zone))
    func counter(_ text: String) throws -> LimitCounter {
      let moment = try Date(text, strategy: .iso8601)
      return Desk.uses([limit], at: moment)[0].counter
    }
    #expect(try counter(before) != counter(after))
    #expect(try counter(before).period.hasSuffix(" America/New_York"))
  }

  @Test func `a plan that is too old, or did not see the trigger's last commit, is stale`() {
    var state = LedgerState(refusalRetention: .days(30))
    let first = plan([issuance("a")])
    #expect(state.commit(first, now: Self.now + 60_001) == .stale)
    #expect(answers(state.commit(first, now: Self.now + 60_000)) == [.written])
    #expect(state.commit(first, now: Self.now) == .stale)
    #expect(answers(state.commit(plan([issuance("a")], version: 1), now: Self.now)) == [.replayed])
    #expect(state.commit(plan([], fingerprint: "other", version: 1), now: Self.now) == .conflict)
    #expect(state.commit(plan([], version: 7), now: Self.now) == .stale)
    #expect(state.issuedOffers(of: "ada").count == 1)
  }

  @Test func `a refusal is a replay until its retention ends`() {
    var state = LedgerState(refusalRetention: .days(1))
    let limit = CampaignLimit.total(1, in: .rolling(.seconds(1)))
    _ = state.commit(plan([issuance("a", limits: [use(limit)])], trigger: "1"), now: Self.now)
    let node = issuance("b", limits: [use(limit)])
    #expect(answers(state.commit(plan([node], trigger: "2"), now: Self.now)) == [.refused(limit)])
    let day: Int64 = 86_400_000
    func query() -> SnapshotQuery {
      SnapshotQuery(tenant: "main", customer: "ada", trigger: TriggerID(.action, "2"), offers: [])
    }
    #expect(state.snapshot(query(), now: Self.now + day - 1).decided.map(\.outcome) == [.refused(limit)])
    #expect(state.snapshot(query(), now: Self.now + day).decided == [])
    let later = Self.now + day
    let again = issuance("b", limits: [use(limit, at: later)], at: later)
    #expect(
      answers(state.commit(plan([again], trigger: "2", version: 1, at: later), now: later)) == [.written]
    )
  }

  @Test func `the audit finds what does not agree`() {
    var state = LedgerState(refusalRetention: .days(30))
    let limit = use(.total(5))
    _ = state.commit(plan([issuance("a", limits: [limit])]), now: Self.now)
    #expect(state.audit(now: Self.now).isBalanced)
    // What a ledger would look like that took a use without checking, or forgot one.
    var over = state
    over.counters[0].used = 6
    #expect(over.audit(now: Self.now).imbalances == ["Limit campaign reward: 6 uses are kept, 1 were taken."])
    var lost = state
    lost.counters.forget(limit.counter)
    #expect(
      lost.audit(now: Self.now).imbalances == ["Limit campaign reward: uses were taken that are not kept."]
    )
    var redeemed = state
    redeemed.issued[0].offer.redeemed.count = 3
    let found = redeemed.audit(now: Self.now).imbalances
    #expect(found.count == 2)
    #expect(found.last == "0 redemptions count, but 3 are redeemed and 0 reversed.")
  }
}

/// What a refusal leaves behind.
@Suite struct RefusedCounterTests {
  @Test func `a refusal makes no counter, for it would stay for ever`() {
    var desk = Desk()
    let limits = [CampaignLimit.total(1), .perCustomer(1)]
    desk.issue("a", limits: limits)
    let before = desk.state.counters.count
    for number in 0..<20 {
      let plan = Desk.plan("b\(number)", to: CustomerID("c\(number)"), limits: limits, at: desk.now)
      #expect(desk.state.commit(plan, now: desk.now) == .committed([.refused(limits[0]), .parentNotWritten]))
    }
    #expect(desk.state.counters.count == before)
  }
}

/// A ledger that fails before or after each step: called again, nothing is lost and nothing doubled.
@Suite struct UnknownOutcomeTests {
  /// Calls until it goes through; a failure says what to do, and that is done.
  private func insist<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    do {
      return try await body()
    } catch let error as OfferBridgeError where error.code == .ledgerFailed {
      return try await body()
    }
  }

  @Test(arguments: FailingLedger.Side.allCases)
  func `a crash before or after any step of the journey loses nothing and doubles nothing`(
    side: FailingLedger.Side
  ) async throws {
    var fails = 0
    var reached = true
    while reached {
      let shop = try await Shop()
      let ledger = FailingLedger(shop.ledger, failing: [fails: side], countingReads: true)
      let bridge = shop.bridge.using(ledger: ledger)
      let action = shop.opened("a-1")
      let decisions = try await insist { try await bridge.respond(to: action) }
      let issued = try #require(decisions["reward"]?.issuedOffer)
      while let next = try await insist({ try await bridge.deliverDueMessages() }) {
        shop.time.advance(to: next)
      }
      let redemption = Redemption(id: "r-1", of: .issuedOffer(issued.id), at: shop.time.now)
      let match = try await insist { try await bridge.reconcile(redemption) }
      #expect(match == .applied(to: issued.id) || match == .duplicate)
      #expect(try await shop.bridge.match(of: "r-1") == .applied(to: issued.id))
      let audit = try await shop.bridge.audit()
      #expect(audit.imbalances == [])
      #expect((audit.issued, audit.messages) == (1, 1))
      #expect((audit.messagesAccepted, audit.applied) == (1, 1))
      #expect((shop.wallet as? FakeWallet)?.cards.count == 1)
      reached = ledger.calls > fails
      fails += 1
    }
    #expect(fails > 6)
  }

  @Test(arguments: FailingLedger.Side.allCases)
  func `a crash before or after any step of an operator's work loses nothing and doubles nothing`(
    side: FailingLedger.Side
  ) async throws {
    let takeBack = MessageVariant<Member>("take-back") { DataPoint("offer") { $0.replica } }
    var fails = 0
    var reached = true
    while reached {
      let wallet = ScriptedMessageProvider(replies: [.rejected(reason: "no")])
      let shop = try await Shop([Shop.reward(limits: [.perCustomer(1)]), Shop.toWallet()], wallet: wallet)
      let ledger = FailingLedger(shop.ledger, failing: [fails: side], countingReads: true)
      let bridge = shop.bridge.using(ledger: ledger)
      _ = try await insist { try await bridge.respond(to: shop.opened("a-1")) }
      func deliver() async throws {
        while let next = try await insist({ try await bridge.deliverDueMessages() }) {
          shop.time.advance(to: next)
        }
      }
      try await deliver()
      // An attempt whose settling was lost is made once more, and the second answer is another.
      if let rejected = try await shop.bridge.page(.messagesIn(.rejected)).messages.first {
        let key = rejected.message.key
        _ = try await insist { try await bridge.redrive(key, mode: .newGeneration, reason: "again") }
        try await deliver()
      }
      let issued = try await shop.issued().id
      _ = try await insist {
        try await bridge.close(issued, as: .revoked, reason: "x", limitUses: .givenBack, recall: takeBack)
      }
      try await deliver()
      _ = try await insist { try await bridge.respond(to: shop.opened("a-2")) }
      let offers = try await shop.bridge.issuedOffers(of: "ada")
      #expect(offers.map { $0.status(at: shop.time.now) } == [.revoked, .issued])
      #expect(offers[0].replicas[0].state == .recalled)
      let messages = try await shop.bridge.messages(of: "ada").map(\.message)
      #expect(messages.count { $0.purpose == .recall } == 1)
      #expect(messages.count { $0.generation == 2 } <= 1)
      #expect(try await shop.bridge.audit().imbalances == [])
      reached = ledger.calls > fails
      fails += 1
    }
    #expect(fails > 12)
  }

  @Test func `plans that are committed together are each a step of their own`() async throws {
    let ledger = InMemoryOfferLedger(now: { Date(milliseconds: 1_767_225_600_000) })
    let limit = CampaignLimit.total(1)
    let plans = ["a", "a", "b", "c"].map {
      Desk.plan($0, limits: $0 == "c" ? [] : [limit], at: 1_767_225_600_000)
    }
    let answers = try await ledger.commit(plans)
    #expect(
      answers == [
        .committed([.written, .written]), .stale, .committed([.refused(limit), .parentNotWritten]),
        .committed([.written, .written]),
      ]
    )
    #expect(try await ledger.commit([JourneyPlan]()) == [])
  }
}
