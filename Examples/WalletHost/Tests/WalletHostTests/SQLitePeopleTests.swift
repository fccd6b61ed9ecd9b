import LedgerTwins
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Testing

/// Customers who are merged and forgotten in a ledger's file.
@Suite struct SQLitePeopleTests {
  @Test(arguments: UInt64(1)...4)
  func `a walk among merges and forgettings is answered over SQLite as in memory`(seed: UInt64) async throws
  {
    let folder = try TemporaryFolder()
    let time = ManualTime()
    let twin = TwinLedger(
      InMemoryOfferLedger(now: { time.now }),
      try SQLiteOfferLedger(at: folder.ledger, now: { time.now })
    )
    let walk = try await TwinWalk(seed: seed, over: twin, at: time)
    for _ in 0..<2 {
      try await walk.go(300)
      let differences = try await twin.differencesInPeople(walk.ids, of: "main")
      #expect(differences == [])
    }
    #expect(walk.done.merges >= 5)
    #expect(walk.done.forgettings >= 3)
  }
}
