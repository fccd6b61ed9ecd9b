import DurableLedger
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  func standing() throws -> StandingRow {
    try first(
      "SELECT duplicates, conflicts, trail_count, trail_hash, names FROM standing WHERE tenant = ?",
      [owner]
    ) { row in
      StandingRow(
        duplicates: row[0],
        conflicts: row[1],
        anchor: TrailAnchor(count: row[2], hash: try key(row[3])),
        names: row[4]
      )
    } ?? StandingRow(duplicates: 0, conflicts: 0, anchor: .beginning(of: tenant))
  }

  func write(_ standing: StandingRow) throws {
    try run(
      """
      INSERT INTO standing (tenant, duplicates, conflicts, trail_count, trail_hash, names)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant) DO UPDATE SET duplicates = excluded.duplicates, conflicts = excluded.conflicts,
        trail_count = excluded.trail_count, trail_hash = excluded.trail_hash, names = excluded.names
      """,
      [
        owner, standing.duplicates, standing.conflicts, standing.anchor.count,
        standing.anchor.hash.description, standing.names,
      ]
    )
  }

  func append(
    _ entry: TrailEntry,
    _ line: String,
    about event: ExternalEventID?,
    of customer: CustomerID?
  ) throws {
    try run(
      "INSERT INTO trail (tenant, sequence, line, customer, issued_offer, event) VALUES (?, ?, ?, ?, ?, ?)",
      [
        owner, entry.sequence, line, customer?.rawValue.column, entry.fact.issuedOffer?.description,
        customer == nil ? event?.column : nil,
      ]
    )
  }

  func rewrite(_ entry: TrailEntry) throws {
    try run(
      "UPDATE trail SET line = ? WHERE tenant = ? AND sequence = ?",
      [entry.line, owner, entry.sequence]
    )
  }

  func entries(_ scope: TrailScope, after sequence: Int, limit: Int) throws -> [TrailEntry] {
    switch scope {
    case .all:
      try entries("", [owner, sequence, limit])
    case .issuedOffer(let id):
      try entries("AND issued_offer = ?", [owner, sequence, id.description, limit])
    case .customer(let id):
      try entries("AND customer = ?", [owner, sequence, id.rawValue.column, limit])
    }
  }

  private func entries(_ scope: String, _ arguments: [any SQLiteValue]) throws -> [TrailEntry] {
    try all(
      "SELECT line FROM trail WHERE tenant = ? AND sequence > ? \(scope) ORDER BY sequence LIMIT ?",
      arguments
    ) { row in
      let line: String = row[0]
      guard let entry = TrailEntry(line: line) else { throw SQLiteLedgerError.notAnEntry(line) }
      return entry
    }
  }
}
