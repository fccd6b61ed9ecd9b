import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The other stores in memory, put to their contracts, and one broken one for each check that looks at contents.
@Suite struct StoreContractTests {
  private static let start = Date(timeIntervalSince1970: 1_767_225_600)
  private static let actions = [
    CustomerAction("purchase", id: "p-1", by: "ada", at: start),
    CustomerAction("purchase", id: "p-2", by: "ada", at: start + 60, ["amount": 7]),
    CustomerAction("app_opened", id: "o-1", by: "bob", at: start + 60),
  ]

  private static func customers(_ store: some CustomerStore<Int>) -> CustomerStoreUnderTest {
    CustomerStoreUnderTest(store, known: ["ada", "bob"], unknown: "nobody", actions: actions)
  }

  private static let catalog = InMemoryOfferCatalog([Offer("ten-off"), Offer("coffee")])

  @Test(arguments: CustomerStoreContract.checks)
  func `the customer store in memory keeps the contract`(check: ContractCheck<CustomerStoreUnderTest>)
    async throws
  {
    let store = InMemoryCustomerStore(["ada": 1, "bob": 2])
    for action in Self.actions { store.record(action) }
    #expect(try await check.run(on: Self.customers(store)) == .kept)
  }

  /// Answers as if every customer were one and the same, and its windows ended before their ends.
  private struct Careless: CustomerStore {
    func customer(_ id: CustomerID) async throws -> Int? { 1 }
    func customers(_ ids: [CustomerID]) async throws -> [CustomerID: Int] { [:] }
    func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory {
      CustomerHistory(
        StoreContractTests.actions.filter { action in
          needs.contains { $0.action == action.name && action.occurredAt < $0.window.through }
        }.reversed().dropLast()
      )
    }
  }

  @Test(arguments: CustomerStoreContract.checks)
  func `a careless customer store is caught by every check`(check: ContractCheck<CustomerStoreUnderTest>)
    async throws
  {
    await #expect(throws: ContractViolation.self) { try await check.run(on: Self.customers(Careless())) }
  }

  @Test(arguments: OfferCatalogContract.checks)
  func `the catalog in memory keeps the contract, one without its offers does not`(
    check: ContractCheck<OfferCatalogUnderTest>
  ) async throws {
    let known: [OfferID] = ["ten-off", "coffee"]
    try await check.run(on: OfferCatalogUnderTest(Self.catalog, known: known, unknown: "nothing"))
    struct Torn: OfferCatalog {
      func offer(_ id: OfferID) async throws -> Offer? { id == "coffee" ? nil : Offer(id) }
      func offers(_ ids: [OfferID]) async throws -> [OfferID: Offer] { [:] }
    }
    await #expect(throws: ContractViolation.self) {
      try await check.run(on: OfferCatalogUnderTest(Torn(), known: known, unknown: "nothing"))
    }
  }
}
