import Foundation
import OfferBridgeKit

/// The ledger as one process reaches it: over a line that fails, is slow and loses answers.
///
/// What the ledger did is told to the witness before the caller learns it, for
/// the caller may never do so.
struct SimulatedLedger: ForgettingLedger {
  /// What a lost connection throws.
  struct LineLost: Error {}

  let world: SimulatedWorld
  let life: SimulatedLife

  private var ledger: any OfferLedger { world.ledger }

  /// One call.
  private func call<Answer>(
    _ body: () async throws -> Answer,
    then tell: (Answer) -> Void = { _ in }
  ) async throws -> Answer {
    try await life.begin()
    let chance = world.chance
    if chance.strikes(.crashBeforeCall) { life.end() }
    try life.check()
    await world.travel(slowBy: .ledgerSlow)
    if chance.strikes(.ledgerFails) { throw LineLost() }
    let answer = try await world.withLedger {
      let answer = try await body()
      tell(answer)
      return answer
    }
    if chance.strikes(.crashAfterCall) { life.end() }
    if chance.strikes(.ledgerLosesAnswers) { throw LineLost() }
    await world.travel(slowBy: .ledgerSlow)
    try life.check()
    return answer
  }

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    try await call({ try await ledger.snapshot(query) }, then: { world.witness.snapshot(query, $0, life) })
  }

  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    try await call({ try await ledger.commit(plans) }, then: { world.witness.commit(plans, $0, life) })
  }

  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    try await call({ try await ledger.claim(query) }, then: { world.witness.claim(query, $0, life) })
  }

  func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer] {
    try await call(
      { try await ledger.extend(leases, by: length, tenant: tenant) },
      then: { world.witness.extend(leases, length, $0, life) }
    )
  }

  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await call(
      { try await ledger.settle(settlements, tenant: tenant) },
      then: { world.witness.settle(settlements, $0, life) }
    )
  }

  func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await call(
      { try await ledger.redrive(redrive, tenant: tenant) },
      then: { world.witness.redrive(redrive, $0, life) }
    )
  }

  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await call(
      { try await ledger.reconcile(events, tenant: tenant) },
      then: { world.witness.reconcile(events, $0, life) }
    )
  }

  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await call(
      { try await ledger.close(closing, tenant: tenant) },
      then: { world.witness.close(closing, $0, life) }
    )
  }

  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await call({ try await ledger.match(of: event, tenant: tenant) })
  }

  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await call({ try await ledger.record(of: issued, tenant: tenant) })
  }

  func page(_ query: PageQuery) async throws -> LedgerPage {
    try await call({ try await ledger.page(query) }, then: { world.witness.page(query, $0) })
  }

  func trail(_ query: TrailQuery) async throws -> TrailPage {
    try await call({ try await ledger.trail(query) })
  }

  func audit(tenant: TenantID) async throws -> LedgerAudit {
    try await call({ try await ledger.audit(tenant: tenant) })
  }

  func forget(_ customer: CustomerID, tenant: TenantID) async throws -> ForgetAnswer {
    try await call(
      { try await people.forget(customer, tenant: tenant) },
      then: { world.witness.forget(customer, $0, life) }
    )
  }

  func merge(_ customer: CustomerID, into survivor: CustomerID, tenant: TenantID) async throws
    -> MergeAnswer
  {
    try await call(
      { try await people.merge(customer, into: survivor, tenant: tenant) },
      then: { world.witness.merge(customer, into: survivor, $0, life) }
    )
  }

  /// Nobody asks for it where the ledger under test is none.
  private var people: any ForgettingLedger {
    get throws {
      guard let people = ledger as? any ForgettingLedger else { throw LineLost() }
      return people
    }
  }
}
