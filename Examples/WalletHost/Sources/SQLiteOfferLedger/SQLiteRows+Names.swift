import DurableLedger
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  func identity(of id: CustomerID) throws -> IdentityRow {
    let lines = try all(
      """
      SELECT id, survivor FROM customer_name WHERE tenant = ?1 AND id = ?2
      UNION SELECT id, survivor FROM customer_name WHERE tenant = ?1 AND survivor = coalesce(
        (SELECT survivor FROM customer_name WHERE tenant = ?1 AND id = ?2), ?2)
      """,
      [owner, id.rawValue.column]
    ) { row in
      (
        id: CustomerID(String(column: row[0])),
        survivor: (row[1] as String?).map { CustomerID(String(column: $0)) }
      )
    }
    return IdentityRow(of: id, lines: lines)
  }

  func write(_ survivor: CustomerID?, of id: CustomerID) throws {
    let name = survivor?.rawValue.column
    try run(
      "UPDATE customer_name SET survivor = ? WHERE tenant = ? AND survivor = ?",
      [name, owner, id.rawValue.column]
    )
    try run(
      "INSERT INTO customer_name (tenant, id, survivor) VALUES (?, ?, ?)",
      [owner, id.rawValue.column, name]
    )
  }

  func removeName(_ id: CustomerID) throws {
    try run("DELETE FROM customer_name WHERE tenant = ? AND id = ?", [owner, id.rawValue.column])
  }

  func give(allOf customer: CustomerID, to owner: CustomerID) throws {
    let names = [self.owner, customer.rawValue.column, owner.rawValue.column]
    for sql in [
      "UPDATE issued_offer SET customer = ?3 WHERE tenant = ?1 AND customer = ?2",
      "UPDATE message SET turn = NULL WHERE tenant = ?1 AND customer IN (?2, ?3) AND turn IS NOT NULL",
      "UPDATE message SET customer = ?3 WHERE tenant = ?1 AND customer = ?2",
      """
      UPDATE external_event SET customer = ?3, place = place + coalesce(
        (SELECT max(place) FROM external_event WHERE tenant = ?1 AND customer = ?3), 0)
      WHERE tenant = ?1 AND customer = ?2
      """,
      "UPDATE trail SET customer = ?3 WHERE tenant = ?1 AND customer = ?2",
    ] {
      try run(sql, names)
    }
  }

  func areForgotten(_ keys: [DerivedKey]) throws -> Bool {
    try first(
      """
      SELECT EXISTS (
        SELECT 1 FROM json_each(?2) AS asked JOIN customer_name AS name ON name.tenant = ?1
          AND name.survivor IS NULL
        WHERE name.id = (SELECT customer FROM issued_offer WHERE tenant = ?1 AND id = asked.value)
          OR name.id = (SELECT customer FROM message WHERE tenant = ?1 AND key = asked.value)
      )
      """,
      [owner, text(keys.map(\.description))]
    ) { $0[0] } ?? false
  }
}
