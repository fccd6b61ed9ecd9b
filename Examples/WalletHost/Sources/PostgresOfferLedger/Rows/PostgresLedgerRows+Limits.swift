import DurableLedger
import OfferBridgeKit

extension PostgresLedgerRows {
  func loadCounters(_ counters: Set<LimitCounter>, _ load: inout RowLoad) {
    // By their bytes: two texts that look the same are equal to Swift, and are two counters.
    var byColumn: [[UInt8]: LimitCounter] = [:]
    let columns = counters.map { counter in
      let column = counter.column
      loaded.used[counter] = .some(nil)
      byColumn[Array(column.utf8)] = counter
      return column
    }
    load.add(
      "SELECT counter, used FROM limit_counter WHERE tenant = $1 AND counter = ANY ($2::text[])",
      [owner, .list(columns)]
    ) { rows in
      for (column, used) in try rows.map({ (try $0[0] as String, try $0[1] as Int64) }) {
        if let counter = byColumn[Array(column.utf8)] { self.loaded.used[counter] = .some(used) }
      }
    }
  }

  func used(of counter: LimitCounter) throws -> Int64? {
    if let known = loaded.used[counter] { return known }
    let found: Int64? = try first(
      "SELECT used FROM limit_counter WHERE tenant = $1 AND counter = $2",
      .of(counter.column)
    ) { try $0[0] }
    loaded.used[counter] = .some(found)
    return found
  }

  func write(_ used: Int64, of counter: LimitCounter) throws {
    loaded.used[counter] = .some(used)
    unwritten.counters[counter] = used
    note(.limitCounter)
  }

  func writeCounters() throws {
    if unwritten.counters.isEmpty { return }
    var columns = UnwrittenRows.Columns(2)
    for (counter, used) in unwritten.counters { columns.add([counter.column, used]) }
    unwritten.counters = [:]
    try connection.write(
      """
      INSERT INTO limit_counter (tenant, counter, used)
      SELECT $1, * FROM unnest($2::text[], $3::bigint[])
      ON CONFLICT (tenant, counter) DO UPDATE SET used = excluded.used
      """,
      [owner] + columns.take()
    )
  }

  // MARK: - What merges bring

  func brought(to counter: LimitCounter) throws -> Int64 {
    try first(
      "SELECT brought FROM limit_counter WHERE tenant = $1 AND counter = $2",
      .of(counter.column)
    ) { try $0[0] } ?? 0
  }

  func write(brought: Int64, to counter: LimitCounter) throws {
    try run(
      "UPDATE limit_counter SET brought = $2 WHERE tenant = $1 AND counter = $3",
      .of(brought, counter.column)
    )
  }

  func removeCounter(_ counter: LimitCounter, leavingUsesTo other: LimitCounter) throws {
    loaded.used[counter] = .some(nil)
    try run(
      "UPDATE limit_use SET counter = $2 WHERE tenant = $1 AND counter = $3",
      .of(other.column, counter.column)
    )
    try run("DELETE FROM limit_counter WHERE tenant = $1 AND counter = $2", .of(counter.column))
  }

  // MARK: - Uses of rolling windows

  func sum(of counter: LimitCounter, after moment: Int64) throws -> Int64 {
    try first(
      """
      SELECT coalesce(sum(amount), 0)::bigint FROM limit_use
      WHERE tenant = $1 AND counter = $2 AND moment > $3
      """,
      .of(counter.column, moment)
    ) { try $0[0] } ?? 0
  }

  func insert(_ amount: Int64, at moment: Int64, of counter: LimitCounter) throws {
    note(.limitUse)
    try run(
      "INSERT INTO limit_use (tenant, counter, moment, amount) VALUES ($1, $2, $3, $4)",
      .of(counter.column, moment, amount)
    )
  }

  func remove(_ amount: Int64, at moment: Int64, of counter: LimitCounter) throws {
    try run(
      """
      DELETE FROM limit_use WHERE sequence = (
        SELECT max(sequence) FROM limit_use
        WHERE tenant = $1 AND counter = $2 AND moment = $3 AND amount = $4
      )
      """,
      .of(counter.column, moment, amount)
    )
  }

  func removeUses(of counter: LimitCounter, through moment: Int64) throws {
    try run(
      "DELETE FROM limit_use WHERE tenant = $1 AND counter = $2 AND moment <= $3",
      .of(counter.column, moment)
    )
  }

  func forEachCounter(_ body: (LimitCounter, Int64, Int64) throws -> Void) throws {
    try pages { (after: String?, limit) in
      try self.all(
        """
        SELECT counter, used, brought FROM limit_counter
        WHERE tenant = $1 AND counter \(Self.follows(after)) ORDER BY counter LIMIT $3
        """,
        .of(after ?? "", limit)
      ) { (try $0[0] as String, try $0[1] as Int64, try $0[2] as Int64) }
    } each: { found in
      for (column, used, brought) in found {
        guard let counter = LimitCounter(column: column) else { throw PostgresLedgerError.notAKey(column) }
        try body(counter, used, brought)
      }
      return found.last?.0
    }
  }
}
