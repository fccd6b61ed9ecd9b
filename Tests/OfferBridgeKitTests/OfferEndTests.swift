import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The end that the external system puts to an issued offer: by a notice, or by a reversal where the offer says so.
@Suite struct OfferEndTests {
  private func delivered(_ reversal: ReversalPolicy = .reopens) async throws -> (Shop, FakeWallet) {
    let wallet = FakeWallet()
    let offer = Offer(
      "ten-off",
      raises: "ten_off_issued",
      replicas: ["wallet": "TEN"],
      redeemable: .times(2),
      reversal: reversal
    )
    let shop = try await Shop(
      [Shop.reward(limits: [.total(1)]), Shop.toWallet()],
      offers: [offer],
      wallet: wallet
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    return (shop, wallet)
  }

  private func isRefused(_ id: String, in shop: Shop) async throws -> Bool {
    try await shop.bridge.respond(to: shop.opened(id))["reward"]?.issuedOffer == nil
  }

  @Test(arguments: [
    (OfferNotice.Kind.revoked, IssuedOffer.Status.revoked, RedemptionDiscrepancy.afterClosure),
    (.expired, .expired, .afterExpiry),
  ])
  func `a notice ends the issued offer from its time on, and a reinstatement makes it live again`(
    kind: OfferNotice.Kind,
    status: IssuedOffer.Status,
    reason: RedemptionDiscrepancy
  ) async throws {
    let (shop, wallet) = try await delivered()
    let now = shop.time.now
    let id = try await shop.issued().id
    let redemption = try wallet.redeem("TEN", of: "ada", at: now + 120)
    #expect(try await shop.bridge.reconcile(redemption) == .applied(to: id))
    let notice = try wallet.note("TEN", of: "ada", as: kind, at: now + 60, echoing: .customer)
    #expect(try await shop.bridge.reconcile(notice) == .applied(to: id))
    #expect(try await shop.bridge.reconcile(notice) == .duplicate)
    let ended = try #require(try await shop.issued().ended)
    #expect(ended.kind.rawValue == kind.rawValue)
    #expect(ended.endedAt == now + 60)
    #expect(ended.event == ExternalEventID(source: "wallet", id: "n-1"))
    #expect(try await shop.issued().status(at: now + 59) == .issued)
    #expect(try await shop.issued().status(at: now + 60) == status)
    #expect(try await shop.bridge.match(of: redemption.id) == .discrepant([reason], on: id))
    #expect(try await shop.issued().redeemed.count == 1)
    // What it took from the limit stays used.
    #expect(try await isRefused("a-2", in: shop))
    let back = try wallet.note("TEN", of: "ada", as: .reinstated, at: now + 90, echoing: .reference)
    #expect(try await shop.bridge.reconcile(back) == .applied(to: id))
    #expect(try await shop.issued().ended == nil)
    #expect(try await shop.bridge.match(of: redemption.id) == .applied(to: id))
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `a redemption that is wholly reversed reopens the offer, and limits stay used`() async throws {
    let (shop, wallet) = try await delivered()
    let redemption = try wallet.redeem("TEN", of: "ada", at: shop.time.now)
    _ = try await shop.bridge.reconcile(redemption)
    _ = try await shop.bridge.reconcile(wallet.reverse(redemption, at: shop.time.now + 60))
    #expect(try await shop.issued().status(at: shop.time.now + 60) == .issued)
    #expect(try await shop.issued().holdsLimitUses)
    #expect(try await isRefused("a-2", in: shop))
  }

  @Test func `or closes it, where the offer says so, and limit uses are given back once`() async throws {
    let (shop, wallet) = try await delivered(.closes)
    let now = shop.time.now
    let redemption = try wallet.redeem("TEN", of: "ada", at: now)
    _ = try await shop.bridge.reconcile(redemption)
    #expect(try await isRefused("a-2", in: shop))
    let reversal = wallet.reverse(redemption, at: now + 60)
    for _ in 0..<3 { _ = try await shop.bridge.reconcile(reversal) }
    _ = try await shop.bridge.reconcile(wallet.reverse(redemption, at: now + 70))
    let first = try await shop.issued()
    #expect(first.ended?.kind == .reversed && first.ended?.event.id == reversal.id)
    #expect(first.status(at: now + 60) == .reversed)
    #expect(first.holdsLimitUses == false)
    // A closing has nothing to give back any more.
    _ = try await shop.bridge.close(first.id, as: .revoked, reason: "over", limitUses: .givenBack)
    #expect(try await isRefused("a-3", in: shop) == false)
    #expect(try await isRefused("a-4", in: shop))
    #expect(try await shop.bridge.audit().limitsExceeded == 0)
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `what is taken again above a limit is honoured, and the audit tells`() async throws {
    let (shop, wallet) = try await delivered(.closes)
    let now = shop.time.now
    let redemption = try wallet.redeem("TEN", of: "ada", at: now)
    _ = try await shop.bridge.reconcile(redemption)
    _ = try await shop.bridge.reconcile(wallet.reverse(redemption, at: now + 60))
    #expect(try await isRefused("a-2", in: shop) == false)
    let first = try #require(try await shop.bridge.issuedOffers(of: "ada").first)
    let back = OfferNotice(.reinstated, id: "b", of: .issuedOffer(first.id), at: now + 90)
    #expect(try await shop.bridge.reconcile(back) == .applied(to: first.id))
    var audit = try await shop.bridge.audit()
    #expect(audit.limitsExceeded == 1)
    #expect(audit.imbalances == [])
    #expect(try await isRefused("a-3", in: shop))
    // It is a part of what is saved.
    let saved = try JSONDecoder().decode(SavedLedger.self, from: JSONEncoder().encode(shop.ledger.saved()))
    let restored = try InMemoryOfferLedger(restoring: saved, now: { now })
    #expect(try await restored.audit(tenant: "main") == audit)
    _ = try await shop.bridge.close(first.id, as: .revoked, reason: "a mistake", limitUses: .givenBack)
    audit = try await shop.bridge.audit()
    #expect(audit.limitsExceeded == 0)
    #expect(audit.imbalances == [])
  }

  @Test func `an offer that was redeemed twice is over when nothing of either is left`() async throws {
    let (shop, wallet) = try await delivered(.closes)
    let now = shop.time.now
    let redemptions = try (1...2).map { try wallet.redeem("TEN", of: "ada", at: now + Double($0)) }
    _ = try await shop.bridge.reconcile(redemptions)
    _ = try await shop.bridge.reconcile(wallet.reverse(redemptions[0], at: now + 60))
    #expect(try await shop.issued().ended == nil)
    _ = try await shop.bridge.reconcile(wallet.reverse(redemptions[1], at: now + 50))
    // The later of the two is the last that stood.
    #expect(try await shop.issued().ended?.endedAt == now + 60)
  }
}
