import Foundation
import OfferBridgeKit

/// One run: the ledger under test, and everything around it.
final class SimulatedWorld: Sendable {
  /// How long things go wrong: two hours.
  static let safeLength: Int64 = 2 * 3_600_000
  /// How long everything has to come to its end afterwards: a day.
  static let budget: Int64 = 24 * 3_600_000
  static let tenant: TenantID = "main"

  private struct State {
    var ledger: any OfferLedger = InMemoryOfferLedger()
    var doors: [SimulatedProcess.Door] = []
    var lives = 0
    var isCalm = false
    var isOver = false
    var areCustomersDone = false
  }

  let simulation: Simulation
  let system: SimulatedSystem
  let executor: SimulatedExecutor
  let chance: SimulatedChance
  let clock: SimulatedLedgerClock
  let book = SimulationBook()
  let witness: SimulationWitness
  let customers: InMemoryCustomerStore<SimulatedShopper>
  let wallets: [SimulatedWallet]
  private let turn = SimulatedTurn()
  private let state = Guarded(State())

  init(_ simulation: Simulation, _ system: SimulatedSystem) {
    self.simulation = simulation
    self.system = system
    executor = SimulatedExecutor(seed: simulation.seed)
    chance = SimulatedChance(simulation)
    clock = SimulatedLedgerClock(executor)
    witness = SimulationWitness(book, clock, refusalRetention: system.ledger.refusalRetention)
    wallets = [SimulatedShop.mail, SimulatedShop.wallet].map { [book] in SimulatedWallet($0, book) }
    var profiles: [CustomerID: SimulatedShopper] = [:]
    for number in 0..<SimulatedCustomers.count(journeys: simulation.journeys) {
      profiles[SimulatedCustomers.id(number)] = SimulatedCustomers.profile(number)
      profiles[SimulatedCustomers.phone(number)] = SimulatedCustomers.profile(number + 1)
    }
    customers = InMemoryCustomerStore(profiles)
  }

  var ledger: any OfferLedger { state.withLock { $0.ledger } }
  /// Whether nothing goes wrong any more.
  var isCalm: Bool { state.withLock { $0.isCalm } }
  var isOver: Bool { state.withLock { $0.isOver } }

  func violate(_ promise: String, _ what: String) { book.violate(promise, what) }

  // MARK: - Its course

  /// The whole run: two hours in which all goes wrong, and then the time until nothing is left to do.
  func live() async {
    do {
      let ledger = try await system.ledger.make { [clock] in clock.now }
      state.withLock { $0.ledger = ledger }
    } catch {
      return violate("configuration", "the ledger could not be made: \(error)")
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<simulation.processes {
        group.addTask { await SimulatedProcess(world: self).live() }
      }
      group.addTask { await SimulatedOperators(world: self).work() }
      group.addTask { await SimulatedPeople(world: self).work() }
      group.addTask { await SimulatedSweeps(world: self).work() }
      group.addTask { await self.clockTrouble() }
      group.addTask {
        await withTaskGroup(of: Void.self) { journeys in
          for number in 0..<self.simulation.journeys {
            journeys.addTask { await SimulatedCustomers(world: self).journey(number) }
          }
        }
        self.state.withLock { $0.areCustomersDone = true }
      }
      // A run that broke a promise is over: what comes after only follows from it.
      while executor.now < Self.safeLength && book.isClean { await executor.sleep(for: 60_000) }
      chance.calm()
      clock.thaw()
      state.withLock { $0.isCalm = true }
      if book.isClean { await settleDown() }
      if book.isClean { await check() }
      end()
    }
  }

  /// Returns when everything has come to its end, or the budget is spent.
  private func settleDown() async {
    let deadline = executor.now + Self.budget
    var open = "the customers are not done"
    while executor.now < deadline && book.isClean {
      if state.withLock({ $0.areCustomersDone }) {
        guard let audit = try? await withLedger({ try await ledger.audit(tenant: Self.tenant) }) else {
          return violate("liveness", "the ledger cannot be audited")
        }
        if audit.messagesOpen == 0 { return }
        open = "\(audit.messagesOpen) messages are open"
      }
      await executor.sleep(for: 60_000)
    }
    guard book.isClean else { return }
    violate("liveness", "a day after the last fault \(open)")
  }

