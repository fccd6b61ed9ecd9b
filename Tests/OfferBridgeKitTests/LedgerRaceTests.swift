import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Many tasks on one ledger; run it with the thread sanitizer too.
@Suite struct LedgerRaceTests {
  private static let now: Int64 = 1_767_225_600_000
  private static let tasks = 64
  private static let rounds = 20

  @Test func `64 tasks at once on one ledger keep every limit and every sum`() async throws {
    let ledger = InMemoryOfferLedger(now: { Date(milliseconds: Self.now) })
    let each = Money(minorUnits: 300, currency: "EUR")
    let limits = [
      CampaignLimit.total(1000), .total(Money(minorUnits: 240_000, currency: "EUR"), each: each),
      .perCustomer(15, in: .rolling(.days(30))),
    ]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<Self.tasks {
        group.addTask { try await Self.hammer(ledger, task, limits) }
      }
      try await group.waitForAll()
    }
    // What closings gave back at the end is used up, and what a task left behind is sent.
    for number in 0..<200 {
      let plan = Desk.plan("last-\(number)", to: CustomerID("l-\(number)"), limits: limits, at: Self.now)
      _ = try await ledger.commit(plan)
    }
    while case let claims = try await Self.claim(ledger), !claims.isEmpty {
      try await Self.settle(ledger, claims)
    }
    let audit = try await ledger.audit(tenant: "main")
    #expect(audit.imbalances == [])
    // The money ends at 800, whichever of the customers had them.
    #expect(audit.issued - audit.closed == 800)
    #expect(audit.closed > 0)
    #expect(audit.messagesOpen == 0)
    #expect(audit.messages == audit.messagesAccepted + audit.messagesWithdrawn)
    #expect(audit.received == Self.tasks * Self.rounds * 2)
    #expect(audit.applied + audit.discrepant + audit.parked + audit.duplicates == audit.received)
  }

  private static func hammer(_ ledger: InMemoryOfferLedger, _ task: Int, _ limits: [CampaignLimit])
    async throws
  {
    let customer = CustomerID("c-\(task)")
    for round in 0..<rounds {
      let name = "\(task)-\(round)"
      let plan = Desk.plan(name, to: customer, limits: limits, at: now)
      // Of two at once, one is stale: no plan is written twice.
      async let twin = ledger.commit(plan)
      _ = try await ledger.commit(plan)
      _ = try await twin
      try await settle(ledger, try await claim(ledger))
      let redemption = ExternalEvent(
        id: ExternalEventID(source: "wallet", id: "r-\(task / 2)-\(round)"),
        content: .redemption(.issuedOffer(Desk.id("\(task / 2 * 2)-\(round)")), amount: nil),
        time: .moment(Date(milliseconds: now))
      )
      _ = try await ledger.reconcile([redemption, redemption], tenant: "main")
      if round % 5 == 4 {
        let closing = OfferClosing(
          Desk.id("\(task)-\(round - 1)"),
          as: .revoked,
          reason: "test",
          limitUses: .givenBack,
          recalls: []
        )
        _ = try await ledger.close(closing, tenant: "main")
      }
      _ = try await ledger.record(of: Desk.id(name), tenant: "main")
      // Copies share what they hold with the ledger, which goes on changing it.
      if round == task % rounds {
        _ = try InMemoryOfferLedger(restoring: ledger.saved(), now: { .distantPast })
      }
    }
  }

  private static func claim(_ ledger: some OfferLedger) async throws -> [Claim] {
    try await ledger.claim(ClaimQuery(tenant: "main", provider: "wallet", limit: 4, lease: .minutes(1)))
      .claims
  }

  private static func settle(_ ledger: some OfferLedger, _ claims: [Claim]) async throws {
    let answers = try await ledger.settle(
      claims.map { Settlement(lease: $0.lease, outcome: .accepted(nil)) },
      tenant: "main"
    )
    #expect(answers.allSatisfy { $0 == .settled })
  }
}
