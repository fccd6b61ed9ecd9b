import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What `Documentation/Guarantees.md` promises; the page names these tests.
@Suite struct GuaranteesPageTests {
  struct Shopper: Sendable {
    var isOptedIn = true
  }

  let time = ManualTime()

  private func bridge(
    through provider: some MessageProvider = InMemoryMessageProvider(),
    limits: [CampaignLimit] = [],
    customers: Int = 1,
    store given: InMemoryCustomerStore<Shopper>? = nil,
    ledger: InMemoryOfferLedger? = nil,
    tenant: TenantID = "main",
    settings: BridgeSettings = .standard
  ) async throws -> OfferBridge<Shopper> {
    let store = given ?? InMemoryCustomerStore()
    if given == nil { for number in 0..<customers { store.save(Shopper(), as: CustomerID("c-\(number)")) } }
    return try await OfferBridge(
      customers: store,
      catalog: InMemoryOfferCatalog([
        Offer(
          "ten-off",
          raises: "ten_off_issued",
          replicas: ["wallet": "TEN"],
          redeemable: .times(2),
          faceValue: Money(minorUnits: 1000, currency: "EUR")
        )
      ]),
      campaigns: [
        Campaign(
          "reward",
          on: .action("app_opened"),
          rule: Rule<Shopper> { $0.customer.isOptedIn },
          outcome: .issue("ten-off"),
          limits: limits
        ),
        Campaign(
          "to-wallet",
          on: .event("ten_off_issued"),
          rule: Everyone<Shopper>(),
          outcome: .send(MessageVariant("card") { DataPoint("offer") { $0.replica } }, through: "wallet")
        ),
      ],
      providers: ["wallet": provider],
      tenant: tenant,
      ledger: ledger ?? InMemoryOfferLedger(now: { [time] in time.now }),
      settings: settings
    )
  }

  private func opened(_ id: String = "a-1", by customer: CustomerID = "c-0", _ facts: Attributes = .none)
    -> CustomerAction
  {
    CustomerAction("app_opened", id: id, by: customer, at: time.now, facts)
  }

  @Test func `an action reported a hundred times at once issues once and sends once`() async throws {
    let wallet = FakeWallet()
    let bridge = try await bridge(through: wallet)
    let action = opened()
    try await withThrowingTaskGroup(of: IssuedOffer.ID?.self) { group in
      for _ in 0..<100 {
        group.addTask { try await bridge.respond(to: action).issuedOffers.first?.id }
      }
      var ids: Set<IssuedOffer.ID?> = []
      for try await id in group { ids.insert(id) }
      #expect(ids.count == 1)
    }
    try await bridge.deliverDueMessages()
    #expect(try await bridge.issuedOffers(of: "c-0").count == 1)
    #expect(wallet.attempts == 1)
    #expect(try await bridge.audit().isBalanced)
  }

  @Test func `another content under a known id is a conflict and writes nothing`() async throws {
    let bridge = try await bridge()
    _ = try await bridge.respond(to: opened())
    let other = try await bridge.respond(to: opened("a-1", ["channel": "web"]))
    #expect(other["reward"]?.outcome == .conflict)
    #expect(try await bridge.issuedOffers(of: "c-0").count == 1)
  }

