import DurableLedger
import LedgerTwins
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Synchronization
import Testing

/// The whole bridge with everything going wrong, over the ledger in SQLite.
// One after the other: a run keeps a thread, and what answers it from outside needs another one.
@Suite(.serialized) struct SQLiteSimulationTests {
  @Test func `a hundred journeys over SQLite keep every promise with every fault on`() throws {
    let folder = try TemporaryFolder()
    let report = Simulation(seed: 1, journeys: 100).run(on: SimulatedSystem(.sqlite(in: folder)))
    #expect(report.violations == [])
    #expect(report.effects > 0)
  }

  @Test func `a hundred journeys keep every promise where callers share a flush`() throws {
    let folder = try TemporaryFolder()
    let gathering = LedgerUnderTest { now in
      CoalescingLedger(in: try SQLiteOfferLedger(at: folder.ledger, now: now))
    }
    let report = Simulation(seed: 4, journeys: 100).run(on: SimulatedSystem(gathering))
    #expect(report.violations == [])
  }

  @Test func `every answer, listing and line of the trail is that of the ledger in memory`() async throws {
    let folder = try TemporaryFolder()
    let made = Mutex<TwinLedger?>(nil)
    let system = SimulatedSystem(
      LedgerUnderTest { now in
        // Without chance both chain the same trail.
        let twin = TwinLedger(
          InMemoryOfferLedger(chance: { 0 }, now: now),
          try SQLiteOfferLedger(at: folder.ledger, chance: { 0 }, now: now)
        )
        made.withLock { $0 = twin }
        return WithoutPeople(twin)
      }
    )
    let report = Simulation(seed: 5, journeys: 100).run(on: system)
    #expect(report.violations == [])
    let twin = try #require(made.withLock { $0 })
    #expect(try await twin.differencesInWhole(of: "main") == [])
  }
}
