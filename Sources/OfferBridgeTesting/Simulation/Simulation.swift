public import OfferBridgeKit

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
///   let report = Simulation(seed: 1).run(on: SimulatedSystem { now in OurLedger(now: now) })
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
  /// It takes the calling thread for as long as it runs, some tenths of a second for a thousand journeys.
  ///
  /// - Parameter system: What is put to the test; the library's own ledger in memory by default.
  /// - Returns: What was counted, and each promise that was broken.
  public func run(on system: SimulatedSystem = .inMemory) -> SimulationReport {
    let world = SimulatedWorld(self, system)
    let isOver = world.executor.drive { await world.live() }
    if !isOver {
      world.violate("liveness", "nothing moves any more, and not everything has come to its end")
    }
    if world.executor.foreignJobs > 0 {
      world.violate("determinism", "\(world.executor.foreignJobs) jobs came from another thread")
    }
    return world.report()
  }
}

/// What is put to the test, and what is around it.
public struct SimulatedSystem: Sendable {
  let ledger: @Sendable (_ now: @escaping LedgerUnderTest.LedgerClock) async throws -> any OfferLedger
  let provider: @Sendable (any MessageProvider) -> any MessageProvider
  let retry: MessageRetry
  let refusalRetention: Duration
  let isCalledInTurn: Bool

  /// The library's own ledger in memory.
  public static let inMemory = SimulatedSystem(isCalledInTurn: false) { now in InMemoryOfferLedger(now: now) }

  /// Eight attempts over some four minutes, so that a run sees messages succeed late, and be buried.
  public static let retry = MessageRetry.exponential(from: .seconds(1), cap: .seconds(60), attempts: 8)

  /// A system.
  ///
  /// - Parameters:
  ///   - retry: Whether and when a message is tried again; ``retry`` by default.
  ///   - refusalRetention: How long the ledger repeats a limit's refusal; 30 days by default.
  ///   - isCalledInTurn: Whether calls to the ledger are made one after the other. They must be where a call suspends
  ///     between its effect and its answer, as over a connection or on an actor: for what a run expects is worked out
  ///     in the order of the answers. True by default.
  ///   - provider: What stands between the bridge and the simulated wallet, such as the host's own adapter; nothing by
  ///     default.
  ///   - ledger: Makes an empty ledger that takes its time from that clock and from nowhere else.
  public init(
    retry: MessageRetry = SimulatedSystem.retry,
    refusalRetention: Duration = .days(30),
    isCalledInTurn: Bool = true,
    provider: @escaping @Sendable (any MessageProvider) -> any MessageProvider = { $0 },
    ledger: @escaping @Sendable (_ now: @escaping LedgerUnderTest.LedgerClock) async throws -> any OfferLedger
  ) {
    self.retry = retry
    self.refusalRetention = refusalRetention
    self.isCalledInTurn = isCalledInTurn
    self.provider = provider
    self.ledger = ledger
  }
}
