/// Customers and what they did, in memory.
///
/// ```swift
/// let store = InMemoryCustomerStore(["ada": Shopper(tier: .gold)])
/// store.record(CustomerAction("purchase", id: "p-1", by: "ada", at: yesterday))
/// ```
public final class InMemoryCustomerStore<Customer: Sendable>: CustomerStore {
  private struct Contents {
    var profiles: [CustomerID: Customer]
    var actions: [CustomerID: [CustomerAction]] = [:]
  }

  private let contents: Guarded<Contents>

  /// A store with those customers.
  ///
  /// - Parameter customers: Profile by id; none by default.
  public init(_ customers: [CustomerID: Customer] = [:]) {
    contents = Guarded(Contents(profiles: customers))
  }

  /// Saves a profile in place of an earlier one.
  ///
  /// - Parameters:
  ///   - customer: The profile.
  ///   - id: Whose it is.
  public func save(_ customer: Customer, as id: CustomerID) {
    contents.withLock { $0.profiles[id] = customer }
  }

  /// Remembers an action for the history of later decisions.
  ///
  /// Recording one again under its id changes nothing for rules: they count each id once.
  ///
  /// - Parameter action: What the customer did.
  public func record(_ action: CustomerAction) {
    contents.withLock { $0.actions[action.customer, default: []].append(action) }
  }

  /// The customer's profile, or `nil`.
  public func customer(_ id: CustomerID) async throws -> Customer? {
    contents.withLock { $0.profiles[id] }
  }

  /// The recorded actions that meet any of the needs.
  public func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory {
    contents.withLock { contents in
      CustomerHistory(
        (contents.actions[id] ?? []).filter { action in
          needs.contains { $0.action == action.name && $0.window.contains(action.occurredAt) }
        }
      )
    }
  }
}
