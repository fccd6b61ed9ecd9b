import Foundation
import LedgerTwins
import OfferBridgeKit
import PostgresOfferLedger
import Testing
import WalletHostBenchmarks

/// Calls of many rows, which are loaded and written together.
@Suite(.enabled(if: TestDatabase.isThere, TestDatabase.condition)) struct PostgresBatchTests {
  @Test func `more rows than are read at a time are all counted`() async throws {
    let plans = try await PlanPress.plans(1100)
    let ledger = try await TestSchema().ledger(now: { PlanPress.moment })
    for start in stride(from: 0, to: plans.count, by: 256) {
      for answer in try await ledger.commit(Array(plans[start..<min(start + 256, plans.count)])) {
        guard case .committed(let nodes) = answer else { throw NotCommitted() }
        #expect(nodes.allSatisfy { $0 == .written })
      }
    }
    let audit = try await ledger.audit(tenant: "main")
    #expect(audit.imbalances == [])
    #expect(audit.issued == 1100)
    #expect(audit.messages == 1100)
  }

  @Test func `two plans of one trigger in one call are as two calls`() async throws {
    let plan = try await PlanPress.plans(1)[0]
    let ledger = try await TestSchema().ledger(now: { PlanPress.moment })
    let answers = try await ledger.commit([plan, plan])
    #expect(answers[1] == .stale)
    #expect(try await ledger.audit(tenant: "main").issued == 1)
  }

  @Test func `plans of several tenants in one call are each their tenant's`() async throws {
    let plan = try await PlanPress.plans(1)[0]
    let ledger = try await TestSchema().ledger(now: { PlanPress.moment })
    let tenants: [TenantID] = ["b", "a", "c"]
    _ = try await ledger.commit(tenants.map { try plan.of($0) })
    for tenant in tenants {
      let audit = try await ledger.audit(tenant: tenant)
      #expect(audit.issued == 1)
      #expect(audit.isBalanced)
    }
  }

  @Test func `what waited for a card is given once, though one call has two messages that made it`()
    async throws
  {
    let journeys = try await PlanPress.journeys(of: ["ada", "ben"], tenant: "main")
    let ledger = try await TestSchema().ledger(now: { PlanPress.moment })
    let twin = TwinLedger(InMemoryOfferLedger(now: { PlanPress.moment }), ledger)
    _ = try await twin.commit(journeys.map(\.plan))
    let redemption = journeys[0].redemption
    #expect(try await twin.reconcile([redemption], tenant: "main") == [.parked(.unknownOffer)])
    let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 2, lease: .seconds(60))
    let card = PlanPress.card(of: try #require(journeys[0].plan.messages.first).key)
    let settlements = try await twin.claim(query).claims.map { claim in
      Settlement(lease: claim.lease, outcome: .accepted(card))
    }
    #expect(try await twin.settle(settlements, tenant: "main") == [.settled, .settled])
    #expect(try await twin.match(of: redemption.id, tenant: "main")?.isApplied == true)
    #expect(try await twin.audit(tenant: "main").isBalanced)
    for customer in ["ada", "ben"] as [CustomerID] {
      let events = try await twin.first.list(.events(of: customer), tenant: "main")
      #expect(try await twin.second.list(.events(of: customer), tenant: "main") == events)
    }
    #expect(twin.differences == [])
  }
}

private struct NotCommitted: Error {}

extension RedemptionMatch {
  fileprivate var isApplied: Bool { if case .applied = self { true } else { false } }
}

extension JourneyPlan {
  /// The same plan as another tenant's.
  fileprivate func of(_ tenant: TenantID) throws -> JourneyPlan {
    let text = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    let other = text.replacing("\"main\"", with: "\"\(tenant)\"")
    return try JSONDecoder().decode(JourneyPlan.self, from: Data(other.utf8))
  }
}