  @Test func `a limit's refusal repeats, a rule's does not`() async throws {
    let store = InMemoryCustomerStore(["c-0": Shopper(), "c-1": Shopper(isOptedIn: false)])
    let bridge = try await bridge(limits: [.total(1, in: .rolling(.days(7)))], store: store)
    let refused = opened("a-2", by: "c-0")
    let unmet = opened("a-3", by: "c-1")
    #expect(try await bridge.respond(to: unmet)["reward"]?.outcome == .notMet)
    #expect(try await bridge.respond(to: opened()).issuedOffers.count == 1)
    #expect(
      try await bridge.respond(to: refused).first?.description.hasPrefix("reward on app_opened: limit")
        == true
    )
    store.save(Shopper(), as: "c-1")
    time.advance(by: .days(8))
    #expect(try await bridge.respond(to: refused).issuedOffers.isEmpty)
    #expect(try await bridge.respond(to: unmet).issuedOffers.count == 1)
    time.advance(by: .days(23))
    #expect(try await bridge.respond(to: refused).issuedOffers.count == 1)
  }

  @Test func `a thousand at once never pass a limit of ten`() async throws {
    let bridge = try await bridge(limits: [.total(10)], customers: 1000)
    let issued = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<1000 {
        let action = opened("a-\(number)", by: CustomerID("c-\(number)"))
        group.addTask { try await bridge.respond(to: action).issuedOffers.count }
      }
      return try await group.reduce(0, +)
    }
    #expect(issued == 10)
    let audit = try await bridge.audit()
    #expect(audit.issued == 10 && audit.messages == 10 && audit.isBalanced)
  }

  @Test func `a lost acknowledgement is followed by the same bytes under the same key`() async throws {
    let wallet = FakeWallet()
    wallet.loseAcknowledgements(1)
    let script = ScriptedMessageProvider(replies: [
      .loseAcknowledgement, .retry(after: .hours(1)), .accepted(),
    ])
    for provider in [wallet, script] as [any MessageProvider] {
      let bridge = try await bridge(through: provider)
      _ = try await bridge.respond(to: opened())
      try await bridge.deliverDueMessages()
      #expect(try await bridge.issuedOffers(of: "c-0")[0].replicas[0].state == .unknown)
      while let due = try await bridge.deliverDueMessages() { time.advance(to: due) }
      #expect(try await bridge.issuedOffers(of: "c-0")[0].replicas[0].isAccepted)
    }
    #expect(wallet.attempts == 2)
    #expect(wallet.cards.count == 1)
    #expect(script.deliveries.count == 3)
    #expect(Set(script.deliveries.map(\.message)).count == 1)
  }

  @Test func `a message that never succeeds is buried with its reason and holds up nobody else`() async throws
  {
    let provider = FailingFor("c-0")
    let bridge = try await bridge(through: provider, customers: 2)
    _ = try await bridge.respond(to: opened())
    _ = try await bridge.respond(to: opened("a-2", by: "c-1"))
    try await bridge.deliverDueMessages()
    #expect(try await bridge.messages(of: "c-1")[0].state == .accepted(nil))
    while let due = try await bridge.deliverDueMessages() { time.advance(to: due) }
    let message = try await bridge.messages(of: "c-0")[0]
    #expect(message.attempts == 12)
    #expect(message.state == .buried(reason: "12 attempts; the last: no answer: Failure"))
  }

  @Test func `a redemption before the acknowledgement ends the attempts`() async throws {
    let wallet = FakeWallet()
    wallet.loseAcknowledgements(1)
    let bridge = try await bridge(through: wallet)
    _ = try await bridge.respond(to: opened())
    #expect(try await bridge.deliverDueMessages() != nil)
    let id = try await bridge.issuedOffers(of: "c-0")[0].id
    #expect(try await bridge.reconcile(wallet.redeem("TEN", of: "c-0", at: time.now)) == .applied(to: id))
    time.advance(by: .days(1))
    #expect(try await bridge.deliverDueMessages() == nil)
    #expect(wallet.attempts == 1)
    #expect(try await bridge.issuedOffers(of: "c-0")[0].replicas[0].isAccepted)
  }

  @Test func `any order and any repetition of what came back ends in the same state`() async throws {
    let first = time.now
    func redemption(_ id: String, _ of: RedemptionReference, _ minutes: Double) -> Redemption {
      let amount = Money(minorUnits: 400, currency: "EUR")
      return Redemption(id: id, of: of, at: first + minutes * 60, amount: amount)
    }
    var ends: Set<String> = []
    for order in permutations([0, 1, 2, 3, 4]) {
      let bridge = try await bridge(through: FakeWallet())
      // The same journey in each round: the ids are derived, and come out the same.
      let id = try await bridge.respond(to: opened()).issuedOffers[0].id
      try await bridge.deliverDueMessages()
      let events: [() async throws -> RedemptionMatch] = [
        { try await bridge.reconcile(redemption("r-1", .issuedOffer(id), 1)) },
        { try await bridge.reconcile(redemption("r-2", .replica("W1"), 2)) },
        { try await bridge.reconcile(redemption("r-3", .customer("c-0", replica: "TEN"), 3)) },
        { try await bridge.reconcile(Reversal(id: "v-1", of: "r-2", at: first)) },
        { try await bridge.reconcile(Reversal(id: "v-2", of: "r-2", at: first + 600)) },
      ]
      for index in order {
        _ = try await events[index]()
        #expect(try await events[index]() == .duplicate)
      }
      var matches: [RedemptionMatch?] = []
      for id in ["r-1", "r-2", "r-3", "v-1", "v-2"] { matches.append(try await bridge.match(of: id)) }
      ends.insert("\(matches) \(try await bridge.issuedOffers(of: "c-0"))")
      let audit = try await bridge.audit()
      #expect(audit.received == 10 && audit.duplicates == 5 && audit.isBalanced)
    }
    #expect(ends.count == 1)
  }

  @Test func `a reversal gives back once, also when it comes first`() async throws {
    let wallet = FakeWallet()
    let bridge = try await bridge(through: wallet)
    let id = try await bridge.respond(to: opened()).issuedOffers[0].id
    try await bridge.deliverDueMessages()
    let first = Reversal(id: "v-1", of: "r-1", at: time.now)
    #expect(try await bridge.reconcile(first) == .parked(.reversalBeforeRedemption))
    _ = try await bridge.reconcile(wallet.redeem("TEN", of: "c-0", at: time.now))
    #expect(try await bridge.match(of: "v-1") == .applied(to: id))
    let again = Reversal(id: "v-2", of: "r-1", at: time.now)
    #expect(try await bridge.reconcile(again) == .discrepant([.alreadyReversed], on: id))
    let tally = try await bridge.issuedOffers(of: "c-0")[0].redeemed
    #expect(tally == RedemptionTally(count: 0, reversed: 1, minorUnits: 0))
  }

  @Test func `what cannot be matched waits, and what does not fit counts`() async throws {
    let wallet = FakeWallet()
    let bridge = try await bridge(through: wallet)
    let early = Redemption(id: "r-0", of: .customer("c-0", replica: "TEN"), at: time.now)
    #expect(try await bridge.reconcile(early) == .parked(.unknownOffer))
    let id = try await bridge.respond(to: opened()).issuedOffers[0].id
    #expect(try await bridge.match(of: "r-0") == .discrepant([.unconfirmedReplica], on: id))
    try await bridge.deliverDueMessages()
    #expect(try await bridge.match(of: "r-0") == .applied(to: id))
    let dear = Redemption(
      id: "r-1",
      of: .issuedOffer(id),
      at: time.now,
      amount: Money(minorUnits: 1500, currency: "EUR")
    )
    #expect(try await bridge.reconcile(dear) == .discrepant([.overLimit], on: id))
    #expect(try await bridge.issuedOffers(of: "c-0")[0].redeemed.minorUnits == 1500)
  }

  @Test func `a worker whose lease ran out changes nothing`() async throws {
    let ledger = InMemoryOfferLedger(now: { [time] in time.now })
    let bridge = try await bridge(ledger: ledger)
    _ = try await bridge.respond(to: opened())
    let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 10, lease: .seconds(60))
    let slow = try #require(try await ledger.claim(query).claims.first)
    #expect(try await ledger.claim(query).claims.isEmpty)
    time.advance(by: .seconds(60))
    let quick = try #require(try await ledger.claim(query).claims.first)
    #expect(quick.attempt == 2 && quick.lease.fence > slow.lease.fence)
    let late = Settlement(lease: slow.lease, outcome: .rejected(reason: "too late"))
    #expect(try await ledger.settle([late], tenant: "main") == [.lostLease])
    let done = Settlement(lease: quick.lease, outcome: .accepted("W1"))
    #expect(try await ledger.settle([done, done], tenant: "main") == [.settled, .alreadySettled])
  }

  @Test func `nothing of one tenant is seen from another`() async throws {
    let ledger = InMemoryOfferLedger(now: { [time] in time.now })
    let north = try await bridge(limits: [.total(1)], ledger: ledger, tenant: "north")
    let south = try await bridge(limits: [.total(1)], ledger: ledger, tenant: "south")
    let ours = try await north.respond(to: opened()).issuedOffers
    #expect(try await south.issuedOffers(of: "c-0").isEmpty)
    let theirs = try await south.respond(to: opened()).issuedOffers
    #expect(ours.count == 1 && theirs.count == 1)
    #expect(ours[0].id != theirs[0].id)
  }

  @Test func `every test that the page names exists`() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Documentation/Guarantees.md")
    let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
    let named = try String(contentsOf: page, encoding: .utf8).matches(of: /`([a-z][^`]* [^`]*)`/).map(\.1)
    #expect(named.count >= 12)
    for name in named { #expect(source.contains("@Test func `\(name)`()"), "no test is named '\(name)'") }
  }

  private func permutations(_ items: [Int]) -> [[Int]] {
    guard items.count > 1 else { return [items] }
    return items.indices.flatMap { index -> [[Int]] in
      var rest = items
      let first = rest.remove(at: index)
      return permutations(rest).map { [first] + $0 }
    }
  }

  /// Throws for one customer, accepts for the others.
  private struct FailingFor: MessageProvider {
    struct Failure: Error {}
    let customer: CustomerID
    init(_ customer: CustomerID) { self.customer = customer }
    func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
      if delivery.message.customer == customer { throw Failure() }
      return .accepted()
    }
  }
}
