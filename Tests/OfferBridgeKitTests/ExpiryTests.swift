import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Ends of issued offers: when they are, that they are told before, and what becomes of replicas then.
@Suite struct ExpiryTests {
  private static func reminder(
    _ rule: some CampaignRule<Member> = Everyone<Member>(),
    _ outcome: CampaignOutcome<Member> = .send(Shop.card, through: "wallet")
  ) -> Campaign<Member> {
    Campaign("reminder", on: .event("ten_off_expiring"), rule: rule, outcome: outcome)
  }

  private func shop(
    _ campaigns: [Campaign<Member>] = [Shop.reward(), Shop.toWallet(), reminder()],
    _ offers: [Offer] = [Shop.warnedTenOff],
    wallet: any MessageProvider = FakeWallet()
  ) async throws -> Shop {
    try await Shop(campaigns, offers: offers, wallet: wallet)
  }

  // MARK: When

  @Test func `a local day so many days on ends on the wall clock, over a change of the clocks too`() throws {
    let oslo = try #require(TimeZone(identifier: "Europe/Oslo"))
    func end(_ expiry: OfferExpiry, _ issued: String) throws -> String? {
      expiry.moment(issuedAt: try Date(issued, strategy: .iso8601), in: oslo)?.formatted(.iso8601)
    }
    #expect(try end(.endOfDay(after: 0), "2026-03-28T22:59:59Z") == "2026-03-28T23:00:00Z")
    #expect(try end(.endOfDay(after: 0), "2026-03-28T23:00:00Z") == "2026-03-29T22:00:00Z")
    #expect(try end(.endOfDay(after: 1), "2026-03-28T12:00:00Z") == "2026-03-29T22:00:00Z")
    #expect(try end(.endOfDay(after: 1, in: .gmt), "2026-03-28T12:00:00Z") == "2026-03-30T00:00:00Z")
    #expect(try end(.after(.days(1)), "2026-03-28T12:00:00Z") == "2026-03-29T12:00:00Z")
  }

  @Test func `the earliest of several ends it, whichever that is, and those that never end are passed over`()
    throws
  {
    let day = try #require(LocalDay("2026-01-05"))
    let start = try Date("2026-01-01T00:00:00Z", strategy: .iso8601)
    let later = try Date("2026-01-09T00:00:00Z", strategy: .iso8601)
    let expiry = OfferExpiry.earliest([.never, .at(later), .earliest([.endOf(day), .after(.days(7))])])
    func end(_ days: Double) -> Date? { expiry.moment(issuedAt: start + days * 86_400, in: .gmt) }
    #expect(end(0) == start + 5 * 86_400)
    #expect(end(-3) == start + 4 * 86_400)
    #expect(OfferExpiry.earliest([.never, .earliest([])]).moment(issuedAt: start, in: .gmt) == nil)
    let coder = (JSONEncoder(), JSONDecoder())
    #expect(try coder.1.decode(OfferExpiry.self, from: coder.0.encode(expiry)) == expiry)
  }

  @Test func `an offer without a zone ends on the calendar of the customer whom it is issued to`()
    async throws
  {
    let time = ManualTime()
    let day = LocalDay(of: time.now, in: .gmt).adding(days: 2)
    let zones = try ["Pacific/Kiritimati", "Etc/GMT+12"].map { try #require(TimeZone(identifier: $0)) }
    let bridge = try await OfferBridge(
      customers: InMemoryCustomerStore<Member>(["0": Member(age: 0), "1": Member(age: 1)]),
      catalog: InMemoryOfferCatalog([Offer("ten-off", expires: .endOf(day))]),
      campaigns: [Shop.reward()],
      zoneOfCustomer: { zones[$0.age] },
      ledger: InMemoryOfferLedger(now: { time.now })
    )
    for (number, zone) in zones.enumerated() {
      let customer = CustomerID("\(number)")
      _ = try await bridge.respond(
        to: CustomerAction("app_opened", id: "a-\(number)", by: customer, at: time.now)
      )
      let end = try await bridge.issuedOffers(of: customer)[0].expiresAt
      #expect(end == day.interval(in: zone).upperBound)
    }
  }

  // MARK: Warnings

  @Test
  func `each issued offer's end is raised once, however often and from how many processes it is asked for`()
    async throws
  {
    let shop = try await shop()
    for number in 0..<20 {
      let customer = CustomerID("c-\(number)")
      shop.store.save(Member(), as: customer)
      _ = try await shop.bridge.respond(to: shop.opened("a-\(number)", by: customer))
    }
    shop.time.advance(by: .days(27) - .milliseconds(1))
    #expect(try await shop.bridge.warnOfExpiring().issuedOffers == [])
    shop.time.advance(by: .milliseconds(1))
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<50 { group.addTask { try await shop.bridge.warnOfExpiring().issuedOffers.count } }
      var counts: Set<Int> = []
      for try await count in group { counts.insert(count) }
      return counts
    }
    #expect(counts == [20])
    shop.time.advance(by: .days(2))
    _ = try await shop.bridge.warnOfExpiring()
    for number in 0..<20 {
      let customer = CustomerID("c-\(number)")
      let issued = try await shop.issued(to: customer)
      let messages = try await shop.bridge.messages(of: customer).map(\.message)
      try #require(messages.map(\.campaign) == ["to-wallet", "reminder"])
      #expect(messages[1].issuedOffer == issued.id)
      #expect(messages[1].replica == "TEN")
      #expect(messages[1].trigger == TriggerID(.expiry, "\(issued.id)"))
      let told = try await shop.bridge.journey(of: customer).description
      #expect(told.components(separatedBy: "ten_off_expiring raised").count == 2)
    }
    #expect(try await shop.bridge.audit().imbalances == [])
    #expect(try await shop.bridge.verifiedTrail().isWhole)
  }

