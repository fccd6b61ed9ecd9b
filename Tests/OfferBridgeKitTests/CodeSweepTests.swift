import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The operator's sweep for codes that are taken and that no issued offer has or will have.
@Suite struct CodeSweepTests {
  private static let codes: CodePoolID = "spring-codes"
  private static let coded = Offer("ten-off", codes: codes)

  private func shop(
    _ pool: any CodePool,
    _ campaigns: [Campaign<Member>] = [Shop.reward()],
    offers: [Offer] = [CodeSweepTests.coded]
  ) async throws -> Shop {
    let shop = try await Shop(campaigns, offers: offers, codePools: [Self.codes: pool])
    for customer in 0..<10 { shop.store.save(Member(), as: CustomerID("c-\(customer)")) }
    return shop
  }

  private static func pool(_ count: Int) -> InMemoryCodePool {
    InMemoryCodePool((0..<count).map { OfferCode("code-\($0)") })
  }

  /// Lets a delivery end between taking its code and its commit, or behind the commit.
  private func crash(
    _ shop: Shop,
    _ action: CustomerAction,
    _ side: FailingLedger.Side = .beforeTheCall
  ) async throws {
    let failing = FailingLedger(shop.ledger, failing: 0, side)
    await #expect(throws: OfferBridgeError.self) {
      try await shop.bridge.using(ledger: failing).respond(to: action)
    }
  }

  @Test func `a sweep gives back what a crash left behind an hour ago, and nothing else`() async throws {
    let codes = Self.pool(4)
    let shop = try await shop(codes)
    try await crash(shop, shop.opened("lost"))
    try await crash(shop, shop.opened("written", by: "c-1"), .afterTheCall)
    _ = try await shop.bridge.respond(to: shop.opened("issued", by: "c-2"))
    #expect(codes.left == 1)
    shop.time.advance(by: .hours(1))
    #expect(try await shop.bridge.giveBackLostCodes(of: Self.codes) == CodeSweep(givenBack: 0, mark: 0))
    shop.time.advance(by: .milliseconds(1))
    let sweep = try await shop.bridge.giveBackLostCodes(of: Self.codes)
    #expect(sweep == CodeSweep(givenBack: 1, mark: 3))
    #expect(codes.left == 2)
    for mark in [0, sweep.mark] {
      let again = try await shop.bridge.giveBackLostCodes(of: Self.codes, after: mark)
      #expect(again == CodeSweep(givenBack: 0, mark: 3))
    }
    // The delivery comes again after all; what was given back goes out last.
    #expect(try await shop.bridge.respond(to: shop.opened("lost"))["reward"]?.issuedOffer?.code == "code-3")
    let next = try await shop.bridge.respond(to: shop.opened("next", by: "c-3"))
    #expect(next["reward"]?.issuedOffer?.code == "code-0")
    shop.time.advance(by: .days(1))
    #expect(try await shop.bridge.giveBackLostCodes(of: Self.codes, after: sweep.mark).givenBack == 0)
    #expect(codes.left == 0)
  }

  @Test func `no sweep takes a code from a plan that may still be written`() async throws {
    let codes = Self.pool(1)
    let shop = try await shop(codes)
    try await crash(shop, shop.opened("lost"))
    for age in [Duration.zero, .seconds(-1), .seconds(60)] {
      #expect(try await shop.bridge.giveBackLostCodes(of: Self.codes, olderThan: age).givenBack == 0)
    }
    shop.time.advance(by: JourneyPlan.longestAge)
    #expect(try await shop.bridge.giveBackLostCodes(of: Self.codes, olderThan: .zero).givenBack == 0)
    shop.time.advance(by: .milliseconds(1))
    #expect(try await shop.bridge.giveBackLostCodes(of: Self.codes, olderThan: .zero).givenBack == 1)
  }

  @Test func `a code that is taken anew while a sweep looks at it stays with who took it`() async throws {
    let codes = Self.pool(2)
    let once = Once()
    let shop = try await shop(HookedCodePool(codes, afterListing: { try await once.happen() }))
    let action = shop.opened("lost")
    try await crash(shop, action)
    shop.time.advance(by: .hours(2))
    // Between the taking and its commit, the sweep's page says what was, and the ledger that nothing is.
    let (hasTaken, mayCommit) = (Gate(), Gate())
    let late = HookedCodePool(
      codes,
      afterTaking: {
        hasTaken.open()
        await mayCommit.wait()
      }
    )
    let other = try await OfferBridge(
      customers: shop.store,
      catalog: shop.catalog,
      campaigns: [Shop.reward()],
      codePools: [Self.codes: late],
      ledger: shop.ledger
    )
    let mayBegin = Gate()
    once.is {
      mayBegin.open()
      await hasTaken.wait()
    }
    async let decisions = {
      await mayBegin.wait()
      return try await other.respond(to: action)
    }()
    _ = try await shop.bridge.giveBackLostCodes(of: Self.codes)
    #expect(codes.left == 1)
    mayCommit.open()
    #expect(try await decisions["reward"]?.issuedOffer?.code == "code-0")
    let next = try await shop.bridge.respond(to: shop.opened("next", by: "c-1"))
    #expect(next["reward"]?.issuedOffer?.code == "code-1")
  }

  @Test func `a plan that slept through a sweep is made anew, with a code of its own`() async throws {
    let codes = Self.pool(2)
    let once = Once()
    let shop = try await shop(HookedCodePool(codes, afterTaking: { try await once.happen() }))
    once.is {
      shop.time.advance(by: .hours(2))
      #expect(try await shop.bridge.giveBackLostCodes(of: Self.codes).givenBack == 1)
      for customer in ["c-1", "c-2"] as [CustomerID] {
        _ = try await shop.bridge.respond(to: shop.opened("by \(customer)", by: customer))
      }
    }
    let asleep = try await shop.bridge.respond(to: shop.opened("asleep"))
    #expect(asleep["reward"]?.outcome == .codesExhausted(Self.codes))
    #expect(try await shop.issued(to: "c-1").code == "code-1")
    #expect(try await shop.issued(to: "c-2").code == "code-0")
  }

  @Test
  func `a sweep finds the code of an alternative that was overtaken, and codes that could not be given back`()
    async throws
  {
    struct Failure: Error {}
    func campaign(_ id: CampaignID, _ offer: OfferID) -> Campaign<Member> {
      Campaign(
        id,
        on: .action("app_opened"),
        rule: Everyone(),
        outcome: .issue(offer),
        exclusiveGroup: "welcome"
      )
    }
    let codes = Self.pool(10)
    let (overtaking, failing) = (Once(), Once())
    let pool = HookedCodePool(
      codes,
      beforeTaking: { try await overtaking.happen() },
      beforeGivingBack: { try await failing.happen() }
    )
    let shop = try await shop(
      pool,
      [campaign("first", "ten-off"), campaign("second", "twenty-off")],
      offers: [Self.coded, Offer("twenty-off", codes: Self.codes)]
    )
    let action = shop.opened("overtaken")
    overtaking.is { _ = try await shop.bridge.respond(to: action) }
    _ = try await shop.bridge.respond(to: action)
    // Nobody can rule out that another delivery is about to write the second.
    #expect(codes.left == 8)
    failing.is { throw Failure() }
    _ = try await shop.bridge.respond(to: shop.opened("in vain", by: "c-1"))
    #expect(codes.left == 6)
    for (customer, isRedeemed) in [("c-2", false), ("c-3", true)] as [(CustomerID, Bool)] {
      _ = try await shop.bridge.respond(to: shop.opened("by \(customer)", by: customer))
      let issued = try await shop.issued(to: customer).id
      failing.is { throw Failure() }
      await #expect(throws: OfferBridgeError.self) {
        try await shop.bridge.close(issued, as: .revoked, reason: "fraud", limitUses: .kept)
      }
      guard isRedeemed else { continue }
      let redemption = Redemption(id: "r-1", from: "wallet", of: .issuedOffer(issued), at: shop.time.now)
      _ = try await shop.bridge.reconcile(redemption)
    }
    #expect(codes.left == 4)
    shop.time.advance(by: .hours(2))
    #expect(try await shop.bridge.giveBackLostCodes(of: Self.codes).givenBack == 3)
    // What is taken is the four issued offers', but for the one that was revoked and never redeemed.
    #expect(codes.left == 7)
  }

  @Test func `a sweep finds the code that was taken for what is issued with another`() async throws {
    struct Failure: Error {}
    let codes = Self.pool(2)
    let (overtaking, failing) = (Once(), Once())
    let pool = HookedCodePool(
      codes,
      beforeTaking: { try await overtaking.happen() },
      beforeGivingBack: { try await failing.happen() }
    )
    let shop = try await shop(pool)
    let action = shop.opened("first")
    overtaking.is {
      let issued = try #require(try await shop.bridge.respond(to: action)["reward"]?.issuedOffer)
      _ = try await shop.bridge.close(issued.id, as: .revoked, reason: "fraud", limitUses: .kept)
      failing.is { throw Failure() }
    }
    _ = try await shop.bridge.respond(to: action)
    #expect(codes.left == 1)
    // Its own code was free by then; the one that is left over was seen by nobody.
    let issued = try await shop.issued().id
    _ = try await shop.bridge.reconcile(
      Redemption(id: "r-1", from: "wallet", of: .issuedOffer(issued), at: shop.time.now)
    )
    shop.time.advance(by: .hours(2))
    #expect(try await shop.bridge.giveBackLostCodes(of: Self.codes).givenBack == 1)
    #expect(codes.left == 2)
  }

  @Test func `a sweep leaves the codes of another tenant alone, and goes through a thousand of its own`()
    async throws
  {
    let codes = Self.pool(1001)
    let shop = try await shop(codes)
    let other = try await OfferBridge(
      customers: shop.store,
      catalog: shop.catalog,
      campaigns: [Shop.reward()],
      codePools: [Self.codes: codes],
      tenant: "other",
      ledger: shop.ledger
    )
    _ = try await other.respond(to: shop.opened("theirs"))
    for number in 0..<1000 {
      let action = shop.opened("a-\(number)")
      if number % 2 == 0 {
        try await crash(shop, action)
      } else {
        _ = try await shop.bridge.respond(to: action)
      }
    }
    shop.time.advance(by: .hours(2))
    let sweep = try await shop.bridge.giveBackLostCodes(of: Self.codes)
    #expect(sweep == CodeSweep(givenBack: 500, mark: 1001))
    #expect(codes.left == 500)
    #expect(try await other.giveBackLostCodes(of: Self.codes).givenBack == 0)
  }

  private func failure(of pool: CodePoolID, _ shop: Shop) async -> OfferBridgeError.Code? {
    do {
      _ = try await shop.bridge.giveBackLostCodes(of: pool)
      return nil
    } catch { return (error as? OfferBridgeError)?.code }
  }

  @Test func `a sweep of an unknown pool, or of one that fails, says so and can be called again`()
    async throws
  {
    struct Failure: Error {}
    let codes = Self.pool(2)
    let (listing, givingBack) = (Once(), Once())
    let pool = HookedCodePool(
      codes,
      beforeGivingBack: { try await givingBack.happen() },
      afterListing: { try await listing.happen() }
    )
    let shop = try await shop(pool)
    try await crash(shop, shop.opened("lost"))
    shop.time.advance(by: .hours(2))
    #expect(await failure(of: "autumn-codes", shop) == .codePoolUnknown("autumn-codes"))
    listing.is { throw Failure() }
    #expect(await failure(of: Self.codes, shop) == .codePoolFailed(Self.codes))
    givingBack.is { throw Failure() }
    #expect(await failure(of: Self.codes, shop) == .codePoolFailed(Self.codes))
    for call in 0..<3 {
      let failing = FailingLedger(shop.ledger, failing: [call: .beforeTheCall], countingReads: true)
      _ = try? await shop.bridge.using(ledger: failing).giveBackLostCodes(of: Self.codes)
      #expect(codes.left == (call < 2 ? 1 : 2))
    }
  }
}
