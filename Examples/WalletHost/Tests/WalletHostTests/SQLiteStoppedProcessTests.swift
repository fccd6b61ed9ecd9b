import Foundation
import LimitedShop
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Testing

/// Processes that are stopped, as by `kill -STOP`, in the midst of their work on a file that others have, too.
@Suite(.timeLimit(.minutes(2))) struct SQLiteStoppedProcessTests {
  @Test func `a process that is stopped in a step makes others wait or say so, and all goes on when it does`()
    async throws
  {
    let folder = try TemporaryFolder()
    let stopped = try await folder.stopped(in: .visits(0..<LimitedShop.shoppers))
    let impatient = try SQLiteOfferLedger(at: folder.ledger, patience: .milliseconds(200))
    let patient = try SQLiteOfferLedger(at: folder.ledger, patience: .seconds(100))
    let wallet = FakeWallet("wallet")
    let shop = try await LimitedShop(over: patient, wallet)

    // What the stopped step has written is not to be seen, and reading waits for nobody.
    #expect(try await impatient.audit(tenant: "main").issued == 2)
    async let thrown = shop.visit(0..<LimitedShop.shoppers, at: Date())
    let busy = SQLiteLedgerError.busy(patience: .milliseconds(200))
    let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 1, lease: .minutes(1))
    await #expect(throws: busy) { try await impatient.claim(query) }
    #expect(busy.description.contains("Nothing was written. Call again;"))
    #expect(try await impatient.audit(tenant: "main").issued == 2)

    stopped.goOn()
    #expect(try await thrown == 0)
    #expect(try await stopped.lines() == (0..<LimitedShop.shoppers).map { "visit \($0)" } + ["done"])
    try await expectAllIsWell(shop, wallet, impatient)
  }

  @Test func `a process that is killed while it is stopped in a step leaves nothing of it behind`()
    async throws
  {
    let folder = try TemporaryFolder()
    let stopped = try await folder.stopped(in: .visits(0..<LimitedShop.shoppers))
    stopped.kill()
    let said = try await stopped.lines()
    #expect(said == ["visit 0", "visit 1"])
    let ledger = try SQLiteOfferLedger(at: folder.ledger)
    let wallet = FakeWallet("wallet")
    let shop = try await LimitedShop(over: ledger, wallet)
    let left = try await ledger.audit(tenant: "main")
    #expect(left.issued == 2)
    #expect(try await shop.visit(0..<LimitedShop.shoppers, at: Date()) == 0)
    try await expectAllIsWell(shop, wallet, ledger)
  }

  @Test func `what a process delivers after its lease over SQLite is refused, and the customer has one card`()
    async throws
  {
    let folder = try TemporaryFolder()
    let ledger = try SQLiteOfferLedger(at: folder.ledger)
    let late = try await LateDelivery.play(over: ledger) { try await folder.stopped(in: $0) }
    #expect(late.words == ["lostLease", "done"])
    #expect(late.arrivals == 2)
    #expect(late.cards == ["W1"])
    #expect(late.message.state == .accepted("W1"))
    #expect(late.message.attempts == 2)
    #expect(late.audit.imbalances == [])
  }

  /// The limit is reached and not passed, each offer has one card, all is balanced.
  private func expectAllIsWell(_ shop: LimitedShop, _ wallet: FakeWallet, _ ledger: SQLiteOfferLedger)
    async throws
  {
    while try await ledger.audit(tenant: "main").messagesOpen > 0 {
      try await shop.bridge.deliverDueMessages()
    }
    let audit = try await ledger.audit(tenant: "main")
    #expect(audit.imbalances == [])
    #expect(audit.issued == LimitedShop.cap)
    #expect(audit.messagesAccepted == LimitedShop.cap)
    #expect(wallet.cards.count == LimitedShop.cap)
    #expect(Set(wallet.cards.compactMap(\.issuedOffer)).count == LimitedShop.cap)
    #expect(try await shop.bridge.verifiedTrail().isWhole)
  }
}

extension TemporaryFolder {
  /// A process that has stopped in the midst of its work on the ledger's file.
  fileprivate func stopped(in work: StoppedWork) async throws -> StoppedProcess {
    try await StoppedProcess(BuiltExecutable.named("SQLiteLedgerWorker"), [ledger], work)
  }
}
