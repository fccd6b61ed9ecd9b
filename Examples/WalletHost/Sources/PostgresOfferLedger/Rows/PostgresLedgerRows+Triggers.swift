import DurableLedger
import OfferBridgeKit

extension PostgresLedgerRows {
  /// In the order in which ``readTrigger(_:)`` reads them.
  private static let triggerColumns = "kind, id, customer, fingerprint, version, lapses_at, nodes"

  private func readTrigger(_ row: PostgresRow) throws -> TriggerRow {
    let kind: String = try row[0]
    guard let kind = TriggerID.Kind(rawValue: kind) else { throw PostgresLedgerError.unknownKind(kind) }
    return TriggerRow(
      record: TriggerRecord(
        id: TriggerID(kind, String(column: try row[1])),
        customer: CustomerID(String(column: try row[2])),
        fingerprint: try key(try row[3])
      ),
      version: try row[4],
      nodes: try value(try row[6]),
      lapsesAt: try row[5]
    )
  }

  func loadTriggers(_ ids: Set<TriggerID>, _ load: inout RowLoad) {
    for id in ids { loaded.triggers[id] = .some(nil) }
    load.add(
      """
      SELECT found.* FROM unnest($2::text[], $3::text[]) AS asked (kind, id)
      CROSS JOIN LATERAL (
        SELECT \(Self.triggerColumns) FROM journey_trigger
        WHERE tenant = $1 AND kind = asked.kind AND journey_trigger.id = asked.id OFFSET 0
      ) AS found
      """,
      [owner, .list(ids.map(\.kind.rawValue)), .list(ids.map(\.id.column))]
    ) { rows in
      for trigger in try rows.map(self.readTrigger) {
        self.loaded.triggers[trigger.record.id] = .some(trigger)
      }
    }
  }

  func loadFirstLapse(_ load: inout RowLoad) {
    load.add(
      "SELECT min(lapses_at) FROM journey_trigger WHERE tenant = $1 AND lapses_at IS NOT NULL",
      [owner]
    ) {
      rows in
      self.loaded.firstLapse = .some(try rows.first { try $0[0] as Int64? } ?? nil)
    }
  }

  func trigger(_ id: TriggerID) throws -> TriggerRow? {
    if let known = loaded.triggers[id] { return known }
    let found = try first(
      "SELECT \(Self.triggerColumns) FROM journey_trigger WHERE tenant = $1 AND kind = $2 AND id = $3",
      .of(id.kind.rawValue, id.id.column),
      readTrigger
    )
    loaded.triggers[id] = .some(found)
    return found
  }

  func write(_ trigger: TriggerRow) throws {
    loaded.put(trigger)
    note(.journeyTrigger)
    unwritten.triggers[trigger.record.id] = trigger
  }

  func writeTriggers() throws {
    if unwritten.triggers.isEmpty { return }
    var columns = UnwrittenRows.Columns(7)
    for trigger in unwritten.triggers.values {
      let record = trigger.record
      columns.add([
        record.id.kind.rawValue, record.id.id.column, record.customer.rawValue.column,
        record.fingerprint.description, trigger.version, trigger.lapsesAt, try trigger.nodes.column,
      ])
    }
    unwritten.triggers = [:]
    try connection.write(
      """
      INSERT INTO journey_trigger (tenant, \(Self.triggerColumns))
      SELECT $1, * FROM unnest(
        $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[])
      ON CONFLICT (tenant, kind, id)
      DO UPDATE SET version = excluded.version, lapses_at = excluded.lapses_at, nodes = excluded.nodes
      """,
      [owner] + columns.take()
    )
  }

  func remove(_ trigger: TriggerID) throws {
    loaded.triggers[trigger] = .some(nil)
    loaded.firstLapse = nil
    try run(
      "DELETE FROM journey_trigger WHERE tenant = $1 AND kind = $2 AND id = $3",
      .of(trigger.kind.rawValue, trigger.id.column)
    )
  }

  func triggers(of customers: Set<CustomerID>) throws -> [TriggerRow] {
    try all(
      "SELECT \(Self.triggerColumns) FROM journey_trigger WHERE tenant = $1 AND customer = ANY ($2::text[])",
      [.list(customers.map(\.rawValue.column))],
      readTrigger
    )
  }

  func triggers(lapsedBy moment: Int64, limit: Int) throws -> [TriggerRow] {
    // Most of the time nothing has lapsed, which was asked for with the rest.
    if let first = loaded.firstLapse, first.map({ $0 > moment }) ?? true { return [] }
    return try all(
      """
      SELECT \(Self.triggerColumns) FROM journey_trigger
      WHERE tenant = $1 AND lapses_at <= $2 ORDER BY lapses_at LIMIT $3
      """,
      .of(moment, limit),
      readTrigger
    )
  }
}
