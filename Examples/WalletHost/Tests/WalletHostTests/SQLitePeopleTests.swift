import DurableLedger
import GRDB
import LedgerTwins
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Testing
import WalletHostBenchmarks

/// Customers who are merged and forgotten in a ledger's file.
@Suite struct SQLitePeopleTests {
  @Test(arguments: UInt64(1)...2)
  func `a walk among merges and forgettings is answered over SQLite as in memory`(seed: UInt64) async throws {
    let folder = try TemporaryFolder()
    let time = ManualTime()
    let twin = TwinLedger(
      InMemoryOfferLedger(now: { time.now }),
      try SQLiteOfferLedger(at: folder.ledger, now: { time.now })
    )
    let walk = try await TwinWalk(seed: seed, over: twin, at: time)
    for _ in 0..<2 {
      try await walk.go(300)
      let differences = try await twin.differencesInPeople(walk.ids, of: "main")
      #expect(differences == [])
    }
    #expect(walk.done.merges >= 3)
    #expect(walk.done.forgettings >= 1)
  }

  @Test func `two ledgers of one file, each with its memory, see what the other changed`() async throws {
    let folder = try TemporaryFolder()
    let one = try SQLiteOfferLedger(at: folder.ledger, now: { PlanPress.moment })
    let other = try SQLiteOfferLedger(at: folder.ledger, now: { PlanPress.moment })
    let plan = try #require(try await PlanPress.plans(of: ["ada"]).first)
    #expect(try await one.commit(plan) != .stale)
    let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 1, lease: .seconds(60))
    let claim = try #require(try await other.claim(query).claims.first)
    let settlement = Settlement(lease: claim.lease, outcome: .accepted("card"))
    #expect(try await one.settle([settlement], tenant: "main") == [.settled])
    let id = try #require(claim.message.issuedOffer)
    for ledger in [one, other] {
      let record = try #require(try await ledger.record(of: id, tenant: "main"))
      #expect(record.issuedOffer.replicas.map(\.state) == [.accepted("card")])
      #expect(ledger.terms.memory.count > 0)
    }

    guard case .forgotten = try await one.forget("ada", tenant: "main") else {
      Issue.record("Nobody was forgotten.")
      return
    }
    #expect(one.terms.memory.count == 0)
    for ledger in [one, other] {
      let record = try #require(try await ledger.record(of: id, tenant: "main"))
      #expect(record.issuedOffer.customer != "ada")
      #expect(record.messages.map(\.message.payloadText) == ["{}"])
    }
  }

  @Test
  func `a file of the first version is brought up, and what was reported there is forgotten with the rest`()
    async throws
  {
    let folder = try TemporaryFolder()
    let time = ManualTime()
    let memory = InMemoryOfferLedger(now: { time.now })
    let first = try SQLiteOfferLedger(at: folder.ledger, now: { time.now })
    let before = try await TwinWalk(seed: 21, over: TwinLedger(memory, first), at: time, meetsPeople: false)
    try await before.go(250)
    try first.close()
    let redeemers = try await redeemers(in: folder)
    #expect(redeemers.count > 5)
    try await DatabaseQueue(path: folder.ledger).write { try $0.execute(sql: Self.asInTheFirstVersion) }

    let second = try SQLiteOfferLedger(at: folder.ledger, now: { time.now })
    #expect(try await self.redeemers(in: folder) == redeemers)
    let twin = TwinLedger(memory, second)
    let after = try await TwinWalk(seed: 22, over: twin, at: time)
    try await after.go(250)
    let differences = try await twin.differencesInPeople(after.ids, of: "main")
    #expect(differences == [])
    #expect(after.done.merges > 0 && after.done.forgettings > 0)
  }

  private func redeemers(in folder: TemporaryFolder) async throws -> [String] {
    try await DatabaseQueue(path: folder.ledger).read { db in
      try String.fetchAll(
        db,
        sql:
          "SELECT id || ' by ' || redeemer FROM external_event WHERE redeemer IS NOT NULL ORDER BY sequence"
      )
    }
  }

  private static let asInTheFirstVersion = """
    DROP TABLE customer_name;
    ALTER TABLE standing DROP COLUMN names;
    ALTER TABLE limit_counter DROP COLUMN brought;
    ALTER TABLE external_event DROP COLUMN is_reworded;
    DROP INDEX event_redeemed_by;
    ALTER TABLE external_event DROP COLUMN redeemer;
    DELETE FROM grdb_migrations WHERE identifier LIKE '2:%';
    """
}
