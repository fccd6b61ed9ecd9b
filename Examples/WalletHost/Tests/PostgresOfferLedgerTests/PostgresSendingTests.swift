import Foundation
import OfferBridgeKit
import Testing
import WalletHostBenchmarks

@testable import PostgresOfferLedger

/// What a connection sends, and when.
@Suite(.timeLimit(.minutes(2)), .enabled(if: TestDatabase.isThere, TestDatabase.condition))
struct PostgresSendingTests {
  @Test func `the server does what a step writes while the step goes on, and waits for nothing`() throws {
    let step = try PostgresConnection(to: TestDatabase.address)
    let onlooker = try PostgresConnection(to: TestDatabase.address)
    let process = try #require(try step.read("SELECT pg_backend_pid()").first { try $0[0] as Int64 })
    func seen() throws -> (state: String, done: Int) {
      let sql = """
        SELECT state, (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pg_locks.pid = $1)
        FROM pg_stat_activity WHERE pg_stat_activity.pid = $1
        """
      let row = try onlooker.read(sql, [PostgresParameter(process)]).first { row in
        (state: try row[0] as String, done: try row[1] as Int)
      }
      return try #require(row)
    }
    func write(_ number: Int, _ length: Int) throws {
      try step.write(
        "SELECT pg_advisory_xact_lock($1::bigint), $2::text",
        .of(Int64(process) << 32 + Int64(number), String(repeating: "x", count: length))
      )
    }
    try step.write("BEGIN")
    for number in 0..<3 { try write(number, 10) }
    // So little is sent with what comes after it.
    #expect(try seen().done == 0)
    for number in 3..<10 { try write(number, 10_000) }
    // A server that waits for the rest of what is sent together is active, and ends no transaction of a process that
    // was stopped.
    while try seen().done < 5 || seen().state != "idle in transaction" {}
    // It reads its rows, though others were asked for before.
    #expect(try step.read("SELECT 7").first { try $0[0] as Int } == 7)
    #expect(try seen().done == 10)
    try step.commit()
    #expect(try seen().done == 0)
  }

  @Test func `what the server refuses of what was sent before is thrown where somebody waits`() throws {
    let step = try PostgresConnection(to: TestDatabase.address)
    try step.write("BEGIN")
    try step.write("SELECT 1 / 0")
    for _ in 0..<9 { try step.write("SELECT $1::text", .of(String(repeating: "x", count: 10_000))) }
    let error = #expect(throws: PostgresLedgerError.self) { try step.commit() }
    guard case .refused(sqlState: "22012", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    try step.rollBack()
    #expect(try step.read("SELECT 7").first { try $0[0] as Int } == 7)
  }

  // It answers ROLLBACK to that, and calls it no error.
  @Test func `a transaction that the server rolls back when it is told to commit is lost`() throws {
    let step = try PostgresConnection(to: TestDatabase.address)
    try step.write("BEGIN")
    #expect(throws: PostgresLedgerError.self) { try step.read("SELECT 1 / 0") }
    #expect(throws: PostgresLedgerError.lost("the transaction had failed")) { try step.commit() }
    #expect(try step.read("SELECT 7").first { try $0[0] as Int } == 7)
  }

  @Test(arguments: [FaultyWire.Place.beforeCommit, .afterCommit])
  func `of a call that is sent in many parts and cut in its commit, all is written or nothing`(
    place: FaultyWire.Place
  ) async throws {
    let schema = TestSchema()
    let near = try await schema.ledger(now: { PlanPress.moment })
    let wire = try FaultyWire(to: TestDatabase.address)
    defer { wire.close() }
    let far = try await schema.ledger(at: wire.address, connections: 1, now: { PlanPress.moment })
    let plans = try await PlanPress.plans(64)
    wire.fail(by: .cut(place))
    let error = await #expect(throws: PostgresLedgerError.self) { try await far.commit(plans) }
    guard case .lostInCommit = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(wire.failures == 1)
    #expect(try await near.audit(tenant: "main").issued == (place == .afterCommit ? 64 : 0))
    _ = try await far.commit(plans)
    let audit = try await near.audit(tenant: "main")
    #expect(audit.issued == 64)
    #expect(audit.imbalances == [])
  }

  @Test func `a list comes back as it was, whatever stands in its texts`() throws {
    let connection = try PostgresConnection(to: TestDatabase.address)
    let texts: [String?] = [
      "", nil, "NULL", "a", "\"", "\\", "\\\"{}", "a,b", " ", "{\"a\":[\"é\\n\"]}", "\u{1F600}\t\n", "null",
    ]
    let rows = try connection.read("SELECT * FROM unnest($1::text[])", [.list(texts)])
    #expect(try rows.map { try $0[0] as String? } == texts)
    let numbers: [Int64?] = [0, .min, nil, .max]
    let read = try connection.read("SELECT * FROM unnest($1::bigint[])", [.list(numbers)])
    #expect(try read.map { try $0[0] as Int64? } == numbers)
    #expect(try connection.read("SELECT * FROM unnest($1::text[])", [.list([] as [String])]).count == 0)
  }
}
