import DurableLedger
public import Foundation
public import OfferBridgeKit

/// A ledger in PostgreSQL: durable, and shared by as many processes and machines as there are.
///
/// Each step is one transaction, flushed to the disk before it is answered. It
/// begins by locking its tenant's row, so that the steps of a tenant come one
/// after the other whichever processes make them, and their answers are those
/// of one process. It loads what it names in one round trip, decides on
/// values, and writes and commits in another. What is read is read as of one
/// moment, and holds up nobody.
///
/// ```swift
/// let ledger = CoalescingLedger(in: try await PostgresOfferLedger(at: "postgresql://ledger@10.0.0.5/shop"))
/// let bridge = try await OfferBridge(customers: store, catalog: catalog, campaigns: campaigns, ledger: ledger)
/// ```
///
/// A transaction that the database rolled back is made again, some times; a
/// connection that is lost in a commit is thrown, for nobody knows what became
/// of it, and the same call again finds out. A call that has begun is finished,
/// also when its task is cancelled.
public final class PostgresOfferLedger: ForgettingLedger {
  let database: LedgerDatabase

  /// Connects, and makes the schema or brings it up to date.
  ///
  /// - Parameters:
  ///   - address: What libpq takes: `postgresql://user@host:port/database`, or `host=… dbname=…`. That of the database
  ///     that takes writes, and of PostgreSQL itself: a pooler that gives a transaction any connection forgets what
  ///     was set and prepared on it.
  ///   - schema: The schema that holds the tables; `offer_bridge` by default.
  ///   - connections: How many calls of this process are under way at a time at most, each on a connection and a
  ///     thread of its own; 4 by default.
  ///   - refusalRetention: How long a limit's refusal is repeated for the same trigger; 30 days by default.
  ///   - patience: How long a process that was stopped in the midst of a step may hold up others, 10 seconds by default;
  ///     a step waits for others twice as long at most.
  ///   - silence: How long the database may leave a question without an answer before the connection counts as lost; a
  ///     minute by default, and never less than three times the patience.
  ///   - remembered: How many bytes of its rows' texts it remembers at most, so that it need not decode them again; 32
  ///     MiB by default, 0 for none.
  ///   - chance: Where the salts of the trail come from, 64 bits a call; `nil`, the default, for the system's
  ///     generator.
  ///   - now: The ledger's clock; `nil`, the default, for the database's, which all its processes share.
  /// - Throws: ``PostgresLedgerError`` where there is no connection, or the database would not keep what it answered, is
  ///   a replica, or has a later version's schema.
  public convenience init(
    at address: String,
    schema: String = "offer_bridge",
    connections: Int = 4,
    refusalRetention: Duration = .days(30),
    patience: Duration = .seconds(10),
    silence: Duration = .seconds(60),
    remembering remembered: Int = 32 << 20,
    chance: (@Sendable () -> UInt64)? = nil,
    now: (@Sendable () -> Date)? = nil
  ) async throws {
    try await self.init(
      at: address,
      Session(schema: schema, patience: patience, silence: silence),
      connections: connections,
      LedgerTerms(refusalRetention: refusalRetention, chance: chance, remembering: remembered),
      now: now
    )
  }

  /// Connects by one connection, and tells somebody what is sent on it.
  package convenience init(
    at address: String,
    schema: String,
    now: @escaping @Sendable () -> Date,
    listener: @escaping @Sendable (PostgresMove) -> Void
  ) async throws {
    try await self.init(
      at: address,
      Session(schema: schema, patience: .seconds(10), listener: listener),
      connections: 1,
      LedgerTerms(refusalRetention: .days(30), chance: nil),
      now: now
    )
  }

  private init(
    at address: String,
    _ session: Session,
    connections: Int,
    _ terms: LedgerTerms,
    now: (@Sendable () -> Date)?
  ) async throws {
    let pool = ConnectionPool(most: connections) { try session.open(address) }
    database = LedgerDatabase(pool, now: now, terms)
    try await pool.run { slot in
      do { try Schema.migrate(try slot.connected(), session.schema) } catch {
        slot.drop()
        throw error
      }
    }
  }

