import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Testing

/// The ledger in SQLite, put to the contract of every ledger.
@Suite struct SQLiteContractTests {
  @Test(arguments: OfferLedgerContract.checks)
  func `the ledger in SQLite keeps the contract`(check: ContractCheck<LedgerUnderTest>) async throws {
    let folder = try TemporaryFolder()
    #expect(try await check.run(on: .sqlite(in: folder)) == .kept)
  }

  @Test(arguments: ForgettingLedgerContract.checks)
  func `the ledger in SQLite forgets and merges`(check: ContractCheck<LedgerUnderTest>) async throws {
    let folder = try TemporaryFolder()
    #expect(try await check.run(on: .sqlite(in: folder)) == .kept)
  }

  @Test(arguments: ForgettingLedgerContract.checks)
  func `the ledger in SQLite forgets and merges where callers share a flush`(
    check: ContractCheck<LedgerUnderTest>
  ) async throws {
    let folder = try TemporaryFolder()
    #expect(try await check.run(on: .gathered(in: folder)) == .kept)
  }
}
