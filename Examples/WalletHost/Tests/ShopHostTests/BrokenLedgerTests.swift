import Foundation
import OfferBridgeKit
import Testing

@testable import ShopHost

/// A shop whose ledger fails, whatever it is asked.
@Suite(.serialized, .timeLimit(.minutes(2))) struct BrokenLedgerTests {
  @Test func `whatever is asked of a ledger that fails is answered as described, to be asked again`()
    async throws
  {
    try await TestShop.run(ledger: BrokenLedger()) { shop async throws in
      for customer in ["ada", "bob", "cleo"] { try await shop.save(customer) }
      let line = #"{"id":"R-1","kind":"redemption","card":"W-1","at":1}"#
      #expect(try await shop.ask("POST", "/statements", line).status == 503)
      #expect(try await shop.report(line, id: "n-1").status == 503)
      for path in ["/customers/ada", "/dead-letters", "/audit", "/desk", "/ready"] {
        #expect(try await shop.ask("GET", path).status == 503, "\(path)")
      }
      #expect(try await shop.merge("cleo", into: "ada").status == 503)
      #expect(try await shop.ask("DELETE", "/customers/bob").status == 503)
      #expect(try await shop.open("ada", id: "a-1").status == 503)
      // Nobody knows whether the ledger wrote what it decided: whoever is to be forgotten waits until it has.
      #expect(try await shop.ask("DELETE", "/customers/ada").status == 409)
    }
  }
}

/// A ledger that throws, whatever it is asked.
struct BrokenLedger: ForgettingLedger {
  struct Broken: Error {}

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot { throw Broken() }
  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] { throw Broken() }
  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer { throw Broken() }
  func extend(
    _ leases: [Lease],
    by length: Duration,
    tenant: TenantID
  ) async throws -> [ExtendAnswer] { throw Broken() }
  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] { throw Broken() }
  func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer { throw Broken() }
  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    throw Broken()
  }
  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer { throw Broken() }
  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? { throw Broken() }
  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    throw Broken()
  }
  func page(_ query: PageQuery) async throws -> LedgerPage { throw Broken() }
  func trail(_ query: TrailQuery) async throws -> TrailPage { throw Broken() }
  func audit(tenant: TenantID) async throws -> LedgerAudit { throw Broken() }
  func forget(_ customer: CustomerID, tenant: TenantID) async throws -> ForgetAnswer { throw Broken() }
  func merge(
    _ customer: CustomerID,
    into survivor: CustomerID,
    tenant: TenantID
  ) async throws -> MergeAnswer { throw Broken() }
}
