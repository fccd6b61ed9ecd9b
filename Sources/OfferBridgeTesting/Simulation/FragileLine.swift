import OfferBridgeKit

/// A ledger in front of another at some of whose calls, reads included, the process ends: before it, or after it.
final class FragileLine: OfferLedger {
  /// What whoever called is told: nothing.
  struct Ended: Error {}

  private let ledger: any OfferLedger
  private let ends: [Int: FailingLedger.Side]
  private let count = Guarded(0)

  init(_ ledger: any OfferLedger, ends: [Int: FailingLedger.Side]) {
    self.ledger = ledger
    self.ends = ends
  }

  var calls: Int { count.withLock { $0 } }

  private func step<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    let call = count.withLock { count in
      count += 1
      return count - 1
    }
    if ends[call] == .beforeTheCall { throw Ended() }
    let answer = try await body()
    if ends[call] == .afterTheCall { throw Ended() }
    return answer
  }

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    try await step { try await ledger.snapshot(query) }
  }
  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    try await step { try await ledger.commit(plans) }
  }
  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    try await step { try await ledger.claim(query) }
  }
  func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer] {
    try await step { try await ledger.extend(leases, by: length, tenant: tenant) }
  }
  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await step { try await ledger.settle(settlements, tenant: tenant) }
  }
  func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await step { try await ledger.redrive(redrive, tenant: tenant) }
  }
  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await step { try await ledger.reconcile(events, tenant: tenant) }
  }
  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await step { try await ledger.close(closing, tenant: tenant) }
  }
  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await step { try await ledger.match(of: event, tenant: tenant) }
  }
  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await step { try await ledger.record(of: issued, tenant: tenant) }
  }
  func page(_ query: PageQuery) async throws -> LedgerPage {
    try await step { try await ledger.page(query) }
  }
  func audit(tenant: TenantID) async throws -> LedgerAudit {
    try await step { try await ledger.audit(tenant: tenant) }
  }
}
