public import OfferBridgeKit

/// A ledger in front of another one, that lets many callers share its flushes.
///
/// A durable ledger flushes each call to its disk before it answers. While one
/// call does, those of others gather here, and are then made as one: with many
/// callers at once the flushes are shared, and one who calls alone waits no
/// longer than before.
///
/// ```swift
/// let ledger = CoalescingLedger(in: try SQLiteOfferLedger(at: path))
/// ```
///
/// Commits are gathered, and so are settlements and events of one tenant. All
/// other calls go straight on; it forgets and merges where the other can. When a gathered call throws, each of its
/// callers' is made again by itself, so that a fault is its own caller's
/// alone; an answer is then that of a repeat, where the first call was written
/// after all. What is everybody's, a database that cannot be reached, each of
/// them is told at once. A caller who is cancelled is answered all the same.
public final class CoalescingLedger<Base: OfferLedger>: OfferLedger {
  /// The ledger itself.
  package let base: Base
  private let commits: Coalescer<JourneyPlan, CommitAnswer>
  private let settlements: TenantCoalescers<Settlement, SettleAnswer>
  private let events: TenantCoalescers<ExternalEvent, RedemptionMatch>

  /// A ledger in front of another.
  ///
  /// - Parameters:
  ///   - base: The ledger.
  ///   - most: How many plans, settlements or events are made one call; 256 by default. One caller's own are not torn
  ///     apart.
  public init(in base: Base, most: Int = 256) {
    self.base = base
    commits = Coalescer(most: most) { try await base.commit($0) }
    settlements = TenantCoalescers(most: most) { try await base.settle($0, tenant: $1) }
    events = TenantCoalescers(most: most) { try await base.reconcile($0, tenant: $1) }
  }

  /// How many callers of `commit` wait for the batch under way to end.
  package var waitingCommits: Int { commits.waitingCount }

  // MARK: - Gathered

  /// Writes plans, with those of others.
  public func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] { try await commits.ask(plans) }

  /// Writes what came of attempts, with that of others.
  public func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await self.settlements.ask(settlements, of: tenant)
  }

  /// Takes in events, with those of others.
  public func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await self.events.ask(events, of: tenant)
  }

  // MARK: - Straight on

  /// Hands out what is due.
  public func claim(_ query: ClaimQuery) async throws -> ClaimAnswer { try await base.claim(query) }

  /// Prolongs leases.
  public func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer]
  {
    try await base.extend(leases, by: length, tenant: tenant)
  }

  /// Lets a message that ended in vain be tried again.
  public func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await base.redrive(redrive, tenant: tenant)
  }

  /// Closes an issued offer.
  public func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await base.close(closing, tenant: tenant)
  }

  /// Reads all that a decision needs.
  public func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    try await base.snapshot(query)
  }

  /// How an event stands now.
  public func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await base.match(of: event, tenant: tenant)
  }

  /// Everything about one issued offer.
  public func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await base.record(of: issued, tenant: tenant)
  }

  /// Some entries of a listing.
  public func page(_ query: PageQuery) async throws -> LedgerPage { try await base.page(query) }

  /// Some entries of the trail.
  public func trail(_ query: TrailQuery) async throws -> TrailPage { try await base.trail(query) }

  /// Counts everything anew.
  public func audit(tenant: TenantID) async throws -> LedgerAudit { try await base.audit(tenant: tenant) }
}

extension CoalescingLedger: ForgettingLedger where Base: ForgettingLedger {
  /// Takes out of everything what is personal of one customer.
  public func forget(_ customer: CustomerID, tenant: TenantID) async throws -> ForgetAnswer {
    try await base.forget(customer, tenant: tenant)
  }

  /// Makes one customer of two.
  public func merge(
    _ customer: CustomerID,
    into survivor: CustomerID,
    tenant: TenantID
  ) async throws -> MergeAnswer {
    try await base.merge(customer, into: survivor, tenant: tenant)
  }
}
