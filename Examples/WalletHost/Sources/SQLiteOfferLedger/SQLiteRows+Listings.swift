import DurableLedger
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  func page(_ listing: LedgerListing, after place: Int64, limit: Int) throws -> [PlacedEntry] {
    switch listing {
    case .issuedOffers(let customer):
      return try all(
        """
        SELECT document, proven, limits, is_retaken, sequence FROM issued_offer
        WHERE tenant = ? AND customer = ? AND sequence > ? ORDER BY sequence LIMIT ?
        """,
        [owner, customer.rawValue.column, place, limit]
      ) { PlacedEntry(place: $0[4], entry: .issuedOffer(try readIssued($0).current)) }
    case .messages(let customer):
      return try messages("customer = ?", customer.rawValue.column, after: place, limit)
    case .messagesIn(.accepted):
      // Each by its index, and then the earliest of both.
      let accepted = try ["accepted", "confirmed"].flatMap {
        try messages("state = ?", $0, after: place, limit)
      }
      return Array(accepted.sorted { $0.place < $1.place }.prefix(limit))
    case .messagesIn(let name):
      return try messages("state = ?", name.rawValue, after: place, limit)
    case .events(let customer):
      return try events("customer = ?", customer.rawValue.column, by: "place", after: place, limit)
    case .parkedEvents:
      return try events("stands = ?", "parked", after: place, limit)
    case .discrepantEvents:
      return try events("stands = ?", "discrepant", after: place, limit)
    case .reported(let source):
      return try events("source = ?", source.rawValue.column, after: place, limit)
    }
  }

  private func messages(
    _ condition: String,
    _ name: String,
    after place: Int64,
    _ limit: Int
  ) throws -> [PlacedEntry] {
    try all(
      """
      SELECT \(Self.messageColumns), sequence FROM message
      WHERE tenant = ? AND \(condition) AND sequence > ? ORDER BY sequence LIMIT ?
      """,
      [owner, name, place, limit]
    ) { PlacedEntry(place: $0[14], entry: .message(try readMessage($0).record)) }
  }

  private func events(
    _ condition: String,
    _ name: String,
    by order: String = "sequence",
    after place: Int64,
    _ limit: Int
  ) throws -> [PlacedEntry] {
    try all(
      """
      SELECT \(Self.eventColumns), \(order) FROM external_event
      WHERE tenant = ? AND \(condition) AND \(order) > ? ORDER BY \(order) LIMIT ?
      """,
      [owner, name, place, limit]
    ) { PlacedEntry(place: $0[4], entry: .event(try readEvent($0).record)) }
  }

  // MARK: - For the audit

  func forEachCustomer(_ body: (CustomerID) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          SELECT customer FROM issued_offer WHERE tenant = ?1
          UNION SELECT customer FROM external_event WHERE tenant = ?1 AND customer IS NOT NULL
          """
      ),
      arguments: [owner]
    )
    while let row = try rows.next() { try body(CustomerID(String(column: row[0]))) }
  }

  func forEachMessage(_ body: (MessageRow) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: "SELECT \(Self.messageColumns) FROM message WHERE tenant = ? ORDER BY sequence"
      ),
      arguments: [owner]
    )
    while let row = try rows.next() { try body(try readMessage(row)) }
  }

  func forEachUnownedEvent(_ body: (EventRow) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: "SELECT \(Self.eventColumns) FROM external_event WHERE tenant = ? AND customer IS NULL"
      ),
      arguments: [owner]
    )
    while let row = try rows.next() { try body(try readEvent(row)) }
  }

  func openMessagesInLanes() throws -> Int {
    try first(
      """
      SELECT count(*) FROM message AS open
      WHERE tenant = ?1 AND state IN ('waiting', 'leased') AND EXISTS (
        SELECT 1 FROM message AS head
        WHERE head.tenant = ?1 AND head.provider = open.provider AND head.customer = open.customer
          AND head.state IN ('waiting', 'leased') AND head.turn IS NOT NULL
      )
      """,
      [owner]
    ) { $0[0] } ?? 0
  }
}
