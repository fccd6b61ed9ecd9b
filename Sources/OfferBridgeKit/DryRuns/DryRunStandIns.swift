import Foundation

/// A customer store in which what a dry run was given by value stands in place of what the host's own has.
struct StandInCustomers<Customer: Sendable>: CustomerStore {
  let store: any CustomerStore<Customer>
  let profile: Customer?
  let history: [CustomerAction]?

  func customer(_ id: CustomerID) async throws -> Customer? {
    if let profile { return profile }
    return try await store.customer(id)
  }

  func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory {
    if let history { return CustomerHistory(history) }
    return try await store.history(of: id, needs: needs)
  }
}

/// A code pool that nothing is taken from: its name stands for each of its codes.
struct StandInCodes: CodePool {
  let pool: CodePoolID

  func take(
    for issuance: IssuedOffer.ID,
    of tenant: TenantID,
    plannedAt moment: Date
  ) async throws -> CodeAnswer {
    .taken(DryRun.code(of: pool), fence: 1)
  }
  func giveBack(codeOf issuance: IssuedOffer.ID, as reason: CodeReturn) async throws {}
  func taken(of tenant: TenantID, after fence: Int, limit: Int) async throws -> [TakenCode] { [] }
}
