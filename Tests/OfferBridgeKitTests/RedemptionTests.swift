import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What an external system reports, and how it stands.
@Suite struct RedemptionTests {
  private static let now = ManualTime().now

  /// A shop whose Ada was issued the offer, and whose wallet has confirmed it as W1.
  private func delivered(_ offer: Offer = Shop.tenOff) async throws -> (Shop, FakeWallet, IssuedOffer) {
    let wallet = FakeWallet()
    let shop = try await Shop(offers: [offer], wallet: wallet)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    return (shop, wallet, try await shop.issued())
  }

  private func eur(_ units: Int64) -> Money { Money(minorUnits: units, currency: "EUR") }

  @Test func `a redemption is applied once, a repeat is a duplicate, another content a conflict`()
    async throws
  {
    let (shop, wallet, issued) = try await delivered()
    let redemption = try wallet.redeem("TEN", of: "ada", at: Self.now + 60)
    #expect(try await shop.bridge.reconcile(redemption) == .applied(to: issued.id))
    #expect(try await shop.bridge.reconcile(redemption) == .duplicate)
    let other = Redemption(id: redemption.id, of: redemption.reference, at: Self.now + 61)
    #expect(try await shop.bridge.reconcile(other) == .conflict)
    #expect(try await shop.bridge.match(of: redemption.id) == .applied(to: issued.id))
    #expect(try await shop.issued().redeemed == RedemptionTally(count: 1, reversed: 0))
    let audit = try await shop.bridge.audit()
    #expect((audit.received, audit.applied) == (3, 1))
    #expect((audit.duplicates, audit.conflicts) == (1, 1))
    #expect(audit.imbalances == [])
  }

  @Test func `the same moment more precisely told is the same redemption`() async throws {
    let (shop, _, issued) = try await delivered()
    func at(_ fraction: Double) -> Redemption {
      Redemption(id: "r", of: .issuedOffer(issued.id), at: Self.now + fraction)
    }
    #expect(try await shop.bridge.reconcile(at(1.0001)) == .applied(to: issued.id))
    #expect(try await shop.bridge.reconcile(at(1.0002)) == .duplicate)
  }

  @Test(arguments: [FakeWallet.Echo.issuedOffer, .reference, .customer])
  func `a redemption finds its offer by our id, by the wallet's reference, or by customer and replica`(
    echo: FakeWallet.Echo
  ) async throws {
    let (shop, wallet, issued) = try await delivered()
    let redemption = try wallet.redeem("TEN", of: "ada", at: Self.now, echoing: echo)
    #expect(try await shop.bridge.reconcile(redemption) == .applied(to: issued.id))
    #expect(try await shop.issued().status(at: Self.now) == .redeemed)
  }

  @Test func `what is redeemed before it is known waits, and folds by itself`() async throws {
    let shop = try await Shop()
    let id = DerivedKey.issuance(
      tenant: "main",
      campaign: "reward",
      customer: "ada",
      trigger: TriggerID(.action, "a-1"),
      offer: "ten-off"
    )
    let later = Self.now + 60
    let byID = Redemption(id: "r-1", of: .issuedOffer(id), at: later)
    let byReference = Redemption(id: "r-2", of: .replica("W1"), at: later)
    let byCustomer = Redemption(id: "r-3", of: .customer("ada", replica: "TEN"), at: later + 1)
    let reversal = Reversal(id: "v-1", of: "r-1", at: later)
    let first = try await shop.bridge.reconcile([byID, byReference, byCustomer])
    #expect(first == Array(repeating: .parked(.unknownOffer), count: 3))
    #expect(try await shop.bridge.reconcile(reversal) == .parked(.reversalBeforeRedemption))

    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(try await shop.bridge.match(of: "r-1") == .applied(to: id))
    #expect(try await shop.bridge.match(of: "v-1") == .applied(to: id))
    #expect(try await shop.bridge.match(of: "r-2") == .parked(.unknownOffer))
    // r-1 was undone before, so that r-3 is within the limit.
    #expect(try await shop.bridge.match(of: "r-3") == .applied(to: id))
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `a reference that an acknowledgement brings folds what waited for it`() async throws {
    let shop = try await Shop()
    let redemption = Redemption(id: "r-1", of: .replica("W1"), at: Self.now)
    #expect(try await shop.bridge.reconcile(redemption) == .parked(.unknownOffer))
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(try await shop.bridge.match(of: "r-1") == .parked(.unknownOffer))
    try await shop.bridge.deliverDueMessages()
    #expect(try await shop.bridge.match(of: "r-1") == .applied(to: shop.issued().id))
  }

  @Test func `a redemption that names our id proves the replica, and the attempts stop`() async throws {
    let provider = ScriptedMessageProvider(replies: [.loseAcknowledgement])
    let shop = try await Shop(wallet: provider)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    let issued = try await shop.issued()
    #expect(issued.replicas[0].state == .unknown)
    let redemption = Redemption(id: "r-1", of: .issuedOffer(issued.id), at: Self.now)
    #expect(try await shop.bridge.reconcile(redemption) == .applied(to: issued.id))
    #expect(try await shop.issued().replicas[0].state == .accepted(nil))
    shop.time.advance(by: .days(4))
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(provider.deliveries.count == 1)
    #expect(try await shop.bridge.audit().messagesAccepted == 1)
  }

  @Test func `a redemption by customer proves nothing, and is confirmed by the acknowledgement`() async throws
  {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let issued = try await shop.issued()
    let redemption = Redemption(id: "r-1", of: .customer("ada", replica: "TEN"), at: Self.now)
    #expect(
      try await shop.bridge.reconcile(redemption) == .discrepant([.unconfirmedReplica], on: issued.id)
    )
    #expect(try await shop.issued().replicas[0].state == .pending)
    try await shop.bridge.deliverDueMessages()
    #expect(try await shop.bridge.match(of: "r-1") == .applied(to: issued.id))
  }

