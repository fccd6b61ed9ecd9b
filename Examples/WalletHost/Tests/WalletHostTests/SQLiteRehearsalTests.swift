import Foundation
import GRDB
import OfferBridgeKit
import SQLiteOfferLedger
import Testing
import WalletHostBenchmarks

/// What a dry run asks of the ledger in SQLite.
@Suite struct SQLiteRehearsalTests {
  @Test func `a rehearsal answers what the commit then answers, and leaves nothing behind`() async throws {
    let folder = try TemporaryFolder()
    let ledger = try SQLiteOfferLedger(at: folder.ledger, now: { PlanPress.moment })
    // One issuance a customer: the second is refused.
    let first = try await PlanPress.plans(of: ["ada"])[0]
    let second = try await PlanPress.plans(of: ["ben", "ada"])[1]
    let empty = try await contents(of: folder)

    let written = CommitAnswer.committed(first.nodes.map { _ in .written })
    #expect(try await ledger.rehearse(first) == written)
    #expect(try await contents(of: folder) == empty)
    #expect(try await ledger.commit(first) == written)

    let before = try await contents(of: folder)
    let refused = try await ledger.rehearse(second)
    guard case .committed(let answers) = refused, case .refused(let limit) = answers[0] else {
      Issue.record("the second was not refused: \(refused)")
      return
    }
    #expect(limit == .perCustomer(1))
    #expect(try await contents(of: folder) == before)
    #expect(try await ledger.commit(second) == refused)
  }

  @Test func `a plan is never too old for a rehearsal`() async throws {
    let folder = try TemporaryFolder()
    let later = PlanPress.moment + 86_400
    let ledger = try SQLiteOfferLedger(at: folder.ledger, now: { later })
    let plan = try await PlanPress.plans(1)[0]
    #expect(try await ledger.rehearse(plan) == .committed(plan.nodes.map { _ in .written }))
    #expect(try await ledger.commit(plan) == .stale)
  }

  /// How many rows each table has.
  private func contents(of folder: TemporaryFolder) async throws -> [String: Int] {
    try await DatabaseQueue(path: folder.ledger).read { db in
      let tables = [
        "journey_trigger", "issued_offer", "message", "limit_counter", "limit_use", "trail", "standing",
      ]
      var counts: [String: Int] = [:]
      for table in tables { counts[table] = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") }
      return counts
    }
  }
}
