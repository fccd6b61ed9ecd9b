package import DurableLedger
public import Foundation
package import GRDB
public import OfferBridgeKit

/// A ledger in a file: durable, and shared by the processes of one machine.
///
/// Each step is one `BEGIN IMMEDIATE` transaction that is flushed to the disk
/// before it is answered; what is read is read as of one moment. It loads the
/// rows that it touches, decides on values, and writes what changed.
///
/// ```swift
/// let ledger = try SQLiteOfferLedger(at: "/var/lib/shop/offers.sqlite")
/// let bridge = try await OfferBridge(customers: store, catalog: catalog, campaigns: campaigns, ledger: ledger)
/// ```
///
/// A call that has begun is finished, also when its task is cancelled: what
/// was sent is settled rather than sent again.
public final class SQLiteOfferLedger: ForgettingLedger {
  private let pool: DatabasePool
  private let now: @Sendable () -> Date
  private let patience: Duration
  package let terms: LedgerTerms

  /// The file.
  public var path: String { pool.path }

  /// Opens a file, or makes it.
  ///
  /// - Parameters:
  ///   - path: The file; SQLite keeps two more beside it while it is open.
  ///   - refusalRetention: How long a limit's refusal is repeated for the same trigger; 30 days by default.
  ///   - patience: How long a step waits for those of other processes before it throws ``SQLiteLedgerError`` `busy`;
  ///     10 seconds by default.
  ///   - remembered: How many bytes of its rows' texts it remembers at most, so that it need not decode them again; 32
  ///     MiB by default, 0 for none.
  ///   - chance: Where the salts of the trail come from, 64 bits a call; `nil`, the default, for the system's
  ///     generator.
  ///   - now: The ledger's clock, the system's by default: that of the one machine whose processes share the file.
  /// - Throws: ``SQLiteLedgerError`` `notDurable` where the file system does not let each commit be flushed, `laterVersion`
  ///   when the file is of a later version, and `busy`; what SQLite throws when the file cannot be opened.
  public convenience init(
    at path: String,
    refusalRetention: Duration = .days(30),
    patience: Duration = .seconds(10),
    remembering remembered: Int = 32 << 20,
    chance: (@Sendable () -> UInt64)? = nil,
    now: @escaping @Sendable () -> Date = { Date() }
  ) throws {
    try self.init(
      at: path,
      terms: LedgerTerms(refusalRetention: refusalRetention, chance: chance, remembering: remembered),
      patience: patience,
      now: now,
      preparing: { _ in }
    )
  }

  /// Opens a file, and prepares each connection to it.
  package init(
    at path: String,
    terms: LedgerTerms,
    patience: Duration = .seconds(10),
    now: @escaping @Sendable () -> Date,
    preparing: @escaping @Sendable (Database) -> Void
  ) throws {
    self.now = now
    self.patience = patience
    self.terms = terms
    pool = try DatabasePool.durable(
      at: path,
      label: "SQLiteOfferLedger",
      patience: patience,
      migrating: Schema.migrator,
      preparing: preparing
    )
  }

  /// Closes the file; every call after that throws.
  public func close() throws { try pool.close() }

  package func durability() throws -> Durability { try pool.writeWithoutTransaction(Durability.init) }

  // MARK: - Transactions

