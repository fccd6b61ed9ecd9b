/// Where the host keeps its customers and what they did.
///
/// The bridge asks it once at the start of each decision, and decides on what
/// it answered; it never writes. The profile is any `Sendable` type of the
/// host's own: rules are written over its properties.
///
/// **Use one:** ``InMemoryCustomerStore``, in tests and in apps that hold
/// their customer in memory.
///
/// **Write one:** two methods over your database. Answer `nil` for a customer
/// who is not there, and throw only when the database could not be asked; the
/// bridge turns that into ``OfferBridgeError`` and has written nothing.
///
/// **Fake one:** `InMemoryCustomerStore(["ada": ada])` is the fake.
public protocol CustomerStore<Customer>: Sendable {
  /// The host's own profile type.
  associatedtype Customer: Sendable

  /// The customer's profile as it is now, or `nil` when there is no such customer.
  nonisolated(nonsending)
    func customer(_ id: CustomerID) async throws -> Customer?

  /// The customer's past actions that meet any of the needs.
  ///
  /// Called only when a rule that hears the action asks for history. Answer
  /// every action with one of the names whose moment lies in its window; more
  /// is harmless. Whether the action that is being decided is among them is of
  /// no account: it is known by its id, and counted once.
  nonisolated(nonsending)
    func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory

  /// The profiles of several customers, without those who are not there.
  ///
  /// The default asks for one after the other; a store that can answer a
  /// hundred at once should.
  nonisolated(nonsending)
    func customers(_ ids: [CustomerID]) async throws -> [CustomerID: Customer]
}

extension CustomerStore {
  /// Asks for one customer after the other.
  nonisolated(nonsending)
    public func customers(_ ids: [CustomerID]) async throws -> [CustomerID: Customer]
  {
    var found: [CustomerID: Customer] = [:]
    for id in ids { found[id] = try await customer(id) }
    return found
  }
}
