import DurableLedger
import Foundation
import OfferBridgeKit

/// The transactions of one ledger on its connections.
final class LedgerDatabase: Sendable {
  /// How often a transaction is begun anew that was rolled back before it could commit.
  private static let attempts = 5

  let pool: ConnectionPool
  private let now: (@Sendable () -> Date)?
  let terms: LedgerTerms
  private let statistics = GrowingStatistics()

  /// - Parameters:
  ///   - pool: The connections.
  ///   - now: The clock; `nil` for the database's.
  ///   - terms: What the ledger was set up with.
  init(_ pool: ConnectionPool, now: (@Sendable () -> Date)?, _ terms: LedgerTerms) {
    self.pool = pool
    self.now = now
    self.terms = terms
  }

  // MARK: - Steps

  /// Makes a step of each tenant that is named, all in one transaction.
  ///
  /// - Parameters:
  ///   - cause: Which step it is.
  ///   - names: What each tenant's step will ask for.
  ///   - rehearsal: The steps' time where nothing of them is to stay; `nil`, the default, for what stays.
  ///   - body: Gets a step for each tenant; it may be called again, for a transaction that was rolled back.
  /// - Returns: What the body returns, once it is on the disk.
  /// - Throws: What the body throws, and ``PostgresLedgerError``.
  func steps<Answer: Sendable>(
    _ cause: TrailCause,
    _ names: [TenantID: StepNames],
    rehearsedAt rehearsal: Date? = nil,
    _ body: @escaping @Sendable ([TenantID: LedgerStep<PostgresLedgerRows>]) throws -> Answer
  ) async throws -> Answer {
    try await attempted { try self.steps(cause, names, rehearsedAt: rehearsal, on: $0, body) }
  }

