import OfferBridgeKit
import OfferBridgeTesting

/// A system with one fault, which the simulation has to find: one that it does not find shows where it is blind.
///
/// Each is made by putting something else in a part's place: none of them is a switch in the library.
struct SimulationMutant: Sendable {
  /// The fault in a sentence.
  let fault: String
  let system: SimulatedSystem

  init(_ fault: String, _ system: SimulatedSystem) {
    self.fault = fault
    self.system = system
  }

  static let all = ledgers + providers + policies

  /// The broken ledgers that a contract has to catch, but for those that a run cannot tell from a whole one, or cannot
  /// drive.
  static let ledgers = BrokenLedger.all.filter { !beyondReach.contains($0.description) }
    .map { SimulationMutant($0.description, SimulatedSystem($0.ledger, isCalledInTurn: false)) }

  private static let beyondReach: Set = [
    // They throw, which a ledger may: who calls again finds what was written.
    "ON CONFLICT has one target, another index is hit",
    // They know plans of one shape only.
    "limits are counted, and then used", "messages are enqueued after the commit",
    "a cancelled commit stops where it is",
  ]

  /// How many seeds are tried before a mutant counts as alive.
  static let mostSeeds: UInt64 = 200

  /// How many seeds it takes until a promise is broken, or `nil` when all are kept.
  func seedsToKill() -> Int? {
    for seed in 1...Self.mostSeeds {
      // A small company first: most faults show there, and it is fast.
      let simulation = Simulation(seed: seed, journeys: seed < 20 ? 60 : 300)
      if !simulation.run(on: system).violations.isEmpty { return Int(seed) }
    }
    return nil
  }

  /// What became of each of them, by its fault.
  static func killAll() async -> [String: Int?] {
    await withTaskGroup(of: (String, Int?).self) { group in
      for mutant in all { group.addTask { (mutant.fault, mutant.seedsToKill()) } }
      var deaths: [String: Int?] = [:]
      for await (fault, seeds) in group { deaths[fault] = .some(seeds) }
      return deaths
    }
  }
}
