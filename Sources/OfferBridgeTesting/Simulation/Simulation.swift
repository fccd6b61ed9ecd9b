/// One run of the whole bridge with everything going wrong, the same each time.
///
/// Customers act, campaigns decide, processes deliver, wallets redeem and
/// report back, and all the while ledgers lose answers, processes die,
/// providers hang and clocks jump: in virtual time, on one thread, in an order
/// that is drawn from a seed. Then the faults end, and all that was begun has
/// to come to its end. Whatever is promised is checked at every call.
///
/// ```swift
/// @Test func `our ledger survives a thousand journeys`() async {
///   let report = Simulation(seed: 1).run(on: SimulatedSystem(LedgerUnderTest { now in OurLedger(now: now) }))
///   #expect(report.violations == [])
/// }
/// ```
///
/// A run is known by its line, which a report prints and ``init(_:)`` reads.
public struct Simulation: Sendable, Hashable {
  /// What every choice of the run is drawn from.
  public var seed: UInt64
  /// How many customers' actions begin a journey.
  public var journeys: Int
  /// How many processes decide, deliver and reconcile over the one ledger.
  public var processes: Int
  /// What may go wrong.
  public var faults: Set<SimulatedFault>

  /// A run.
  ///
  /// - Parameters:
  ///   - seed: What every choice is drawn from.
  ///   - journeys: How many actions begin a journey; 1 or more, 1,000 by default.
  ///   - processes: How many processes there are; 1 or more, 3 by default.
  ///   - faults: What may go wrong; everything by default.
  public init(
    seed: UInt64,
    journeys: Int = 1_000,
    processes: Int = 3,
    faults: Set<SimulatedFault> = Set(SimulatedFault.allCases)
  ) {
    self.seed = seed
    self.journeys = max(1, journeys)
    self.processes = max(1, processes)
    self.faults = faults
  }

  /// Runs it.
  ///
  /// It takes the calling thread for as long as it runs, some tenths of a second for a thousand journeys: in a task use
  /// ``runApart(on:)``.
  ///
  /// - Parameter system: What is put to the test; the library's own ledger in memory by default.
  /// - Returns: What was counted, and each promise that was broken.
  public func run(on system: SimulatedSystem = .inMemory) -> SimulationReport {
    let world = SimulatedWorld(self, system)
    let isOver = world.executor.drive { await world.live() }
    if !isOver {
      world.violate(
        "liveness",
        "nothing moves any more, or somebody never waits; not everything has come to its end"
      )
    }
    if world.executor.foreignJobs > 0 {
      world.violate("determinism", "\(world.executor.foreignJobs) jobs came from another thread")
    }
    return world.report()
  }

  /// Runs it on a thread of its own.
  ///
  /// So the threads that tasks share stay free: for other tests, and for a ledger whose answers come on one of them.
  /// As many run at once as there are processors.
  ///
  /// - Parameter system: What is put to the test; the library's own ledger in memory by default.
  /// - Returns: What ``run(on:)`` returns.
  public func runApart(on system: SimulatedSystem = .inMemory) async -> SimulationReport {
    await SimulationThreads.shared.run { run(on: system) }
  }
}