  private func steps<Answer>(
    _ cause: TrailCause,
    _ names: [TenantID: StepNames],
    rehearsedAt rehearsal: Date? = nil,
    on connection: PostgresConnection,
    _ body: ([TenantID: LedgerStep<PostgresLedgerRows>]) throws -> Answer
  ) throws -> Answer {
    let rows = names.keys.map { PostgresLedgerRows(connection, of: $0, terms.memory) }
    try connection.write("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
    var load = RowLoad()
    // First of all: nothing of these tenants changes from here to the commit, so that what is read is what is there.
    PostgresLedgerRows.loadStandings(rows, isLocking: true, &load)
    let moment = loadTime(&load)
    for each in rows { each.load(names[each.tenant] ?? StepNames(), &load) }
    try load.load(on: connection)
    for each in rows {
      try each.loadFolds(names[each.tenant] ?? StepNames(), receives: cause == .reconcile)
    }
    let now = rehearsal?.milliseconds ?? self.now?().milliseconds ?? moment.value
    var steps: [TenantID: LedgerStep<PostgresLedgerRows>] = [:]
    for each in rows {
      steps[each.tenant] = LedgerStep(cause, of: each.tenant, on: each, at: now, terms)
    }
    let answer = try body(steps)
    for step in steps.values { try step.finish() }
    if rehearsal != nil {
      try connection.rollBack()
      return answer
    }
    for each in rows { try each.writeAll() }
    try connection.commit()
    for each in rows { noteGrowth(each.written) }
    return answer
  }

  /// Has the tables counted that have grown much; nobody waits for it, and nothing depends on it but time.
  private func noteGrowth(_ written: [GrowingStatistics.Table: Int]) {
    let due = statistics.note(written)
    if due.isEmpty { return }
    Task.detached { [self] in
      _ = try? await pool.run { slot in
        do { try self.statistics.gather(due, on: try slot.connected()) } catch { slot.giveUpTransaction() }
      }
    }
  }

  /// Makes a step of one tenant, in one transaction.
  func step<Answer: Sendable>(
    _ cause: TrailCause,
    of tenant: TenantID,
    _ names: StepNames = StepNames(),
    _ body: @escaping @Sendable (LedgerStep<PostgresLedgerRows>) throws -> Answer
  ) async throws -> Answer {
    try await attempted { try self.step(cause, of: tenant, names, on: $0, body) }
  }

  private func step<Answer>(
    _ cause: TrailCause,
    of tenant: TenantID,
    _ names: StepNames,
    on connection: PostgresConnection,
    _ body: (LedgerStep<PostgresLedgerRows>) throws -> Answer
  ) throws -> Answer {
    try steps(cause, [tenant: names], on: connection) { steps in
      guard let step = steps[tenant] else { throw CancellationError() }
      return try body(step)
    }
  }

  /// Makes a step of one tenant, unless a look beforehand has the answer, which holds up nobody.
  func step<Answer: Sendable>(
    _ cause: TrailCause,
    of tenant: TenantID,
    unless known: @escaping @Sendable (PostgresLedgerRows, _ now: Int64) throws -> Answer?,
    _ body: @escaping @Sendable (LedgerStep<PostgresLedgerRows>) throws -> Answer
  ) async throws -> Answer {
    try await attempted { connection in
      if let answer = try self.read(of: tenant, StepNames(), on: connection, known) { return answer }
      return try self.step(cause, of: tenant, StepNames(), on: connection, body)
    }
  }

  // MARK: - Reading

  /// Reads as of one moment.
  func read<Answer: Sendable>(
    of tenant: TenantID,
    _ names: StepNames = StepNames(),
    _ body: @escaping @Sendable (PostgresLedgerRows, _ now: Int64) throws -> Answer
  ) async throws -> Answer {
    try await attempted { try self.read(of: tenant, names, on: $0, body) }
  }

  private func read<Answer>(
    of tenant: TenantID,
    _ names: StepNames,
    on connection: PostgresConnection,
    _ body: (PostgresLedgerRows, _ now: Int64) throws -> Answer
  ) throws -> Answer {
    let rows = PostgresLedgerRows(connection, of: tenant, terms.memory)
    try connection.write("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    var load = RowLoad()
    let moment = loadTime(&load)
    rows.load(names, &load)
    try load.load(on: connection)
    let answer = try body(rows, now?().milliseconds ?? moment.value)
    try connection.endReading()
    return answer
  }

  // MARK: - Both

  private final class Moment { var value: Int64 = 0 }

  /// The database's time, and not that of the transaction's beginning; after what was loaded before it.
  private func loadTime(_ load: inout RowLoad) -> Moment {
    let moment = Moment()
    if now == nil {
      load.add("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint", []) { rows in
        moment.value = try rows.first { try $0[0] as Int64 } ?? 0
      }
    }
    return moment
  }

  /// Does something in a transaction, and again where the database rolled it back for the sake of another.
  func attempted<Answer: Sendable>(
    _ body: @escaping @Sendable (PostgresConnection) throws -> Answer
  ) async throws -> Answer {
    try await pool.run { slot in
      var attempt = 1
      while true {
        do {
          return try body(try slot.connected())
        } catch {
          slot.giveUpTransaction()
          guard attempt < Self.attempts, (error as? PostgresLedgerError)?.wroteNothing == true else {
            throw error
          }
          attempt += 1
        }
      }
    }
  }
}

extension ConnectionSlot {
  /// Makes the connection fit for the next one, or drops it.
  fileprivate func giveUpTransaction() {
    guard let connection else { return }
    guard !connection.isLost else { return drop() }
    do { try connection.rollBack() } catch { drop() }
  }
}

extension PostgresLedgerError {
  /// Whether it is known that nothing was written, and the same transaction may do better: a circle of waiting was
  /// broken, or the connection was lost before the commit.
  fileprivate var wroteNothing: Bool {
    switch self {
    case .refused(sqlState: "40P01", _), .refused(sqlState: "40001", _), .lost: true
    default: false
    }
  }
}
