import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// The ledger in memory, put to the contract of those that merge and forget customers.
@Suite struct ForgettingContractTests {
  @Test(arguments: ForgettingLedgerContract.checks)
  func `the ledger in memory merges and forgets as its contract says`(check: ContractCheck<LedgerUnderTest>)
    async throws
  {
    #expect(try await check.run(on: LedgerContractTests.inMemory) == .kept)
  }

  @Test func `each check of those that merge and forget has a name of its own`() {
    let names = ForgettingLedgerContract.checks.map(\.name)
    #expect(names.count == 20)
    #expect(
      Set(names).union(OfferLedgerContract.checks.map(\.name)).count == names.count
        + OfferLedgerContract.checks.count
    )
  }

  @Test(arguments: ForgettingLedgerContract.checks)
  func `a ledger that neither merges nor forgets claims nothing`(check: ContractCheck<LedgerUnderTest>)
    async throws
  {
    let plain = LedgerUnderTest { now in
      let clock = ModelledLedger.Clock()
      return ModelledLedger(InMemoryOfferLedger(now: { clock.now }), clock, tenants: ["main"])
    }
    #expect(try await check.run(on: plain) == .notClaimed)
  }

  @Test(arguments: BrokenLedger.ofPeople)
  func `a ledger that merges or forgets with a fault is caught by the check that is named for it`(
    broken: BrokenLedger
  ) async throws {
    let check = try #require(ForgettingLedgerContract.checks.first { $0.name == broken.check })
    let violation = await #expect(throws: ContractViolation.self) { try await check.run(on: broken.ledger) }
    #expect(violation?.check == broken.check)
    #expect(violation?.seen.contains("it threw") == false)
  }

  @Test func `every check of those that merge and forget has a fault that it is named for`() {
    let caught = BrokenLedger.ofPeople.map(\.check)
    #expect(Set(caught) == Set(ForgettingLedgerContract.checks.map(\.name)))
    #expect(Set(BrokenLedger.ofPeople.map(\.description)).count == BrokenLedger.ofPeople.count)
  }
}

/// The test of `Documentation/Merging.md`, as it stands there.
@Suite struct OurForgettingLedgerTests {
  @Test(arguments: ForgettingLedgerContract.checks)
  func `our ledger merges and forgets`(check: ContractCheck<LedgerUnderTest>) async throws {
    try await check.run(on: LedgerUnderTest { now in InMemoryOfferLedger(now: now) })
  }
}
