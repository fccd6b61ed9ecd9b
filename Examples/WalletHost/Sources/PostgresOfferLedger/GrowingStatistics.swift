import Synchronization

/// Has PostgreSQL count anew what is in a table that grows faster than it looks.
///
/// It chooses the index of a statement by statistics, which its autovacuum gathers once a minute, and keeps the choice
/// until there are others. While a table is empty, any index that begins with the tenant is as good as any other, and
/// the one that is chosen may read all of the tenant's rows for each that is looked for.
final class GrowingStatistics: Sendable {
  /// The tables that grow.
  enum Table: String {
    case journeyTrigger = "journey_trigger"
    case issuedOffer = "issued_offer"
    case replicaReference = "replica_reference"
    case message
    case externalEvent = "external_event"
    case limitCounter = "limit_counter"
    case limitUse = "limit_use"
    case trail
    case customerName = "customer_name"
  }

  private struct Growth {
    var rows = 0
    var next = 50
  }

  private let growth = Mutex<[Table: Growth]>([:])

  /// Takes note of rows that were committed.
  ///
  /// - Returns: The tables of which it is time to count the rows again, with how many this process wrote.
  func note(_ written: [Table: Int]) -> [Table: Int] {
    growth.withLock { growth in
      var due: [Table: Int] = [:]
      for (table, rows) in written {
        growth[table, default: Growth()].rows += rows
        guard let now = growth[table], now.rows >= now.next else { continue }
        growth[table]?.next = now.rows * 4
        due[table] = now.rows
      }
      return due
    }
  }

  /// Counts what is in the tables, but for those of which it is known that they hold as much.
  func gather(_ due: [Table: Int], on connection: PostgresConnection) throws {
    try connection.write("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
    let known = try connection.read(
      "SELECT relname, reltuples::bigint FROM pg_class WHERE oid = ANY ($1::regclass[])",
      [.list(due.keys.map(\.rawValue))]
    ).map { (name: try $0[0] as String, rows: try $0[1] as Int) }
    for (table, rows) in due.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      if known.contains(where: { $0.name == table.rawValue && $0.rows >= rows }) { continue }
      // What another process counts just now it need not count as well.
      try connection.write("ANALYZE (SKIP_LOCKED) \(table.rawValue)")
    }
    try connection.commit()
  }
}
