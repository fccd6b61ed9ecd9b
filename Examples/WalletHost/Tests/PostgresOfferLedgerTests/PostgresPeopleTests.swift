import LedgerTwins
import OfferBridgeKit
import OfferBridgeTesting
import PostgresOfferLedger
import Testing

/// Customers who are merged and forgotten in a database.
@Suite(.enabled(if: TestDatabase.isThere, TestDatabase.condition)) struct PostgresPeopleTests {
  @Test(arguments: UInt64(1)...3)
  func `a walk among merges and forgettings is answered over PostgreSQL as in memory`(seed: UInt64)
    async throws
  {
    let time = ManualTime()
    let twin = TwinLedger(
      InMemoryOfferLedger(now: { time.now }),
      try await TestSchema().ledger(connections: 1, now: { time.now })
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
