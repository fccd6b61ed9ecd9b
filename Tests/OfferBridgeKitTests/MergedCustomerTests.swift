import Foundation
// An entry's words are internal.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Two customers who become one: what each had, and what comes later.
@Suite struct MergedCustomerTests {
  /// Ada with her telephone, which was a customer of its own until now; the store knows both.
  private func shop(
    limits: [CampaignLimit] = [],
    wallet: any MessageProvider = FakeWallet(),
    time: ManualTime = ManualTime()
  ) async throws -> Shop {
    let shop = try await Shop(
      [Shop.reward(limits: limits), Shop.toWallet()],
      wallet: wallet,
      time: time
    )
    shop.store.save(Member(name: "Ada's telephone"), as: "ada-phone")
    return shop
  }

  private func merged(_ answer: MergeAnswer) throws -> MergedCustomer {
    guard case .merged(let what) = answer else { throw Unexpected("\(answer)") }
    return what
  }

  /// All that is known of a customer, but for the id that was asked for.
  private func known(of customer: CustomerID, in shop: Shop) async throws -> [String] {
    [
      "\(try await shop.bridge.issuedOffers(of: customer))",
      "\(try await shop.bridge.messages(of: customer))",
      "\(try await shop.bridge.redemptions(of: customer))",
      "\(try await shop.bridge.journey(of: customer))",
      String(decoding: try await shop.bridge.export(of: customer).json(), as: UTF8.self),
    ]
  }

  @Test func `what either had is the survivor's, under its keys and with its bytes`() async throws {
    let shop = try await shop()
    for (action, customer) in [("p-1", CustomerID("ada-phone")), ("a-1", "ada"), ("p-2", "ada-phone")] {
      _ = try await shop.bridge.respond(to: shop.opened(action, by: customer))
      shop.time.advance(by: .seconds(1))
    }
    try await shop.bridge.deliverDueMessages()
    _ = try await shop.bridge.reconcile(
      Redemption(id: "r-1", of: .customer("ada-phone", replica: "TEN"), at: shop.time.now)
    )
    let offers = try await shop.bridge.issuedOffers(of: "ada-phone")
    let messages = try await shop.bridge.messages(of: "ada-phone")

    let what = try merged(try await shop.bridge.merge("ada-phone", into: "ada"))
    #expect(what.survivor == "ada" && what.exceeded == [])
    #expect((what.issuedOffers, what.messages, what.events) == (2, 2, 1))
    #expect(try await known(of: "ada-phone", in: shop) == known(of: "ada", in: shop))
    let now = try await shop.bridge.issuedOffers(of: "ada")
    #expect(now.map(\.trigger.id) == ["p-1", "a-1", "p-2"])
    #expect(now.filter { $0.customer == "ada-phone" } == offers)
    #expect(
      try await shop.bridge.messages(of: "ada").filter { $0.message.customer == "ada-phone" } == messages
    )
    #expect(try await shop.bridge.match(of: "r-1") == .applied(to: offers[0].id))
    let export = try await shop.bridge.export(of: "ada-phone")
    #expect(export.customer == "ada" && export.formerIDs == ["ada-phone"])
    #expect(export.issuedOffers.count == 3 && export.messages.count == 3 && export.events.count == 1)
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `an action that is reported again under either id issues nothing twice`() async throws {
    let shop = try await shop()
    let first = shop.opened("p-1", by: "ada-phone")
    let answer = try await shop.bridge.respond(to: first)
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    for customer: CustomerID in ["ada-phone", "ada"] {
      let again = try await shop.bridge.respond(to: shop.opened("p-1", by: customer))
      #expect(again.issuedOffers.map(\.id) == answer.issuedOffers.map(\.id))
      #expect(again["reward"]?.isReplay == true)
      #expect(again["to-wallet"]?.isReplay == true)
    }
    // Another action of that name is another one still, whoever reports it.
    shop.time.advance(by: .seconds(1))
    for customer: CustomerID in ["ada-phone", "ada"] {
      let other = try await shop.bridge.respond(to: shop.opened("p-1", by: customer))
      #expect(other["reward"]?.outcome == .conflict)
    }
    // One that is new, reported under both.
    let ids = try await [CustomerID("ada"), "ada-phone"].asyncMap { customer in
      try await shop.bridge.respond(to: shop.opened("n-1", by: customer)).issuedOffers.map(\.id)
    }
    #expect(ids[0] == ids[1] && ids[0].count == 1)
    #expect(try await shop.bridge.issuedOffers(of: "ada").count == 2)
    #expect(try await shop.bridge.messages(of: "ada").count == 2)
  }

