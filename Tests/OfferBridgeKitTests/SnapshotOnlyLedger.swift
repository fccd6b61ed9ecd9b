import OfferBridgeKit

/// A ledger of which nothing but `snapshot` may be called: all else throws.
struct SnapshotOnlyLedger: OfferLedger {
  struct Called: Error {
    let method: String
  }

  let inner: any OfferLedger

  init(_ inner: any OfferLedger) { self.inner = inner }

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot { try await inner.snapshot(query) }

  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] { throw Called(method: "commit") }
  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer { throw Called(method: "claim") }
  func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer] {
    throw Called(method: "extend")
  }
  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    throw Called(method: "settle")
  }
  func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    throw Called(method: "redrive")
  }
  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    throw Called(method: "reconcile")
  }
  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    throw Called(method: "close")
  }
  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    throw Called(method: "match")
  }
  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    throw Called(method: "record")
  }
  func page(_ query: PageQuery) async throws -> LedgerPage { throw Called(method: "page") }
  func trail(_ query: TrailQuery) async throws -> TrailPage { throw Called(method: "trail") }
  func audit(tenant: TenantID) async throws -> LedgerAudit { throw Called(method: "audit") }
}
