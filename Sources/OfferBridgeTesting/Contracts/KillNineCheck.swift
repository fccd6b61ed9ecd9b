import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let processChecks: [ContractCheck<LedgerUnderTest>] = [
    .init(killNine) { subject, steps in
      guard let process = subject.process else { throw NotClaimed() }
      #if os(macOS) || os(Linux)
      let ledger = try await subject.make { Date() }
      let trial = LedgerTrial(of: subject, on: ledger, steps)
      try await KillNine(trial, try await process(ledger)).run()
      #else
      // No process can start another here.
      _ = process
      throw NotClaimed()
      #endif
    }
  ]
}

#if os(macOS) || os(Linux)
/// Processes that work on one store, are killed and are followed by others.
private struct KillNine {
  let trial: LedgerTrial
  let process: LedgerProcess
  let chance = Seeded(9)

  init(_ trial: LedgerTrial, _ process: LedgerProcess) {
    self.trial = trial
    self.process = process
  }

  func run() async throws {
    let begunAt = try await trial.snapshot("none").now
    trial.time.advance(to: begunAt)
    let work = LedgerWork(trial: trial, rounds: process.rounds, begunAt: begunAt)
    var known = Acknowledged(work)
    var chance = chance
    for round in 1...process.rounds + 1 {
      try Task.checkCancellation()
      let orders = (1...WorkOrder.workers).map {
        WorkOrder(worker: $0, round: round, rounds: process.rounds, begunAt: begunAt)
      }
      let kills =
        orders[0].finishes
        ? []
        : orders.map { _ in
          WorkerRound.Kill(
            line: Int.random(in: 6...36, using: &chance),
            later: Int.random(in: 0...2, using: &chance)
          )
        }
      let traces = try await WorkerRound(ledger: process, orders: orders, kills: kills).run()
      trial.steps.note(
        "round \(round): " + traces.map { "process \($0.order.worker) \($0.ending)" }.joined(separator: ", ")
      )
      for trace in traces { try known.take(trace.lines, of: trace.order) }
      for trace in traces {
        guard let fault = trace.fault else { continue }
        throw trial.steps.violation(
          expected: trace.order.finishes
            ? "process \(trace.order.worker) does what is left, and ends"
            : "process \(trace.order.worker) works and says so until it is killed",
          seen: fault
        )
      }
      known.kills += kills.count
      try await known.compare()
      trial.steps.note("all that was acknowledged is there: \(known.words)")
    }
    try await known.compareEnd()
  }
}
#endif