  // Not GRDB's own `async` calls: those end when their task is cancelled, with the transaction undone.
  func transaction<Answer: Sendable>(
    ending end: Database.TransactionCompletion = .commit,
    _ body: @escaping @Sendable (Database, Int64) throws -> Answer
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      pool.asyncWriteWithoutTransaction { [now, patience] db in
        continuation.resume(
          with: Result {
            var answer: Answer?
            do {
              try db.inTransaction(.immediate) {
                // Within the transaction, so that the order of steps is the order of their times.
                answer = try body(db, now().milliseconds)
                return end
              }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
              throw SQLiteLedgerError.busy(patience: patience)
            }
            guard let answer else { throw CancellationError() }
            return answer
          }
        )
      }
    }
  }

  private func step<Answer: Sendable>(
    _ cause: TrailCause,
    of tenant: TenantID,
    _ body: @escaping @Sendable (LedgerStep<SQLiteRows>) throws -> Answer
  ) async throws -> Answer {
    try await transaction { [terms] db, now in
      let step = LedgerStep(cause, of: tenant, on: SQLiteRows(db, of: tenant, terms.memory), at: now, terms)
      let answer = try body(step)
      try step.finish()
      return answer
    }
  }

  private func read<Answer: Sendable>(
    of tenant: TenantID,
    _ body: @escaping @Sendable (LedgerReading<SQLiteRows>, Int64) throws -> Answer
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      pool.asyncRead { [now, memory = terms.memory] connection in
        continuation.resume(
          with: Result {
            let now = now().milliseconds
            return try body(LedgerReading(SQLiteRows(try connection.get(), of: tenant, memory)), now)
          }
        )
      }
    }
  }

  // MARK: - Steps

  /// Writes plans, all of them in one transaction.
  public func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    try await transaction { [terms] db, now in
      var steps: [TenantID: LedgerStep<SQLiteRows>] = [:]
      let answers = try plans.map { plan in
        let step =
          steps[plan.tenant]
          ?? LedgerStep(
            .commit,
            of: plan.tenant,
            on: SQLiteRows(db, of: plan.tenant, terms.memory),
            at: now,
            terms
          )
        steps[plan.tenant] = step
        return try step.commit(plan)
      }
      for step in steps.values { try step.finish() }
      return answers
    }
  }

  /// Hands out what is due.
  public func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    try await step(.claim, of: query.tenant) { try $0.claim(query) }
  }

  /// Prolongs leases.
  public func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer]
  {
    try await step(.claim, of: tenant) { step in try leases.map { try step.extend($0, by: length) } }
  }

  /// Writes what came of attempts.
  public func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await step(.settle, of: tenant) { step in try settlements.map { try step.settle($0) } }
  }

  /// Lets a message that ended in vain be tried again.
  public func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await step(.redrive, of: tenant) { try $0.redrive(redrive) }
  }

  /// Takes in events of an external system.
  public func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await step(.reconcile, of: tenant) { step in try events.map { try step.reconcile($0) } }
  }

  /// Closes an issued offer.
  public func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await step(.close, of: tenant) { try $0.close(closing) }
  }

  /// Takes out of everything what is personal of one customer.
  public func forget(_ customer: CustomerID, tenant: TenantID) async throws -> ForgetAnswer {
    let answer = try await step(.forget, of: tenant) { try $0.forget(customer) }
    terms.memory.clear()
    return answer
  }

  /// Makes one customer of two.
  public func merge(
    _ customer: CustomerID,
    into survivor: CustomerID,
    tenant: TenantID
  ) async throws -> MergeAnswer {
    try await step(.merge, of: tenant) { try $0.merge(customer, into: survivor) }
  }

  // MARK: - Reading

  /// Reads all that a decision needs.
  public func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    try await read(of: query.tenant) { try $0.snapshot(query, now: $1) }
  }

  /// How an event stands now.
  public func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await read(of: tenant) { rows, _ in try rows.match(of: event) }
  }

  /// Everything about one issued offer.
  public func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await read(of: tenant) { rows, _ in try rows.record(of: issued) }
  }

  /// Some entries of a listing.
  public func page(_ query: PageQuery) async throws -> LedgerPage {
    try await read(of: query.tenant) { rows, _ in try rows.page(query) }
  }

  /// Some entries of the trail.
  public func trail(_ query: TrailQuery) async throws -> TrailPage {
    try await read(of: query.tenant) { rows, _ in try rows.trail(query) }
  }

  /// Counts everything anew.
  public func audit(tenant: TenantID) async throws -> LedgerAudit {
    try await read(of: tenant) { try $0.audit(now: $1) }
  }
}