  @Test func `an early redemption is discrepant by id and waits for nothing; a little early is in time`()
    async throws
  {
    let (shop, _, issued) = try await delivered(
      Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"], redeemable: .unlimited)
    )
    func match(_ id: String, _ offset: Double) async throws -> RedemptionMatch {
      try await shop.bridge.reconcile(
        Redemption(id: id, of: .issuedOffer(issued.id), at: Self.now + offset)
      )
    }
    #expect(try await match("r-1", -300.001) == .discrepant([.beforeIssue], on: issued.id))
    #expect(try await match("r-2", -300) == .applied(to: issued.id))
    #expect(try await shop.issued().redeemed.count == 2)
  }

  @Test(arguments: [
    ("2026-01-01", "UTC", true), ("2025-12-31", "UTC", false),
    // Midnight UTC is still the day before in New York, and the new day in Kiritimati.
    ("2025-12-31", "America/New_York", true), ("2025-12-30", "America/New_York", false),
    ("2026-01-01", "Pacific/Kiritimati", true), ("2025-12-31", "Pacific/Kiritimati", false),
  ])
  func `a day is early only when it is an earlier day in its own zone`(
    day: String,
    zone: String,
    isInTime: Bool
  ) async throws {
    let (shop, _, issued) = try await delivered()
    let redemption = Redemption(
      id: "r-1",
      of: .customer("ada", replica: "TEN"),
      on: try #require(LocalDay(day)),
      in: try #require(TimeZone(identifier: zone))
    )
    let expected: RedemptionMatch =
      isInTime ? .applied(to: issued.id) : .discrepant([.beforeIssue], on: issued.id)
    #expect(try await shop.bridge.reconcile(redemption) == expected)
  }

  @Test func `a redemption of what is over or used up counts, and says so`() async throws {
    let (shop, _, issued) = try await delivered()
    let late = Redemption(id: "r-1", of: .issuedOffer(issued.id), at: Self.now + 30 * 86_400)
    #expect(try await shop.bridge.reconcile(late) == .discrepant([.afterExpiry], on: issued.id))
    let inTime = Redemption(id: "r-2", of: .issuedOffer(issued.id), at: Self.now + 30 * 86_400 - 0.001)
    #expect(try await shop.bridge.reconcile(inTime) == .applied(to: issued.id))
    // In the order of their times the late one is now the second of an offer that is redeemed once.
    #expect(try await shop.bridge.match(of: "r-1") == .discrepant([.afterExpiry, .overLimit], on: issued.id))
    #expect(try await shop.issued().redeemed.count == 2)
  }

  @Test func `the last local day is included in an expiry and in a redemption on that day`() async throws {
    for zone in ["Pacific/Kiritimati", "Etc/GMT+12"] {
      let zone = try #require(TimeZone(identifier: zone))
      let last = LocalDay(of: Self.now, in: zone).adding(days: 3)
      let (shop, _, issued) = try await delivered(
        Offer(
          "ten-off",
          raises: "ten_off_issued",
          replicas: ["wallet": "TEN"],
          expires: .endOf(last, in: zone),
          redeemable: .unlimited
        )
      )
      func match(_ id: String, _ day: LocalDay) async throws -> RedemptionMatch {
        try await shop.bridge.reconcile(Redemption(id: id, of: .issuedOffer(issued.id), on: day, in: zone))
      }
      #expect(try await match("r-1", last) == .applied(to: issued.id))
      #expect(try await match("r-2", last.adding(days: 1)) == .discrepant([.afterExpiry], on: issued.id))
      #expect(issued.status(at: last.interval(in: zone).upperBound - 0.001) == .issued)
      #expect(issued.status(at: last.interval(in: zone).upperBound) == .expired)
    }
  }

