import DurableLedger
import OfferBridgeKit

extension PostgresLedgerRows {
  /// In the order in which ``readIssued(_:)`` reads them.
  static let issuedColumns = "document, customer, proven, limits, is_retaken"

  func readIssued(_ row: PostgresRow) throws -> IssuedRow {
    IssuedRow(
      offer: try memory.issuedOffer(try row[0]),
      owner: CustomerID(String(column: try row[1])),
      proven: try values(try row[2]),
      limits: StoredUses(column: try row[3]),
      isRetaken: try row[4]
    )
  }

  /// Issued offers, and those that messages are about.
  func loadIssued(_ ids: Set<IssuedOffer.ID>, about messages: Set<DerivedKey>, _ load: inout RowLoad) {
    for id in ids { loaded.issued[id] = .some(nil) }
    load.add(
      """
      SELECT \(Self.issuedColumns) FROM issued_offer
      WHERE tenant = $1 AND id = ANY (ARRAY(
        SELECT unnest($2::text[])
        UNION SELECT issued_offer FROM message WHERE tenant = $1 AND key = ANY ($3::text[])
      ))
      """,
      [owner, .list(ids.map(\.description)), .list(messages.map(\.description))]
    ) { rows in
      for row in try rows.map(self.readIssued) { self.loaded.issued[row.offer.id] = .some(row) }
    }
  }

  func loadIssued(to customers: Set<CustomerID>, _ load: inout RowLoad) {
    for customer in customers { loaded.issuedOffers[customer] = [] }
    load.add(
      """
      SELECT \(Self.issuedColumns) FROM issued_offer
      WHERE tenant = $1 AND customer = ANY ($2::text[]) ORDER BY sequence
      """,
      [owner, .list(customers.map(\.rawValue.column))]
    ) { rows in
      for row in self.loaded.met(try rows.map(self.readIssued)) {
        self.loaded.issuedOffers[row.owner]?.append(row)
      }
    }
  }

  func issued(_ id: IssuedOffer.ID) throws -> IssuedRow? {
    if let known = loaded.issued[id] { return known }
    let found = try first(
      "SELECT \(Self.issuedColumns) FROM issued_offer WHERE tenant = $1 AND id = $2",
      .of(id.description),
      readIssued
    )
    loaded.issued[id] = .some(found)
    return found
  }

  func issued(to customer: CustomerID, of offers: Set<OfferID>?) throws -> [IssuedRow] {
    if let known = loaded.issuedOffers[customer] {
      return offers.map { offers in known.filter { offers.contains($0.offer.offer) } } ?? known
    }
    let found = loaded.met(
      try all(
        """
        SELECT \(Self.issuedColumns) FROM issued_offer
        WHERE tenant = $1 AND customer = $2 AND ($3::text[] IS NULL OR offer = ANY ($3)) ORDER BY sequence
        """,
        [
          PostgresParameter(customer.rawValue.column),
          offers.map { .list($0.map(\.rawValue.column)) } ?? PostgresParameter(nil),
        ],
        readIssued
      )
    )
    if offers == nil { loaded.issuedOffers[customer] = found }
    return found
  }

  func insert(_ issued: IssuedRow) throws {
    let offer = issued.offer
    loaded.insert(issued)
    note(.issuedOffer)
    unwritten.issued.add([
      offer.id.description, issued.owner.rawValue.column, offer.offer.rawValue.column,
      try memory.text(offer),
      try textOrNil(issued.proven), try issued.limits.column, issued.isRetaken,
      offer.expiresAt?.milliseconds, issued.warnsAt, issued.isRecalledAtItsEnd,
    ])
  }

  func rewrite(_ issued: IssuedRow) throws {
    loaded.issued[issued.offer.id] = nil
    try run(
      "UPDATE issued_offer SET document = $2, limits = $3 WHERE tenant = $1 AND id = $4",
      .of(try memory.text(issued.offer), try issued.limits.column, issued.offer.id.description)
    )
  }

  func update(_ issued: IssuedRow) throws {
    loaded.issued[issued.offer.id] = .some(issued)
    try run(
      """
      UPDATE issued_offer SET document = $2, proven = $3, is_retaken = $4, warns_at = $5, is_recalled = $6
      WHERE tenant = $1 AND id = $7
      """,
      .of(
        try memory.text(issued.offer),
        try textOrNil(issued.proven),
        issued.isRetaken,
        issued.warnsAt,
        issued.isRecalledAtItsEnd,
        issued.offer.id.description
      )
    )
  }
}
