import Dispatch
import Foundation
import LedgerTwins
import LimitedShop
import OfferBridgeKit
import Testing
import WalletHostBenchmarks

@testable import PostgresOfferLedger

/// What steps and readings of several connections see of one another, and for how long they wait.
@Suite(.timeLimit(.minutes(2)), .enabled(if: TestDatabase.isThere, TestDatabase.condition))
struct PostgresIsolationTests {
  @Test func `a step that waited has the time of when its turn came, not of when it began to wait`()
    async throws
  {
    let schema = TestSchema()
    // By the database's clock.
    let ledger = try await schema.ledger()
    let shop = try await LimitedShop(over: ledger, InMemoryMessageProvider())
    let holder = try await TenantHolder(schema)
    async let visit: Void = shop.visit(0, at: Date())
    let moment = try await holder.momentOnceSomebodyWaits()
    try await holder.letGo()
    try await visit
    let first = try #require(try await ledger.trailLines(tenant: "main").first)
    let entry = try #require(TrailEntry(line: first))
    #expect(entry.fact.at.milliseconds >= moment)
  }

  @Test func `a step waits for another twice as long as the patience, and is then refused`() async throws {
    let schema = TestSchema()
    let ledger = try await schema.ledger(patience: .milliseconds(200))
    let holder = try await TenantHolder(schema)
    let closing = OfferClosing(
      try await PlanPress.plans(1)[0].nodes[0].key,
      as: .revoked,
      reason: "a mistake",
      limitUses: .kept,
      recalls: []
    )
    let error = await #expect(throws: PostgresLedgerError.self) {
      try await ledger.close(closing, tenant: "main")
    }
    guard case .refused(sqlState: "55P03", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    try await holder.letGo()
    #expect(try await ledger.close(closing, tenant: "main") == .unknownOffer)
  }

  @Test func `what is read is as of one moment, whatever is committed meanwhile`() async throws {
    let schema = TestSchema()
    let reading = try await schema.ledger(now: { PlanPress.moment })
    let writing = try await schema.ledger(now: { PlanPress.moment })
    let plans = try await PlanPress.plans(2)
    _ = try await writing.commit(plans[0])
    let hasRead = DispatchSemaphore(value: 0)
    let hasWritten = DispatchSemaphore(value: 0)
    async let counts = reading.database.read(of: "main") { rows, _ in
      func issued() throws -> Int {
        try rows.first("SELECT count(*) FROM issued_offer WHERE tenant = $1", []) { try $0[0] } ?? 0
      }
      let before = try issued()
      hasRead.signal()
      hasWritten.wait()
      return [before, try issued()]
    }
    await onThread { hasRead.wait() }
    _ = try await writing.commit(plans[1])
    hasWritten.signal()
    #expect(try await counts == [1, 1])
    #expect(try await reading.audit(tenant: "main").issued == 2)
  }

  @Test func `each connection has the bounds within which it may hold up others`() async throws {
    let ledger = try await TestSchema().ledger(connections: 1, patience: .seconds(7))
    let names = ["idle_in_transaction_session_timeout", "lock_timeout", "tcp_keepalives_idle"]
    let values = try await ledger.database.pool.run { slot in
      try names.map { name in
        try slot.connected().read("SELECT current_setting($1)", .of(name)).first { try $0[0] as String }
      }
    }
    #expect(values == ["7s", "14s", "10"])
  }

  @Test func `what could not be prepared is prepared when it is asked for again`() async throws {
    let schema = TestSchema()
    _ = try await schema.ledger()
    let connection = try Session(schema: schema.name, patience: .seconds(10)).open(TestDatabase.address)
    let statement = "SELECT count(*) FROM of_late"
    try connection.write("BEGIN")
    let error = #expect(throws: PostgresLedgerError.self) { try connection.read(statement) }
    guard case .refused(sqlState: "42P01", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    try connection.rollBack()
    try connection.write("BEGIN")
    try connection.write("CREATE TABLE of_late (number BIGINT)")
    #expect(try connection.read(statement).first { try $0[0] as Int } == 0)
    try connection.commit()
  }
}

/// A connection that has a tenant's row, as a step has it that takes its time.
private struct TenantHolder: Sendable {
  private let pool: ConnectionPool

  init(_ schema: TestSchema) async throws {
    let name = schema.name
    pool = ConnectionPool(most: 1) {
      try Session(schema: name, patience: .seconds(60)).open(TestDatabase.address)
    }
    try await pool.run { slot in
      let connection = try slot.connected()
      try connection.write("BEGIN")
      try connection.write("INSERT INTO standing VALUES ('main', 0, 0, 0, '')")
      _ = try connection.read("SELECT tenant FROM standing FOR UPDATE")
    }
  }

  /// The database's time once somebody waits for the row.
  func momentOnceSomebodyWaits() async throws -> Int64 {
    let waiting = """
      SELECT count(*), floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM pg_locks
      WHERE NOT granted AND transactionid = pg_current_xact_id()::xid
      """
    return try await pool.run { slot in
      while true {
        let found = try slot.connected().read(waiting).first { (try $0[0] as Int, try $0[1] as Int64) }
        if let found, found.0 > 0 { return found.1 }
      }
    }
  }

  /// Undoes what it began, and the row with it.
  func letGo() async throws { try await pool.run { slot in try slot.connected().rollBack() } }
}

/// What waits has a thread of its own.
private func onThread(_ body: @escaping @Sendable () -> Void) async {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread {
      body()
      continuation.resume()
    }
  }
}
