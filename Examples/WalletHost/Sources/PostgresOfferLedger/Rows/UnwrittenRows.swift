import DurableLedger
import OfferBridgeKit

/// New rows of which a step writes many, gathered so that one statement writes them.
struct UnwrittenRows {
  /// Columns of new rows: each column a list, for `unnest`.
  struct Columns {
    private(set) var columns: [[String?]]

    init(_ count: Int) { columns = Array(repeating: [], count: count) }

    var isEmpty: Bool { columns[0].isEmpty }
    /// Whether there are so many rows that the database may as well begin with them.
    var areMany: Bool { columns[0].count >= 16 }

    mutating func add(_ row: [(any PostgresValue)?]) {
      for (column, value) in row.enumerated() { columns[column].append(value?.postgresText) }
    }

    /// The lists, which are empty after that.
    mutating func take() -> [PostgresParameter] {
      defer { self = Self(columns.count) }
      return columns.map { .list($0) }
    }
  }

  var issued = Columns(10)
  var messages = Columns(8)
  var lanes: Set<LaneName> = []
  var trail = Columns(5)
  var triggers: [TriggerID: TriggerRow] = [:]
  var counters: [LimitCounter: Int64] = [:]
}

extension PostgresLedgerRows {
  /// Sends what was gathered: before anything is read that it may change, and at the end.
  func writeAll() throws {
    try writeIssuedOffersAndMessages()
    try writeTurns()
    if !unwritten.trail.isEmpty {
      try connection.write(
        """
        INSERT INTO trail (tenant, sequence, line, customer, issued_offer, event)
        SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
        """,
        [owner] + unwritten.trail.take()
      )
    }
    try writeTriggers()
    try writeCounters()
  }

  /// Sends the new rows that stay as they are to the end of most steps.
  func writeIssuedOffersAndMessages() throws {
    if !unwritten.issued.isEmpty {
      try connection.write(
        """
        INSERT INTO issued_offer (
          tenant, id, customer, offer, document, proven, limits, is_retaken, expires_at, warns_at, is_recalled
        )
        SELECT $1, * FROM unnest(
          $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::bigint[],
          $10::bigint[], $11::boolean[])
        """,
        [owner] + unwritten.issued.take()
      )
    }
    if !unwritten.messages.isEmpty {
      try connection.write(
        """
        INSERT INTO message (tenant, key, provider, customer, issued_offer, document, limits, state, due)
        SELECT $1, * FROM unnest(
          $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[])
        """,
        [owner] + unwritten.messages.take()
      )
    }
  }
}
