/// Many runs, each of another seed, that together make up a number of journeys.
///
/// ```swift
/// let report = SimulationSweep(journeys: 20_000, seed: 7).run()
/// ```
///
/// A sweep is as reproducible as a run: the same seed gives the same runs, of
/// one process to four, and of some customers or many.
public struct SimulationSweep: Sendable {
  /// The runs, in their order.
  public let simulations: [Simulation]

  /// A sweep.
  ///
  /// - Parameters:
  ///   - journeys: How many journeys there are in all.
  ///   - seed: What the runs' seeds are drawn from.
  ///   - faults: What may go wrong in each of them; everything by default.
  public init(journeys: Int, seed: UInt64, faults: Set<SimulatedFault> = Set(SimulatedFault.allCases)) {
    var chance = Seeded(seed)
    var simulations: [Simulation] = []
    var left = journeys
    while left > 0 {
      // Most are large; a small one comes to states that a crowd never leaves anybody in.
      let size = [1_000, 1_000, 1_000, 300, 50][Int(chance.next() % 5)]
      simulations.append(
        Simulation(
          seed: chance.next() >> 16,
          journeys: min(left, size),
          processes: 1 + Int(chance.next() % 4),
          faults: faults
        )
      )
      left -= size
    }
    self.simulations = simulations
  }

  /// Runs all of them, as many at once as there are processors.
  ///
  /// - Parameter system: What is put to the test.
  /// - Returns: The sums, the same however many were run at once.
  public func run(on system: SimulatedSystem = .inMemory) async -> SimulationReport {
    await withTaskGroup(of: (Int, SimulationReport).self) { group in
      for (place, simulation) in simulations.enumerated() {
        group.addTask { (place, await simulation.runApart(on: system)) }
      }
      // The sums are taken in the order of the runs, for the digest depends on it.
      var sum = SimulationReport()
      var early: [Int: SimulationReport] = [:]
      var next = 0
      for await (place, report) in group {
        early[place] = report
        while let report = early.removeValue(forKey: next) {
          sum.add(report)
          next += 1
        }
      }
      return sum
    }
  }
}