  @Test func `what is under way beneath an old action goes on under its keys`() async throws {
    let shop = try await shop()
    shop.store.save(Member(hasWallet: false), as: "ada-phone")
    shop.store.save(Member(hasWallet: false), as: "ada")
    let issued = try await shop.bridge.respond(to: shop.opened("p-1", by: "ada-phone")).issuedOffers
    #expect(try await shop.bridge.messages(of: "ada-phone") == [])
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    shop.store.save(Member(name: "Ada now"), as: "ada")
    for customer: CustomerID in ["ada", "ada-phone", "ada"] {
      let again = try await shop.bridge.respond(to: shop.opened("p-1", by: customer))
      #expect(again.issuedOffers.map(\.id) == issued.map(\.id))
    }
    let message = try await shop.message()
    #expect(message.message.payloadText.contains("Ada now"))
    #expect(message.message.customer == "ada")
    #expect(
      message.message.key
        == .message(
          tenant: "main",
          customer: "ada-phone",
          cause: .event(
            .event(
              tenant: "main",
              customer: "ada-phone",
              cause: .issuance(issued[0].id),
              name: "ten_off_issued"
            )
          ),
          campaign: "to-wallet",
          provider: "wallet"
        )
    )
  }

  @Test func `a new action under the old id is decided as the survivor's`() async throws {
    let past = Rule<Member> { $0.history.count(of: "app_opened", inLast: .days(1)) >= 2 }
    let shop = try await Shop([Shop.reward(past), Shop.toWallet()])
    // The store has merged them: it knows the telephone no more.
    shop.store.record(CustomerAction("app_opened", id: "old", by: "ada", at: shop.time.now - 60))
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    let decisions = try await shop.bridge.respond(to: shop.opened("p-1", by: "ada-phone"))
    #expect(decisions.issuedOffers.map(\.customer) == ["ada"])
    #expect(try await shop.message().message.customer == "ada")
    #expect(try await shop.message().message.payloadText.contains("Ada"))
    let tablet = try await shop.bridge.merge("ada-tablet", into: "ada-phone")
    #expect(try merged(tablet).survivor == "ada")
  }

  @Test func `whoever has several ids acts once in a stretch of a schedule`() async throws {
    let campaign = Campaign<Member>(
      "reward",
      on: .schedule,
      rule: Rule<Member> { $0.customer.isOptedIn },
      outcome: .issue("ten-off")
    )
    let shop = try await Shop([campaign])
    shop.store.save(Member(), as: "ada-phone")
    let before = try await shop.bridge.respond(toScheduleOf: "reward", for: "ada-phone").issuedOffers
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    for customer: CustomerID in ["ada", "ada-phone"] {
      let again = try await shop.bridge.respond(toScheduleOf: "reward", for: customer)
      #expect(again.issuedOffers.map(\.id) == before.map(\.id))
    }
    // Nobody acted yet: once, whichever id is reported.
    shop.store.save(Member(), as: "bob")
    _ = try await shop.bridge.merge("bob-phone", into: "bob")
    let first = try await shop.bridge.respond(toScheduleOf: "reward", for: "bob-phone").issuedOffers
    let second = try await shop.bridge.respond(toScheduleOf: "reward", for: "bob").issuedOffers
    #expect(first.count == 1 && first.map(\.id) == second.map(\.id))
    #expect(try await shop.bridge.audit().issued == 2)
  }

  @Test func `a report that names either id finds what was issued under the other`() async throws {
    let shop = try await shop(wallet: FakeWallet())
    let phone = try await shop.bridge.respond(to: shop.opened("p-1", by: "ada-phone")).issuedOffers[0].id
    try await shop.bridge.deliverDueMessages()
    guard case .accepted(let reference?) = try await shop.issued(to: "ada-phone").replicas[0].state else {
      throw Unexpected("no reference")
    }
    // Ada redeems what her telephone was given: so far another customer.
    let first = Redemption(id: "r-1", of: .issuedOffer(phone), by: "ada", at: shop.time.now)
    #expect(try await shop.bridge.reconcile(first) == .discrepant([.otherCustomer], on: phone))
    _ = try await shop.bridge.reconcile(
      Redemption(id: "r-2", of: .customer("ada", replica: "TEN"), at: shop.time.now)
    )
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    #expect(try await shop.bridge.match(of: "r-1") == .applied(to: phone))
    #expect(try await shop.bridge.reconcile(first) == .duplicate)
    #expect(try await shop.bridge.match(of: "r-2") == .discrepant([.overLimit], on: phone))
    #expect(
      try await shop.bridge.reconcile(Reversal(id: "v-2", of: "r-2", at: shop.time.now))
        == .applied(to: phone)
    )
    #expect(
      try await shop.bridge.reconcile(
        OfferNotice(.revoked, id: "n-1", of: .customer("ada-phone", replica: "TEN"), at: shop.time.now)
      ) == .applied(to: phone)
    )
    #expect(
      try await shop.bridge.reconcile(
        OfferNotice(.reinstated, id: "n-2", of: .replica(reference), at: shop.time.now)
      ) == .applied(to: phone)
    )
    // A stranger is one still.
    let stranger = Redemption(id: "r-3", of: .issuedOffer(phone), by: "bob", at: shop.time.now)
    #expect(
      try await shop.bridge.reconcile(stranger) == .discrepant([.otherCustomer, .overLimit], on: phone)
    )
    #expect(try await shop.bridge.audit().imbalances == [])
    let export = try await shop.bridge.export(of: "ada")
    let redeemers = export.events.compactMap { $0.event.redeemer }
    #expect(redeemers == ["ada"])
  }

  @Test func `a statement that names either id agrees`() async throws {
    let shop = try await shop()
    let phone = try await shop.bridge.respond(to: shop.opened("p-1", by: "ada-phone")).issuedOffers[0].id
    try await shop.bridge.deliverDueMessages()
    _ = try await shop.bridge.reconcile(
      Redemption(id: "r-1", of: .issuedOffer(phone), by: "ada-phone", at: shop.time.now)
    )
    let lines = [CustomerID("ada"), "bob"].map { customer in
      StatementRecord(Redemption(id: "r-1", of: .issuedOffer(phone), by: customer, at: shop.time.now))
    }
    func kinds(of line: StatementRecord) async throws -> [StatementDiscrepancy.Kind] {
      var report = StatementReport()
      for try await finding in shop.bridge.reconcile(statement: [line]) { report.add(finding) }
      return report.discrepancies.map(\.kind)
    }
    #expect(try await kinds(of: lines[0]) == [.customer])
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    #expect(try await kinds(of: lines[0]) == [])
    #expect(try await kinds(of: lines[1]) == [.customer])
  }

  @Test func `it is told once, and the trail stays what it was`() async throws {
    let shop = try await shop()
    _ = try await shop.bridge.respond(to: shop.opened("p-1", by: "ada-phone"))
    var before: [TrailEntry] = []
    for try await entry in shop.bridge.trail() { before.append(entry) }
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    var after: [TrailEntry] = []
    for try await entry in shop.bridge.trail() { after.append(entry) }
    #expect(Array(after.dropLast()) == before)
    let told = try #require(after.last)
    #expect(told.words == "ada-phone merged into ada")
    #expect(told.erased.words == "a customer merged")
    #expect((told.fact.cause, told.fact.subject, told.fact.to) == (.merge, .customer, .merged))
    #expect((told.personal?.customer, told.personal?.formerly) == ("ada", "ada-phone"))
    #expect(TrailEntry(line: told.line) == told)
    #expect(!told.line.replacing(/"personal":.*/, with: "").contains("ada"))
    #expect(try await shop.bridge.verifiedTrail(expecting: before.last?.anchor).isWhole)
    #expect(try await shop.bridge.journey(of: "ada").entries == after)
    // Merged once more, into somebody else: what was told stays.
    shop.store.save(Member(), as: "carol")
    _ = try await shop.bridge.merge("ada", into: "carol")
    #expect(try await shop.bridge.journey(of: "ada-phone").entries.prefix(after.count) == after[...])
    #expect(try await shop.bridge.verifiedTrail(expecting: told.anchor).isWhole)
  }

  @Test func `a merge again, in a circle or of somebody forgotten changes nothing`() async throws {
    let shop = try await shop()
    shop.store.save(Member(), as: "carol")
    _ = try await shop.bridge.respond(to: shop.opened("p-1", by: "ada-phone"))
    func expect(_ customer: CustomerID, into survivor: CustomerID, _ expected: MergeAnswer) async throws {
      let before = try SavedLedgerTests.bytes(shop.ledger)
      #expect(try await shop.bridge.merge(customer, into: survivor) == expected)
      #expect(try SavedLedgerTests.bytes(shop.ledger) == before)
    }
    try await expect("ada", into: "ada", .circle(survivor: "ada"))
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    try await expect("ada-phone", into: "ada", .alreadyMerged(into: "ada"))
    try await expect("ada-phone", into: "carol", .alreadyMerged(into: "ada"))
    try await expect("ada", into: "ada-phone", .circle(survivor: "ada"))
    let chain = try merged(try await shop.bridge.merge("ada", into: "carol"))
    #expect((chain.survivor, chain.issuedOffers) == ("carol", 1))
    try await expect("ada-phone", into: "ada", .alreadyMerged(into: "carol"))
    try await expect("ada", into: "ada-phone", .alreadyMerged(into: "carol"))
    try await expect("carol", into: "ada-phone", .circle(survivor: "carol"))
    #expect(try await shop.bridge.export(of: "ada-phone").formerIDs == ["ada", "ada-phone"])

    // Forgotten: whoever had any of the ids, and nobody has them any more.
    _ = try await shop.bridge.forget("ada-phone")
    for id: CustomerID in ["ada-phone", "ada", "carol"] {
      #expect(try await shop.bridge.export(of: id).issuedOffers == [])
      #expect(try await shop.bridge.forget(id) == .unknownCustomer)
    }
    let page = try await shop.bridge.page(.messagesIn(.withdrawn))
    let tombstone = try #require(page.messages.first).message.customer
    try await expect(tombstone, into: "carol", .forgotten(tombstone))
    shop.store.save(Member(), as: tombstone)
    try await expect("ada", into: tombstone, .forgotten(tombstone))
    // Each id may be somebody's again, apart.
    let anew = try await shop.bridge.respond(to: shop.opened("p-9", by: "ada-phone"))
    #expect(anew.issuedOffers.map(\.customer) == ["ada-phone"])
    #expect(try await shop.bridge.issuedOffers(of: "ada") == [])
    #expect(try merged(try await shop.bridge.merge("ada-phone", into: "ada")).issuedOffers == 1)
  }

  @Test func `nothing is left of any id of whoever is forgotten`() async throws {
    let shop = try await Shop.ofTwo()
    _ = try await shop.bridge.merge("bob", into: "ada")
    let before = try await shop.bridge.audit()
    for try await _ in shop.bridge.trail() {}
    _ = try await shop.bridge.forget("bob")
    let text = try await shop.everything()
    for personal in ["\"ada\"", "ada-", "\"bob\"", "bob-"] {
      #expect(!text.contains(personal), "\(personal) is left")
    }
    #expect(try await shop.bridge.audit() == before)
    #expect(try await shop.bridge.verifiedTrail().isWhole)
    let bytes = try SavedLedgerTests.bytes(shop.ledger)
    #expect(try SavedLedgerTests.bytes(SavedLedgerTests.restored(bytes, shop.time)) == bytes)
  }

  @Test func `whoever was merged is so after a restart`() async throws {
    let shop = try await Shop.ofTwo()
    _ = try await shop.bridge.merge("bob", into: "ada")
    shop.store.save(Member(), as: "carol")
    _ = try await shop.bridge.merge("ada", into: "carol")
    _ = try await shop.bridge.verifiedTrail()
    let bytes = try SavedLedgerTests.bytes(shop.ledger)
    let restored = try SavedLedgerTests.restored(bytes, shop.time)
    #expect(try SavedLedgerTests.bytes(restored) == bytes)
    let bridge = shop.bridge.using(ledger: restored)
    #expect(try await bridge.verifiedTrail() == (try await shop.bridge.verifiedTrail()))
    #expect(try await bridge.export(of: "bob") == (try await shop.bridge.export(of: "carol")))
    #expect(try await bridge.merge("bob", into: "ada") == .alreadyMerged(into: "carol"))
    #expect(try await bridge.respond(to: shop.opened("bob-action", by: "carol"))["reward"]?.isReplay == true)
    #expect(try await bridge.audit() == (try await shop.bridge.audit()))
  }

  @Test func `a ledger that cannot merge is said to be one, and so is a survivor without a profile`()
    async throws
  {
    let shop = try await shop()
    let clock = ModelledLedger.Clock()
    let modelled = ModelledLedger(InMemoryOfferLedger(now: { clock.now }), clock, tenants: ["main"])
    await #expect {
      try await shop.bridge.using(ledger: modelled).merge("ada-phone", into: "ada")
    } throws: { error in
      (error as? OfferBridgeError)?.code == .mergingUnsupported && "\(error)".contains("ForgettingLedger")
    }
    await #expect {
      try await shop.bridge.merge("ada-phone", into: "nobody")
    } throws: { ($0 as? OfferBridgeError)?.code == .customerUnknown("nobody") }
    await #expect(throws: OfferBridgeError.self) { try await shop.bridge.merge("", into: "ada") }
    await #expect(throws: OfferBridgeError.self) { try await shop.bridge.merge("ada", into: "") }
    #expect(try await shop.bridge.verifiedTrail() == .whole(.beginning(of: "main"), erased: 0))
  }
}

extension Shop {
  /// All that is saved and told, as text.
  fileprivate func everything() async throws -> String {
    var text = String(decoding: try SavedLedgerTests.bytes(ledger), as: UTF8.self)
    for try await entry in bridge.trail() { text += entry.line }
    return text
  }
}

extension Sequence {
  fileprivate func asyncMap<Answer>(_ body: (Element) async throws -> Answer) async rethrows -> [Answer] {
    var answers: [Answer] = []
    for element in self { answers.append(try await body(element)) }
    return answers
  }
}
