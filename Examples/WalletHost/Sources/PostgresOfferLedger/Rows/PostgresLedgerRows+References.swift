import DurableLedger
import OfferBridgeKit

extension PostgresLedgerRows {
  private static let referencesOfCustomers = """
    SELECT issued_offer.customer, issued_offer.id, provider, reference FROM issued_offer
    JOIN replica_reference ON replica_reference.tenant = issued_offer.tenant
      AND replica_reference.issued_offer = issued_offer.id
    WHERE issued_offer.tenant = $1 AND issued_offer.customer = ANY ($2::text[])
    """

  func loadReferences(of customers: Set<CustomerID>, _ load: inout RowLoad) {
    for customer in customers { loaded.references[customer] = [:] }
    load.add(Self.referencesOfCustomers, [owner, .list(customers.map(\.rawValue.column))]) { rows in
      let found = try rows.map { row in
        (
          customer: CustomerID(String(column: try row[0])),
          issued: try self.key(try row[1]),
          provider: ProviderID(String(column: try row[2])),
          reference: ReplicaReference(String(column: try row[3]))
        )
      }
      for each in found {
        self.loaded.references[each.customer, default: [:]][each.issued, default: [:]][
          each.provider,
          default: []
        ].insert(each.reference)
      }
    }
  }

  func insert(_ reference: ReplicaReference, at provider: ProviderID, of issued: IssuedOffer.ID) throws {
    if let customer = try self.issued(issued)?.owner {
      loaded.references[customer]?[issued, default: [:]][provider, default: []].insert(reference)
    }
    try run(
      """
      INSERT INTO replica_reference (tenant, provider, reference, issued_offer) VALUES ($1, $2, $3, $4)
      ON CONFLICT DO NOTHING
      """,
      .of(provider.rawValue.column, reference.rawValue.column, issued.description)
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
      UPDATE replica_reference SET reference = $2
      WHERE tenant = $1 AND provider = $3 AND reference = $4 AND issued_offer = $5
      """,
      .of(
        name.rawValue.column,
        provider.rawValue.column,
        reference.rawValue.column,
        issued.description
      )
    )
  }

  func owner(of reference: ReplicaReference, at provider: ProviderID) throws -> CustomerID? {
    try first(
      """
      SELECT issued_offer.customer FROM replica_reference
      JOIN issued_offer ON issued_offer.tenant = replica_reference.tenant
        AND issued_offer.id = replica_reference.issued_offer
      WHERE replica_reference.tenant = $1 AND provider = $2 AND reference = $3
      ORDER BY replica_reference.sequence LIMIT 1
      """,
      .of(provider.rawValue.column, reference.rawValue.column)
    ) { CustomerID(String(column: try $0[0])) }
  }

  func references(of customer: CustomerID) throws -> [IssuedOffer.ID: [ProviderID: Set<ReplicaReference>]] {
    if let known = loaded.references[customer] { return known }
    try writeAll()
    var load = RowLoad()
    loadReferences(of: [customer], &load)
    try load.load(on: connection)
    return loaded.references[customer] ?? [:]
  }
}
