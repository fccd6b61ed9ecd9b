import Foundation
import OfferBridgeKit
import PostgresOfferLedger
import Testing
import WalletHostBenchmarks

/// What a dry run asks of the ledger in PostgreSQL.
@Suite(.enabled(if: TestDatabase.isThere, TestDatabase.condition)) struct PostgresRehearsalTests {
  @Test func `a rehearsal over PostgreSQL answers what the commit then answers, and leaves nothing behind`()
    async throws
  {
    let ledger = try await TestSchema().ledger(now: { PlanPress.moment })
    // One issuance a customer: the second is refused.
    let first = try await PlanPress.plans(of: ["ada"])[0]
    let second = try await PlanPress.plans(of: ["ben", "ada"])[1]

    let written = CommitAnswer.committed(first.nodes.map { _ in .written })
    #expect(try await ledger.rehearse(first) == written)
    let nothing = try await ledger.audit(tenant: first.tenant)
    #expect(nothing.issued == 0)
    #expect(nothing.imbalances == [])
    #expect(try await ledger.commit(first) == written)

    let before = try await ledger.audit(tenant: first.tenant)
    let refused = try await ledger.rehearse(second)
    guard case .committed(let answers) = refused, case .refused(let limit) = answers[0] else {
      Issue.record("the second was not refused: \(refused)")
      return
    }
    #expect(limit == .perCustomer(1))
    #expect(try await ledger.audit(tenant: first.tenant) == before)
    #expect(try await ledger.commit(second) == refused)
  }

  @Test func `a plan is never too old for a rehearsal over PostgreSQL`() async throws {
    let later = PlanPress.moment + 86_400
    let ledger = try await TestSchema().ledger(now: { later })
    let plan = try await PlanPress.plans(1)[0]
    #expect(try await ledger.rehearse(plan) == .committed(plan.nodes.map { _ in .written }))
    #expect(try await ledger.commit(plan) == .stale)
  }
}
