import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  /// Works on a ledger until it is killed: the body of the process that the check `multiProcess.killNine` starts.
  ///
  /// It reads from its standard input what it is to do, and prints a line for
  /// each thing that the ledger acknowledged: issuances under a limit that all
  /// share, messages that it was handed, what it said of them, redemptions. See
  /// ``LedgerProcess``.
  ///
  /// Not an error: what the ledger throws; it is told to the check, and the
  /// work ends.
  ///
  /// - Parameter ledger: The ledger, as this process opened it, with the system's time.
  public static func work(on ledger: any OfferLedger) async {
    do {
      guard let line = readLine(),
        let order = try? JSONDecoder().decode(WorkOrder.self, from: Data(line.utf8))
      else { return say(.failed("no work on the standard input: this process is for \(killNine) to start")) }
      let subject = LedgerUnderTest { _ in ledger }
      let trial = LedgerTrial(of: subject, on: ledger, ContractSteps(check: killNine))
      say(.ready)
      // It ends when all are there.
      while readLine() != nil {}
      var worker = LedgerWorker(order, trial)
      if order.finishes { try await worker.finish() } else { try await worker.workOn() }
    } catch {
      say(.failed("it threw \(error)"))
    }
  }

  static let killNine = "multiProcess.killNine"

  /// At once, and in one piece: nothing that was said is lost with the process.
  fileprivate static func say(_ line: WorkLine) {
    guard let data = try? JSONEncoder().encode(line) else { return }
    try? FileHandle.standardOutput.write(contentsOf: data + Data("\n".utf8))
  }
}

/// One process at its work.
private struct LedgerWorker {
  let order: WorkOrder
  let trial: LedgerTrial
  let work: LedgerWork
  private var chance: Seeded
  private var reports = 0
  private var ownReports = 0

  init(_ order: WorkOrder, _ trial: LedgerTrial) {
    self.order = order
    self.trial = trial
    work = LedgerWork(trial: trial, rounds: order.rounds, begunAt: order.begunAt)
    chance = Seeded(UInt64(order.round * 16 + order.worker))
  }

  /// Does one thing after the other, of its own choosing.
  mutating func workOn() async throws {
    while true {
      switch Int.random(in: 0..<10, using: &chance) {
      case 0...2:
        // All begin at the same place, and report the same actions at about the same time.
        try await report(LedgerWork.name(((order.round - 1) * 10 + reports) % work.shared))
        reports += 1
      case 3...4:
        try await report(
          LedgerWork.name(ownReports % LedgerWork.own, ofWorker: order.worker, in: order.round)
        )
        ownReports += 1
      case 5...6: try await deliver(2, from: "wallet", for: .hours(1))
      // A lease that is over before it is used: another may be handed the message meanwhile.
      case 7: try await deliver(2, from: "sms", for: .milliseconds(1))
      default:
        let known = work.redeemed.prefix(4 * order.round)
        try await reconcile((0..<2).map { _ in known[Int.random(in: known.indices, using: &chance)] })
      }
    }
  }

  /// Does its share of what all others left, and ends.
  mutating func finish() async throws {
    for number in 0..<work.shared
    where number >= work.shared - 8 || number % WorkOrder.workers == order.worker - 1 {
      try await report(LedgerWork.name(number))
    }
    for provider in LedgerWork.providers {
      while try await deliver(8, from: provider, for: .hours(1)) > 0 {}
    }
    try await reconcile(work.redeemed)
    OfferLedgerContract.say(.done)
  }

  /// Reads and plans until its plan is not stale, as the bridge does.
  private func report(_ name: String) async throws {
    for _ in 0..<100 {
      let snapshot = try await trial.snapshot(name, of: LedgerWork.customer(of: name))
      trial.time.advance(to: snapshot.now)
      switch try await trial.ledger.commit(work.plan(name, version: snapshot.triggerVersion)) {
      case .committed(let nodes):
        return OfferLedgerContract.say(.committed(name: name, nodes.map { WorkLine.Node($0) }))
      case .stale: continue
      case .conflict: return OfferLedgerContract.say(.failed("'\(name)' is known with another content"))
      }
    }
    OfferLedgerContract.say(.failed("a plan of '\(name)' was stale 100 times"))
  }

  @discardableResult
  private func deliver(_ limit: Int, from provider: ProviderID, for lease: Duration) async throws -> Int {
    let query = ClaimQuery(tenant: trial.tenant, provider: provider, limit: limit, lease: lease)
    let claims = try await trial.ledger.claim(query).claims
      .map { ClaimedMessage(message: $0.message, lease: $0.lease, attempt: $0.attempt) }
    for claim in claims { OfferLedgerContract.say(.claimed(claim)) }
    for claim in claims {
      let ending = LedgerWork.ending(of: claim)
      let outcome: Settlement.Outcome =
        switch ending {
        case .accepted: .accepted(ReplicaReference("\(claim.message.key)"))
        case .retry: .retry(after: .zero, failure: "busy", isUnknown: false)
        case .released: .released(wasHanded: true)
        }
      let settlement = Settlement(lease: claim.lease, outcome: outcome)
      for answer in try await trial.ledger.settle([settlement], tenant: trial.tenant) {
        OfferLedgerContract.say(.settled(claim.lease, of: provider, ending, WorkLine.Settled(answer)))
      }
    }
    return claims.count
  }

  private func reconcile(_ numbers: [Int]) async throws {
    let matches = try await trial.ledger.reconcile(numbers.map(work.redemption), tenant: trial.tenant)
    for (number, match) in zip(numbers, matches) {
      OfferLedgerContract.say(.reconciled(redemption: number, match))
    }
  }
}