  /// Closes the connections once what was asked for is done; every call after that throws.
  public func close() { database.pool.close() }

  // MARK: - Steps

  /// Writes plans, all of them in one transaction.
  public func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    let names = Dictionary(grouping: plans, by: \.tenant).mapValues { StepNames(of: $0) }
    return try await database.steps(.commit, names) { steps in
      try plans.map { plan in
        guard let step = steps[plan.tenant] else { throw CancellationError() }
        return try step.commit(plan)
      }
    }
  }

  /// Hands out what is due.
  public func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    // Most of those who ask find nothing.
    let nothing: @Sendable (PostgresLedgerRows, Int64) throws -> ClaimAnswer? = { rows, now in
      let next = try rows.nextTurn(at: query.provider)
      if let next, next <= now { return nil }
      return ClaimAnswer(
        now: Date(milliseconds: now),
        claims: [],
        nextDue: next.map { Date(milliseconds: $0) }
      )
    }
    return try await database.step(.claim, of: query.tenant, unless: nothing) { try $0.claim(query) }
  }

  /// Prolongs leases.
  public func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer]
  {
    try await database.step(.claim, of: tenant, StepNames(of: leases)) { step in
      try leases.map { try step.extend($0, by: length) }
    }
  }

  /// Writes what came of attempts.
  public func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await database.step(.settle, of: tenant, StepNames(of: settlements)) { step in
      try settlements.map { try step.settle($0) }
    }
  }

  /// Lets a message that ended in vain be tried again.
  public func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await database.step(.redrive, of: tenant) { try $0.redrive(redrive) }
  }

  /// Takes in events of an external system.
  public func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await database.step(.reconcile, of: tenant, StepNames(of: events)) { step in
      try events.map { try step.reconcile($0) }
    }
  }

  /// Closes an issued offer.
  public func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await database.step(.close, of: tenant) { try $0.close(closing) }
  }

  /// Takes out of everything what is personal of one customer.
  public func forget(_ customer: CustomerID, tenant: TenantID) async throws -> ForgetAnswer {
    let answer = try await database.step(.forget, of: tenant) { try $0.forget(customer) }
    database.terms.memory.clear()
    return answer
  }

  /// Makes one customer of two.
  public func merge(
    _ customer: CustomerID,
    into survivor: CustomerID,
    tenant: TenantID
  ) async throws -> MergeAnswer {
    try await database.step(.merge, of: tenant) { try $0.merge(customer, into: survivor) }
  }

  // MARK: - Reading

  /// Reads all that a decision needs.
  public func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    var names = StepNames()
    names.triggers = [query.trigger]
    names.ids = [query.customer]
    return try await database.read(of: query.tenant, names) {
      try LedgerReading($0).snapshot(query, now: $1)
    }
  }

  /// How an event stands now.
  public func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await database.read(of: tenant) { rows, _ in try LedgerReading(rows).match(of: event) }
  }

  /// Everything about one issued offer.
  public func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await database.read(of: tenant) { rows, _ in try LedgerReading(rows).record(of: issued) }
  }

  /// Some entries of a listing.
  public func page(_ query: PageQuery) async throws -> LedgerPage {
    try await database.read(of: query.tenant) { rows, _ in try LedgerReading(rows).page(query) }
  }

  /// Some entries of the trail.
  public func trail(_ query: TrailQuery) async throws -> TrailPage {
    try await database.read(of: query.tenant) { rows, _ in try LedgerReading(rows).trail(query) }
  }

  /// Counts everything anew.
  public func audit(tenant: TenantID) async throws -> LedgerAudit {
    try await database.read(of: tenant) { try LedgerReading($0).audit(now: $1) }
  }
}
