import Foundation
import LimitedShop
import OfferBridgeKit
import PostgresOfferLedger
import Testing
import WalletHostBenchmarks

/// What a step reads while the tables grow, and no statistics are there but what the ledger has gathered.
@Suite(
  .enabled(if: TestDatabase.isThere && Counters.programs != nil, TestDatabase.condition),
  .timeLimit(.minutes(5))
)
struct PostgresGrowthTests {
  @Test func `a thousand journeys read hardly more rows each than the first`() async throws {
    let schema = TestSchema()
    let customers = (0..<1_024).map { CustomerID("shopper-\($0)") }
    let journeys = try await PlanPress.journeys(of: customers, tenant: "main")
    let ledger = try await schema.ledger(connections: 1, now: { PlanPress.moment })
    let load = LedgerLoad(.reconcile, of: journeys, perCall: 64)
    try await load.prepare(ledger)
    try await load.run(on: ledger)
    let read = try await Counters(schema: schema.name).rowsRead(onceClosed: ledger)
    // Some ninety, and a few hundred where a statement reads what is not asked for.
    #expect(read / journeys.count < 150, "\(read / journeys.count) rows a journey")
  }

  @Test func `four tenants who came one after the other redeem at once, and read hardly more`() async throws {
    let schema = TestSchema()
    let ledger = try await schema.ledger(connections: 4, now: { PlanPress.moment })
    var loads: [LedgerLoad] = []
    for tenant in ["a", "b", "c", "d"] as [TenantID] {
      let customers = (0..<512).map { CustomerID("shopper-\($0)") }
      let journeys = try await PlanPress.journeys(of: customers, tenant: tenant)
      loads.append(LedgerLoad(.reconcile, of: journeys, perCall: 64))
    }
    for load in loads { try await load.prepare(ledger) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for load in loads { group.addTask { try await load.run(on: ledger) } }
      try await group.waitForAll()
    }
    let read = try await Counters(schema: schema.name).rowsRead(onceClosed: ledger)
    // From 450 to 500 where a plan is made for a tenant whom the statistics do not know.
    #expect(read / 2_048 < 200, "\(read / 2_048) rows a journey")
  }
}

/// What PostgreSQL counts of a schema's indexes and tables.
private struct Counters {
  static let programs = ProcessInfo.processInfo.environment["OFFERBRIDGE_POSTGRES_BIN"]

  let schema: String

  /// How many entries of indexes were read, and rows without one: told by a connection at its end.
  func rowsRead(onceClosed ledger: PostgresOfferLedger) async throws -> Int {
    ledger.close()
    let open = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '%\(schema)%'"
    try await waitUntil { try value(of: open) == 0 }
    return try value(
      of: """
        SELECT (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_all_indexes WHERE schemaname = '\(schema)')
          + (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_all_tables WHERE schemaname = '\(schema)')
        """
    )
  }

  private func value(of query: String) throws -> Int {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: Self.programs ?? "").appending(path: "psql")
    process.arguments = ["-AtXc", query, TestDatabase.address]
    process.standardOutput = output
    try process.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard let value = Int(said.filter { !$0.isNewline }) else { throw NoServer() }
    return value
  }
}
