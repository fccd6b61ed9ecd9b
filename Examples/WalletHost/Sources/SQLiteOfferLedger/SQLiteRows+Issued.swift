import DurableLedger
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  /// In the order in which ``readIssued(_:)`` reads them.
  static let issuedColumns = "document, customer, proven, limits, is_retaken"

  func readIssued(_ row: SQLiteRow) throws -> IssuedRow {
    IssuedRow(
      offer: try memory.issuedOffer(row[0]),
      owner: CustomerID(String(column: row[1])),
      proven: try values(row[2]),
      limits: StoredUses(column: row[3]),
      isRetaken: row[4]
    )
  }

  func issued(_ id: IssuedOffer.ID) throws -> IssuedRow? {
    try first(
      "SELECT \(Self.issuedColumns) FROM issued_offer WHERE tenant = ? AND id = ?",
      [owner, id.description],
      readIssued
    )
  }

  func issued(to customer: CustomerID, of offers: Set<OfferID>?) throws -> [IssuedRow] {
    try all(
      """
      SELECT \(Self.issuedColumns), offer FROM issued_offer
      WHERE tenant = ? AND customer = ? ORDER BY sequence
      """,
      [owner, customer.rawValue.column]
    ) { row -> IssuedRow? in
      if let offers, !offers.contains(OfferID(String(column: row[5]))) { return nil }
      return try readIssued(row)
    }.compactMap { $0 }
  }

  func insert(_ issued: IssuedRow) throws {
    let offer = issued.offer
    try run(
      """
      INSERT INTO issued_offer (
        tenant, id, customer, offer, document, proven, limits, is_retaken, expires_at, warns_at, is_recalled
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        owner, offer.id.description, issued.owner.rawValue.column, offer.offer.rawValue.column,
        memory.text(offer),
        textOrNil(issued.proven), issued.limits.column, issued.isRetaken,
        offer.expiresAt?.milliseconds, issued.warnsAt, issued.isRecalledAtItsEnd,
      ]
    )
  }

  func update(_ issued: IssuedRow) throws {
    try run(
      """
      UPDATE issued_offer SET document = ?, proven = ?, is_retaken = ?, warns_at = ?, is_recalled = ?
      WHERE tenant = ? AND id = ?
      """,
      [
        memory.text(issued.offer), textOrNil(issued.proven), issued.isRetaken, issued.warnsAt,
        issued.isRecalledAtItsEnd, owner, issued.offer.id.description,
      ]
    )
  }

  func rewrite(_ issued: IssuedRow) throws {
    try run(
      "UPDATE issued_offer SET document = ?, limits = ? WHERE tenant = ? AND id = ?",
      [memory.text(issued.offer), issued.limits.column, owner, issued.offer.id.description]
    )
  }

  // MARK: - Replicas' references

  func insert(_ reference: ReplicaReference, at provider: ProviderID, of issued: IssuedOffer.ID) throws {
    try run(
      """
      INSERT INTO replica_reference (tenant, provider, reference, issued_offer) VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """,
      [owner, provider.rawValue.column, reference.rawValue.column, issued.description]
    )
  }

  func rename(
    _ reference: ReplicaReference,
    at provider: ProviderID,
    of issued: IssuedOffer.ID,
    to name: ReplicaReference
  ) throws {
    try run(
      """
      UPDATE replica_reference SET reference = ?
      WHERE tenant = ? AND provider = ? AND reference = ? AND issued_offer = ?
      """,
      [
        name.rawValue.column, owner, provider.rawValue.column, reference.rawValue.column, issued.description,
      ]
    )
  }

  // SQLite makes a CROSS JOIN in the order in which it is written. Left to itself it begins with all references there
  // are, or looks through all of a tenant's.
  func owner(of reference: ReplicaReference, at provider: ProviderID) throws -> CustomerID? {
    try first(
      """
      SELECT issued_offer.customer FROM replica_reference
      CROSS JOIN issued_offer ON issued_offer.tenant = replica_reference.tenant
        AND issued_offer.id = replica_reference.issued_offer
      WHERE replica_reference.tenant = ? AND provider = ? AND reference = ?
      ORDER BY replica_reference.sequence LIMIT 1
      """,
      [owner, provider.rawValue.column, reference.rawValue.column]
    ) { CustomerID(String(column: $0[0])) }
  }

  func references(of customer: CustomerID) throws -> [IssuedOffer.ID: [ProviderID: Set<ReplicaReference>]] {
    var found: [IssuedOffer.ID: [ProviderID: Set<ReplicaReference>]] = [:]
    let rows = try all(
      """
      SELECT replica_reference.issued_offer, provider, reference FROM issued_offer
      CROSS JOIN replica_reference INDEXED BY reference_of_issued_offer
        ON replica_reference.tenant = issued_offer.tenant
        AND replica_reference.issued_offer = issued_offer.id
      WHERE issued_offer.tenant = ? AND customer = ?
      """,
      [owner, customer.rawValue.column]
    ) { row in
      (
        try key(row[0]), ProviderID(String(column: row[1])), ReplicaReference(String(column: row[2]))
      )
    }
    for (issued, provider, reference) in rows {
      found[issued, default: [:]][provider, default: []].insert(reference)
    }
    return found
  }
}
