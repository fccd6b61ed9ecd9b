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
    var report = run(on: system)
    guard !report.violations.isEmpty else { return nil }
    var smallest = self

    func take(_ candidate: Simulation) -> Bool {
      for offset in 0...UInt64(max(0, neighbours)) {
        var candidate = candidate
        candidate.seed = smallest.seed &+ offset
        let found = candidate.run(on: system)
        guard !found.violations.isEmpty else { continue }
        (smallest, report) = (candidate, found)
        return true
      }
      return false
    }

    while true {
      let before = smallest
      while smallest.journeys > 1 {
        var candidate = smallest
        candidate.journeys = smallest.journeys > 8 ? smallest.journeys / 2 : smallest.journeys - 1
        guard take(candidate) else { break }
      }
      while smallest.processes > 1 {
        var candidate = smallest
        candidate.processes -= 1
        guard take(candidate) else { break }
      }
      shrinkFaults(of: &smallest, taking: take)
      if smallest == before { return (smallest, report) }
    }
  }

  /// Leaves out the faults in halves, quarters and so on, as long as the promise is still broken.
  private func shrinkFaults(of smallest: inout Simulation, taking take: (Simulation) -> Bool) {
    var part = max(1, smallest.faults.count / 2)
    while !smallest.faults.isEmpty {
      let faults = SimulatedFault.allCases.filter { smallest.faults.contains($0) }
      var isSmaller = false
      for start in stride(from: 0, to: faults.count, by: part) {
        var candidate = smallest
        candidate.faults.subtract(faults[start..<min(start + part, faults.count)])
        if take(candidate) {
          isSmaller = true
          break
        }
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
