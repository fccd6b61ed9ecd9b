import DurableLedger
import Foundation
import LimitedShop
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger

/// A folder that goes with the one who holds it.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "WalletHost-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var ledger: String { url.appending(path: "ledger.sqlite").path(percentEncoded: false) }
}

extension LedgerUnderTest {
  /// The ledger in SQLite, each in a file of its own within a folder.
  static func sqlite(in folder: TemporaryFolder) -> LedgerUnderTest {
    LedgerUnderTest(
      reopen: { ledger, now in
        let ledger = try sqlite(ledger)
        try ledger.close()
        return try SQLiteOfferLedger(at: ledger.path, now: now)
      },
      process: { ledger in
        LedgerProcess(
          executable: BuiltExecutable.named("SQLiteLedgerWorker"),
          arguments: [try sqlite(ledger).path]
        )
      },
      make: { now in
        let file = folder.url.appending(path: "\(UUID().uuidString).sqlite")
        return try SQLiteOfferLedger(at: file.path(percentEncoded: false), now: now)
      }
    )
  }

  /// The same behind a ledger that lets callers share a flush, and without a memory.
  static func gathered(in folder: TemporaryFolder) -> LedgerUnderTest {
    LedgerUnderTest(
      reopen: { ledger, now in
        guard let ledger = ledger as? CoalescingLedger<SQLiteOfferLedger> else { throw AnotherLedger() }
        try ledger.base.close()
        return CoalescingLedger(in: try SQLiteOfferLedger(at: ledger.base.path, remembering: 0, now: now))
      },
      make: { now in
        let file = folder.url.appending(path: "\(UUID().uuidString).sqlite")
        return CoalescingLedger(
          in: try SQLiteOfferLedger(at: file.path(percentEncoded: false), remembering: 0, now: now)
        )
      }
    )
  }

  private static func sqlite(_ ledger: any OfferLedger) throws -> SQLiteOfferLedger {
    guard let ledger = ledger as? SQLiteOfferLedger else { throw AnotherLedger() }
    return ledger
  }
}

/// A ledger that is not the one in SQLite.
struct AnotherLedger: Error {}
