import OfferBridgeKit
import OfferBridgeTesting
import PostgresOfferLedger
import Testing

/// The ledger in PostgreSQL, put to the contract of every ledger.
@Suite(.enabled(if: TestDatabase.isThere, TestDatabase.condition)) struct PostgresContractTests {
  @Test(arguments: OfferLedgerContract.checks)
  func `the ledger in PostgreSQL keeps the contract`(check: ContractCheck<LedgerUnderTest>) async throws {
    #expect(try await check.run(on: .postgres) == .kept)
  }

  @Test(arguments: ForgettingLedgerContract.checks)
  func `the ledger in PostgreSQL forgets and merges`(check: ContractCheck<LedgerUnderTest>) async throws {
    #expect(try await check.run(on: .postgres) == .kept)
  }

  @Test(arguments: ForgettingLedgerContract.checks)
  func `the ledger in PostgreSQL forgets and merges where callers share a flush`(
    check: ContractCheck<LedgerUnderTest>
  ) async throws {
    #expect(try await check.run(on: .gatheredPostgres) == .kept)
  }
}
