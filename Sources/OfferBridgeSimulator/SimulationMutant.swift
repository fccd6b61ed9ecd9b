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

  static let all = ledgers + people + providers + policies

  /// The broken ledgers that a contract has to catch, but for those that no run comes to.
  static let ledgers = BrokenLedger.all.filter { !beyondReach.contains($0.description) }
    .map { SimulationMutant($0.description, SimulatedSystem($0.ledger, isCalledInTurn: false)) }

  private static let beyondReach: Set = [
    // They throw, which a ledger may: who calls again finds what was written.
    "ON CONFLICT has one target, another index is hit",
    // They know plans of one shape only.
    "limits are counted, and then used",
    "messages are enqueued after the commit",
    "a cancelled commit stops where it is",
    // No two messages of a run are about one replica.
    "a clear no clears the doubt",
    "a message more clears the doubt",
    "a next generation begins without a doubt",
    "a redrive clears the doubt",
    "a reason replaces what was sent",
    "a message refers to its issued offer",
    // No rule of a run looks at what was issued before, and no plan has such a choice.
    "issued offers are told by their moments",
    "issued offers are told newest first",
    "issued offers of all roots are told",
    "a withheld step takes no choice",
    "an alternative that stands is taken first",
    "a message that is outranked withholds nothing",
    "a reason names the winner",
    // It takes one moment, mark, name or counter that a run does not meet.
    "a closing goes before a refusal that is remembered",
    "a mark that is not known begins anew",
    "a plan from the future is stale",
    "a refusal lapses after the end of its retention",
    "a reversal is listed before what it reverses",
    "each counter is looked at once",
    "events are listed in the order of their receipt",
    "lengths are rounded up",
    "moments are counted from 1970",
    "names that look alike are one",
    "of a call's customers those who look the same are one",
    "refusals are remembered from the plan on",
    "the last to learn a reference has it",
    "the transaction is not kept",
    "the worker's now decides what is due",
    "uses of plans made later do not count",
    "what is closed is tried again",
    "what is leased is accepted as soon as it is proven",
    "every commit raises the version",
    "messages are claimed without the tenant",
    // A run has one tenant, and its ledger is never opened again.
    "all tenants have one trail",
    "the salts are in memory only",
  ]

  /// How many seeds are tried before a mutant counts as alive.
  static let mostSeeds: UInt64 = 60

  /// How many seeds it takes until a promise is broken, or `nil` when all are kept.
  func seedsToKill() async -> Int? {
    for seed in 1...Self.mostSeeds {
      // A small company first: most faults show there, and it is fast.
      let simulation = Simulation(seed: seed, journeys: seed < 20 ? 60 : 300)
      if !(await simulation.runApart(on: system)).violations.isEmpty { return Int(seed) }
    }
    return nil
  }

  /// What became of each of them, by its fault.
  static func killAll() async -> [String: Int?] {
    await withTaskGroup(of: (String, Int?).self) { group in
      for mutant in all { group.addTask { (mutant.fault, await mutant.seedsToKill()) } }
      var deaths: [String: Int?] = [:]
      for await (fault, seeds) in group { deaths[fault] = .some(seeds) }
      return deaths
    }
  }
}
