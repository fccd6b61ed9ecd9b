import DurableLedger
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Testing

/// The whole bridge with everything going wrong, over the ledger in SQLite.
@Suite struct SQLiteSimulationTests {
  @Test(arguments: [UInt64(1), 2, 3])
  func `a hundred journeys over SQLite keep every promise with every fault on`(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let report = Simulation(seed: seed, journeys: 100).run(on: SimulatedSystem(.sqlite(in: folder)))
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
}
