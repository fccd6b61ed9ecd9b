/// Which customers' rows were merged into which: each leads to the survivor in one step, however often it was merged.
struct MergedRows: Sendable {
  private var survivors: [Int32: Int32] = [:]
  private var formers: [Int32: [Int32]] = [:]

  var isEmpty: Bool { survivors.isEmpty }

  /// The row itself, where it was not merged.
  @inline(__always)
  func survivor(of row: Int32) -> Int32 { survivors.isEmpty ? row : survivors[row] ?? row }

  /// Whether it was merged into another.
  func isMerged(_ row: Int32) -> Bool { survivors[row] != nil }

  /// What was merged into a survivor, in no order.
  func formers(of survivor: Int32) -> [Int32] { formers[survivor] ?? [] }

  mutating func merge(_ row: Int32, into survivor: Int32) {
    let mine = (formers.removeValue(forKey: row) ?? []) + [row]
    for former in mine { survivors[former] = survivor }
    formers[survivor, default: []] += mine
  }

  /// Row and survivor, in the order of the rows.
  var pairs: [(row: Int32, survivor: Int32)] {
    survivors.sorted { $0.key < $1.key }.map { (row: $0.key, survivor: $0.value) }
  }
}

extension LedgerState {
  /// The row of whoever has that id, or had it before a merge; `nil` for an id that is nobody's.
  func knownRow(of customer: CustomerID) -> Int32? {
    customers.row(of: customer).map { merged.survivor(of: $0) }
  }

  /// The ids of a customer of whom several were made one, or `nil`.
  func identity(of owner: Int32) -> CustomerIdentity? {
    guard !merged.isEmpty else { return nil }
    let formers = merged.formers(of: owner)
    guard !formers.isEmpty else { return nil }
    return CustomerIdentity(
      survivor: customers[owner].name,
      formerIDs: formers.map { customers[$0].name }
    )
  }

  /// The id that whoever has this one goes by.
  func survivor(of customer: CustomerID) -> CustomerID {
    guard !merged.isEmpty, let row = customers.row(of: customer), merged.isMerged(row) else {
      return customer
    }
    return customers[merged.survivor(of: row)].name
  }

  /// The counter as it is kept: a customer's who was merged is the survivor's.
  @inline(__always)
  func kept(_ counter: LimitCounter) -> LimitCounter {
    guard !merged.isEmpty, let customer = counter.customer else { return counter }
    let survivor = survivor(of: customer)
    return survivor == customer ? counter : counter.of(survivor)
  }

  /// Whether two ids are one customer's.
  func areOne(_ customer: CustomerID, _ other: CustomerID) -> Bool {
    survivor(of: customer) == survivor(of: other)
  }

  /// Who redeemed what is a customer's, where it was somebody else.
  func redeemer(_ customer: CustomerID?, otherThan owner: Int32) -> CustomerID? {
    guard !merged.isEmpty, let customer, let identity = identity(of: owner) else { return customer }
    return identity.has(customer) ? nil : customer
  }
}
