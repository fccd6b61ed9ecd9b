import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a sweep listed, and what has become of it by the time that it is decided.
@Suite struct LateSweepTests {
  /// A store that does something when a customer is asked for.
  private struct HookedStore: CustomerStore {
    let inner: InMemoryCustomerStore<Member>
    let hook: @Sendable (CustomerID) async throws -> Void

    func customer(_ id: CustomerID) async throws -> Member? {
      try await hook(id)
      return try await inner.customer(id)
    }

    func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory {
      try await inner.history(of: id, needs: needs)
    }
  }

  /// Ada and Bob have an offer each, and their cards; and a bridge that asks the store with the hook.
  private func shop(
    _ hook: @escaping @Sendable (CustomerID, Shop) async throws -> Void
  ) async throws -> (Shop, OfferBridge<Member>) {
    let reminder = Campaign<Member>(
      "reminder",
      on: .event("ten_off_expiring"),
      rule: Everyone(),
      outcome: .send(Shop.card, through: "wallet")
    )
    let campaigns = [Shop.reward(), Shop.toWallet(), reminder]
    let shop = try await Shop(campaigns, offers: [Shop.warnedTenOff])
    shop.store.save(Member(), as: "bob")
    for customer: CustomerID in ["ada", "bob"] {
      _ = try await shop.bridge.respond(to: shop.opened("\(customer)-1", by: customer))
    }
    try await shop.bridge.deliverDueMessages()
    let bridge = try await OfferBridge(
      customers: HookedStore(inner: shop.store) { try await hook($0, shop) },
      catalog: shop.catalog,
      campaigns: campaigns,
      providers: ["wallet": shop.wallet],
      ledger: shop.ledger
    )
    return (shop, bridge)
  }

  private func reminders(to customer: CustomerID, in shop: Shop) async throws -> Int {
    try await shop.bridge.messages(of: customer).count { $0.message.campaign == "reminder" }
  }

  @Test func `nobody is warned of an end that came while others of the page were decided`() async throws {
    let (shop, bridge) = try await shop { id, shop in
      if id == "ada" { shop.time.advance(by: .seconds(30)) }
    }
    shop.time.advance(by: .days(30) - .seconds(15))
    let sweep = try await bridge.warnOfExpiring()
    #expect(sweep.issuedOffers == [try await shop.issued(to: "ada").id])
    #expect(sweep.decisions.count == 1 && sweep.skipped.isEmpty)
    #expect(try await reminders(to: "ada", in: shop) == 1)
    #expect(try await reminders(to: "bob", in: shop) == 0)
  }

  @Test func `whoever is forgotten while their end is decided is not warned, and stays forgotten`()
    async throws
  {
    let (shop, bridge) = try await shop { id, shop in
      if id == "ada" { _ = try await shop.ledger.forget("ada", tenant: "main") }
    }
    shop.time.advance(by: .days(28))
    let sweep = try await bridge.warnOfExpiring()
    #expect(sweep.decisions.map { $0["reminder"]?.outcome.isActed } == [false, true])
    #expect(try await shop.bridge.export(of: "ada").trail.isEmpty)
    #expect(try await shop.ledger.forget("ada", tenant: "main") == .unknownCustomer)
    #expect(try await reminders(to: "bob", in: shop) == 1)
    #expect(try await shop.bridge.audit().messages == 3)
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `whoever is forgotten while their recall is written is asked for nothing, and stays forgotten`()
    async throws
  {
    let (shop, bridge) = try await shop { id, shop in
      if id == "ada" { _ = try await shop.ledger.forget("ada", tenant: "main") }
    }
    shop.time.advance(by: .days(31))
    let sweep = try await bridge.recallExpired(saying: Shop.card)
    #expect(sweep.issuedOffers.count == 2)
    #expect(try await shop.bridge.messages(of: "bob").map(\.message.purpose) == [.issue, .recall])
    #expect(try await shop.bridge.messages(of: "ada") == [])
    #expect(try await shop.ledger.forget("ada", tenant: "main") == .unknownCustomer)
    #expect(try await shop.bridge.audit().messages == 3)
    // Once more, now that it is closed.
    let id = sweep.issuedOffers[0]
    let message = try #require(try await shop.bridge.messages(of: "bob").last).message
    let recall = OfferMessage(
      key: .derive("recall", "ada"),
      provider: message.provider,
      customer: "ada",
      campaign: message.campaign,
      variant: message.variant,
      issuedOffer: id,
      replica: message.replica,
      payload: message.payload,
      createdAt: shop.time.now,
      cause: .issuance(id),
      purpose: .recall
    )
    let closing = OfferClosing(id, as: .expired, reason: "again", limitUses: .kept, recalls: [recall])
    guard case .alreadyClosed = try await shop.ledger.close(closing, tenant: "main") else {
      throw Unexpected("it was not closed")
    }
    #expect(try await shop.bridge.audit().messages == 3)
    #expect(try await shop.bridge.audit().imbalances == [])
  }
}
