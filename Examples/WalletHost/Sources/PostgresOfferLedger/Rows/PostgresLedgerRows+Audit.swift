import DurableLedger
import OfferBridgeKit

// All rows are read in parts, so that no more than a part is in memory at a time.
extension PostgresLedgerRows {
  /// How many rows one part has at most.
  private static var part: Int { 512 }

  /// Reads part after part.
  ///
  /// - Parameters:
  ///   - read: Reads some rows after a place, `nil` being before the first.
  ///   - each: Uses them, and tells the place of the last.
  /// - Throws: What these throw.
  func pages<Value, Place>(
    _ read: (_ after: Place?, _ limit: Int) throws -> [Value],
    each: ([Value]) throws -> Place?
  ) throws {
    var place: Place?
    while true {
      let found = try read(place, Self.part)
      if found.isEmpty { return }
      place = try each(found)
      if found.count < Self.part { return }
    }
  }

  /// What comes after the last of a page, `$2`, or all where no page came before.
  ///
  /// A condition that says both would read from the start each time: a plan is made for all parameters alike.
  static func follows(_ last: String?) -> String { last == nil ? ">= $2" : "> $2" }

  func forEachCustomer(_ body: (CustomerID) throws -> Void) throws {
    try pages { (after: String?, limit) in
      try self.all(
        """
        SELECT customer FROM (
          (SELECT DISTINCT customer FROM issued_offer
            WHERE tenant = $1 AND customer \(Self.follows(after)) ORDER BY customer LIMIT $3)
          UNION
          (SELECT DISTINCT customer FROM external_event
            WHERE tenant = $1 AND customer \(Self.follows(after)) ORDER BY customer LIMIT $3)
        ) AS known ORDER BY customer LIMIT $3
        """,
        .of(after ?? "", limit)
      ) { try $0[0] as String }
    } each: { columns in
      let customers = columns.map { CustomerID(String(column: $0)) }
      var load = RowLoad()
      loadEvents(of: Set(customers), ofMessages: [], &load)
      loadIssued(to: Set(customers), &load)
      loadReferences(of: Set(customers), &load)
      if try standing().names > 0 { loadIdentities(of: Set(customers), &load) }
      try load.load(on: connection)
      for customer in customers { try body(customer) }
      let standing = loaded.standing
      loaded = LoadedRows()
      loaded.standing = standing
      return columns.last
    }
  }

  func forEachMessage(_ body: (MessageRow) throws -> Void) throws {
    try pages { (after: String?, limit) in
      try self.all(
        """
        SELECT \(Self.messageColumns), key FROM message
        WHERE tenant = $1 AND key \(Self.follows(after)) ORDER BY key LIMIT $3
        """,
        .of(after ?? "", limit)
      ) { (try readMessage($0), try $0[15] as String) }
    } each: { found in
      for (row, _) in found { try body(row) }
      return found.last?.1
    }
  }

  func forEachUnownedEvent(_ body: (EventRow) throws -> Void) throws {
    try pages { (after: Int64?, limit) in
      try self.all(
        """
        SELECT \(Self.eventColumns), sequence FROM external_event
        WHERE tenant = $1 AND customer IS NULL AND sequence > $2
        ORDER BY sequence LIMIT $3
        """,
        .of(after ?? 0, limit)
      ) { (try readEvent($0), try $0[5] as Int64) }
    } each: { found in
      for (row, _) in found { try body(row) }
      return found.last?.1
    }
  }

  func openMessagesInLanes() throws -> Int {
    try first(
      """
      SELECT coalesce(sum(open.count), 0)::bigint FROM (
        SELECT DISTINCT provider, customer FROM message
        WHERE tenant = $1 AND state IN ('waiting', 'leased') AND turn IS NOT NULL
      ) AS lane
      CROSS JOIN LATERAL (
        SELECT count(*) FROM message
        WHERE tenant = $1 AND provider = lane.provider AND customer = lane.customer
          AND state IN ('waiting', 'leased')
        OFFSET 0
      ) AS open
      """,
      []
    ) { try $0[0] } ?? 0
  }
}
