import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The whole bridge with everything going wrong.
@Suite struct SimulationTests {
  @Test func `a thousand journeys with every fault keep every promise`() {
    let report = Simulation(seed: 1, journeys: 300).run()
    print(report)
    #expect(report.violations == [])
  }

  @Test func `a run without faults is equal to itself`() {
    let simulation = Simulation(seed: 1, journeys: 100, faults: [])
    let (first, second) = (simulation.run(), simulation.run())
    #expect(first.violations == [])
    #expect(first == second)
  }
}
