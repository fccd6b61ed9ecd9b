import DurableLedger
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  // version, lapses_at, record, nodes
  private func readTrigger(_ row: Row) throws -> TriggerRow {
    TriggerRow(
      record: try value(row[2]),
      version: row[0],
      nodes: try value(row[3]),
      lapsesAt: row[1]
    )
  }

  func trigger(_ id: TriggerID) throws -> TriggerRow? {
    try first(
      "SELECT version, lapses_at, record, nodes FROM journey_trigger WHERE tenant = ? AND kind = ? AND id = ?",
      [owner, id.kind.rawValue, id.id.column],
      readTrigger
    )
  }

  func write(_ trigger: TriggerRow) throws {
    let id = trigger.record.id
    try run(
      """
      INSERT INTO journey_trigger (tenant, kind, id, version, lapses_at, record, nodes)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, kind, id)
      DO UPDATE SET version = excluded.version, lapses_at = excluded.lapses_at, nodes = excluded.nodes
      """,
      [
        owner, id.kind.rawValue, id.id.column, trigger.version, trigger.lapsesAt, text(trigger.record),
        text(trigger.nodes),
      ]
    )
  }

  func remove(_ trigger: TriggerID) throws {
    try run(
      "DELETE FROM journey_trigger WHERE tenant = ? AND kind = ? AND id = ?",
      [owner, trigger.kind.rawValue, trigger.id.column]
    )
  }

  func triggers(lapsedBy moment: Int64, limit: Int) throws -> [TriggerRow] {
    try all(
      """
      SELECT version, lapses_at, record, nodes FROM journey_trigger
      WHERE tenant = ? AND lapses_at <= ? ORDER BY lapses_at LIMIT ?
      """,
      [owner, moment, limit],
      readTrigger
    )
  }
}
