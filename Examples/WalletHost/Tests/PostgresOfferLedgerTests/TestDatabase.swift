import DurableLedger
import Foundation
import LimitedShop
import OfferBridgeKit
import OfferBridgeTesting
import PostgresOfferLedger
import Synchronization
import Testing

/// The database that the tests are given by the environment.
enum TestDatabase {
  static let address = ProcessInfo.processInfo.environment["OFFERBRIDGE_POSTGRES"] ?? ""

  /// Why the tests are left out where there is none.
  static let condition: Comment =
    "OFFERBRIDGE_POSTGRES names no database. Examples/WalletHost/postgres.sh runs a command with one."

  static var isThere: Bool { !address.isEmpty }

  /// Whether the server may be stopped and started: nobody else is at work on it.
  static var mayRestart: Bool { isThere && variable("OFFERBRIDGE_POSTGRES_RESTART") != nil }

  private static func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

  /// Has the server die, without a word to those who are connected, and starts it again.
  static func restart() throws {
    guard let data = variable("OFFERBRIDGE_POSTGRES_DATA"), let bin = variable("OFFERBRIDGE_POSTGRES_BIN")
    else {
      throw NoServer()
    }
    var arguments = ["\(bin)/pg_ctl", "-D", data, "-m", "immediate", "-w", "-l", "\(data)/log", "restart"]
    // As the user who started it.
    if getuid() == 0 { arguments = ["runuser", "-u", "postgres", "--"] + arguments }
    // The server outlives what starts it, and must not hold the pipe by whose end this process learns of its child's.
    let closing = "for file in $(seq 3 254); do eval \"exec $file>&-\"; done; exec \"$@\""
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", closing, "bash"] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.currentDirectoryURL = URL(filePath: "/")
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw NoServer() }
  }
}

/// No server that could be restarted.
struct NoServer: Error {}

/// A schema of a test's own, whose tables go with the one who holds it.
final class TestSchema: Sendable {
  private let address: String
  let name = "test_\(UUID().uuidString.replacing("-", with: "").lowercased())"

  init(at address: String = TestDatabase.address) { self.address = address }

  /// The ledger in this schema.
  func ledger(
    at address: String? = nil,
    connections: Int = 4,
    patience: Duration = .seconds(10),
    silence: Duration = .seconds(60),
    chance: @escaping @Sendable () -> UInt64 = { .random(in: .min ... .max) },
    now: (@Sendable () -> Date)? = nil
  ) async throws -> PostgresOfferLedger {
    try await PostgresOfferLedger(
      at: address ?? self.address,
      schema: name,
      connections: connections,
      patience: patience,
      silence: silence,
      chance: chance,
      now: now
    )
  }

  private static let worker = BuiltExecutable.named("PostgresLedgerWorker")

  /// The process that works on this schema until it is killed.
  var process: LedgerProcess {
    LedgerProcess(executable: Self.worker, arguments: [TestDatabase.address, name])
  }

  /// A process that has stopped in the midst of its work on this schema.
  func stopped(in work: StoppedWork, patience: Duration = .milliseconds(300)) async throws -> StoppedProcess {
    let arguments = [TestDatabase.address, name, "\(Int(patience / .milliseconds(1)))"]
    return try await StoppedProcess(Self.worker, arguments, work)
  }
}

extension LedgerUnderTest {
  /// The ledger in PostgreSQL, each in a schema of its own.
  static var postgres: LedgerUnderTest {
    let schemas = Schemas()
    return LedgerUnderTest(
      reopen: { ledger, now in
        let schema = try schemas.schema(of: ledger)
        let reopened = try await schema.ledger(now: now)
        schemas.add(schema, of: reopened)
        return reopened
      },
      process: { try schemas.schema(of: $0).process },
      make: { now in
        let schema = TestSchema()
        let ledger = try await schema.ledger(now: now)
        schemas.add(schema, of: ledger)
        return ledger
      }
    )
  }

  /// The same behind a ledger that lets callers share a flush.
  static var gatheredPostgres: LedgerUnderTest {
    let schemas = Schemas()
    return LedgerUnderTest(
      reopen: { ledger, now in
        guard let ledger = ledger as? CoalescingLedger<PostgresOfferLedger> else { throw AnotherLedger() }
        return CoalescingLedger(in: try await schemas.schema(of: ledger.base).ledger(now: now))
      },
      make: { now in
        let schema = TestSchema()
        let ledger = try await schema.ledger(now: now)
        schemas.add(schema, of: ledger)
        return CoalescingLedger(in: ledger)
      }
    )
  }

  /// Which ledger is in which schema.
  private final class Schemas: Sendable {
    private let known = Mutex<[ObjectIdentifier: TestSchema]>([:])

    func add(_ schema: TestSchema, of ledger: PostgresOfferLedger) {
      known.withLock { $0[ObjectIdentifier(ledger)] = schema }
    }

    func schema(of ledger: any OfferLedger) throws -> TestSchema {
      guard let ledger = ledger as? PostgresOfferLedger,
        let schema = known.withLock({ $0[ObjectIdentifier(ledger)] })
      else { throw AnotherLedger() }
      return schema
    }
  }
}

/// A ledger that is not the one in PostgreSQL.
struct AnotherLedger: Error {}
