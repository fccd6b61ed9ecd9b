import DurableLedger
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  /// In the order in which ``readTrigger(_:)`` reads them.
  private static let triggerColumns = "kind, id, customer, fingerprint, version, lapses_at, nodes"

  private func readTrigger(_ row: SQLiteRow) throws -> TriggerRow {
    let kind: String = row[0]
    guard let kind = TriggerID.Kind(rawValue: kind) else { throw SQLiteLedgerError.unknownKind(kind) }
    return TriggerRow(
      record: TriggerRecord(
        id: TriggerID(kind, String(column: row[1])),
        customer: CustomerID(String(column: row[2])),
        fingerprint: try key(row[3])
      ),
      version: row[4],
      nodes: try value(row[6]),
      lapsesAt: row[5]
    )
  }

  func trigger(_ id: TriggerID) throws -> TriggerRow? {
    try first(
      "SELECT \(Self.triggerColumns) FROM journey_trigger WHERE tenant = ? AND kind = ? AND id = ?",
      [owner, id.kind.rawValue, id.id.column],
      readTrigger
    )
  }

  func write(_ trigger: TriggerRow) throws {
    let id = trigger.record.id
    try run(
      """
      INSERT INTO journey_trigger (tenant, \(Self.triggerColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, kind, id)
      DO UPDATE SET version = excluded.version, lapses_at = excluded.lapses_at, nodes = excluded.nodes
      """,
      [
        owner, id.kind.rawValue, id.id.column, trigger.record.customer.rawValue.column,
        trigger.record.fingerprint.description, trigger.version, trigger.lapsesAt, trigger.nodes.column,
      ]
    )
  }

  func remove(_ trigger: TriggerID) throws {
    try run(
      "DELETE FROM journey_trigger WHERE tenant = ? AND kind = ? AND id = ?",
      [owner, trigger.kind.rawValue, trigger.id.column]
    )
  }

  func triggers(of customers: Set<CustomerID>) throws -> [TriggerRow] {
    try all(
      """
      SELECT \(Self.triggerColumns) FROM journey_trigger
      WHERE tenant = ? AND customer IN (SELECT value FROM json_each(?))
      """,
      [owner, text(customers.map(\.rawValue.column))],
      readTrigger
    )
  }

  func triggers(lapsedBy moment: Int64, limit: Int) throws -> [TriggerRow] {
    try all(
      """
      SELECT \(Self.triggerColumns) FROM journey_trigger
      WHERE tenant = ? AND lapses_at <= ? ORDER BY lapses_at LIMIT ?
      """,
      [owner, moment, limit],
      readTrigger
    )
  }
}
