import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What is not settled, since when, and what to do about it.
@Suite struct OpenMatterTests {
  private func matters(_ shop: Shop, olderThan age: Duration = .zero) async throws -> [OpenMatter] {
    var matters: [OpenMatter] = []
    for try await matter in try await shop.bridge.openMatters(olderThan: age) { matters.append(matter) }
    return matters
  }

  private func id(_ matter: OpenMatter) -> String {
    switch matter.subject {
    case .event(let record): record.event.id.id
    case .message(let record): "\(record.message.customer) \(record.state.name.rawValue)"
    }
  }

  @Test func `what waits, is odd or did not arrive is told with its age, and goes when it is settled`()
    async throws
  {
    let wallet = ScriptedMessageProvider(
      replies: [.accepted(reference: "W1"), .rejected(reason: "no card"), .retry(after: .hours(2))]
    )
    let shop = try await Shop(wallet: wallet)
    #expect(try await matters(shop).isEmpty)
    for customer in ["bob", "cyd"] as [CustomerID] { shop.store.save(Member(), as: customer) }
    let unknown = Redemption(id: "r-9", of: .replica("W9"), at: shop.time.now)
    _ = try await shop.bridge.reconcile(unknown)
    shop.time.advance(by: .minutes(10))
    for customer in ["ada", "bob", "cyd"] as [CustomerID] {
      _ = try await shop.bridge.respond(to: shop.opened("a-\(customer)", by: customer))
      try await shop.bridge.deliverDueMessages()
    }
    let issued = try await shop.issued()
    // Twice, where once is allowed.
    for number in 1...2 {
      let redemption = Redemption(id: "r-\(number)", of: .issuedOffer(issued.id), at: shop.time.now)
      _ = try await shop.bridge.reconcile(redemption)
    }
    _ = try await shop.bridge.reconcile(Reversal(id: "v-1", of: "r-7", at: shop.time.now))
    let all = try await matters(shop)
    let ids: [String] = all.map { id($0) }
    #expect(ids == ["r-9", "v-1", "r-2", "bob rejected", "cyd waiting"])
    let ages: [Double] = all.map { shop.time.now.timeIntervalSince($0.since) }
    #expect(ages == [600, 0, 0, 0, 0])
    let old: [String] = try await matters(shop, olderThan: .minutes(10)).map { id($0) }
    #expect(old == ["r-9"])
    #expect(try await matters(shop, olderThan: .milliseconds(600_001)).isEmpty)
    #expect(
      "\(all[0])" == "since 2026-01-01T00:00:00Z: redemption r-9 from wallet is parked: unknown offer"
    )
    #expect(all[1].advice.contains("once r-7 arrives"))
    #expect(all[2].advice.contains("close the offer, with a recall"))
    #expect(all[3].advice.contains("redrive it under a new key"))
    #expect(all[4].advice.contains("It is tried again at 2026-01-01T02:"))

    _ = try await shop.bridge.reconcile(
      Redemption(id: "r-7", of: .customer("bob", replica: "TEN"), at: shop.time.now)
    )
    let next: [String] = try await matters(shop).map { id($0) }
    #expect(!next.contains("v-1"))
    let message = try await shop.message(to: "bob").message.key
    _ = try await shop.bridge.redrive(message, mode: .newGeneration, reason: "mended")
    shop.time.advance(by: .hours(3))
    try await shop.bridge.deliverDueMessages()
    let last: [String] = try await matters(shop).map { id($0) }
    #expect(!last.contains { $0.hasPrefix("cyd") })
  }

  @Test func `a failing ledger is named`() async throws {
    let shop = try await Shop()
    let failing = FailingLedger(shop.ledger, failing: [1: .beforeTheCall], countingReads: true)
    await #expect(throws: OfferBridgeError.self) {
      for try await _ in try await shop.bridge.using(ledger: failing).openMatters() {}
    }
  }

  @Test func `the audit counts every replica in one state, and every redemption`() async throws {
    let shop = try await Shop(wallet: FakeWallet())
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    let issued = try await shop.issued()
    _ = try await shop.bridge.reconcile(Redemption(id: "r-1", of: .issuedOffer(issued.id), at: shop.time.now))
    _ = try await shop.bridge.reconcile(Reversal(id: "v-1", of: "r-1", at: shop.time.now))
    let audit = try await shop.bridge.audit()
    #expect(audit.isBalanced)
    let sums: [Int] = [audit.replicas, audit.replicasAccepted, audit.redeemed, audit.reversed]
    #expect(sums == [1, 1, 0, 1])
  }
}
