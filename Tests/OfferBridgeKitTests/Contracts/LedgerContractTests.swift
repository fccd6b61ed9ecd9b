import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The ledger in memory, put to its own contract.
@Suite struct LedgerContractTests {
  static let inMemory = LedgerUnderTest(
    reopen: { ledger, now in
      guard let ledger = ledger as? InMemoryOfferLedger else { throw Unexpected("another ledger") }
      return try InMemoryOfferLedger(restoring: ledger.saved(), now: now)
    },
    make: { now in InMemoryOfferLedger(now: now) }
  )

  @Test(arguments: OfferLedgerContract.checks)
  func `the ledger in memory keeps the contract`(check: ContractCheck<LedgerUnderTest>) async throws {
    #expect(try await check.run(on: Self.inMemory) == .kept)
  }

  @Test func `each check has a name of its own`() {
    let names = OfferLedgerContract.checks.map(\.name)
    #expect(names.count == 49)
    #expect(Set(names).count == names.count)
  }
}

/// Ledgers with one fault each: a check that does not find its own is blind.
@Suite struct BrokenLedgerTests {
  @Test(arguments: BrokenLedger.all)
  func `a broken ledger is caught by the check that is named for its fault`(broken: BrokenLedger) async throws
  {
    let check = try #require(OfferLedgerContract.checks.first { $0.name == broken.check })
    let violation = await #expect(throws: ContractViolation.self) { try await check.run(on: broken.ledger) }
    #expect(violation?.check == broken.check)
    #expect(violation?.seen.isEmpty == false)
  }

  @Test func `every check catches a ledger that is broken where it looks`() {
    #expect(BrokenLedger.all.map(\.check).sorted() == OfferLedgerContract.checks.map(\.name).sorted())
  }
}
