import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Unique codes on their way through a journey: taken before the commit, sent, given back.
@Suite struct UniqueCodeTests {
  private static let coded = Offer(
    "ten-off",
    raises: "ten_off_issued",
    replicas: ["wallet": "TEN"],
    codes: "spring-codes"
  )
  private static let card = MessageVariant<Member>("card") {
    DataPoint("code") { $0.code }
    DataPoint("offer") { $0.offer }
  }
  private static let toWallet = Campaign<Member>(
    "to-wallet",
    on: .event("ten_off_issued"),
    rule: Everyone(),
    outcome: .send(card, through: "wallet")
  )

  private func shop(
    _ codes: any CodePool,
    _ campaigns: [Campaign<Member>] = [Shop.reward(), UniqueCodeTests.toWallet],
    offers: [Offer] = [UniqueCodeTests.coded]
  ) async throws -> Shop {
    let shop = try await Shop(campaigns, offers: offers, codePools: ["spring-codes": codes])
    for customer in 0..<100 { shop.store.save(Member(), as: CustomerID("c-\(customer)")) }
    return shop
  }

  @Test func `an issued offer carries a code, and the message says it`() async throws {
    let pool = InMemoryCodePool(["A1", "B2"])
    let shop = try await shop(pool)
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions["reward"]?.issuedOffer?.code == "A1")
    #expect(decisions["reward"]?.issuedOffer?.codePool == "spring-codes")
    #expect(try await shop.issued().code == "A1")
    #expect(try await shop.message().message.payloadText == #"{"code":"A1","offer":"ten-off"}"#)
    let again = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(again["reward"]?.issuedOffer?.code == "A1")
    #expect(pool.left == 1)
    let issued = try await shop.issued()
    let kept = try JSONDecoder().decode(IssuedOffer.self, from: JSONEncoder().encode(issued))
    #expect(kept == issued && kept.code == "A1")
    var dumped = ""
    dump(decisions.considered, to: &dumped)
    #expect(!dumped.contains("A1") && !"\(decisions.considered)\(issued)".contains("A1"))
  }

  @Test func `a hundred deliveries of one action at once take one code`() async throws {
    let pool = InMemoryCodePool((0..<100).map { OfferCode("code-\($0)") })
    let shop = try await shop(pool)
    let action = shop.opened("a-1")
    let codes = try await withThrowingTaskGroup(of: OfferCode?.self) { group in
      for _ in 0..<100 {
        group.addTask { try await shop.bridge.respond(to: action)["reward"]?.issuedOffer?.code }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(codes) == [try await shop.issued().code])
    #expect(pool.left == 99)
  }

  @Test func `a hundred customers at once never share, and those beyond the pool's end are told`()
    async throws
  {
    let pool = InMemoryCodePool((0..<64).map { OfferCode("code-\($0)") })
    let shop = try await shop(pool)
    let outcomes = try await withThrowingTaskGroup(of: CampaignDecision?.self) { group in
      for number in 0..<100 {
        let customer = CustomerID("c-\(number)")
        group.addTask {
          try await shop.bridge.respond(to: shop.opened("a-\(number)", by: customer))["reward"]
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(outcomes.compactMap { $0?.issuedOffer?.code }).count == 64)
    #expect(outcomes.count { $0?.outcome == .codesExhausted("spring-codes") } == 36)
    #expect(try await shop.bridge.audit().issued == 64)
  }

  @Test func `when codes are exhausted the decision says so, and a repeat issues once there are new ones`()
    async throws
  {
    let pool = InMemoryCodePool([])
    let shop = try await shop(pool)
    let first = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(first.map(\.description) == ["reward on app_opened: no code left in spring-codes"])
    #expect(first["to-wallet"] == nil)
    #expect(try await shop.bridge.audit().issued == 0)
    pool.add(["A1"])
    let second = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(second["reward"]?.issuedOffer?.code == "A1")
    #expect(second["reward"]?.isReplay == false)
  }

  @Test func `a code is given back when a limit refuses what it was taken for`() async throws {
    let pool = InMemoryCodePool(["A1", "B2"])
    let shop = try await shop(pool, [Shop.reward(limits: [.perCustomer(1)]), Self.toWallet])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let refused = try await shop.bridge.respond(to: shop.opened("a-2"))
    #expect(refused["reward"]?.outcome == .limitReached(.perCustomer(1)))
    #expect(pool.left == 1)
    // The refusal is remembered: a repeat takes nothing.
    _ = try await shop.bridge.respond(to: shop.opened("a-2"))
    #expect(pool.left == 1)
    #expect(
      try await shop.bridge.respond(to: shop.opened("a-3", by: "c-1"))["reward"]?.issuedOffer?.code == "B2"
    )
  }

  @Test
  func `of exclusive campaigns only the one that is taken keeps a code, and exhaustion leaves the next one`()
    async throws
  {
    func campaign(_ id: CampaignID, _ offer: OfferID) -> Campaign<Member> {
      Campaign(
        id,
        on: .action("app_opened"),
        rule: Everyone(),
        outcome: .issue(offer),
        exclusiveGroup: "welcome"
      )
    }
    let pool = InMemoryCodePool(["A1", "B2", "C3"])
    let twenty = Offer("twenty-off", codes: "spring-codes")
    let shop = try await shop(
      pool,
      [campaign("first", "ten-off"), campaign("second", "twenty-off"), campaign("third", "plain")],
      offers: [Self.coded, twenty, Offer("plain")]
    )
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions["first"]?.issuedOffer?.code == "A1")
    #expect(decisions["second"]?.outcome == .outranked(by: "first"))
    #expect(pool.left == 2)
    for number in 0..<2 {
      _ = try await shop.bridge.respond(to: shop.opened("b-\(number)", by: CustomerID("c-\(number)")))
    }
    #expect(pool.left == 0)
    let last = try await shop.bridge.respond(to: shop.opened("z", by: "c-9"))
    #expect(last["first"]?.outcome == .codesExhausted("spring-codes"))
    #expect(last["third"]?.issuedOffer != nil)
  }

  @Test func `nothing is taken for an offer that would follow from one whose codes are exhausted`()
    async throws
  {
    let bonus = Campaign<Member>(
      "bonus",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .issue("bonus")
    )
    let bonusCodes = InMemoryCodePool(["X1"])
    let catalog = InMemoryOfferCatalog([Self.coded, Offer("bonus", codes: "bonus-codes")])
    let store = InMemoryCustomerStore<Member>(["ada": Member()])
    let codes = InMemoryCodePool([])
    let bridge = try await OfferBridge(
      customers: store,
      catalog: catalog,
      campaigns: [Shop.reward(), bonus],
      codePools: ["spring-codes": codes, "bonus-codes": bonusCodes]
    )
    let action = CustomerAction("app_opened", id: "a-1", by: "ada", at: ManualTime().now)
    _ = try await bridge.respond(to: action)
    #expect(bonusCodes.left == 1)
    codes.add(["A1"])
    #expect(try await bridge.respond(to: action).issuedOffers.compactMap(\.code) == ["A1", "X1"])
  }

  @Test func `a revoked offer's code is given back once, and goes out after those never taken`() async throws
  {
    let pool = InMemoryCodePool(["A1", "B2"])
    let shop = try await shop(pool)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let issued = try await shop.issued()
    for _ in 0..<2 {
      _ = try await shop.bridge.close(issued.id, as: .revoked, reason: "fraud", limitUses: .kept)
    }
    #expect(pool.left == 2)
    let next = try await shop.bridge.respond(to: shop.opened("a-2", by: "c-1"))
    #expect(next["reward"]?.issuedOffer?.code == "B2")
    let last = try await shop.bridge.respond(to: shop.opened("a-3", by: "c-2"))
    #expect(last["reward"]?.issuedOffer?.code == "A1")
    _ = try await shop.bridge.close(issued.id, as: .revoked, reason: "again", limitUses: .kept)
    #expect(pool.left == 0)
  }

  @Test func `an expired offer keeps its code`() async throws {
    let pool = InMemoryCodePool(["A1"])
    let brief = Offer("ten-off", expires: .after(.days(1)), codes: "spring-codes")
    let shop = try await shop(pool, [Shop.reward()], offers: [brief])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    shop.time.advance(by: .days(2))
    let issued = try await shop.issued()
    _ = try await shop.bridge.close(issued.id, as: .expired, reason: "over", limitUses: .kept)
    #expect(pool.left == 0)
  }

  @Test(arguments: FailingLedger.Side.allCases)
  func `a commit that throws leaves the code taken, and the retry issues with the same one`(
    side: FailingLedger.Side
  ) async throws {
    let pool = InMemoryCodePool(["A1", "B2"])
    let shop = try await shop(pool)
    let failing = FailingLedger(shop.ledger, failing: 0, side)
    let action = shop.opened("a-1")
    await #expect(throws: OfferBridgeError.self) {
      try await shop.bridge.using(ledger: failing).respond(to: action)
    }
    #expect(pool.left == 1)
    #expect(try await shop.bridge.respond(to: action)["reward"]?.issuedOffer?.code == "A1")
    #expect(pool.left == 1)
  }

  @Test func `a pool that fails is told by name, and nothing is taken twice`() async throws {
    let codes = InMemoryCodePool(["A1", "B2"])
    struct Failure: Error {}
    let once = Once()
    let failing = HookedCodePool(
      codes,
      afterTaking: { try await once.happen() },
      beforeGivingBack: { try await once.happen() }
    )
    let shop = try await shop(failing, [Shop.reward(limits: [.perCustomer(1)])])
    once.is { throw Failure() }
    let error = await #expect(throws: OfferBridgeError.self) {
      try await shop.bridge.respond(to: shop.opened("a-1"))
    }
    #expect(error?.code == .codePoolFailed("spring-codes"))
    #expect(try await shop.bridge.audit().issued == 0)
    let issued = try #require(try await shop.bridge.respond(to: shop.opened("a-1"))["reward"]?.issuedOffer)
    #expect(issued.code == "A1")
    once.is { throw Failure() }
    let closing = await #expect(throws: OfferBridgeError.self) {
      try await shop.bridge.close(issued.id, as: .revoked, reason: "fraud", limitUses: .kept)
    }
    #expect(closing?.code == .codePoolFailed("spring-codes"))
    #expect(codes.left == 1)
    _ = try await shop.bridge.close(issued.id, as: .revoked, reason: "fraud", limitUses: .kept)
    #expect(codes.left == 2)
  }

  @Test func `a delivery that was overtaken leaves the code to who overtook it`() async throws {
    let codes = InMemoryCodePool(["A1", "B2"])
    let once = Once()
    let shop = try await shop(HookedCodePool(codes, beforeTaking: { try await once.happen() }))
    let action = shop.opened("a-1")
    once.is { _ = try await shop.bridge.respond(to: action) }
    let decision = try #require(try await shop.bridge.respond(to: action)["reward"])
    #expect(decision.isReplay)
    #expect(decision.issuedOffer?.code == "A1")
    #expect(codes.left == 1)
    let next = try await shop.bridge.respond(to: shop.opened("a-2", by: "c-1"))
    #expect(next["reward"]?.issuedOffer?.code == "B2")
  }

  @Test func `an offer whose pool the bridge does not have is a fault, and later a decision`() async throws {
    let error = await #expect(throws: OfferBridgeError.self) {
      _ = try await Shop([Shop.reward()], offers: [Self.coded])
    }
    #expect(
      error?.description == """
        The bridge cannot be made: Offer 'ten-off' takes its codes from 'spring-codes', which is not among the code \
        pools. Add it, or mend its name.
        """
    )
    let shop = try await shop(InMemoryCodePool(["A1"]))
    shop.catalog.save(Offer("ten-off", codes: "autumn-codes"))
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions["reward"]?.outcome == .codePoolUnknown("autumn-codes"))
  }
}
