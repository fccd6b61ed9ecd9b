import DurableLedger
import Foundation
import GRDB
import OfferBridgeKit
import SQLiteOfferLedger
import Synchronization

/// A merge or a forgetting whose process is killed at one of its statements, as no process can prevent.
struct KilledStep {
  private enum What {
    case forget(CustomerID)
    case merge(CustomerID, into: CustomerID)
  }

  private let file: String
  private let countdown: Countdown
  private let what: What

  /// Reads `FILE STATEMENT forget ID`, or `FILE STATEMENT merge ID INTO`; a step with fewer statements is finished.
  init?(_ arguments: [String]) {
    guard arguments.count >= 4, let statement = Int(arguments[1]) else { return nil }
    file = arguments[0]
    countdown = Countdown(from: statement)
    let ids = arguments[3...].map { CustomerID($0) }
    switch (arguments[2], ids.count) {
    case ("forget", 1): what = .forget(ids[0])
    case ("merge", 2): what = .merge(ids[0], into: ids[1])
    default: return nil
    }
  }

  func run() async throws {
    let ledger = try SQLiteOfferLedger(
      at: file,
      terms: LedgerTerms(refusalRetention: .days(30), chance: nil),
      now: { Date() },
      preparing: { [countdown] db in db.trace { _ in countdown.next() } }
    )
    countdown.begin()
    switch what {
    case .forget(let customer): _ = try await ledger.forget(customer, tenant: "main")
    case .merge(let customer, let survivor):
      _ = try await ledger.merge(customer, into: survivor, tenant: "main")
    }
  }

  /// Counts statements, once it has begun, and ends the process at the last.
  private final class Countdown: Sendable {
    private let left: Atomic<Int>
    private let hasBegun = Atomic(false)

    init(from statement: Int) { left = Atomic(statement) }

    func begin() { hasBegun.store(true, ordering: .sequentiallyConsistent) }

    func next() {
      guard hasBegun.load(ordering: .sequentiallyConsistent) else { return }
      if left.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { kill(getpid(), SIGKILL) }
    }
  }
}
