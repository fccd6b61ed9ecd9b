import Foundation
package import OfferBridgeKit

/// A ledger of which nobody can tell that it forgets and merges customers.
///
/// Where two ledgers draw no chance, so that their trails are the same to the letter, the names that they draw for
/// whoever is forgotten would be one.
package struct WithoutPeople: OfferLedger {
  private let ledger: any OfferLedger

  package init(_ ledger: any OfferLedger) { self.ledger = ledger }

  package func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    try await ledger.snapshot(query)
  }

  package func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    try await ledger.commit(plans)
  }

  package func claim(_ query: ClaimQuery) async throws -> ClaimAnswer { try await ledger.claim(query) }

  package func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer]
  {
    try await ledger.extend(leases, by: length, tenant: tenant)
  }

  package func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await ledger.settle(settlements, tenant: tenant)
  }

  package func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await ledger.redrive(redrive, tenant: tenant)
  }

  package func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await ledger.reconcile(events, tenant: tenant)
  }

  package func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await ledger.close(closing, tenant: tenant)
  }

  package func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await ledger.match(of: event, tenant: tenant)
  }

  package func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await ledger.record(of: issued, tenant: tenant)
  }

  package func page(_ query: PageQuery) async throws -> LedgerPage { try await ledger.page(query) }

  package func trail(_ query: TrailQuery) async throws -> TrailPage { try await ledger.trail(query) }

  package func audit(tenant: TenantID) async throws -> LedgerAudit { try await ledger.audit(tenant: tenant) }
}
