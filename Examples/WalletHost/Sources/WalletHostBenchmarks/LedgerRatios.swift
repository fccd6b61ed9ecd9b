import DurableLedger
import Foundation
import OfferBridgeKit
import PostgresOfferLedger
import SQLiteOfferLedger

/// A ledger beside bare calls of its database's C interface, which make the same statements in the same order.
///
/// What is bare has no ledger in front of it: it decides nothing, reads no row and encodes no value. Both are measured
/// in turns, each on an empty database.
struct LedgerRatio {
  let work: LedgerWork
  let perCall: Int
  let clients: Int
  /// Units of work a second, a round each.
  private(set) var ledger: [Double] = []
  private(set) var bare: [Double] = []

  init(_ work: LedgerWork, perCall: Int, clients: Int) {
    (self.work, self.perCall, self.clients) = (work, perCall, clients)
  }

  /// The ledger's rate as a part of the bare one, a round each.
  var ratios: [Double] { zip(ledger, bare).map { $0 / $1 } }

  mutating func add(ledger: Double, bare: Double) {
    self.ledger.append(ledger)
    self.bare.append(bare)
  }

  var label: String {
    "\(work.rawValue), \(clients) client\(clients == 1 ? "" : "s"), \(perCall == 1 ? "one by one" : "\(perCall) a call")"
  }

  /// Each kind of work, one by one and 64 a call, by one client and by four.
  static var all: [LedgerRatio] {
    LedgerWork.allCases.flatMap { work in
      [1, 64].flatMap { perCall in
        [1, 4].map { LedgerRatio(work, perCall: perCall, clients: $0) }
      }
    }
  }

  /// The work of each client, of a tenant of its own; all together they do what one does alone.
  func loads(_ journeys: [[PressedJourney]], isQuick: Bool) -> [LedgerLoad] {
    let count = (perCall == 1 ? 256 : 2048) / (isQuick ? 8 : 1) / clients
    return (0..<clients).map { client in
      LedgerLoad(work, of: Array(journeys[client].prefix(count)), perCall: perCall)
    }
  }
}

/// How often a second something is done that many at once do.
func rate(of count: Int, by workers: [@Sendable () async throws -> Void]) async throws -> Double {
  let length = try await ContinuousClock().measure {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in workers { group.addTask { try await worker() } }
      try await group.waitForAll()
    }
  }
  return Double(count) / (length / .seconds(1))
}