  @Test func `more than the face value, or another currency, is discrepant`() async throws {
    let (shop, _, issued) = try await delivered(
      Offer(
        "ten-off",
        raises: "ten_off_issued",
        replicas: ["wallet": "TEN"],
        redeemable: .unlimited,
        faceValue: eur(1000)
      )
    )
    func match(_ id: String, _ amount: Money) async throws -> RedemptionMatch {
      try await shop.bridge.reconcile(
        Redemption(id: id, of: .issuedOffer(issued.id), at: Self.now + 1, amount: amount)
      )
    }
    #expect(try await match("r-1", eur(1000)) == .applied(to: issued.id))
    #expect(try await match("r-2", eur(1)) == .discrepant([.overLimit], on: issued.id))
    #expect(
      try await match("r-0", Money(minorUnits: 5, currency: "USD"))
        == .discrepant([.otherCurrency], on: issued.id)
    )
    #expect(try await shop.issued().redeemed == RedemptionTally(count: 3, reversed: 0, amount: eur(1001)))
  }

  @Test func `a reversal gives back once, whoever repeats it`() async throws {
    let (shop, wallet, issued) = try await delivered()
    let redemption = try wallet.redeem("TEN", of: "ada", at: Self.now + 60)
    _ = try await shop.bridge.reconcile(redemption)
    let reversal = Reversal(id: "v-1", of: redemption.id, at: Self.now + 120)
    #expect(try await shop.bridge.reconcile(reversal) == .applied(to: issued.id))
    #expect(try await shop.bridge.reconcile(reversal) == .duplicate)
    let another = Reversal(id: "v-2", of: redemption.id, at: Self.now + 130)
    #expect(try await shop.bridge.reconcile(another) == .discrepant([.alreadyReversed], on: issued.id))
    #expect(try await shop.issued().redeemed == RedemptionTally(count: 0, reversed: 1))
    let next = Redemption(id: "r-9", of: .issuedOffer(issued.id), at: Self.now + 200)
    #expect(try await shop.bridge.reconcile(next) == .applied(to: issued.id))
  }

  @Test func `with several copies, redemptions go to them in the order of issue, unused first`() async throws
  {
    let shop = try await Shop()
    for id in ["a-1", "a-2"] {
      _ = try await shop.bridge.respond(to: shop.opened(id))
      shop.time.advance(by: .hours(1))
    }
    try await shop.bridge.deliverDueMessages()
    let copies = try await shop.bridge.issuedOffers(of: "ada").map(\.id)
    func redeem(_ id: String, _ seconds: Double) async throws -> RedemptionMatch {
      try await shop.bridge.reconcile(
        Redemption(id: id, of: .customer("ada", replica: "TEN"), at: Self.now + seconds)
      )
    }
    #expect(try await redeem("r-2", 7200) == .applied(to: copies[0]))
    #expect(try await redeem("r-1", 60) == .applied(to: copies[0]))
    #expect(try await shop.bridge.match(of: "r-2") == .applied(to: copies[1]))
    #expect(try await redeem("r-3", 7201) == .discrepant([.overLimit], on: copies[0]))
  }
}

/// The state depends on which events arrived, not on when or how often.
@Suite struct RedemptionFoldTests {
  /// One step of a customer's story, in any order but for the delivery, which needs its issuance.
  private enum Step: Hashable, CaseIterable {
    case issue, acknowledge, byID, byReference, byCustomer, reversal, secondReversal
  }

  private static let now: Int64 = 1_767_225_600_000
  private static let id = DerivedKey.derive("issued")

