import DurableLedger
import OfferBridgeKit

/// What is loaded together, in one round trip.
struct RowLoad {
  private var statements: [PostgresStatement] = []
  private var readers: [(PostgresRows) throws -> Void] = []

  /// Adds a statement and what becomes of its rows.
  mutating func add(
    _ sql: String,
    _ parameters: [PostgresParameter],
    _ read: @escaping (PostgresRows) throws -> Void
  ) {
    statements.append(PostgresStatement(sql, parameters))
    readers.append(read)
  }

  /// Asks for all of it and waits.
  func load(on connection: PostgresConnection) throws {
    if statements.isEmpty { return }
    for (rows, read) in zip(try connection.readAll(statements), readers) { try read(rows) }
  }
}

extension PostgresLedgerRows {
  /// Adds what a step names, and what is about it.
  func load(_ names: StepNames, _ load: inout RowLoad) {
    if !names.triggers.isEmpty { loadTriggers(names.triggers, &load) }
    if names.isForgetting { loadFirstLapse(&load) }
    if !names.counters.isEmpty { loadCounters(names.counters, &load) }
    if !names.messages.isEmpty { loadMessages(names.messages, &load) }
    if !names.issued.isEmpty || !names.messages.isEmpty {
      loadIssued(names.issued, about: names.messages, &load)
    }
    if !names.events.isEmpty { loadEvents(names.events, &load) }
    if !names.clues.isEmpty { loadEvents(awaiting: names.clues, &load) }
    if !names.references.isEmpty { loadEvents(awaiting: names.references, &load) }
    if !names.replicas.isEmpty { loadOwners(of: names.replicas, &load) }
    if !names.customers.isEmpty || !names.messages.isEmpty {
      loadEvents(of: names.customers, ofMessages: names.messages, &load)
    }
    if !names.ids.isEmpty || !names.messages.isEmpty {
      loadIdentities(of: names.ids, ofMessages: names.messages, keys: names.keys, &load)
    }
  }

  /// The customers whose events will be folded anew: those of what was loaded for a step that folds.
  private func customersToFold(_ names: StepNames) -> Set<CustomerID> {
    var customers = names.customers
    customers.formUnion(names.issued.compactMap { (loaded.issued[$0] ?? nil)?.owner })
    customers.formUnion(names.events.compactMap { (loaded.events[$0] ?? nil)?.customer })
    customers.formUnion(names.replicas.compactMap { loaded.owners[$0] ?? nil })
    return customers
  }

  /// The counters that are kept in the place of those that are named: of customers who were merged.
  private func movedCounters(_ names: StepNames) -> Set<LimitCounter> {
    Set(
      names.counters.compactMap { counter in
        guard let customer = counter.customer, let survivor = loaded.identities[customer]?.survivor,
          survivor != customer
        else { return nil }
        return counter.of(survivor)
      }
    )
  }

  /// Loads what folding needs, in one round trip more: of customers who have events, are about to, or were merged.
  func loadFolds(_ names: StepNames, receives: Bool) throws {
    var customers = receives ? customersToFold(names) : []
    customers.formUnion(loaded.customersEvents.filter { !$0.value.isEmpty }.keys)
    customers.formUnion(names.customers.filter { loaded.identities[$0].map { $0.survivor } ?? $0 != $0 })
    customers = Set(customers.map { loaded.identities[$0]?.survivor ?? $0 })
    let counters = movedCounters(names)
    if customers.isEmpty && counters.isEmpty { return }
    var load = RowLoad()
    if !counters.isEmpty { loadCounters(counters, &load) }
    let unknown = customers.filter { loaded.identities[$0] == nil }
    if !unknown.isEmpty && loaded.standing?.names ?? 0 > 0 { loadIdentities(of: unknown, &load) }
    let unread = customers.filter { loaded.customersEvents[$0] == nil }
    if !unread.isEmpty { loadEvents(of: unread, ofMessages: [], &load) }
    loadIssued(to: customers, &load)
    loadReferences(of: customers, &load)
    loadMessages(of: customers, &load)
    try load.load(on: connection)
  }
}