  /// What must hold in the end.
  private func check() async {
    do {
      let audit = try await withLedger { try await ledger.audit(tenant: Self.tenant) }
      for imbalance in audit.imbalances { violate("I1", imbalance) }
      if audit.received
        != audit.applied + audit.discrepant + audit.parked + audit.duplicates + audit.conflicts
      {
        violate("I10", "of \(audit.received) events not every one is applied, discrepant, parked or a repeat")
      }
      book.note("audit \(audit)")
      for id in witness.issued {
        guard let record = try await withLedger({ try await ledger.record(of: id, tenant: Self.tenant) })
        else {
          violate("G1", "issued offer \(id) is not there")
          continue
        }
        let issued = record.issuedOffer
        let units = issued.redeemed.amount?.minorUnits ?? 0
        if issued.redeemed.count < 0 || issued.redeemed.reversed < 0 || units < 0 {
          violate("I9", "issued offer \(id) was redeemed \(issued.redeemed.count) times, for \(units)")
        }
        book.note(
          // Without what a wallet calls them: of whoever was forgotten that is a name by chance.
          "\(id.description.prefix(6)) \(issued.redeemed) \(issued.replicas.map(\.state.name))"
        )
      }
      for difference in try await withLedger({ try await witness.differences(from: ledger) }) {
        violate("oracle", difference)
      }
      for key in witness.accepted.sorted() where !wallets.contains(where: { $0.has(key) }) {
        violate("I8", "message \(key) counts as accepted, and no wallet has it")
      }
    } catch {
      violate("liveness", "the ledger cannot be read: \(error)")
    }
  }

  private func end() {
    let doors = state.withLock { state in
      state.isOver = true
      return state.doors
    }
    for door in doors { door.life.end() }
    executor.hurry()
  }

  /// The ledger's clock now and then is not what it should be.
  private func clockTrouble() async {
    while !isCalm {
      await executor.sleep(for: chance.within(60_000...600_000, .clocks))
      // Less than a lease, as is asked of a ledger's clock.
      if chance.strikes(.jumpsBack) { clock.jump(by: -chance.within(100...5_000, .clocks)) }
      if chance.strikes(.leaps) { clock.jump(by: chance.within(60_000...600_000, .clocks)) }
      if chance.strikes(.freezes) {
        clock.freeze()
        await executor.sleep(for: chance.within(10_000...60_000, .clocks))
        clock.thaw()
      }
    }
  }

  // MARK: - What its inhabitants ask for

  /// A process that can be asked, or `nil` when there is none at present.
  func door() -> SimulatedProcess.Door? {
    let doors = state.withLock { $0.doors }
    return doors.isEmpty ? nil : doors[chance.below(doors.count, .processes)]
  }

  func open(_ door: SimulatedProcess.Door) {
    let isTooLate = state.withLock { state in
      state.doors.append(door)
      return state.isOver
    }
    // It was on its way when all others ended.
    if isTooLate { door.life.end() }
  }

  func close(_ door: SimulatedProcess.Door) {
    state.withLock { $0.doors.removeAll { $0.life === door.life } }
  }

  /// A new process.
  func bear() -> SimulatedLife {
    let number = state.withLock { state in
      state.lives += 1
      return state.lives
    }
    return SimulatedLife(number, executor)
  }

  /// What a phone or a till says that it is.
  func deviceTime() -> Date {
    guard chance.strikes(.skew) else { return clock.now }
    return Date(milliseconds: clock.milliseconds + chance.within(-3_600_000...3_600_000, .clocks))
  }

  /// The way there or back, which takes some milliseconds or, as the fault has it, up to a minute and a half.
  func travel(slowBy fault: SimulatedFault? = nil) async {
    if let fault, chance.strikes(fault) {
      return await executor.sleep(for: chance.within(1_000...90_000, .ledger))
    }
    let length = chance.below(40, .ledger)
    if length > 20 { await executor.sleep(for: Int64(length - 20)) }
  }

  /// Calls the ledger, one caller at a time where it asks for that.
  func withLedger<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    guard system.isCalledInTurn else { return try await body() }
    await turn.take()
    defer { turn.give() }
    return try await executor.outside(body)
  }

  func report() -> SimulationReport {
    var report = SimulationReport()
    report.journeys = simulation.journeys
    report.runs = 1
    report.virtualMilliseconds = executor.now
    report.jobs = executor.jobs
    report.faults = chance.counts
    for wallet in wallets {
      let (all, beyondMemory) = wallet.effects
      report.effects += all
      report.effectsBeyondMemory += beyondMemory
    }
    book.write(into: &report, of: simulation)
    return report
  }
}

/// Lets one caller in after the other, in the order in which they came.
private final class SimulatedTurn: Sendable {
  private struct State {
    var isTaken = false
    var waiting: [UnsafeContinuation<Void, Never>] = []
  }

  private let state = Guarded(State())

  func take() async {
    await withUnsafeContinuation { continuation in
      let isFree = state.withLock { state in
        if state.isTaken { state.waiting.append(continuation) }
        defer { state.isTaken = true }
        return !state.isTaken
      }
      if isFree { continuation.resume() }
    }
  }

  func give() {
    let next = state.withLock { state in
      if state.waiting.isEmpty { state.isTaken = false }
      return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
    }
    next?.resume()
  }
}
