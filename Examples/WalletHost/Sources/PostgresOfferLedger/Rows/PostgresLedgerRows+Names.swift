import DurableLedger
import OfferBridgeKit

extension PostgresLedgerRows {
  /// What became of ids, and of those whose messages have these keys; which of other keys are of somebody forgotten.
  ///
  /// After the messages.
  func loadIdentities(
    of ids: Set<CustomerID>,
    ofMessages messages: Set<DerivedKey> = [],
    keys: Set<DerivedKey> = [],
    _ load: inout RowLoad
  ) {
    for id in ids { loaded.identities[id] = IdentityRow(id) }
    loaded.keys.formUnion(keys)
    load.add(
      """
      SELECT asked.id, name.id, name.survivor FROM (
        SELECT unnest($2::text[]) AS id
        UNION SELECT customer FROM message WHERE tenant = $1 AND key = ANY ($3::text[])
      ) AS asked CROSS JOIN LATERAL (
        SELECT id, survivor FROM customer_name WHERE tenant = $1 AND id = asked.id
        UNION SELECT id, survivor FROM customer_name WHERE tenant = $1 AND survivor = coalesce(
          (SELECT survivor FROM customer_name WHERE tenant = $1 AND id = asked.id), asked.id)
      ) AS name
      UNION ALL SELECT key, NULL, NULL FROM (
        SELECT customer, id AS key FROM issued_offer WHERE tenant = $1 AND id = ANY ($4::text[])
        UNION ALL SELECT customer, key FROM message WHERE tenant = $1 AND key = ANY ($4::text[])
      ) AS known
      -- Asked once, and nothing of the above where nobody was forgotten.
      WHERE EXISTS (SELECT 1 FROM customer_name WHERE tenant = $1 AND survivor IS NULL) AND customer IN (
        SELECT id FROM customer_name WHERE tenant = $1 AND survivor IS NULL)
      """,
      [
        owner, .list(ids.map(\.rawValue.column)), .list(messages.map(\.description)),
        .list(keys.map(\.description)),
      ]
    ) { rows in
      for message in messages.compactMap({ self.loaded.messages[$0] ?? nil }) {
        self.loaded.identities[message.owner] = IdentityRow(message.owner)
      }
      var lines: [CustomerID: [(id: CustomerID, survivor: CustomerID?)]] = [:]
      for (asked, id, survivor) in try rows.map({ row in
        (try row[0] as String, try row[1] as String?, try row[2] as String?)
      }) {
        guard let id else {
          self.loaded.forgottenKeys.insert(try self.key(asked))
          continue
        }
        lines[CustomerID(String(column: asked)), default: []].append(
          (CustomerID(String(column: id)), survivor.map { CustomerID(String(column: $0)) })
        )
      }
      for (id, lines) in lines { self.loaded.identities[id] = IdentityRow(of: id, lines: lines) }
    }
  }

  func identity(of id: CustomerID) throws -> IdentityRow {
    if let known = loaded.identities[id] { return known }
    try writeAll()
    var load = RowLoad()
    loadIdentities(of: [id], &load)
    try load.load(on: connection)
    return loaded.identities[id] ?? IdentityRow(id)
  }

  func write(_ survivor: CustomerID?, of id: CustomerID) throws {
    let name = survivor?.rawValue.column
    loaded.identities = [:]
    note(.customerName)
    try run(
      "UPDATE customer_name SET survivor = $2 WHERE tenant = $1 AND survivor = $3",
      .of(name, id.rawValue.column)
    )
    try run(
      "INSERT INTO customer_name (tenant, id, survivor) VALUES ($1, $2, $3)",
      .of(id.rawValue.column, name)
    )
  }

  func removeName(_ id: CustomerID) throws {
    loaded.identities = [:]
    try run("DELETE FROM customer_name WHERE tenant = $1 AND id = $2", .of(id.rawValue.column))
  }

  func give(allOf customer: CustomerID, to owner: CustomerID) throws {
    for sql in [
      "UPDATE issued_offer SET customer = $3 WHERE tenant = $1 AND customer = $2",
      "UPDATE message SET turn = NULL WHERE tenant = $1 AND customer IN ($2, $3) AND turn IS NOT NULL",
      "UPDATE message SET customer = $3 WHERE tenant = $1 AND customer = $2",
      """
      UPDATE external_event SET customer = $3, place = place + coalesce(
        (SELECT max(place) FROM external_event WHERE tenant = $1 AND customer = $3), 0)
      WHERE tenant = $1 AND customer = $2
      """,
      "UPDATE trail SET customer = $3 WHERE tenant = $1 AND customer = $2",
    ] {
      try run(sql, .of(customer.rawValue.column, owner.rawValue.column))
    }
    // Whatever was read may be another's by now.
    let standing = loaded.standing
    loaded = LoadedRows()
    loaded.standing = standing
  }

  func areForgotten(_ keys: [DerivedKey]) throws -> Bool {
    let unasked = Set(keys).subtracting(loaded.keys)
    if !unasked.isEmpty {
      try writeAll()
      var load = RowLoad()
      loadIdentities(of: [], keys: unasked, &load)
      try load.load(on: connection)
    }
    return !loaded.forgottenKeys.isDisjoint(with: keys)
  }
}
