import LedgerWorker
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

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
    // It is one process's alone.
    let isKept = check.name != "multiProcess.killNine"
    #expect(try await check.run(on: Self.inMemory) == (isKept ? .kept : .notClaimed))
  }

  @Test func `each check has a name of its own`() {
    let names = OfferLedgerContract.checks.map(\.name)
    #expect(names.count == 72)
    #expect(Set(names).count == names.count)
  }
}

/// Ledgers with one fault each: a check that does not find its own is blind.
@Suite struct BrokenLedgerTests {
  /// Those that the simulator knows, and one whose processes are killed.
  static let all =
    BrokenLedger.all + [
      BrokenLedger(
        "a step is answered before it is written",
        caughtBy: "multiProcess.killNine",
        ledger: .inFile(workersWith: .answersBeforeItWrites)
      )
    ]

  @Test(arguments: all)
  func `a broken ledger is caught by the check that is named for its fault`(broken: BrokenLedger) async throws
  {
    let check = try #require(OfferLedgerContract.checks.first { $0.name == broken.check })
    let violation = await #expect(throws: ContractViolation.self) { try await check.run(on: broken.ledger) }
    #expect(violation?.check == broken.check)
    #expect(violation?.seen.isEmpty == false)
  }

  @Test func `every check catches a ledger that is broken where it looks`() {
    #expect(Set(Self.all.map(\.check)) == Set(OfferLedgerContract.checks.map(\.name)))
    #expect(Set(Self.all.map(\.description)).count == Self.all.count)
  }
}

/// What a violation shows.
@Suite struct ViolationTests {
  @Test func `moments that print alike and are not equal are told apart`() async throws {
    let broken = try #require(BrokenLedger.all.first { $0.description == "moments are counted from 1970" })
    let check = try #require(OfferLedgerContract.checks.first { $0.name == broken.check })
    let violation = await #expect(throws: ContractViolation.self) { try await check.run(on: broken.ledger) }
    #expect(violation?.expected == "the message: waiting until 2026-01-01T00:01:30.001Z")
    #expect(
      violation?.seen == """
        waiting until 2026-01-01T00:01:30.001Z, but 2026-01-01T00:01:30.001Z is 788918490.0009999 s after 2001 \
        where Date(milliseconds:) makes 788918490.001 s
        """
    )
  }

  @Test func `moments are printed in milliseconds wherever they stand`() async throws {
    let short = LedgerUnderTest { now in
      var bent = BentLedger(InMemoryOfferLedger(now: now))
      bent.extend = { inner, call in
        try await inner.extend(call.0, by: call.1 - .milliseconds(1), tenant: call.2)
      }
      return bent
    }
    let check = try #require(OfferLedgerContract.checks.first { $0.name == "extend.prolongs" })
    let violation = await #expect(throws: ContractViolation.self) { try await check.run(on: short) }
    #expect(violation?.expected.contains("fence: 1, until: 2026-01-01T00:01:30Z))") == true)
    #expect(violation?.seen.contains("fence: 1, until: 2026-01-01T00:01:29.999Z))") == true)
  }
}

/// The test of `Documentation/Guarantees.md`, as it stands there.
@Suite struct OurLedgerTests {
  @Test(arguments: OfferLedgerContract.checks)
  func `our ledger keeps the contract`(check: ContractCheck<LedgerUnderTest>) async throws {
    try await check.run(on: LedgerUnderTest { now in InMemoryOfferLedger(now: now) })
  }

  @Test func `what a ledger does not claim is not tried`() async throws {
    let check = try #require(
      OfferLedgerContract.checks.first { $0.name == "durability.reopenSeesEverything" }
    )
    let answer = try await check.run(on: LedgerUnderTest { now in InMemoryOfferLedger(now: now) })
    #expect(answer == .notClaimed)
  }

  @Test func `a violation tells what was done, what was expected and what was seen`() async throws {
    let broken = try #require(BrokenLedger.all.first { $0.check == "complete.staleFenceIsLostLease" })
    let check = try #require(OfferLedgerContract.checks.first { $0.name == broken.check })
    let violation = await #expect(throws: ContractViolation.self) { try await check.run(on: broken.ledger) }
    #expect(
      violation?.description == """
        complete.staleFenceIsLostLease is not kept:
        1. commit a-1 for ada (issuance, message) → [written, written]
        2. claim 10 of wallet → a-1 (fence 1, attempt 1)
        3. 61.0 seconds pass
        4. claim 10 of wallet → a-1 (fence 2, attempt 2)
        5. settle a-1 (fence 1) as accepted(W9) → [settled]
        expected: the old worker: lostLease
        seen:     settled
        """
    )
  }
}
