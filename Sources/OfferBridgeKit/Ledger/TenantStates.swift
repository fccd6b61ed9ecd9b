/// Each tenant's state, the one that was asked for last found without hashing its name.
///
/// A process serves one tenant as a rule, and each call to the ledger names it
/// anew.
struct TenantStates: Sendable {
  private var places: [TenantID: Int] = [:]
  private var entries: [(id: TenantID, state: LedgerState)] = []
  private var last = 0

  init(_ states: [TenantID: LedgerState] = [:]) {
    for (id, state) in states { append(state, of: id) }
  }

  /// By tenant, in no order.
  var all: [(id: TenantID, state: LedgerState)] { entries }

  /// Runs the body on a tenant's state, made where there is none.
  @inline(__always)
  mutating func with<Answer>(
    _ tenant: TenantID,
    orElse made: () -> LedgerState,
    _ body: (inout LedgerState) -> sending Answer
  ) -> sending Answer {
    let place = place(of: tenant, orElse: made)
    return body(&entries[place].state)
  }

  private mutating func place(of tenant: TenantID, orElse made: () -> LedgerState) -> Int {
    if last < entries.count, entries[last].id == tenant { return last }
    last = places[tenant] ?? append(made(), of: tenant)
    return last
  }

  @discardableResult
  private mutating func append(_ state: LedgerState, of tenant: TenantID) -> Int {
    places[tenant] = entries.count
    entries.append((tenant, state))
    return entries.count - 1
  }
}
