import DurableLedger
import LedgerTwins
import OfferBridgeKit
import OfferBridgeTesting
import PostgresOfferLedger
import Synchronization
import Testing

/// The whole bridge with everything going wrong, over the ledger in PostgreSQL.
@Suite(.enabled(if: TestDatabase.isThere, TestDatabase.condition)) struct PostgresSimulationTests {
  @Test(arguments: [UInt64(1), 2, 3])
  func `a hundred journeys over PostgreSQL keep every promise with every fault on`(seed: UInt64) throws {
    let report = Simulation(seed: seed, journeys: 100).run(on: SimulatedSystem(.postgres))
    #expect(report.violations == [])
    #expect(report.effects > 0)
  }

  @Test(arguments: [UInt64(5), 6])
  func `every answer, listing and line of the trail over PostgreSQL is that of the ledger in memory`(
    seed: UInt64
  ) async throws {
    let made = Mutex<TwinLedger?>(nil)
    let system = SimulatedSystem(
      LedgerUnderTest { now in
        let postgres = try await TestSchema().ledger(chance: { 0 }, now: now)
        // Without chance both chain the same trail.
        let twin = TwinLedger(InMemoryOfferLedger(chance: { 0 }, now: now), postgres)
        made.withLock { $0 = twin }
        return twin
      }
    )
    let report = Simulation(seed: seed, journeys: 100).run(on: system)
    #expect(report.violations == [])
    let twin = try #require(made.withLock { $0 })
    #expect(try await twin.differencesInWhole(of: "main") == [])
  }
}
