import DurableLedger
import Foundation
import GRDB
import LedgerTwins
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Testing
import WalletHostBenchmarks

/// What stands in a ledger's file, and what the file asks of the disk.
@Suite struct SQLiteFileTests {
  @Test func `each commit is flushed to a write-ahead log`() throws {
    let folder = try TemporaryFolder()
    let ledger = try SQLiteOfferLedger(at: folder.ledger)
    #expect(try ledger.durability() == .init(journal: "wal", synchronous: 2))
  }

  @Test(arguments: [":memory:", "/nowhere/at/all/ledger.sqlite"])
  func `a ledger that cannot be durable is not opened`(path: String) {
    #expect(throws: (any Error).self) { try SQLiteOfferLedger(at: path) }
  }

  @Test func `a file of a later version is not opened`() async throws {
    let folder = try TemporaryFolder()
    try SQLiteOfferLedger(at: folder.ledger).close()
    try await DatabaseQueue(path: folder.ledger).write { db in
      try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('2: something that comes later')")
    }
    #expect(throws: SQLiteLedgerError.laterVersion(folder.ledger)) {
      try SQLiteOfferLedger(at: folder.ledger)
    }
  }

  @Test func `many who open a file at once that is not there all find it whole`() async throws {
    let plan = try #require(try await PlanPress.plans(1).first)
    for _ in 0..<8 {
      let folder = try TemporaryFolder()
      let path = folder.ledger
      let ledgers = try await withThrowingTaskGroup(of: SQLiteOfferLedger.self) { group in
        for _ in 0..<8 { group.addTask { try SQLiteOfferLedger(at: path, now: { PlanPress.moment }) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(try await ledgers[0].commit(plan) == .committed(plan.nodes.map { _ in .written }))
      for ledger in ledgers { #expect(try await ledger.audit(tenant: "main").issued == 1) }
    }
  }

  @Test func `a closed ledger throws`() async throws {
    let folder = try TemporaryFolder()
    let ledger = try SQLiteOfferLedger(at: folder.ledger)
    try ledger.close()
    await #expect(throws: (any Error).self) { try await ledger.audit(tenant: "main") }
    await #expect(throws: (any Error).self) { try await ledger.commit([]) }
  }

  @Test func `two ledgers on one file see each other's commits, and use one limit`() async throws {
    let folder = try TemporaryFolder()
    let plans = try await PlanPress.plans(2)
    let ledgers = try (0..<2).map { _ in
      try SQLiteOfferLedger(at: folder.ledger, now: { PlanPress.moment })
    }
    for (ledger, plan) in zip(ledgers, plans) {
      #expect(try await ledger.commit(plan) == .committed(plan.nodes.map { _ in .written }))
    }
    for ledger in ledgers {
      #expect(try await ledger.audit(tenant: "main").issued == 2)
      #expect(try await ledger.commit(plans[0]) == .stale)
    }
    let used = try await DatabaseQueue(path: folder.ledger).read { db in
      try Int.fetchAll(db, sql: "SELECT used FROM limit_counter ORDER BY used")
    }
    #expect(used == [1, 1, 2])
  }

  @Test func `names that differ behind a NUL or by a backslash are different customers`() async throws {
    let folder = try TemporaryFolder()
    let ledger = try SQLiteOfferLedger(at: folder.ledger, now: { PlanPress.moment })
    let names = ["a", "a\0", "a\0b", "a\0c", "a\\0b", "a\\\\0b", "a\\", "e\u{301}", "\u{e9}"]
    let customers = names.map { CustomerID($0) }
    for (number, plan) in try await PlanPress.plans(of: customers).enumerated() {
      #expect(try await ledger.commit(plan) == .committed(plan.nodes.map { _ in .written }), "\(number)")
    }
    for customer in customers {
      let issued = try await ledger.list(.issuedOffers(of: customer), tenant: "main")
      #expect(issued.count == 1)
      guard case .issuedOffer(let offer) = issued.first else { continue }
      #expect(offer.customer == customer)
    }
    #expect(try await ledger.audit(tenant: "main").isBalanced)
  }

  @Test(arguments: ["", "a", "\0", "\\", "\\0", "\0\0", "a\\0\0\\", "\\\\", "0", "a\u{e9}\0\u{301}"])
  func `a text comes out of its column as it went in, without a NUL`(text: String) {
    #expect(Array(String(column: text.column).utf8) == Array(text.utf8))
    #expect(!text.column.utf8.contains(0))
  }

  @Test(arguments: [
    ["a"], [""], ["a", "b"], ["a,", "b"], ["a", ",b"], ["a\\", ",b"], ["", ""], ["\0", "\\,", "\\0"],
  ])
  func `several names come out of one column as they went in`(names: [String]) {
    #expect([String](column: names.column) == names)
  }

  @Test func `a word that is no state is told, and not guessed`() async throws {
    let folder = try TemporaryFolder()
    let ledger = try SQLiteOfferLedger(at: folder.ledger, now: { PlanPress.moment })
    let plan = try await PlanPress.plans(1)[0]
    _ = try await ledger.commit(plan)
    try await DatabaseQueue(path: folder.ledger).write { db in
      try db.execute(sql: "PRAGMA ignore_check_constraints = ON; UPDATE message SET state = 'odd'")
    }
    await #expect(throws: SQLiteLedgerError.unknownState("odd")) {
      try await ledger.record(of: plan.nodes[0].key, tenant: "main")
    }
  }

  @Test func `a call whose task is cancelled is finished all the same`() async throws {
    let folder = try TemporaryFolder()
    let ledger = try SQLiteOfferLedger(at: folder.ledger, now: { PlanPress.moment })
    let plan = try await PlanPress.plans(1)[0]
    let answer = try await withThrowingTaskGroup(of: CommitAnswer.self) { group in
      group.cancelAll()
      group.addTask { try await ledger.commit(plan) }
      return try await group.next()
    }
    #expect(answer == .committed(plan.nodes.map { _ in .written }))
  }
}
