import Foundation
import GRDB
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Testing

/// Ledgers in files that undo a part of what is written: a check that does not find it is blind, or the part is not
/// needed.
@Suite struct BrokenFileTests {
  /// A file in which an SQL trigger undoes something.
  struct Sabotage: Sendable, CustomStringConvertible {
    let description: String
    let check: String
    /// What happens at what, in SQL.
    let trigger: String

    init(_ description: String, caughtBy check: String, _ trigger: String) {
      self.description = description
      self.check = check
      self.trigger = trigger
    }
  }

  static let sabotages = [
    Sabotage(
      "a message is lost that was committed with its issued offer",
      caughtBy: "issue.createsIssuanceAndMessageTogether",
      "AFTER INSERT ON message BEGIN DELETE FROM message WHERE sequence = new.sequence; END"
    ),
    Sabotage(
      "a limit counts nothing",
      caughtBy: "commit.limitExactAtBoundary",
      "AFTER INSERT ON limit_counter BEGIN UPDATE limit_counter SET used = 0; END"
    ),
    Sabotage(
      "a refusal is forgotten at once",
      caughtBy: "issue.refusalIsSticky",
      "AFTER INSERT ON journey_trigger BEGIN UPDATE journey_trigger SET nodes = '[]'; END"
    ),
    Sabotage(
      "a fence stays where it is",
      caughtBy: "claim.fenceStrictlyIncreases",
      "AFTER UPDATE OF fence ON message WHEN new.fence > 1 BEGIN UPDATE message SET fence = 1; END"
    ),
    Sabotage(
      "nobody has the turn after the first",
      caughtBy: "claim.oldestFirst",
      "AFTER UPDATE OF turn ON message WHEN new.sequence > 1 BEGIN UPDATE message SET turn = NULL; END"
    ),
    Sabotage(
      "an event is not kept",
      caughtBy: "reconcile.duplicateIsDuplicate",
      "AFTER INSERT ON external_event BEGIN DELETE FROM external_event; END"
    ),
    Sabotage(
      "a parked event waits for nothing",
      caughtBy: "reconcile.unknownIssuanceParksThenFolds",
      "AFTER INSERT ON external_event BEGIN UPDATE external_event SET awaits = NULL; END"
    ),
    Sabotage(
      "every third change is not told",
      caughtBy: "trail.isChained",
      "AFTER INSERT ON trail WHEN new.sequence % 3 = 0 BEGIN DELETE FROM trail WHERE sequence = new.sequence; END"
    ),
  ]

  @Test(arguments: sabotages)
  func `a file that undoes a part of what is written is caught by the check named for it`(
    sabotage: Sabotage
  ) async throws {
    let folder = try TemporaryFolder()
    let broken = LedgerUnderTest { now in
      let ledger = try SQLiteOfferLedger(at: folder.ledger, now: now)
      try await DatabaseQueue(path: folder.ledger).write { db in
        try db.execute(sql: "CREATE TRIGGER sabotage \(sabotage.trigger)")
      }
      return ledger
    }
    let check = try #require(OfferLedgerContract.checks.first { $0.name == sabotage.check })
    await #expect(throws: ContractViolation.self) { try await check.run(on: broken) }
  }
}
