import DurableLedger
import OfferBridgeKit

// A join is made in the order in which it is written where the inner query has an OFFSET, or is one value. Left to
// itself, PostgreSQL may begin with all references there are, while the table has no statistics.
extension PostgresLedgerRows {
  private static let referencesOfCustomers = """
    SELECT issued_offer.customer, issued_offer.id, learnt.provider, learnt.reference FROM issued_offer
    CROSS JOIN LATERAL (
      SELECT provider, reference FROM replica_reference
      WHERE tenant = $1 AND replica_reference.issued_offer = issued_offer.id OFFSET 0
    ) AS learnt
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
    loaded.owners[.replica(reference, at: provider)] = nil
    note(.replicaReference)
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
    loaded.owners = [:]
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

  /// Whose the replicas are that an external system calls so.
  func loadOwners(of replicas: Set<EventClue>, _ load: inout RowLoad) {
    var names = UnwrittenRows.Columns(2)
    for clue in replicas {
      loaded.owners[clue] = .some(nil)
      if case .replica(let reference, let provider) = clue {
        names.add([provider.rawValue.column, reference.rawValue.column])
      }
    }
    load.add(
      """
      SELECT asked.provider, asked.reference, (
        SELECT customer FROM issued_offer WHERE tenant = $1 AND id = (
          SELECT issued_offer FROM replica_reference
          WHERE tenant = $1 AND provider = asked.provider AND reference = asked.reference
          ORDER BY sequence LIMIT 1
        )
      ) FROM unnest($2::text[], $3::text[]) AS asked (provider, reference)
      """,
      [owner] + names.take()
    ) { rows in
      let found = try rows.map { row in
        (
          replica: EventClue.replica(
            ReplicaReference(String(column: try row[1])),
            at: ProviderID(String(column: try row[0]))
          ),
          owner: (try row[2] as String?).map { CustomerID(String(column: $0)) }
        )
      }
      for each in found { self.loaded.owners[each.replica] = .some(each.owner) }
    }
  }

  func owner(of reference: ReplicaReference, at provider: ProviderID) throws -> CustomerID? {
    let replica = EventClue.replica(reference, at: provider)
    if let known = loaded.owners[replica] { return known }
    try writeAll()
    var load = RowLoad()
    loadOwners(of: [replica], &load)
    try load.load(on: connection)
    return loaded.owners[replica] ?? nil
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
