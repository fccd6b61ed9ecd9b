extension Simulation {
  /// A smaller run that breaks a promise too: of fewer journeys, processes and classes of faults.
  ///
  /// Where a smaller run keeps its promises, some runs of other seeds are tried: what needs luck in a crowd often
  /// needs less of it in a small company, but not at the same place.
  ///
  /// - Parameters:
  ///   - system: What breaks the promise.
  ///   - neighbours: How many other seeds are tried for each smaller run; 20 by default.
  /// - Returns: The smallest that was found and its report, or `nil` when this run keeps every promise.
  public func shrunk(
    on system: SimulatedSystem = .inMemory,
    neighbours: Int = 20
  ) -> (simulation: Simulation, report: SimulationReport)? {
    let report = run(on: system)
    guard !report.violations.isEmpty else { return nil }
    var search = SmallestRun(smallest: self, report: report, system: system, neighbours: max(0, neighbours))
    search.shrink()
    return (search.smallest, search.report)
  }
}

/// The search for the smallest run that breaks a promise.
private struct SmallestRun {
  var smallest: Simulation
  var report: SimulationReport
  let system: SimulatedSystem
  let neighbours: Int

  mutating func shrink() {
    while true {
      let before = smallest
      shrinkJourneys()
      while smallest.processes > 1 {
        var candidate = smallest
        candidate.processes -= 1
        guard take(candidate) else { break }
      }
      shrinkFaults()
      if smallest == before { return }
    }
  }

  /// Takes the run, or one of a seed nearby, in place of the smallest if it breaks a promise too.
  private mutating func take(_ candidate: Simulation) -> Bool {
    for offset in 0...UInt64(neighbours) {
      var candidate = candidate
      candidate.seed = smallest.seed &+ offset
      let found = candidate.run(on: system)
      guard !found.violations.isEmpty else { continue }
      (smallest, report) = (candidate, found)
      return true
    }
    return false
  }

  private mutating func shrinkJourneys() {
    while smallest.journeys > 1 {
      var candidate = smallest
      candidate.journeys = smallest.journeys > 8 ? smallest.journeys / 2 : smallest.journeys - 1
      guard take(candidate) else { return }
    }
  }

  /// Leaves faults out by halves, quarters and so on, as long as a promise is still broken.
  private mutating func shrinkFaults() {
    var part = max(1, smallest.faults.count / 2)
    while !smallest.faults.isEmpty {
      let faults = SimulatedFault.allCases.filter { smallest.faults.contains($0) }
      let isSmaller = stride(from: 0, to: faults.count, by: part).contains { start in
        var candidate = smallest
        candidate.faults.subtract(faults[start..<min(start + part, faults.count)])
        return take(candidate)
      }
      if isSmaller {
        part = max(1, min(part, smallest.faults.count / 2))
      } else if part == 1 {
        return
      } else {
        part /= 2
      }
    }
  }
}

extension SimulationReport {
  /// The first violation as a test that can be pasted, or `nil` when there is none.
  ///
  /// ```swift
  /// @Test func `simulation 7 keeps I6`() throws {
  ///   let simulation = try #require(Simulation("OBSIM v1 seed=7 journeys=3 processes=2 faults=process.pause"))
  ///   #expect(simulation.run().violations == [])
  /// }
  /// ```
  public var test: String? {
    violations.first.map { violation in
      """
      @Test func `simulation \(violation.simulation.seed) keeps \(violation.promise)`() throws {
        let simulation = try #require(Simulation("\(violation.simulation)"))
        #expect(simulation.run().violations == [])
      }
      """
    }
  }
}
