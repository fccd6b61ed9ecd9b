import DurableLedger
import Foundation
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  func page(_ listing: LedgerListing, after place: Int64, limit: Int) throws -> [PlacedEntry] {
    switch listing {
    case .issuedOffers(let customer):
      return try all(
        """
        SELECT \(Self.issuedColumns), sequence FROM issued_offer
        WHERE tenant = ? AND customer = ? AND sequence > ? ORDER BY sequence LIMIT ?
        """,
        [owner, customer.rawValue.column, place, limit]
      ) { PlacedEntry(place: $0[5], entry: .issuedOffer(try readIssued($0).current)) }
    case .expiring(let moment):
      return try issued(
        "warns_at IS NOT NULL AND warns_at <= ?3 AND expires_at >= ?3",
        at: moment,
        after: place,
        limit
      ) { $0.isExpiring(at: moment) }
    case .toBeRecalled(let moment):
      return try issued("is_recalled = 1 AND expires_at <= ?3", at: moment, after: place, limit) {
        $0.isToBeRecalled(at: moment)
      }
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

  /// The columns leave few rows too many; the issued offer itself has the last word.
  private func issued(
    _ condition: String,
    at moment: Date,
    after place: Int64,
    _ limit: Int,
    where isListed: (IssuedRow) -> Bool
  ) throws -> [PlacedEntry] {
    if limit <= 0 { return [] }
    var found: [PlacedEntry] = []
    try rows(
      """
      SELECT \(Self.issuedColumns), sequence FROM issued_offer
      WHERE tenant = ?1 AND sequence > ?2 AND \(condition) AND NOT EXISTS (
        SELECT 1 FROM customer_name AS name
        WHERE name.tenant = ?1 AND name.id = issued_offer.customer AND name.survivor IS NULL
      ) ORDER BY sequence
      """,
      [owner, place, moment.milliseconds]
    ) { row in
      let issued = try readIssued(row)
      if isListed(issued) { found.append(PlacedEntry(place: row[5], entry: .issuedOffer(issued.current))) }
      return found.count < limit
    }
    return found
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
    ) { PlacedEntry(place: $0[15], entry: .message(try readMessage($0).record)) }
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
    ) { PlacedEntry(place: $0[5], entry: .event(try readEvent($0).record)) }
  }

  // MARK: - For the audit

  func forEachCustomer(_ body: (CustomerID) throws -> Void) throws {
    try each(
      """
      SELECT customer FROM issued_offer WHERE tenant = ?1
      UNION SELECT customer FROM external_event WHERE tenant = ?1 AND customer IS NOT NULL
      """,
      [owner]
    ) { try body(CustomerID(String(column: $0[0]))) }
  }

  func forEachMessage(_ body: (MessageRow) throws -> Void) throws {
    try each("SELECT \(Self.messageColumns) FROM message WHERE tenant = ? ORDER BY sequence", [owner]) {
      try body(try readMessage($0))
    }
  }

  func forEachUnownedEvent(_ body: (EventRow) throws -> Void) throws {
    try each(
      "SELECT \(Self.eventColumns) FROM external_event WHERE tenant = ? AND customer IS NULL",
      [owner]
    ) { try body(try readEvent($0)) }
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
