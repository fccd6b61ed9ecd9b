import DurableLedger
import OfferBridgeKit

extension PostgresLedgerRows {
  /// Takes the tenants' rows, and with them the tenants; a row is made where it is not there.
  ///
  /// Whoever has a tenant's is the only one to change anything of that tenant until its transaction ends.
  static func loadStandings(_ rows: [PostgresLedgerRows], isLocking: Bool, _ load: inout RowLoad) {
    // In the order of their names, so that no two transactions wait for each other.
    let sorted = rows.sorted { $0.tenant.rawValue < $1.tenant.rawValue }
    let names = PostgresParameter.list(sorted.map(\.tenant.rawValue.column))
    if isLocking {
      let beginnings = sorted.map { TrailAnchor.beginning(of: $0.tenant) }
      load.add(
        """
        INSERT INTO standing (tenant, duplicates, conflicts, trail_count, trail_hash)
        SELECT tenant, 0, 0, count, hash
        FROM unnest($1::text[], $2::bigint[], $3::text[]) AS new (tenant, count, hash) ORDER BY tenant
        ON CONFLICT DO NOTHING
        """,
        [names, .list(beginnings.map(\.count)), .list(beginnings.map(\.hash.description))]
      ) { _ in }
    }
    load.add(
      """
      SELECT tenant, duplicates, conflicts, trail_count, trail_hash, names FROM standing
      WHERE tenant = ANY ($1::text[]) ORDER BY tenant \(isLocking ? "FOR UPDATE" : "")
      """,
      [names]
    ) { found in
      for each in sorted { each.loaded.standing = each.beginning }
      for (tenant, standing) in try found.map({ row in
        (
          TenantID(String(column: try row[0])),
          StandingRow(
            duplicates: try row[1],
            conflicts: try row[2],
            anchor: TrailAnchor(count: try row[3], hash: try sorted[0].key(try row[4])),
            names: try row[5]
          )
        )
      }) {
        for each in sorted where each.tenant == tenant { each.loaded.standing = standing }
      }
    }
  }

  private var beginning: StandingRow {
    StandingRow(duplicates: 0, conflicts: 0, anchor: .beginning(of: tenant))
  }

  func standing() throws -> StandingRow {
    if let known = loaded.standing { return known }
    var load = RowLoad()
    Self.loadStandings([self], isLocking: false, &load)
    try load.load(on: connection)
    return loaded.standing ?? beginning
  }

  func write(_ standing: StandingRow) throws {
    loaded.standing = standing
    try run(
      """
      UPDATE standing SET duplicates = $2, conflicts = $3, trail_count = $4, trail_hash = $5, names = $6
      WHERE tenant = $1
      """,
      .of(
        standing.duplicates,
        standing.conflicts,
        standing.anchor.count,
        standing.anchor.hash.description,
        standing.names
      )
    )
  }

  func append(
    _ entry: TrailEntry,
    _ line: String,
    about event: ExternalEventID?,
    of customer: CustomerID?
  ) throws {
    note(.trail)
    unwritten.trail.add([
      entry.sequence, line, customer?.rawValue.column, entry.fact.issuedOffer?.description,
      customer == nil ? event?.column : nil,
    ])
  }

  func rewrite(_ entry: TrailEntry) throws {
    try run(
      "UPDATE trail SET line = $2 WHERE tenant = $1 AND sequence = $3",
      .of(entry.line, entry.sequence)
    )
  }

  func entries(_ scope: TrailScope, after sequence: Int, limit: Int) throws -> [TrailEntry] {
    switch scope {
    case .all:
      try entries("TRUE OR $4::text IS NULL", nil, after: sequence, limit)
    case .issuedOffer(let id):
      try entries("issued_offer = $4", id.description, after: sequence, limit)
    case .customer(let id):
      try entries("customer = $4", id.rawValue.column, after: sequence, limit)
    }
  }

  private func entries(
    _ condition: String,
    _ name: String?,
    after sequence: Int,
    _ limit: Int
  ) throws -> [TrailEntry] {
    try all(
      "SELECT line FROM trail WHERE tenant = $1 AND sequence > $2 AND (\(condition)) ORDER BY sequence LIMIT $3",
      .of(sequence, limit, name)
    ) { row in
      let line: String = try row[0]
      guard let entry = TrailEntry(line: line) else { throw PostgresLedgerError.notAnEntry(line) }
      return entry
    }
  }
}
