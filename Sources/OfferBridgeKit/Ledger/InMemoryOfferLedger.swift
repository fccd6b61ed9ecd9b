public import Foundation

// One lock and a class that is not generic: an actor costs 1.4 to 1.7 times as much a call, and a generic class
// behind `any OfferLedger` runs unspecialised.
/// The reference ledger: everything in memory, behind one lock.
///
/// For tests, for apps whose wallet is their own screen, and as the yardstick
/// of a durable one. What it holds ends with the process, unless it is saved:
/// ``saved()``.
///
/// ```swift
/// let ledger = InMemoryOfferLedger()
/// let ledger = InMemoryOfferLedger(now: { time.now })   // in a test
/// ```
public final class InMemoryOfferLedger: ForgettingLedger, RehearsingLedger {
  @usableFromInline static let systemClock: @Sendable () -> Date = { Date() }
  @usableFromInline static let systemChance: @Sendable () -> UInt64 = {
    var system = SystemRandomNumberGenerator()
    return system.next()
  }

  private let now: @Sendable () -> Date
  private let refusalRetention: Duration
  private let chance: @Sendable () -> UInt64
  private let states: Guarded<TenantStates>

  /// An empty ledger.
  ///
  /// - Parameters:
  ///   - refusalRetention: How long a limit's refusal is repeated for the same trigger; 30 days by default.
  ///   - chance: Where the salts of the trail come from, 64 bits a call; the system's generator by default. Whoever can
  ///     foresee them can guess whom a forgotten customer's entries were about.
  ///   - now: The ledger's clock, the system's by default. A replay of old logs, or a test, sets its own.
  public init(
    refusalRetention: Duration = .days(30),
    chance: @escaping @Sendable () -> UInt64 = systemChance,
    now: @escaping @Sendable () -> Date = systemClock
  ) {
    self.refusalRetention = refusalRetention
    self.chance = chance
    self.now = now
    states = Guarded(TenantStates())
  }

  /// The ledger that was saved, as it was then, but that what was being sent is due again.
  ///
  /// What was leased may have arrived: its replica is `unknown`, and it is sent again under its key. Whoever still
  /// holds a lease is answered `alreadySettled`.
  ///
  /// - Parameters:
  ///   - saved: What ``saved()`` gave.
  ///   - refusalRetention: How long a limit's refusal is repeated for the same trigger; 30 days by default.
  ///   - chance: Where the salts of the trail come from; the system's generator by default.
  ///   - now: The ledger's clock, the system's by default.
  /// - Throws: ``OfferBridgeError`` with code `savedLedgerDamaged` when its parts do not fit together.
  public init(
    restoring saved: SavedLedger,
    refusalRetention: Duration = .days(30),
    chance: @escaping @Sendable () -> UInt64 = systemChance,
    now: @escaping @Sendable () -> Date = systemClock
  ) throws(OfferBridgeError) {
    self.refusalRetention = refusalRetention
    self.chance = chance
    self.now = now
    var restored: [TenantID: LedgerState] = [:]
    for tenant in saved.tenants {
      restored[tenant.id] = try LedgerState(
        restoring: tenant.state,
        of: tenant.id,
        refusalRetention: refusalRetention,
        now: now().milliseconds
      )
    }
    states = Guarded(TenantStates(restored))
  }

  /// Everything that it holds now, for an app without a database to keep across a restart.
  ///
  /// The lock is held for as long as it takes to share the contents, not for as long as it takes to write them down.
  ///
  /// - Returns: A value to encode; see ``SavedLedger``.
  public func saved() -> SavedLedger { SavedLedger(states.withLock { $0 }) }

  private func withState<Answer>(
    of tenant: TenantID,
    _ body: (inout LedgerState, Int64) -> sending Answer
  ) -> sending Answer {
    // The clock is read under the lock, so that the order of steps is the order of their times.
    states.withLock { states in
      states.with(tenant, orElse: { LedgerState(refusalRetention: refusalRetention) }) { state in
        body(&state, now().milliseconds)
      }
    }
  }

  /// Reads all that a decision needs.
  public func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    withState(of: query.tenant) { $0.snapshot(query, now: $1) }
  }

  /// Writes plans, each in one step.
  public func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    plans.map { plan in withState(of: plan.tenant) { $0.commit(plan, now: $1) } }
  }

  /// Hands out what is due.
  public func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    withState(of: query.tenant) { $0.claim(query, now: $1) }
  }

  /// Prolongs leases.
  public func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer]
  {
    withState(of: tenant) { state, now in leases.map { state.extend($0, by: length, now: now) } }
  }

  /// Writes what came of attempts.
  public func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    withState(of: tenant) { state, now in settlements.map { state.settle($0, now: now) } }
  }

  /// Lets a message that ended in vain be tried again.
  public func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    withState(of: tenant) { $0.redrive(redrive, tenant: tenant, now: $1) }
  }

  /// Takes in events of an external system.
  public func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    withState(of: tenant) { state, now in events.map { state.reconcile($0, now: now) } }
  }

  /// Closes an issued offer.
  public func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    withState(of: tenant) { $0.close(closing, now: $1) }
  }

  /// How an event stands now.
  public func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    withState(of: tenant) { state, _ in state.match(of: event) }
  }

  /// Everything about one issued offer.
  public func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    withState(of: tenant) { state, _ in state.record(of: issued) }
  }

  /// Some entries of a listing.
  public func page(_ query: PageQuery) async throws -> LedgerPage {
    withState(of: query.tenant) { state, _ in state.page(query) }
  }

  /// Some entries of the trail.
  public func trail(_ query: TrailQuery) async throws -> TrailPage {
    withState(of: query.tenant) { state, _ in
      state.trail(query) { DerivedKey(drawnFrom: chance) }
    }
  }

  /// Takes out of everything what is personal of one customer.
  public func forget(_ customer: CustomerID, tenant: TenantID) async throws -> ForgetAnswer {
    let salt = { [chance] in DerivedKey(drawnFrom: chance) }
    // What nobody has read of the trail yet is chained in portions, so that nobody waits for all of it.
    while withState(of: tenant, { state, _ in state.chainSome(of: tenant, salt: salt) }) {}
    return withState(of: tenant) { $0.forget(customer, of: tenant, now: $1, chance: salt) }
  }

  /// Answers a plan as a commit at its own moment would, over a copy of the tenant's contents.
  public func rehearse(_ plan: JourneyPlan) async throws -> CommitAnswer {
    var copy = withState(of: plan.tenant) { state, _ in state }
    return copy.commit(plan, now: plan.plannedAt.milliseconds)
  }

  /// Makes one customer of two.
  public func merge(
    _ customer: CustomerID,
    into survivor: CustomerID,
    tenant: TenantID
  ) async throws -> MergeAnswer {
    withState(of: tenant) { $0.merge(customer, into: survivor, now: $1) }
  }

  /// Counts everything anew.
  public func audit(tenant: TenantID) async throws -> LedgerAudit {
    withState(of: tenant) { $0.audit(now: $1) }
  }
}
