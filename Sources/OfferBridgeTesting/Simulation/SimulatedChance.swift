import OfferBridgeKit

/// What a run draws its choices from: a stream for each concern, so that a new draw in one shifts no other.
final class SimulatedChance: Sendable {
  enum Concern: Int, CaseIterable {
    case customers, ledger, providers, inbound, processes, clocks, operators, people
  }

  private let streams: Guarded<[Seeded]>
  private let strikes: Guarded<[Strike]>

  private struct Strike {
    var chance: Seeded
    /// Below which a draw strikes; 0 for a class that is off.
    var threshold: UInt64
    var count = 0
  }

  init(_ simulation: Simulation) {
    var seeds = Seeded(simulation.seed)
    streams = Guarded(Concern.allCases.map { _ in Seeded(seeds.next()) })
    strikes = Guarded(
      SimulatedFault.allCases.map { fault in
        // Drawn for each class, also for one that is off: the others must not notice.
        let (seed, rate) = (seeds.next(), fault.rates[Int(seeds.next() % 4)])
        let threshold = simulation.faults.contains(fault) ? UInt64(rate * Double(UInt32.max)) : 0
        return Strike(chance: Seeded(seed), threshold: threshold)
      }
    )
  }

  /// A whole number from 0.
  func below(_ bound: Int, _ concern: Concern) -> Int {
    streams.withLock { Int($0[concern.rawValue].next() % UInt64(bound)) }
  }

  /// A whole number of the range.
  func within(_ range: ClosedRange<Int64>, _ concern: Concern) -> Int64 {
    range.lowerBound + Int64(below(Int(range.upperBound - range.lowerBound + 1), concern))
  }

  /// Whether something of that many in a hundred happens.
  func percent(_ share: Int, _ concern: Concern) -> Bool { below(100, concern) < share }

  /// Whether the fault strikes now.
  func strikes(_ fault: SimulatedFault) -> Bool {
    change(fault) { strike in
      guard strike.threshold > 0, strike.chance.next() >> 32 < strike.threshold else { return false }
      strike.count += 1
      return true
    }
  }

  /// Whether the fault strikes whatever has that key, each time.
  func strikes(_ fault: SimulatedFault, _ key: DerivedKey) -> Bool {
    change(fault) { strike in
      guard key.firstWord >> 32 < strike.threshold else { return false }
      strike.count += 1
      return true
    }
  }

  private func change(_ fault: SimulatedFault, _ body: (inout Strike) -> Bool) -> Bool {
    strikes.withLock { strikes in
      // Each class has one: there is nothing else to look for.
      guard let index = SimulatedFault.allCases.firstIndex(of: fault) else { return false }
      return body(&strikes[index])
    }
  }

  /// From now on nothing strikes.
  func calm() { strikes.withLock { for index in $0.indices { $0[index].threshold = 0 } } }

  /// How often each class has struck.
  var counts: [SimulatedFault: Int] {
    strikes.withLock { strikes in
      var counts: [SimulatedFault: Int] = [:]
      for (fault, strike) in zip(SimulatedFault.allCases, strikes) where strike.count > 0 {
        counts[fault] = strike.count
      }
      return counts
    }
  }
}

extension SimulatedFault {
  /// The shares of which a seed draws one; what ends a process is rarer than what fails a call.
  fileprivate var rates: [Double] {
    switch self {
    case .crashBeforeCall, .crashAfterCall: [0, 0.000_5, 0.002, 0.01]
    case .pause, .clone, .drain, .jumpsBack, .leaps, .freezes: [0, 0.02, 0.1, 0.3]
    // Which messages are poison is a share of all, and each strikes at every attempt.
    case .poison: [0, 0.005, 0.01, 0.02]
    case .ledgerSlow, .hangs, .acknowledgesLate, .refuses: [0, 0.005, 0.02, 0.1]
    case .shortLease, .smallBatches: [0, 0.2, 0.5, 1]
    default: [0, 0.01, 0.05, 0.3]
    }
  }
}
