import DurableLedger
import Foundation
import GRDB
import GRDBSQLite
import OfferBridgeKit
import SQLiteOfferLedger
import Synchronization
import Testing
import WalletHostBenchmarks

/// What a step costs where much is there already: counted in SQLite's own instructions, for they are the same each time.
@Suite struct LargeLedgerTests {
  /// Counts the instructions of every connection.
  private final class Counter: Sendable {
    private let count = Mutex(0)

    /// How many a call takes.
    func count<Answer>(_ call: () async throws -> Answer) async rethrows -> Int {
      count.withLock { $0 = 0 }
      _ = try await call()
      return count.withLock { $0 }
    }

    /// The least of three times: a connection that is opened meanwhile reads the schema.
    func countRead<Answer>(_ call: () async throws -> Answer) async rethrows -> Int {
      var least = Int.max
      for _ in 0..<3 { least = min(least, try await count(call)) }
      return least
    }

    func watch(_ db: Database) {
      // Kept as long as the connections that tell it: as long as the test process.
      let me = Unmanaged.passRetained(self).toOpaque()
      sqlite3_progress_handler(
        db.sqliteConnection,
        1,
        { me in
          if let me { Unmanaged<Counter>.fromOpaque(me).takeUnretainedValue().count.withLock { $0 += 1 } }
          return 0
        },
        me
      )
    }
  }

  @Test func `a step on two thousand issued offers takes hardly more than on fifty`() async throws {
    let folder = try TemporaryFolder()
    let counter = Counter()
    let ledger = try SQLiteOfferLedger(
      at: folder.ledger,
      terms: LedgerTerms(refusalRetention: .days(30), chance: { 0 }),
      now: { PlanPress.moment },
      preparing: counter.watch
    )
    let plans = try await PlanPress.plans(2_010)
    _ = try await ledger.commit(Array(plans[..<50]))
    let small = try await costs(of: ledger, plans[50..<55], counter)
    for start in stride(from: 55, to: 2_005, by: 195) {
      _ = try await ledger.commit(Array(plans[start..<start + 195]))
    }
    try await deliver(200, on: ledger)
    let large = try await costs(of: ledger, plans[2_005...], counter)
    for (call, cost) in large.sorted(by: { $0.key < $1.key }) {
      let before = try #require(small[call])
      #expect(cost <= before + before / 2, "\(call): \(before) instructions, then \(cost)")
    }
  }

  /// Has the wallet take some, and call each by a name of its own.
  private func deliver(_ count: Int, on ledger: SQLiteOfferLedger) async throws {
    let query = ClaimQuery(tenant: "main", provider: "wallet", limit: count, lease: .seconds(60))
    let settlements = try await ledger.claim(query).claims.map {
      Settlement(lease: $0.lease, outcome: .accepted(ReplicaReference("\($0.lease.message)")))
    }
    _ = try await ledger.settle(settlements, tenant: "main")
  }

  private func costs(
    of ledger: SQLiteOfferLedger,
    _ plans: ArraySlice<JourneyPlan>,
    _ counter: Counter
  ) async throws -> [String: Int] {
    let tenant: TenantID = "main"
    var costs: [String: Int] = [:]
    let plan = try #require(plans.first)
    let id = plan.nodes[0].key
    let customer = plan.trigger.customer
    costs["commit"] = try await counter.count { try await ledger.commit(plan) }
    costs["commit of more"] = try await counter.count { try await ledger.commit(Array(plans.dropFirst())) }
    costs["snapshot"] = try await counter.countRead {
      try await ledger.snapshot(
        SnapshotQuery(tenant: tenant, customer: customer, trigger: plan.trigger.id, offers: ["ten-off"])
      )
    }
    let query = ClaimQuery(tenant: tenant, provider: "wallet", limit: 3, lease: .seconds(60))
    let claims = try await ledger.claim(query).claims
    costs["claim"] = try await counter.count { try await ledger.claim(query) }
    let leases = claims.map(\.lease)
    costs["extend"] = try await counter.count {
      try await ledger.extend(leases, by: .seconds(90), tenant: tenant)
    }
    let settlements = [
      Settlement(lease: leases[0], outcome: .accepted(ReplicaReference("\(leases[0].message)"))),
      Settlement(lease: leases[1], outcome: .retry(after: .zero, failure: "busy", isUnknown: true)),
      Settlement(lease: leases[2], outcome: .buried(reason: "busy", isUnknown: false)),
    ]
    costs["settle"] = try await counter.count { try await ledger.settle(settlements, tenant: tenant) }
    costs["redrive"] = try await counter.count {
      try await ledger.redrive(
        MessageRedrive(leases[2].message, mode: .newGeneration, reason: "test"),
        tenant: tenant
      )
    }
    let redemption = try ExternalEvent.redemption("r-\(id)", of: .issuedOffer(id))
    costs["reconcile"] = try await counter.count {
      try await ledger.reconcile([redemption], tenant: tenant)
    }
    let card = try ExternalEvent.redemption("c-\(id)", of: .replica(ReplicaReference("\(leases[0].message)")))
    costs["reconcile by what the wallet calls it"] = try await counter.count {
      try await ledger.reconcile([card], tenant: tenant)
    }
    costs["match"] = try await counter.countRead { try await ledger.match(of: redemption.id, tenant: tenant) }
    costs["record"] = try await counter.countRead { try await ledger.record(of: id, tenant: tenant) }
    let other = plans[plans.startIndex + 1].nodes[0].key
    costs["close"] = try await counter.count {
      try await ledger.close(
        OfferClosing(other, as: .revoked, reason: "test", limitUses: .givenBack, recalls: []),
        tenant: tenant
      )
    }
    let listings: [LedgerListing] = [
      .issuedOffers(of: customer), .messages(of: customer), .events(of: customer), .messagesIn(.accepted),
      .messagesIn(.buried), .parkedEvents, .discrepantEvents, .reported(by: "wallet"),
      .expiring(at: PlanPress.moment), .toBeRecalled(at: PlanPress.moment + 40 * 86_400),
    ]
    for listing in listings {
      costs["page \(listing)".replacing(customer.rawValue, with: "somebody")] = try await counter.countRead {
        try await ledger.page(PageQuery(tenant: tenant, listing: listing, limit: 1))
      }
    }
    for scope in [TrailScope.all, .issuedOffer(id), .customer(customer)] {
      let name = "trail \(scope)".replacing(customer.rawValue, with: "somebody").replacing("\(id)", with: "")
      costs[name] = try await counter.countRead {
        try await ledger.trail(TrailQuery(tenant: tenant, scope: scope, limit: 1))
      }
    }
    return costs
  }
}

extension ExternalEvent {
  /// A redemption as a ledger is told of it.
  fileprivate static func redemption(
    _ name: String,
    of reference: RedemptionReference
  ) throws -> ExternalEvent {
    let redemption = Redemption(id: name, from: "wallet", of: reference, at: PlanPress.moment)
    struct Event: Encodable {
      let id: ExternalEventID
      let content: Content
      let time: RedemptionTime
    }
    let event = Event(
      id: ExternalEventID(source: "wallet", id: name),
      content: .redemption(redemption.reference, amount: nil),
      time: redemption.time
    )
    return try JSONDecoder().decode(ExternalEvent.self, from: JSONEncoder().encode(event))
  }
}