  @Test func `one name for the issuance and for its end are two events, and two messages`() async throws {
    let offer = Offer(
      "ten-off",
      raises: "ten_off_issued",
      replicas: ["wallet": "TEN"],
      expires: .after(.days(30)),
      warns: .before(.days(3), as: "ten_off_issued")
    )
    let shop = try await shop([Shop.reward(), Shop.toWallet()], [offer])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    shop.time.advance(by: .days(27))
    for isReplay in [false, true] {
      let decisions = try #require(try await shop.bridge.warnOfExpiring().decisions.first)
      #expect(decisions["to-wallet"]?.outcome.isActed == true)
      #expect(decisions["to-wallet"]?.isReplay == isReplay)
    }
    #expect(try await shop.bridge.messages(of: "ada").count == 2)
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `what was not met is decided anew by each sweep, until the offer is over`() async throws {
    let shop = try await shop([
      Shop.reward(), Shop.toWallet(), Self.reminder(Rule { $0.customer.tier == .gold }),
    ])
    shop.store.save(Member(tier: .basic), as: "ada")
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    shop.time.advance(by: .days(27))
    let first = try await shop.bridge.warnOfExpiring()
    #expect(first.decisions.map { $0["reminder"]?.outcome } == [.notMet])
    shop.store.save(Member(), as: "ada")
    shop.time.advance(by: .days(3) - .milliseconds(1))
    let second = try await shop.bridge.warnOfExpiring()
    #expect(second.decisions.first?["reminder"]?.outcome.isActed == true)
    #expect(second.decisions.first?["reminder"]?.isReplay == false)
    #expect(try await shop.bridge.warnOfExpiring().decisions.first?["reminder"]?.isReplay == true)
    shop.time.advance(by: .milliseconds(1))
    #expect(try await shop.bridge.warnOfExpiring().issuedOffers == [])
    #expect(try await shop.bridge.messages(of: "ada").count == 2)
  }

  @Test func `what is used up, closed or ended is not warned of, and a limit and a new offer may follow`()
    async throws
  {
    // A second offer for who did not use the first, whose history has the first once.
    let once = Rule<Member> { $0.history.issues(of: "ten-off", inLast: .days(60)) == 1 }
    let shop = try await shop(
      [Shop.reward(), Shop.toWallet(), Self.reminder(once, .issue("cup"))],
      [Shop.warnedTenOff, Offer("cup")]
    )
    for customer in ["used", "closed", "ended", "open"] as [CustomerID] {
      shop.store.save(Member(), as: customer)
      _ = try await shop.bridge.respond(to: shop.opened("\(customer)", by: customer))
    }
    try await shop.bridge.deliverDueMessages()
    let wallet = try #require(shop.wallet as? FakeWallet)
    let now = shop.time.now
    _ = try await shop.bridge.reconcile(wallet.redeem("TEN", of: "used", at: now))
    _ = try await shop.bridge.reconcile(wallet.note("TEN", of: "ended", as: .revoked, at: now))
    let closed = try await shop.issued(to: "closed").id
    _ = try await shop.bridge.close(closed, as: .revoked, reason: "test", limitUses: .kept)
    shop.time.advance(by: .days(28))
    let sweep = try await shop.bridge.warnOfExpiring()
    #expect(sweep.issuedOffers == [try await shop.bridge.issuedOffers(of: "open")[0].id])
    #expect(sweep.decisions.first?.issuedOffers.map(\.offer) == ["cup"])
    _ = try await shop.bridge.warnOfExpiring()
    #expect(try await shop.bridge.issuedOffers(of: "open").map(\.offer) == ["ten-off", "cup"])
  }

  @Test func `pages go on where they ended, and a customer who is unknown by now stops nobody else`()
    async throws
  {
    let shop = try await shop()
    for number in 0..<5 {
      shop.store.save(Member(), as: CustomerID("c-\(number)"))
      _ = try await shop.bridge.respond(to: shop.opened("a-\(number)", by: CustomerID("c-\(number)")))
    }
    let gone = InMemoryCustomerStore<Member>(
      [0, 1, 3, 4].reduce(into: [:]) { $0[CustomerID("c-\($1)")] = Member() }
    )
    let bridge = try await OfferBridge(
      customers: gone,
      catalog: shop.catalog,
      campaigns: [Shop.reward(), Shop.toWallet(), Self.reminder()],
      providers: ["wallet": shop.wallet],
      ledger: shop.ledger
    )
    func sweepAll(_ sweep: (PageMark?) async throws -> ExpirySweep) async throws -> (Int, [String]) {
      var (done, skipped, mark) = (0, [String](), PageMark?.none)
      repeat {
        let page = try await sweep(mark)
        #expect(page.issuedOffers.count + page.skipped.count <= 2)
        done += page.issuedOffers.count
        skipped += page.skipped.map { "\($0.error.code)" }
        mark = page.next
      } while mark != nil
      return (done, skipped)
    }
    shop.time.advance(by: .days(28))
    var (done, skipped) = try await sweepAll { try await bridge.warnOfExpiring(after: $0, limit: 2) }
    #expect(done == 4)
    #expect(skipped.count == 1 && skipped[0].contains("c-2"))
    shop.time.advance(by: .days(2))
    (done, skipped) = try await sweepAll { mark in
      try await bridge.recallExpired(saying: Shop.card, after: mark, limit: 2)
    }
    #expect(done == 4)
    #expect(skipped.count == 1 && skipped[0].contains("c-2"))
  }

  @Test func `who was forgotten is neither warned nor asked for anything back`() async throws {
    let shop = try await shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    _ = try await shop.bridge.forget("ada")
    for _ in 0..<2 {
      shop.time.advance(by: .days(28))
      let warned = try await shop.bridge.warnOfExpiring()
      let recalled = try await shop.bridge.recallExpired(saying: Shop.card)
      for sweep in [warned, recalled] {
        #expect(sweep.issuedOffers == [])
        #expect(sweep.skipped.isEmpty)
      }
    }
  }

  @Test
  func `what was issued keeps its warning when the offer changes, and is passed over where nobody hears it`()
    async throws
  {
    let shop = try await shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    shop.catalog.save(Shop.tenOff)
    #expect(try await shop.issued().warning == .before(.days(3), as: "ten_off_expiring"))
    #expect(try await shop.issued().onExpiry == .recalls)
    shop.time.advance(by: .days(28))
    let deaf = try await OfferBridge(
      customers: shop.store,
      catalog: shop.catalog,
      campaigns: [Shop.reward()],
      ledger: shop.ledger
    )
    #expect(try await deaf.warnOfExpiring().issuedOffers == [])
    #expect(try await deaf.audit().messages == 1)
  }

  @Test func `an end that cannot be told is a fault at the door, and one that nobody hears a warning`()
    async throws
  {
    func faults(_ offer: Offer, _ campaigns: [Campaign<Member>]) async throws -> [ConfigurationFault] {
      do {
        _ = try await Shop(campaigns, offers: [offer])
        return []
      } catch let error as OfferBridgeError {
        guard case .configurationInvalid(let faults) = error.code else { throw error }
        return faults
      }
    }
    func offer(_ expires: OfferExpiry, _ warns: ExpiryWarning?, _ onExpiry: ExpiryPolicy = .lapses) -> Offer {
      Offer(
        "ten-off",
        raises: "ten_off_issued",
        replicas: ["wallet": "TEN"],
        expires: expires,
        warns: warns,
        onExpiry: onExpiry
      )
    }
    let all = [Shop.reward(), Shop.toWallet()]
    let warning = ExpiryWarning.before(.days(1), as: "soon")
    #expect(try await faults(offer(.never, warning), all) == [.offerNeverEnds("ten-off")])
    #expect(try await faults(offer(.earliest([.never]), nil, .recalls), all) == [.offerNeverEnds("ten-off")])
    #expect(
      try await faults(offer(.after(.days(1)), .before(.zero, as: "soon")), all) == [
        .expiryWarningTooLate(.zero, of: "ten-off")
      ]
    )
    #expect(
      try await faults(offer(.after(.days(1)), .before(.days(1), as: "")), all) == [
        .identifierInvalid(kind: "event", value: "")
      ]
    )
    #expect(
      try await faults(Shop.tenOff, all + [Self.reminder()]) == [
        .eventNeverRaised("ten_off_expiring", in: "reminder")
      ]
    )
    // A message about it needs a replica there, as one about an issuance.
    let elsewhere = Offer(
      "ten-off",
      replicas: [:],
      expires: .after(.days(9)),
      warns: .before(.days(1), as: "ten_off_expiring")
    )
    #expect(
      try await faults(elsewhere, [Shop.reward(), Self.reminder()]) == [
        .replicaMissing("ten-off", at: "wallet", in: "reminder")
      ]
    )
    let unheard = try await Shop(all, offers: [offer(.after(.days(2)), warning)])
    #expect(unheard.bridge.warnings == [.eventNobodyHears("soon")])
  }

  // MARK: Recalls

  @Test func `what is over is recalled once, if its offer asks for it, and what waits is withdrawn`()
    async throws
  {
    let lapses = Offer("cup", replicas: ["wallet": "CUP"], expires: .after(.days(30)))
    let shop = try await shop(
      [
        Shop.reward(), Shop.toWallet(),
        Campaign("cups", on: .action("app_opened"), rule: Everyone(), outcome: .issue("cup")),
      ],
      [Shop.warnedTenOff, lapses]
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    shop.store.save(Member(), as: "bob")
    _ = try await shop.bridge.respond(to: shop.opened("b-1", by: "bob"))
    shop.time.advance(by: .days(30) - .milliseconds(1))
    #expect(try await shop.bridge.recallExpired(saying: Shop.card).issuedOffers == [])
    shop.time.advance(by: .milliseconds(1))
    let closed = try await withThrowingTaskGroup(of: [IssuedOffer.ID].self) { group in
      for _ in 0..<50 {
        group.addTask { try await shop.bridge.recallExpired(saying: Shop.card).issuedOffers }
      }
      var closed: [IssuedOffer.ID] = []
      for try await some in group { closed += some }
      return closed
    }
    let (ada, bob) = (
      try await shop.bridge.issuedOffers(of: "ada"), try await shop.bridge.issuedOffers(of: "bob")
    )
    try #require(ada.count == 2 && bob.count == 2)
    #expect(Set(closed) == [ada[0].id, bob[0].id])
    #expect(closed.count == 2)
    #expect(ada.map { $0.closure?.kind } == [.expired, nil])
    // Ada's card is asked back; Bob's never left, and does not.
    #expect(try await shop.bridge.messages(of: "ada").map(\.message.purpose) == [.issue, .recall])
    let bobs = try await shop.bridge.messages(of: "bob")
    #expect(bobs.map(\.message.purpose) == [.issue])
    #expect(bobs.map(\.state.name) == [.withdrawn])
    try await shop.bridge.deliverDueMessages()
    #expect(try await shop.bridge.issuedOffers(of: "ada")[0].replicas[0].state == .recalled)
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test
  func `a redemption after the recall of what expired counts and says so, and takes no limit use again`()
    async throws
  {
    let limit = CampaignLimit.total(1)
    let shop = try await shop([Shop.reward(limits: [limit]), Shop.toWallet()])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    let wallet = try #require(shop.wallet as? FakeWallet)
    shop.time.advance(by: .days(30))
    let late = try wallet.redeem("TEN", of: "ada", at: shop.time.now)
    _ = try await shop.bridge.recallExpired(saying: Shop.card, limitUses: .givenBack)
    let id = try await shop.issued().id
    #expect(try await shop.bridge.reconcile(late) == .discrepant([.afterExpiry], on: id))
    let issued = try await shop.issued()
    #expect(issued.status(at: shop.time.now) == .redeemed)
    #expect(issued.closure?.kind == .expired)
    #expect(!issued.holdsLimitUses)
    #expect(try await shop.bridge.respond(to: shop.opened("a-2"))["reward"]?.issuedOffer != nil)
    // What was redeemed in time is not closed at all.
    let second = try #require(try await shop.bridge.issuedOffers(of: "ada").last)
    _ = try await shop.bridge.reconcile(
      Redemption(id: "in-time", of: .issuedOffer(second.id), at: shop.time.now)
    )
    shop.time.advance(by: .days(31))
    #expect(try await shop.bridge.recallExpired(saying: Shop.card).issuedOffers == [])
    #expect(try await shop.bridge.audit().imbalances == [])
  }
}
