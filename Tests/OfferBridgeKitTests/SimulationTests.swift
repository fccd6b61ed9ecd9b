import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The whole bridge with everything going wrong.
@Suite struct SimulationTests {
  @Test func `journeys keep every promise with every fault on`() async {
    let report = await SimulationSweep(journeys: 1_500, seed: 1).run()
    #expect(report.violations == [])
    #expect(report.journeys == 1_500)
  }

  @Test func `a run is equal to itself`() {
    let simulation = Simulation(seed: 1, journeys: 100)
    let (first, second) = (simulation.run(), simulation.run())
    #expect(first.violations == [])
    #expect(first == second)
    #expect(first.traceHash != Simulation(seed: 2, journeys: 100).run().traceHash)
  }
}

/// What is tried in every way that there is.
@Suite struct ExhaustiveRunsTests {
  static let inMemory = LedgerUnderTest { now in InMemoryOfferLedger(now: now) }

  @Test func `a crash before or after any call of the canonical journey changes nothing`() async throws {
    let outcome = try await ExhaustiveRuns.crashes(of: Self.inMemory, inPairs: false)
    #expect(outcome.violations == [])
    #expect(outcome.runs > 50)
  }

  @Test func `six events and their acknowledgement come to one state in any order`() async throws {
    let outcome = try await ExhaustiveRuns.orders(of: Self.inMemory, every: 10)
    #expect(outcome.violations == [])
    #expect(outcome.runs > 2_000)
  }
}
