import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What comes in and cannot be used: a typed error that names the thing and the next step.
@Suite struct BadInputTests {
  private func code(_ body: () async throws -> some Any) async -> OfferBridgeError.Code? {
    do {
      _ = try await body()
      return nil
    } catch {
      return (error as? OfferBridgeError)?.code
    }
  }

  @Test func `an unknown customer is named, with the next step`() async throws {
    let shop = try await Shop()
    let error = await #expect(throws: OfferBridgeError.self) {
      try await shop.bridge.respond(to: shop.opened("a-1", by: "nobody"))
    }
    #expect(
      error?.description
        == "No customer 'nobody' in the customer store. Save the profile before reporting its actions."
    )
    #expect(try await shop.bridge.audit() == LedgerAudit())
  }

  @Test(arguments: ["", String(repeating: "é", count: 129)])
  func `an id that is empty or over 256 bytes is refused`(id: String) async throws {
    let shop = try await Shop()
    let now = shop.time.now
    #expect(
      await code { try await shop.bridge.respond(to: shop.opened(id)) }
        == .identifierInvalid(kind: "action", value: id)
    )
    #expect(
      await code { try await shop.bridge.respond(to: shop.opened("a", by: CustomerID(id))) }
        == .identifierInvalid(kind: "customer", value: id)
    )
    #expect(
      await code {
        try await shop.bridge.reconcile(Redemption(id: id, of: .replica("W1"), at: now))
      } == .identifierInvalid(kind: "redemption", value: id)
    )
    #expect(
      await code {
        try await shop.bridge.reconcile(Redemption(id: "r", of: .replica(ReplicaReference(id)), at: now))
      } == .identifierInvalid(kind: "replica reference", value: id)
    )
    #expect(
      await code { try await shop.bridge.reconcile(Reversal(id: "v", of: id, at: now)) }
        == .identifierInvalid(kind: "redemption", value: id)
    )
    #expect(try await shop.bridge.audit() == LedgerAudit())
  }

  @Test(arguments: [
    "a.b", "../x", "é".decomposedStringWithCanonicalMapping, " ", "\u{0}", String(repeating: "é", count: 128),
  ])
  func `every other character is allowed in an id`(id: String) async throws {
    let shop = try await Shop()
    shop.store.save(Member(), as: CustomerID(id))
    let decisions = try await shop.bridge.respond(to: shop.opened(id, by: CustomerID(id)))
    #expect(decisions["reward"]?.issuedOffer != nil)
  }

  @Test func `ids are the same when their bytes are`() {
    let composed: CustomerID = "\u{E9}"
    let decomposed: CustomerID = "e\u{301}"
    #expect(composed.rawValue == decomposed.rawValue)
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(TriggerID(.action, composed.rawValue) != TriggerID(.action, decomposed.rawValue))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e15, -1e15])
  func `a moment that is no date is refused and never traps`(seconds: Double) async throws {
    let shop = try await Shop()
    let moment = Date(timeIntervalSince1970: seconds)
    #expect(
      await code {
        try await shop.bridge.respond(to: CustomerAction("app_opened", id: "a", by: "ada", at: moment))
      } == .momentInvalid(of: "action a")
    )
    #expect(
      await code {
        try await shop.bridge.reconcile(Redemption(id: "r", of: .replica("W1"), at: moment))
      } == .momentInvalid(of: "redemption r")
    )
  }

  @Test func `an amount below zero is refused, zero is fine`() async throws {
    let shop = try await Shop()
    let below = Money(minorUnits: -1, currency: "EUR")
    #expect(
      await code {
        try await shop.bridge.reconcile(
          Redemption(id: "r", of: .replica("W1"), at: shop.time.now, amount: below)
        )
      } == .amountInvalid(below)
    )
    let zero = Redemption(
      id: "r",
      of: .replica("W1"),
      at: shop.time.now,
      amount: Money(minorUnits: 0, currency: "EUR")
    )
    #expect(try await shop.bridge.reconcile(zero) == .parked(.unknownOffer))
  }

  @Test func `one unusable redemption among several is found before any is taken in`() async throws {
    let shop = try await Shop()
    let now = shop.time.now
    #expect(
      await code {
        try await shop.bridge.reconcile([
          Redemption(id: "r-1", of: .replica("W1"), at: now), Redemption(id: "", of: .replica("W1"), at: now),
        ])
      } == .identifierInvalid(kind: "redemption", value: "")
    )
    #expect(try await shop.bridge.audit().received == 0)
  }

  @Test func `a host event that was not declared is named`() async throws {
    let shop = try await Shop()
    let event = ProfileEvent("birthday", id: "b", on: "ada", at: shop.time.now)
    #expect(await code { try await shop.bridge.respond(to: event) } == .hostEventUndeclared("birthday"))
  }

  @Test func `a redemption without a source needs a bridge with exactly one provider`() async throws {
    let shop = try await Shop()
    let two = try await OfferBridge(
      customers: shop.store,
      catalog: shop.catalog,
      campaigns: [Shop.reward(), Shop.toWallet()],
      providers: ["wallet": FakeWallet(), "mail": FakeWallet()]
    )
    let redemption = Redemption(id: "r", of: .replica("W1"), at: shop.time.now)
    #expect(await code { try await two.reconcile(redemption) } == .sourceMissing)
    #expect(try await shop.bridge.reconcile(redemption) == .parked(.unknownOffer))
  }

  @Test func `what a host's store throws is carried, and not printed`() async throws {
    struct Secret: Error { let password = "hunter2" }
    struct Broken: CustomerStore {
      func customer(_ id: CustomerID) async throws -> Member? { throw Secret() }
      func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory { .empty }
    }
    let bridge = try await OfferBridge(
      customers: Broken(),
      catalog: InMemoryOfferCatalog([Shop.tenOff]),
      campaigns: [Shop.reward(), Shop.toWallet()],
      providers: ["wallet": FakeWallet()]
    )
    let error = await #expect(throws: OfferBridgeError.self) {
      try await bridge.respond(to: CustomerAction("app_opened", id: "a", by: "ada", at: ManualTime().now))
    }
    #expect(error?.code == .customerStoreFailed("ada"))
    #expect(error?.underlyingError is Secret)
    #expect(error.map { "\($0)".contains("hunter2") } == false)
  }
}
