import LedgerTwins
import OfferBridgeKit
import OfferBridgeTesting
// The connection is the one that makes it old.
@testable import PostgresOfferLedger
import Testing
import WalletHostBenchmarks

/// Customers who are merged and forgotten in a database.
@Suite(.enabled(if: TestDatabase.isThere, TestDatabase.condition)) struct PostgresPeopleTests {
  @Test func `a walk among merges and forgettings is answered over PostgreSQL as in memory`() async throws {
    let time = ManualTime()
    let twin = TwinLedger(
      InMemoryOfferLedger(now: { time.now }),
      try await TestSchema().ledger(connections: 1, now: { time.now })
    )
    let walk = try await TwinWalk(seed: 1, over: twin, at: time)
    for _ in 0..<2 {
      try await walk.go(300)
      let differences = try await twin.differencesInPeople(walk.ids, of: "main")
      #expect(differences == [])
    }
    #expect(walk.done.merges >= 3)
    #expect(walk.done.forgettings >= 1)
  }

  @Test func `a step for people whom nobody merged takes no round trip more where others were`() async throws
  {
    let ledger = try await TestSchema().ledger(connections: 1, now: { PlanPress.moment })
    let plans = try await PlanPress.plans(of: ["stranger", "phone", "ada", "eve", "neighbour"])
    let before = try await roundTrips(of: ledger) { _ = try await ledger.commit(plans[0]) }
    for plan in plans[1...3] { _ = try await ledger.commit(plan) }
    _ = try await ledger.merge("phone", into: "ada", tenant: "main")
    _ = try await ledger.forget("eve", tenant: "main")
    let after = try await roundTrips(of: ledger) { _ = try await ledger.commit(plans[4]) }
    #expect(after == before)
    #expect(after == 2)
  }

  private func roundTrips(of ledger: PostgresOfferLedger, _ body: () async throws -> Void) async throws -> Int
  {
    let before = try await ledger.database.pool.run { try $0.connected().roundTrips }
    try await body()
    return try await ledger.database.pool.run { try $0.connected().roundTrips } - before
  }

  @Test
  func `a schema of the first version is brought up, and what was reported there is forgotten with the rest`()
    async throws
  {
    let time = ManualTime()
    let schema = TestSchema()
    let memory = InMemoryOfferLedger(now: { time.now })
    let first = try await schema.ledger(connections: 1, now: { time.now })
    let before = try await TwinWalk(seed: 21, over: TwinLedger(memory, first), at: time, meetsPeople: false)
    try await before.go(200)
    first.close()
    let redeemers = try redeemers(in: schema)
    #expect(redeemers.count > 5)
    let connection = try PostgresConnection(to: TestDatabase.address)
    try connection.write("BEGIN")
    for sql in Self.asInTheFirstVersion {
      try connection.write(sql.replacing("SCHEMA", with: schema.name))
    }
    try connection.commit()

    let second = try await schema.ledger(connections: 1, now: { time.now })
    #expect(try self.redeemers(in: schema) == redeemers)
    let twin = TwinLedger(memory, second)
    let after = try await TwinWalk(seed: 22, over: twin, at: time)
    try await after.go(200)
    let differences = try await twin.differencesInPeople(after.ids, of: "main")
    #expect(differences == [])
    #expect(after.done.merges > 0 && after.done.forgettings > 0)
  }

  private func redeemers(in schema: TestSchema) throws -> [String] {
    let connection = try PostgresConnection(to: TestDatabase.address)
    try connection.write("BEGIN")
    let found = try connection.read(
      """
      SELECT id || ' by ' || redeemer FROM \(schema.name).external_event
      WHERE redeemer IS NOT NULL ORDER BY sequence
      """,
      []
    ).map { try $0[0] as String }
    try connection.commit()
    return found
  }

  private static let asInTheFirstVersion = [
    "DROP TABLE SCHEMA.customer_name",
    "ALTER TABLE SCHEMA.standing DROP COLUMN names",
    "ALTER TABLE SCHEMA.limit_counter DROP COLUMN brought",
    "ALTER TABLE SCHEMA.external_event DROP COLUMN is_reworded, DROP COLUMN redeemer",
    "UPDATE SCHEMA.schema_version SET version = 1",
  ]
}
