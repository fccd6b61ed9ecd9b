import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Synchronization
import Testing

/// What would come of an action: decided by the same steps, and nothing of it written.
@Suite struct DryRunTests {
  /// All that a ledger holds, as bytes.
  private func holdings(of ledger: InMemoryOfferLedger) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(ledger.saved())
  }

  private static func alternative(
    _ id: CampaignID,
    _ limits: [CampaignLimit] = [],
    rule: some CampaignRule<Member> = Everyone<Member>()
  ) -> Campaign<Member> {
    Campaign(
      id,
      on: .action("app_opened"),
      rule: rule,
      outcome: .issue("ten-off"),
      limits: limits,
      exclusiveGroup: "welcome"
    )
  }

  @Test func `a dry run says what the real run then does, byte for byte, and leaves the ledger as it was`()
    async throws
  {
    let shop = try await Shop([Shop.reward(limits: [.perCustomer(1), .total(5)]), Shop.toWallet()])
    #expect(try await shop.bridge.audit().issued == 0)
    let empty = try holdings(of: shop.ledger)
    let action = shop.opened("a-1")
    let dryRun = try await shop.bridge.dryRun(of: action)
    #expect(
      dryRun.description == """
        reward on app_opened: issued ten-off
        to-wallet on ten_off_issued: message through wallet
        would send through wallet: {"name":"Ada","offer":"TEN"}
        """
    )
    #expect(dryRun.unaskedLimits == [] && dryRun.codePools == [])
    #expect(try holdings(of: shop.ledger) == empty)
    let real = try await shop.bridge.respond(to: action)
    #expect(real.map(\.isReplay) == [false, false])
    #expect(dryRun.decisions.considered.map(\.description) == real.considered.map(\.description))
    #expect(dryRun.decisions.issuedOffers == real.issuedOffers)
    #expect(dryRun.messages == [try await shop.message().message])
    _ = try await shop.bridge.deliverDueMessages()
    let wallet = try #require(shop.wallet as? FakeWallet)
    #expect(wallet.attempts == 1)
  }

  @Test func `of the live ledger nothing is called but the snapshot, and limits that nobody asked are named`()
    async throws
  {
    let shop = try await Shop([Shop.reward(limits: [.perCustomer(1), .total(5)]), Shop.toWallet()])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let bridge = shop.bridge.using(ledger: SnapshotOnlyLedger(shop.ledger))
    await #expect(throws: OfferBridgeError.self) { try await bridge.respond(to: shop.opened("a-2")) }
    let dryRun = try await bridge.dryRun(of: shop.opened("a-2"))
    #expect(
      dryRun.description == """
        reward on app_opened: issued ten-off
        to-wallet on ten_off_issued: message through wallet
        would send through wallet: {"name":"Ada","offer":"TEN"}
        not asked: 1 per customer of the campaign, of reward
        not asked: 5 in all of the campaign, of reward
        """
    )
    // One that was decided is told as it was, and needs no limit.
    let again = try await bridge.dryRun(of: shop.opened("a-1"))
    #expect(again.decisions.map(\.isReplay) == [true, true])
    #expect(again.messages == [] && again.unaskedLimits == [])
  }

  @Test
  func
    `without a ledger that rehearses, the first alternative is taken and what hangs on others is not sent`()
    async throws
  {
    let shop = try await Shop([Self.alternative("first"), Self.alternative("second"), Shop.toWallet()])
    let bridge = shop.bridge.using(ledger: SnapshotOnlyLedger(shop.ledger))
    let action = shop.opened("a-1")
    let dryRun = try await bridge.dryRun(of: action)
    let real = try await shop.bridge.respond(to: action)
    #expect(dryRun.decisions.considered.map(\.description) == real.considered.map(\.description))
    #expect(dryRun.messages == [try await shop.message().message])
  }

  @Test func `a limit that is reached is told, with the alternative that comes next`() async throws {
    let shop = try await Shop([
      Self.alternative("first", [.total(1)]), Self.alternative("second"), Shop.toWallet(),
    ])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let before = try holdings(of: shop.ledger)
    let dryRun = try await shop.bridge.dryRun(of: shop.opened("a-2"))
    #expect(dryRun.decisions["first"]?.outcome == .limitReached(.total(1)))
    #expect(dryRun.decisions["second"]?.issuedOffer != nil)
    #expect(dryRun.messages.count == 1)
    // No refusal is remembered either.
    #expect(try holdings(of: shop.ledger) == before)
    shop.time.advance(by: .hours(1))
    #expect(try await shop.bridge.respond(to: shop.opened("a-2"))["first"]?.isReplay == false)
  }

  @Test func `another moment is that of schedules, windows of limits, rules and what would be issued`()
    async throws
  {
    let utc = TimeZone.gmt
    let day = try #require(LocalDay("2026-03-08"))
    let shop = try await Shop([
      Shop.reward(
        Rule<Member> { $0.now.hour(in: utc) == 12 },
        limits: [.perCustomer(1, in: .rolling(.days(1)))],
        schedule: .days(day, through: day.adding(days: 1), in: utc)
      ),
      Shop.toWallet(),
    ])
    let noon = day.start(in: utc) + 12 * 3600
    let action = shop.opened("a-1")
    #expect(try await shop.bridge.dryRun(of: action).decisions["reward"]?.outcome == .notRunning)
    let later = try await shop.bridge.dryRun(of: action, against: .live(at: noon))
    let issued = try #require(later.decisions["reward"]?.issuedOffer)
    #expect(issued.issuedAt == noon && issued.expiresAt == noon + 30 * 86_400)
    #expect(later.messages.map(\.createdAt) == [noon])
    let atOne = try await shop.bridge.dryRun(of: action, against: .live(at: noon + 3600))
    #expect(atOne.decisions["reward"]?.outcome == .notMet)

    shop.time.advance(to: noon)
    _ = try await shop.bridge.respond(to: action)
    for (moment, isReached) in [(noon + 0.001, true), (noon + 86_400, false)] {
      let next = try await shop.bridge.dryRun(of: shop.opened("a-2"), against: .live(at: moment))
      #expect((next.decisions["reward"]?.issuedOffer == nil) == isReached, "\(moment)")
    }
    // However long ago: no plan is too old for a dry run.
    let yesterday = try await shop.bridge.dryRun(of: shop.opened("a-2"), against: .live(at: noon - 86_400))
    #expect(yesterday.decisions["reward"]?.outcome == .notRunning)
    shop.time.advance(by: .hours(2))
    let ago = try await shop.bridge.dryRun(of: shop.opened("a-2"), against: .live(at: noon))
    #expect(ago.decisions["reward"]?.outcome == .limitReached(.perCustomer(1, in: .rolling(.days(1)))))
    await #expect(throws: OfferBridgeError.self) {
      try await shop.bridge.dryRun(of: action, against: .live(at: Date(timeIntervalSince1970: .nan)))
    }
  }

  @Test func `a customer who is made up needs no customer store, past and all`() async throws {
    struct NoStore: CustomerStore {
      struct Asked: Error {}
      func customer(_ id: CustomerID) async throws -> Member? { throw Asked() }
      func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory { throw Asked() }
    }
    let shop = try await Shop()
    let regular = Rule<Member> {
      $0.customer.tier == .gold
      $0.history.count(of: "purchase", inLast: .days(30)) >= 2
    }
    let bridge = try await OfferBridge(
      customers: NoStore(),
      catalog: shop.catalog,
      campaigns: [Shop.reward(regular), Shop.toWallet()],
      providers: ["wallet": shop.wallet],
      ledger: shop.ledger
    )
    let action = shop.opened("a-1", by: "nobody")
    let past = (1...2).map {
      CustomerAction("purchase", id: "p-\($0)", by: "nobody", at: shop.time.now - Double($0) * 86_400)
    }
    let dryRun = try await bridge.dryRun(of: action, as: Member(name: "Eve"), history: past)
    #expect(dryRun.messages.map(\.payloadText) == [#"{"name":"Eve","offer":"TEN"}"#])
    let once = try await bridge.dryRun(of: action, as: Member(name: "Eve"), history: Array(past.prefix(1)))
    #expect(once.decisions["reward"]?.outcome == .notMet && once.messages == [])
    let silver = try await bridge.dryRun(of: action, as: Member(tier: .silver), history: past)
    #expect(silver.decisions["reward"]?.outcome == .notMet)
    await #expect(throws: OfferBridgeError.self) { try await bridge.dryRun(of: action, history: past) }
  }

  @Test func `a real customer with another profile has their own past and offers`() async throws {
    let shop = try await Shop([
      Shop.reward(
        Rule<Member> {
          $0.customer.tier == .gold
          $0.history.count(of: "purchase", inLast: .days(30)) >= 1
          !$0.history.holds("ten-off")
        }
      ), Shop.toWallet(),
    ])
    shop.store.save(Member(tier: .basic), as: "ada")
    shop.store.record(CustomerAction("purchase", id: "p-1", by: "ada", at: shop.time.now - 60))
    let action = shop.opened("a-1")
    #expect(try await shop.bridge.dryRun(of: action).decisions["reward"]?.outcome == .notMet)
    #expect(try await shop.bridge.dryRun(of: action, as: Member()).decisions["reward"]?.issuedOffer != nil)
    shop.store.save(Member(), as: "ada")
    _ = try await shop.bridge.respond(to: action)
    let next = try await shop.bridge.dryRun(of: shop.opened("a-2"), as: Member())
    #expect(next.decisions["reward"]?.outcome == .notMet)
  }

  @Test func `no code is taken: a text stands for it, and every other byte is that of the real run`()
    async throws
  {
    let offer = Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"], codes: "spring")
    let card = MessageVariant<Member>("card") {
      DataPoint("code") { $0.code }
      DataPoint("name") { $0.customer.name }
    }
    let send = Campaign<Member>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(card, through: "wallet")
    )
    let pool = InMemoryCodePool(["A1", "B2"])
    let shop = try await Shop([Shop.reward(), send], offers: [offer], codePools: ["spring": pool])
    let action = shop.opened("a-1")
    let dryRun = try await shop.bridge.dryRun(of: action)
    #expect(pool.left == 2)
    #expect(dryRun.codePools == ["spring"])
    #expect(dryRun.decisions.issuedOffers.map(\.code) == [DryRun.code(of: "spring")])
    #expect(dryRun.messages.map(\.payloadText) == [#"{"code":"(a code of spring)","name":"Ada"}"#])
    _ = try await shop.bridge.respond(to: action)
    let real = try await shop.message().message
    #expect(
      real.payloadText
        == dryRun.messages.first?.payloadText.replacing(DryRun.code(of: "spring").text, with: "A1")
    )
    #expect(dryRun.messages.first?.key == real.key)
    // What is issued has its code, and none would be taken.
    let again = try await shop.bridge.dryRun(of: action)
    #expect(again.decisions.issuedOffers.map(\.code) == ["A1"] && again.codePools == [])
    #expect(pool.left == 1)
  }

  @Test func `dry runs over one scratch ledger see what the earlier ones would have done`() async throws {
    let shop = try await Shop([Shop.reward(limits: [.perCustomer(2)]), Shop.toWallet()])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let before = try holdings(of: shop.ledger)
    let scratch = try InMemoryOfferLedger(restoring: shop.ledger.saved(), now: { shop.time.now })
    let bridge = shop.bridge.using(ledger: SnapshotOnlyLedger(shop.ledger))
    var issued: [Int] = []
    for number in 2...4 {
      let dryRun = try await bridge.dryRun(of: shop.opened("a-\(number)"), against: .scratch(scratch))
      issued.append(dryRun.decisions.issuedOffers.count)
      #expect(dryRun.unaskedLimits == [])
    }
    #expect(issued == [1, 0, 0])
    #expect(try await scratch.audit(tenant: "main").issued == 2)
    #expect(try holdings(of: shop.ledger) == before)
  }

  @Test func `host events and schedules have dry runs too`() async throws {
    let birthday = Campaign<Member>(
      "birthday",
      on: .event("birthday"),
      rule: Everyone(),
      outcome: .issue("ten-off")
    )
    let night = Campaign<Member>(
      "night",
      on: .schedule,
      rule: Everyone(),
      outcome: .issue("ten-off"),
      schedule: .evergreen.from(LocalTime(22), until: LocalTime(23)).in(.gmt)
    )
    let shop = try await Shop([birthday, night, Shop.toWallet()], hostEvents: ["birthday"])
    let bridge = shop.bridge.using(ledger: SnapshotOnlyLedger(shop.ledger))
    let event = ProfileEvent("birthday", id: "b-1", on: "ada", at: shop.time.now)
    #expect(try await bridge.dryRun(of: event).messages.count == 1)
    let now = try await bridge.dryRun(ofScheduleOf: "night", for: "ada")
    #expect(now.decisions["night"]?.outcome == .notRunning)
    let evening = DryRun.Ledger.live(at: shop.time.now + 22 * 3600)
    let later = try await bridge.dryRun(ofScheduleOf: "night", for: "ada", against: evening)
    #expect(later.messages.count == 1)
    await #expect(throws: OfferBridgeError.self) { try await bridge.dryRun(ofScheduleOf: "x", for: "ada") }
    let undeclared = ProfileEvent("x", id: "b-1", on: "ada", at: shop.time.now)
    await #expect(throws: OfferBridgeError.self) { try await bridge.dryRun(of: undeclared) }
  }

  @Test func `nothing is counted for a dry run, and a conflict is told`() async throws {
    final class Counts: BridgeMetrics {
      let issued = Atomic(0)
      func count(_ counter: BridgeCounter, _ labels: BridgeLabels) { issued.add(1, ordering: .relaxed) }
      func time(_ timer: BridgeTimer, _ length: Duration, _ labels: BridgeLabels) {}
    }
    let (shop, counts) = (try await Shop(), Counts())
    let bridge = try await OfferBridge(
      customers: shop.store,
      catalog: shop.catalog,
      campaigns: [Shop.reward(), Shop.toWallet()],
      providers: ["wallet": shop.wallet],
      ledger: shop.ledger,
      metrics: counts
    )
    #expect(try await bridge.dryRun(of: shop.opened("a-1")).messages.count == 1)
    #expect(counts.issued.load(ordering: .relaxed) == 0)
    _ = try await bridge.respond(to: shop.opened("a-1"))
    #expect(counts.issued.load(ordering: .relaxed) == 1)
    let other = try await bridge.dryRun(of: shop.opened("a-1", ["channel": "web"]))
    #expect(other.decisions["reward"]?.outcome == .conflict && other.messages == [])
    let unheard = CustomerAction("closed", id: "c-1", by: "ada", at: shop.time.now)
    #expect(try await bridge.dryRun(of: unheard).description == "nothing")
  }

  @Test func `a hundred dry runs at once beside the real run change nothing of it`() async throws {
    let shop = try await Shop([Shop.reward(limits: [.total(1)]), Shop.toWallet()])
    let action = shop.opened("a-1")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        group.addTask {
          if number == 50 {
            #expect(try await shop.bridge.respond(to: action)["reward"]?.isReplay == false)
          } else {
            let dryRun = try await shop.bridge.dryRun(of: action)
            // Before the real run, or after it.
            #expect(dryRun.decisions.issuedOffers.count == 1)
          }
        }
      }
      try await group.waitForAll()
    }
    let audit = try await shop.bridge.audit()
    #expect(audit.issued == 1 && audit.messages == 1 && audit.isBalanced)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `in random shops dry and real runs decide and send the same, two hundred actions each`(seed: UInt64)
    async throws
  {
    var chance = Seeded(seed)
    let caps: [[CampaignLimit]] = [
      [], [.perCustomer(1)], [.total(3)], [.perCustomer(2), .total(9)],
      [.perCustomer(1, in: .rolling(.hours(5)))],
      [.total(4, of: .offer, in: .calendar(.day, in: .gmt))],
    ]
    var campaigns = (0..<6).map { number in
      Campaign<Member>(
        CampaignID("c-\(number)"),
        on: .action("app_opened"),
        rule: Rule {
          $0.customer.age >= 18 + number
          !$0.history.holds(OfferID("o-\((number + 1) % 6)"))
        },
        outcome: .issue(OfferID("o-\(number)")),
        limits: caps.randomElement(using: &chance) ?? [],
        exclusiveGroup: [nil, "g", "h"].randomElement(using: &chance) ?? nil
      )
    }
    let send = Campaign<Member>(
      "send",
      on: .event("issued"),
      rule: Rule { $0.customer.hasWallet },
      outcome: .send(Shop.card, through: "wallet"),
      limits: [.perCustomer(3, in: .rolling(.days(1)))]
    )
    campaigns.append(send)
    let shop = try await Shop(
      campaigns,
      offers: (0..<6).map {
        Offer(OfferID("o-\($0)"), raises: "issued", replicas: ["wallet": ReplicaName("R\($0)")])
      }
    )
    for number in 0..<8 {
      let member = Member(hasWallet: number % 3 > 0, age: 16 + number)
      shop.store.save(member, as: CustomerID("c-\(number)"))
    }
    var seen = Set<String>()
    for number in 0..<200 {
      shop.time.advance(by: .minutes(Int.random(in: 0...90, using: &chance)))
      let customer = CustomerID("c-\(Int.random(in: 0..<8, using: &chance))")
      let action = shop.opened("a-\(Int.random(in: 0...number, using: &chance))-\(customer)", by: customer)
      let known = Set(try await shop.bridge.messages(of: customer).map(\.message))
      let before = try await shop.bridge.audit()
      let dryRun = try await shop.bridge.dryRun(of: action)
      #expect(try await shop.bridge.audit() == before)
      let real = try await shop.bridge.respond(to: action)
      let told = real.considered.map(\.description)
      #expect(dryRun.decisions.considered.map(\.description) == told)
      #expect(dryRun.decisions.issuedOffers == real.issuedOffers)
      let sent = try await shop.bridge.messages(of: customer).map(\.message).filter { !known.contains($0) }
      #expect(Set(dryRun.messages) == Set(sent) && dryRun.messages.count == sent.count)
      seen.formUnion(told.map { String($0.prefix { $0 != "(" }.drop { $0 != ":" }.prefix(12)) })
    }
    // Enough kinds of decisions were among them.
    #expect(seen.count >= 5, "\(seen)")
  }
}
