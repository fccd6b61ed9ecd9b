import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// The whole bridge with everything going wrong.
@Suite struct SimulationTests {
  @Test func `journeys keep every promise with every fault on`() async {
    let report = await SimulationSweep(journeys: Trials.count(500), seed: 1).run()
    #expect(report.violations == [])
    #expect(report.journeys == Trials.count(500))
    #expect(report.faults.count > 20)
  }

  /// The runs of `Tests/SimulationSeeds.txt`, each of which once broke a promise.
  @Test func `what once broke a promise keeps it now`() throws {
    for simulation in try Self.regressions() { #expect(simulation.run().violations == [], "\(simulation)") }
  }

  /// `OBSIM="OBSIM v1 seed=…" swift test --filter SimulationTests` runs the one run of that line.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["OBSIM"] != nil))
  func `the run of the environment keeps every promise`() throws {
    let line = try #require(ProcessInfo.processInfo.environment["OBSIM"])
    let report = try #require(Simulation(line), "this is no run: \(line)").run()
    #expect(report.violations == [], "\(report.lastSteps.joined(separator: "\n"))")
  }

  @Test func `a run is equal to itself, and to no run of another seed`() {
    let simulation = Simulation(seed: 1, journeys: 100)
    let (first, second) = (simulation.run(), simulation.run())
    #expect(first.violations == [])
    #expect(first == second)
    #expect(first.traceHash != Simulation(seed: 2, journeys: 100).run().traceHash)
  }

  @Test func `without faults everything is sent at once, and once`() {
    let report = Simulation(seed: 3, journeys: 100, faults: []).run()
    #expect(report.violations == [])
    #expect(report.faults.isEmpty)
    #expect(report.answers["delivery.thrown"] == nil && report.answers["settle.lostLease"] == nil)
    #expect(report.answers["settle.settled"] == report.answers["delivery.accepted"])
  }

  @Test func `a line names a run, and each run has one`() throws {
    let runs = [
      Simulation(seed: .max), Simulation(seed: 0, journeys: 1, processes: 1, faults: []),
      Simulation(seed: 7, faults: [.pause, .ledgerFails]),
    ]
    for run in runs { #expect(Simulation("  \(run)\n") == run) }
    #expect(
      runs[2].description == "OBSIM v1 seed=7 journeys=1000 processes=3 faults=ledger.fails,process.pause"
    )
    for line in [
      "", "OBSIM v2 seed=7 journeys=1 processes=1 faults=all",
      "OBSIM v1 seed=7 journeys=0 processes=1 faults=all",
      "OBSIM v1 seed=7 journeys=1 processes=1 faults=earthquake",
      "OBSIM v1 seed=7 seed=7 processes=1 faults=all",
      "OBSIM v1 seed=-7 journeys=1 processes=1 faults=all", "OBSIM v1 seed=7 journeys=1 processes=1",
    ] {
      #expect(Simulation(line) == nil, "\(line)")
    }
  }

  @Test func `a ledger that answers from other threads has one run a seed too, however many run at once`()
    async
  {
    let system = SimulatedSystem(LedgerUnderTest { now in DistantLedger(InMemoryOfferLedger(now: now)) })
    let simulation = Simulation(seed: 5, journeys: 40)
    let reports = await withTaskGroup(of: SimulationReport.self) { group in
      // More than there are threads for tasks: none of them is kept from bringing the answers.
      for _ in 0..<2 * ProcessInfo.processInfo.activeProcessorCount {
        group.addTask { await simulation.runApart(on: system) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(reports.allSatisfy { $0.violations == [] })
    // Whether an answer is there before anybody waits for it is chance, and so is the number of jobs; nothing else is.
    #expect(Set(reports.map(\.traceHash)).count == 1)
  }

  @Test func `what leaves the one thread is found`() {
    let system = SimulatedSystem(
      LedgerUnderTest { now in DistantLedger(InMemoryOfferLedger(now: now)) },
      isCalledInTurn: false
    )
    // Jobs from elsewhere are counted; or they come so late that nothing else was left to do.
    let promises = Simulation(seed: 5, journeys: 10).run(on: system).violations.map(\.promise)
    #expect(promises.contains("determinism") || promises.contains("liveness"))
  }

  static func regressions() throws -> [Simulation] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../SimulationSeeds.txt")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
      .map { try #require(Simulation(String($0)), "this is no run: \($0)") }
  }
}

/// The test of `Documentation/Guarantees.md`, as it stands there.
@Suite struct OurSimulationTests {
  @Test func `our ledger survives a thousand journeys`() {
    let ours = LedgerUnderTest { now in InMemoryOfferLedger(now: now) }
    let report = Simulation(seed: 1).run(on: SimulatedSystem(ours))
    #expect(report.violations == [])
  }
}

/// Systems with one fault each: a simulation that does not find it is blind.
@Suite struct SimulationMutantTests {
  /// Some of each kind: the simulator kills all of them.
  static let mutants = [
    SimulationMutant.peopleAndEnds, SimulationMutant.providers, SimulationMutant.policies,
  ].flatMap { $0.prefix(Trials.count(3)) }

  @Test(arguments: mutants)
  func `a system with a fault is found out`(mutant: SimulationMutant) async {
    #expect(await mutant.seedsToKill() != nil)
  }

  @Test func `what breaks a promise shrinks to a run of a few journeys, and to a test`() throws {
    let mutant = try #require(SimulationMutant.all.first { $0.fault.contains("no answer counts") })
    let simulation = Simulation(seed: 1, journeys: 60)
    let small = try #require(simulation.shrunk(on: mutant.system))
    #expect(small.simulation.journeys <= 4)
    #expect(small.simulation.processes == 1)
    #expect(small.simulation.faults.count <= 2)
    #expect(small.report.violations.first?.promise == "I8")
    #expect(small.report.test?.contains("Simulation(\"\(small.simulation)\")") == true)
    #expect(!small.report.lastSteps.isEmpty)
    #expect(Simulation(seed: 1, journeys: 20).shrunk() == nil)
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
