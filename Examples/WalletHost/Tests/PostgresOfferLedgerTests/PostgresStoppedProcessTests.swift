import Foundation
import LedgerTwins
import LimitedShop
import OfferBridgeKit
import OfferBridgeTesting
import PostgresOfferLedger
import Testing

/// Processes that are stopped, as by `kill -STOP`, in the midst of their work on a database that others use, too.
@Suite(.timeLimit(.minutes(2)), .enabled(if: TestDatabase.isThere, TestDatabase.condition))
struct PostgresStoppedProcessTests {
  @Test
  func
    `a process that is stopped in a step loses it to the server, others go on, and it makes it again once`()
    async throws
  {
    let schema = TestSchema()
    let ledger = try await schema.ledger()
    let wallet = FakeWallet("wallet")
    let shop = try await LimitedShop(over: ledger, wallet)
    let last = LimitedShop.shoppers - 1
    let stopped = try await schema.stopped(in: .visit(last))

    // It has the tenant's row, and is not going to give it back.
    #expect(try await shop.visit(0..<5, at: Date()) == 0)
    let meanwhile = try await ledger.audit(tenant: "main")
    #expect(meanwhile.issued == 5)
    #expect(meanwhile.imbalances == [])
    let none = try await ledger.list(.issuedOffers(of: LimitedShop.customer(last)), tenant: "main")
    #expect(none == [])

    stopped.goOn()
    let said = try await stopped.lines()
    #expect(said == ["visit \(last)", "done"])
    let theirs = try await ledger.list(.issuedOffers(of: LimitedShop.customer(last)), tenant: "main")
    #expect(theirs.count == 1)
    #expect(try await ledger.audit(tenant: "main").issued == 6)

    #expect(try await shop.visit(0..<LimitedShop.shoppers, at: Date()) == 0)
    while try await ledger.audit(tenant: "main").messagesOpen > 0 {
      try await shop.bridge.deliverDueMessages()
    }
    let audit = try await ledger.audit(tenant: "main")
    #expect(audit.imbalances == [])
    #expect(audit.issued == LimitedShop.cap)
    #expect(Set(wallet.cards.compactMap(\.issuedOffer)).count == LimitedShop.cap)
    #expect(wallet.cards.count == LimitedShop.cap)
    #expect(try await shop.bridge.verifiedTrail().isWhole)
  }

  @Test
  func `what a process delivers after its lease over PostgreSQL is refused, and the customer has one card`()
    async throws
  {
    let schema = TestSchema()
    let ledger = try await schema.ledger()
    let late = try await LateDelivery.play(over: ledger) { try await schema.stopped(in: $0) }
    #expect(late.words == ["lostLease", "done"])
    #expect(late.arrivals == 2)
    #expect(late.cards == ["W1"])
    #expect(late.message.state == .accepted("W1"))
    #expect(late.message.attempts == 2)
    #expect(late.audit.imbalances == [])
  }
}
