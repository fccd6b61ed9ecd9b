import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Unique codes that were taken in vain, and how they come back.
@Suite struct LostCodeTests {
  private static let codes: CodePoolID = "spring-codes"
  private static let coded = Offer("ten-off", redeemable: .times(2), codes: codes)
  private static let limited = Shop.reward(limits: [.perCustomer(1)])

  private func shop(
    _ pool: any CodePool,
    _ campaigns: [Campaign<Member>] = [LostCodeTests.limited],
    offers: [Offer] = [LostCodeTests.coded]
  ) async throws -> Shop {
    let shop = try await Shop(campaigns, offers: offers, codePools: [Self.codes: pool])
    for customer in 0..<10 { shop.store.save(Member(), as: CustomerID("c-\(customer)")) }
    return shop
  }

  private static func codes(_ count: Int) -> [OfferCode] { (0..<count).map { OfferCode("code-\($0)") } }

  // MARK: Overtaken

  @Test func `a hundred deliveries at once of what a limit refuses leave no code taken`() async throws {
    let codes = InMemoryCodePool(Self.codes(20))
    // Whoever took a code lets the others have their turn, so that they hold it too.
    let shop = try await shop(HookedCodePool(codes, afterTaking: { await Task.yield() }))
    _ = try await shop.bridge.respond(to: shop.opened("first"))
    #expect(codes.left == 19)
    for round in 0..<20 {
      let action = shop.opened("again-\(round)")
      let outcomes = try await withThrowingTaskGroup(of: CampaignDecision.Outcome?.self) { group in
        for _ in 0..<100 { group.addTask { try await shop.bridge.respond(to: action)["reward"]?.outcome } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.allSatisfy { $0 == .limitReached(.perCustomer(1)) })
      #expect(codes.left == 19)
    }
  }

  @Test func `a delivery that was overtaken by a refusal gives back the code that it took`() async throws {
    let codes = InMemoryCodePool(Self.codes(2))
    let once = Once()
    let shop = try await shop(HookedCodePool(codes, beforeTaking: { try await once.happen() }))
    _ = try await shop.bridge.respond(to: shop.opened("first"))
    let action = shop.opened("again")
    once.is { _ = try await shop.bridge.respond(to: action) }
    let decision = try #require(try await shop.bridge.respond(to: action)["reward"])
    #expect(decision.outcome == .limitReached(.perCustomer(1)) && decision.isReplay)
    #expect(codes.left == 1)
  }

  @Test
  func `a delivery that was overtaken by an issuance and its revocation gives back the code that it took`()
    async throws
  {
    let codes = InMemoryCodePool(Self.codes(2))
    let once = Once()
    let shop = try await shop(HookedCodePool(codes, beforeTaking: { try await once.happen() }))
    let action = shop.opened("first")
    once.is {
      let issued = try #require(try await shop.bridge.respond(to: action)["reward"]?.issuedOffer)
      _ = try await shop.bridge.close(issued.id, as: .revoked, reason: "fraud", limitUses: .kept)
    }
    _ = try await shop.bridge.respond(to: action)
    #expect(try await shop.issued().code == "code-0")
    #expect(codes.left == 2)
  }

  @Test func `a code that is wanted no more is given back with the commit that rules out every older plan`()
    async throws
  {
    let codes = InMemoryCodePool(Self.codes(2))
    let once = Once()
    let plain = Campaign<Member>(
      "plain",
      on: .action("app_opened"),
      rule: Rule { $0.customer.nickname == "A" },
      outcome: .issue("plain")
    )
    let shop = try await shop(
      HookedCodePool(codes, beforeTaking: { try await once.happen() }),
      [Self.limited, plain],
      offers: [Self.coded, Offer("plain")]
    )
    let action = shop.opened("first")
    once.is {
      shop.store.save(Member(isOptedIn: false), as: "ada")
      _ = try await shop.bridge.respond(to: action)
      shop.store.save(Member(isOptedIn: false, nickname: "A"), as: "ada")
    }
    #expect(try await shop.bridge.respond(to: action)["plain"]?.issuedOffer != nil)
    #expect(codes.left == 2)
  }

  @Test func `a code that another delivery is about to write is not given back by one that wants it no more`()
    async throws
  {
    let codes = InMemoryCodePool(Self.codes(1))
    let (mayBegin, hasTaken, mayCommit) = (Gate(), Gate(), Gate())
    let calls = Guarded(0)
    let once = Once()
    let pool = HookedCodePool(
      codes,
      beforeTaking: { try await once.happen() },
      afterTaking: {
        let call = calls.withLock { calls in
          calls += 1
          return calls
        }
        guard call == 1 else { return }
        hasTaken.open()
        await mayCommit.wait()
      }
    )
    let shop = try await shop(pool)
    let action = shop.opened("first")
    once.is {
      // The action is decided once in between, so that the one who waits here will be stale; nothing comes of it.
      shop.store.save(Member(isOptedIn: false), as: "ada")
      _ = try await shop.bridge.respond(to: action)
      shop.store.save(Member(), as: "ada")
      mayBegin.open()
      await hasTaken.wait()
      shop.store.save(Member(isOptedIn: false), as: "ada")
    }
    async let other = {
      await mayBegin.wait()
      return try await shop.bridge.respond(to: action)
    }()
    let overtaken = try await shop.bridge.respond(to: action)
    #expect(overtaken["reward"]?.outcome == .notMet)
    mayCommit.open()
    #expect(try await other["reward"]?.issuedOffer?.code == "code-0")
    let next = try await shop.bridge.respond(to: shop.opened("next", by: "c-1"))
    #expect(next["reward"]?.outcome == .codesExhausted(Self.codes))
  }

  // MARK: Revoked

  @Test func `what was ever redeemed keeps its code when it is revoked, also when that was reversed`()
    async throws
  {
    let codes = InMemoryCodePool(Self.codes(2))
    let shop = try await shop(codes)
    _ = try await shop.bridge.respond(to: shop.opened("first"))
    let issued = try await shop.issued().id
    let redemption = Redemption(id: "r-1", from: "wallet", of: .issuedOffer(issued), at: shop.time.now)
    _ = try await shop.bridge.reconcile(redemption)
    for _ in 0..<2 {
      _ = try await shop.bridge.close(issued, as: .revoked, reason: "fraud", limitUses: .kept)
      #expect(codes.left == 1)
    }
    _ = try await shop.bridge.reconcile(Reversal(id: "v-1", from: "wallet", of: "r-1", at: shop.time.now))
    _ = try await shop.bridge.close(issued, as: .revoked, reason: "fraud", limitUses: .kept)
    #expect(codes.left == 1)
  }

  @Test func `what is closed is looked up once, and only where it may have a code to give back`() async throws
  {
    let codes = InMemoryCodePool(Self.codes(1))
    let coded = try await shop(codes)
    let bare = try await Shop([Shop.reward()])
    for (shop, kind, calls) in [
      (coded, .expired, 1), (coded, .revoked, 2), (bare, .revoked, 1),
    ] as [(Shop, OfferClosure.Kind, Int)] {
      _ = try await shop.bridge.respond(to: shop.opened("first"))
      let issued = try await shop.issued().id
      let counting = FailingLedger(shop.ledger, failing: [:], countingReads: true)
      _ = try await shop.bridge.using(ledger: counting)
        .close(issued, as: kind, reason: "fraud", limitUses: .kept)
      #expect(counting.calls == calls)
    }
    #expect(codes.left == 1)
  }
}