  private func run(_ steps: [Step], repeated: Bool) -> Outcome {
    var state = LedgerState(refusalRetention: .days(30))
    var lease: Lease?
    let moment = RedemptionTime.moment(Date(milliseconds: Self.now + 1000))
    func event(_ id: String, _ content: ExternalEvent.Content) -> ExternalEvent {
      ExternalEvent(id: ExternalEventID(source: "wallet", id: id), content: content, time: moment)
    }
    let events: [Step: ExternalEvent] = [
      .byID: event(
        "r-1",
        .redemption(.issuedOffer(Self.id), amount: Money(minorUnits: 100, currency: "EUR"))
      ),
      .byReference: event("r-2", .redemption(.replica("W1"), amount: Money(minorUnits: 20, currency: "EUR"))),
      .byCustomer: event("r-3", .redemption(.customer("ada", replica: "TEN"), amount: nil)),
      .reversal: event("v-1", .reversal(of: "r-2")),
      .secondReversal: event("v-2", .reversal(of: "r-2")),
    ]
    for step in steps {
      switch step {
      case .issue:
        _ = state.commit(Self.plan, now: Self.now)
        let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 1, lease: .days(1))
        lease = state.claim(query, now: Self.now).claims.first?.lease
      case .acknowledge:
        if let lease { _ = state.settle(Settlement(lease: lease, outcome: .accepted("W1")), now: Self.now) }
      default:
        if let event = events[step] {
          _ = state.reconcile(event, now: 0)
          if repeated { _ = state.reconcile(event, now: 0) }
        }
      }
    }
    #expect(state.audit(now: Self.now).imbalances == [])
    let matches = ["r-1", "r-2", "r-3", "v-1", "v-2"]
      .map { state.match(of: ExternalEventID(source: "wallet", id: $0)) }
    return Outcome(offers: state.issuedOffers(of: "ada"), matches: matches)
  }

  private struct Outcome: Hashable {
    let offers: [IssuedOffer]
    let matches: [RedemptionMatch?]
  }

  private static let plan: JourneyPlan = {
    let offer = IssuedOffer(
      id: id,
      offer: "ten-off",
      revision: 1,
      customer: "ada",
      campaign: "reward",
      trigger: TriggerID(.action, "a-1"),
      heard: "app_opened",
      issuedAt: Date(milliseconds: now),
      expiresAt: nil,
      redeemable: .times(2),
      faceValue: Money(minorUnits: 110, currency: "EUR"),
      replicas: [Replica(provider: "wallet", name: "TEN", state: .notSent(.notHeard))],
      redeemed: .none
    )
    let message = OfferMessage(
      key: .derive("message"),
      provider: "wallet",
      customer: "ada",
      campaign: "to-wallet",
      variant: "card",
      issuedOffer: id,
      replica: "TEN",
      payload: [],
      createdAt: Date(milliseconds: now),
      cause: .trigger(TriggerID(.action, "a-1"))
    )
    return JourneyPlan(
      tenant: "main",
      trigger: TriggerRecord(id: TriggerID(.action, "a-1"), customer: "ada", fingerprint: .derive("f")),
      plannedAt: Date(milliseconds: now),
      triggerVersion: 0,
      nodes: [
        PlanNode(key: id, campaign: "reward", content: .issuance(offer)),
        PlanNode(key: message.key, parent: 0, campaign: "to-wallet", content: .message(message)),
      ]
    )
  }()

  @Test func `every order of the same events, repeated or not, ends in the same state`() {
    var orders: [[Step]] = [[]]
    for step in Step.allCases {
      orders = orders.flatMap { order in
        (0...order.count).map { index in
          var longer = order
          longer.insert(step, at: index)
          return longer
        }
      }
    }
    func precedes(_ one: Step, _ other: Step, in order: [Step]) -> Bool {
      (order.firstIndex(of: one) ?? 0) < (order.firstIndex(of: other) ?? 0)
    }
    orders.removeAll { precedes(.acknowledge, .issue, in: $0) }
    #expect(orders.count == 2520)

    // Proven before it could be sent, the message is never sent: there is no acknowledgement among the events then.
    let sent = orders.filter { precedes(.issue, .byID, in: $0) }
    let proven = orders.filter { precedes(.byID, .issue, in: $0) }
    for orders in [sent, proven] {
      let expected = run(orders[0], repeated: false)
      let different = orders.enumerated().filter { index, order in
        run(order, repeated: index.isMultiple(of: 2)) != expected
      }
      #expect(different.isEmpty, "first: \(different.first.map { "\($0.element)" } ?? "")")
    }
    let outcome = run(sent[0], repeated: false)
    #expect(
      outcome.offers.first?.redeemed
        == RedemptionTally(count: 2, reversed: 1, amount: Money(minorUnits: 100, currency: "EUR"))
    )
    #expect(outcome.offers.first?.replicas[0].state == .accepted("W1"))
    #expect(
      outcome.matches == [
        .applied(to: Self.id), .discrepant([.overLimit], on: Self.id), .discrepant([.overLimit], on: Self.id),
        .applied(to: Self.id), .discrepant([.alreadyReversed], on: Self.id),
      ]
    )
    #expect(run(proven[0], repeated: false).offers.first?.replicas[0].state == .accepted(nil))
  }
}
