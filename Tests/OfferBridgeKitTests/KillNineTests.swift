import Foundation
import LedgerWorker
import OfferBridgeKit
import OfferBridgeTesting
import Testing

extension LedgerUnderTest {
  /// A ledger in a file, on which other processes work that have the fault.
  static func inFile(workersWith fault: FileLedger.Fault) -> LedgerUnderTest {
    LedgerUnderTest(
      reopen: { ledger, now in try FileLedger(at: path(of: ledger), now: now) },
      process: { ledger in
        LedgerProcess(executable: built("LedgerWorker"), arguments: [try path(of: ledger), fault.rawValue])
      },
      make: { now in try FileLedger.temporary(now: now) }
    )
  }

  private static func path(of ledger: any OfferLedger) throws -> String {
    guard let ledger = ledger as? FileLedger else { throw Unexpected("another ledger") }
    return ledger.path
  }

  private final class Here {}

  /// An executable of this package: it lies beside the tests.
  static func built(_ name: String) -> URL {
    #if canImport(Darwin)
    let tests = Bundle(for: Here.self).bundleURL
    #else
    let tests = Bundle.main.executableURL ?? Bundle.main.bundleURL
    #endif
    return tests.deletingLastPathComponent().appending(path: name)
  }
}

/// Processes that share a ledger in a file, and are killed over it.
@Suite(.serialized) struct KillNineTests {
  static let killNine = OfferLedgerContract.checks.filter { $0.name == "multiProcess.killNine" }

  /// What it is there for; the others pass too, in ten seconds.
  static let durable = OfferLedgerContract.checks.filter {
    $0.name.hasPrefix("multiProcess") || $0.name.hasPrefix("durability")
  }

  @Test(arguments: durable)
  func `a ledger in a file keeps the contract, also among processes that are killed`(
    check: ContractCheck<LedgerUnderTest>
  ) async throws {
    #expect(try await check.run(on: .inFile(workersWith: .none)) == .kept)
  }

  @Test(arguments: killNine)
  func `processes that read the same and both write are caught`(check: ContractCheck<LedgerUnderTest>)
    async throws
  {
    let violation = await #expect(throws: ContractViolation.self) {
      try await check.run(on: .inFile(workersWith: .takesNoLock))
    }
    #expect(violation?.check == check.name)
  }

  /// An executable that does not do its half.
  struct Idler: Sendable, CustomStringConvertible {
    let description: String
    let path: String
    var arguments: [String] = []
    let expected: String
    let seen: String
  }

  static let works = "process 1 works and says so until it is killed"

  @Test(
    arguments: killNine,
    [
      Idler(
        description: "ends by itself",
        path: "/usr/bin/true",
        expected: works,
        seen: "by itself it ended with exit status 0 after 0 lines"
      ),
      Idler(
        description: "says nothing",
        path: "/bin/sleep",
        arguments: ["600"],
        expected: works,
        seen: "not ended, and nothing within 0.2 seconds"
      ),
      Idler(
        description: "has a child that says nothing",
        path: "/bin/sh",
        arguments: ["-c", "sleep 5; true"],
        expected: works,
        seen: "not ended, and nothing within 0.2 seconds"
      ),
      Idler(
        description: "has a child that goes on for ever",
        path: "/bin/sh",
        arguments: ["-c", "yes; true"],
        expected: "lines of the check's own on the standard output of process",
        seen: "y"
      ),
      Idler(
        description: "says what it was told",
        path: "/bin/cat",
        expected: "lines of the check's own on the standard output of process",
        seen: "{"
      ),
      Idler(
        description: "writes and writes, and never a line",
        path: "/bin/cat",
        arguments: ["/dev/zero"],
        expected: works,
        seen: "not ended, in a line of more than 1048576 bytes"
      ),
      Idler(description: "is not there", path: "/nowhere/at/all", expected: "an answer", seen: "it threw "),
    ]
  )
  func `a process that does not work is a violation, and nobody waits for it`(
    check: ContractCheck<LedgerUnderTest>,
    idler: Idler
  ) async throws {
    let violation = await #expect(throws: ContractViolation.self) {
      try await check.run(
        on: LedgerUnderTest(
          process: { _ in
            LedgerProcess(
              executable: URL(filePath: idler.path),
              arguments: idler.arguments,
              // One that speaks may be slow to start.
              patience: idler.seen.hasSuffix("within 0.2 seconds") ? .milliseconds(200) : .seconds(30)
            )
          },
          make: { now in InMemoryOfferLedger(now: now) }
        )
      )
    }
    // Which of the three is the first to be read of is chance.
    #expect(violation?.expected.hasPrefix(idler.expected) == true)
    #expect(violation?.seen.hasPrefix(idler.seen) == true)
  }
}
