import Foundation
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
}

/// A schema of a test's own, whose tables go with the one who holds it.
final class TestSchema: Sendable {
  let name = "test_\(UUID().uuidString.replacing("-", with: "").lowercased())"

  /// The ledger in this schema.
  func ledger(
    connections: Int = 4,
    patience: Duration = .seconds(10),
    now: (@Sendable () -> Date)? = nil
  ) async throws -> PostgresOfferLedger {
    try await PostgresOfferLedger(
      at: TestDatabase.address,
      schema: name,
      connections: connections,
      patience: patience,
      now: now
    )
  }

  /// The process that works on this schema until it is killed.
  var process: LedgerProcess {
    LedgerProcess(executable: Self.built("PostgresLedgerWorker"), arguments: [TestDatabase.address, name])
  }

  private final class Here {}

  /// An executable of this package: it lies beside the tests.
  private static func built(_ name: String) -> URL {
    #if canImport(Darwin)
    let tests = Bundle(for: Here.self).bundleURL
    #else
    let tests = Bundle.main.executableURL ?? Bundle.main.bundleURL
    #endif
    return tests.deletingLastPathComponent().appending(path: name)
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
