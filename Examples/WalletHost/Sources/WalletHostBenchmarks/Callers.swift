import DurableLedger
import Foundation
import OfferBridgeKit
import SQLiteOfferLedger

/// So many callers at once, who commit plans on an empty ledger in a file.
struct Callers {
  let count: Int
  let isCoalesced: Bool

  var label: String { "\(count) caller\(count == 1 ? "" : "s")\(isCoalesced ? ", coalesced" : "")" }

  /// Issues a second.
  ///
  /// Each caller commits one plan after the other, and begins the next when it has its answer.
  func measure(_ plans: [JourneyPlan], in folder: URL) async throws -> Double {
    let file = folder.appending(path: "\(UUID().uuidString).sqlite")
    let sqlite = try SQLiteOfferLedger(at: file.path(percentEncoded: false), now: { PlanPress.moment })
    let ledger: any OfferLedger = isCoalesced ? CoalescingLedger(in: sqlite) : sqlite
    let begin = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<count {
        group.addTask {
          for place in stride(from: caller, to: plans.count, by: count) {
            guard case .committed = try await ledger.commit(plans[place]) else { throw NotWritten() }
          }
        }
      }
      try await group.waitForAll()
    }
    let length = begin.duration(to: .now)
    let audit = try await ledger.audit(tenant: plans[0].tenant)
    guard audit.issued == plans.count, audit.isBalanced else { throw NotWritten() }
    try sqlite.close()
    for end in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: file.path(percentEncoded: false) + end)
    }
    return Double(plans.count) / (length / .seconds(1))
  }
}
