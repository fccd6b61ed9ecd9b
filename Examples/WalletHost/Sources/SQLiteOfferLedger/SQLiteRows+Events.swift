import DurableLedger
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  /// In the order in which ``readEvent(_:)`` reads them.
  static let eventColumns = "document, received_at, customer, match, is_reworded"

  func readEvent(_ row: SQLiteRow) throws -> EventRow {
    EventRow(
      event: try memory.event(row[0]),
      receivedAt: row[1],
      customer: (row[2] as String?).map { CustomerID(String(column: $0)) },
      match: try memory.match(row[3]),
      isReworded: row[4]
    )
  }

  func event(_ id: ExternalEventID) throws -> EventRow? {
    try first(
      "SELECT \(Self.eventColumns) FROM external_event WHERE tenant = ? AND source = ? AND id = ?",
      [owner, id.source.rawValue.column, id.id.column],
      readEvent
    )
  }

  func events(of customer: CustomerID) throws -> [EventRow] {
    try all(
      "SELECT \(Self.eventColumns) FROM external_event WHERE tenant = ? AND customer = ? ORDER BY place",
      [owner, customer.rawValue.column],
      readEvent
    )
  }

  func events(awaiting clue: EventClue) throws -> [EventRow] {
    try all(
      "SELECT \(Self.eventColumns) FROM external_event WHERE tenant = ? AND awaits = ? ORDER BY sequence",
      [owner, clue.column],
      readEvent
    )
  }

  func events(redeemedBy customers: Set<CustomerID>) throws -> [EventRow] {
    try customers.flatMap { customer in
      try all(
        "SELECT \(Self.eventColumns) FROM external_event WHERE tenant = ? AND redeemer = ? ORDER BY sequence",
        [owner, customer.rawValue.column],
        readEvent
      )
    }
  }

  func insert(_ row: EventRow, awaiting clue: EventClue?) throws {
    let id = row.event.id
    try run(
      """
      INSERT INTO external_event (tenant, source, id, awaits, stands, received_at, document, match, redeemer)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        owner, id.source.rawValue.column, id.id.column, clue?.column, row.match.stands, row.receivedAt,
        memory.text(row.event), memory.text(row.match), row.event.redeemer?.rawValue.column,
      ]
    )
  }

  func rewrite(_ row: EventRow) throws {
    try run(
      """
      UPDATE external_event SET document = ?, redeemer = ?, is_reworded = ?
      WHERE tenant = ? AND source = ? AND id = ?
      """,
      [
        memory.text(row.event), row.event.redeemer?.rawValue.column, row.isReworded, owner,
        row.event.id.source.rawValue.column, row.event.id.id.column,
      ]
    )
  }

  func write(_ match: RedemptionMatch, of event: ExternalEventID) throws {
    try run(
      "UPDATE external_event SET stands = ?, match = ? WHERE tenant = ? AND source = ? AND id = ?",
      [match.stands, memory.text(match), owner, event.source.rawValue.column, event.id.column]
    )
  }

  func give(_ event: ExternalEventID, to customer: CustomerID) throws {
    let name = customer.rawValue.column
    let last = try first(
      "SELECT max(place) FROM external_event WHERE tenant = ? AND customer = ?",
      [owner, name]
    ) { $0[0] as Int64? }
    try run(
      """
      UPDATE external_event SET customer = ?, place = ?, awaits = NULL
      WHERE tenant = ? AND source = ? AND id = ?
      """,
      [name, (last.flatMap { $0 } ?? 0) + 1, owner, event.source.rawValue.column, event.id.column]
    )
    try run(
      "UPDATE trail SET customer = ?, event = NULL WHERE tenant = ? AND event = ?",
      [name, owner, event.column]
    )
  }
}
