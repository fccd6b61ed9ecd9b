import Dispatch
import OfferBridgeKit

/// A ledger whose every call comes back from another thread, as a database's does.
struct DistantLedger: OfferLedger {
  let inner: any OfferLedger

  init(_ inner: any OfferLedger) { self.inner = inner }

  private func away() async {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume() }
    }
  }

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    await away()
    return try await inner.snapshot(query)
  }
  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    await away()
    let answers = try await inner.commit(plans)
    await away()
    return answers
  }
  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    await away()
    return try await inner.claim(query)
  }
  func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer] {
    await away()
    return try await inner.extend(leases, by: length, tenant: tenant)
  }
  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    await away()
    return try await inner.settle(settlements, tenant: tenant)
  }
  func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    await away()
    return try await inner.redrive(redrive, tenant: tenant)
  }
  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    await away()
    return try await inner.reconcile(events, tenant: tenant)
  }
  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    await away()
    return try await inner.close(closing, tenant: tenant)
  }
  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    await away()
    return try await inner.match(of: event, tenant: tenant)
  }
  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    await away()
    return try await inner.record(of: issued, tenant: tenant)
  }
  func page(_ query: PageQuery) async throws -> LedgerPage {
    await away()
    return try await inner.page(query)
  }
  func trail(_ query: TrailQuery) async throws -> TrailPage {
    await away()
    return try await inner.trail(query)
  }
  func audit(tenant: TenantID) async throws -> LedgerAudit {
    await away()
    return try await inner.audit(tenant: tenant)
  }
}
