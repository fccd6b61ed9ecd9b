// What is known of an attempt is written though the ledger fails for a while, and though the task is cancelled.
extension LaneLoop {
  /// Writes what came of an attempt: until its lease ends or the lane does, which leave it to the lease.
  func settle(_ handed: LaneState.Handed, _ end: LaneWork.End, after length: Duration = .zero) async {
    if !Task.isCancelled, await isSettled(handed, end, length) { return }
    // Whoever cancels does not wait for ever.
    let limit = max(work.leaseMargin, .seconds(1))
    await outlivingCancellation(for: limit, on: clock) { _ = await self.isSettled(handed, end, length) }
  }

  /// Whether there is nothing left to do; not if the task was cancelled meanwhile.
  private func isSettled(
    _ handed: LaneState.Handed,
    _ end: LaneWork.End,
    _ length: Duration
  ) async -> Bool {
    var failures = 0
    while true {
      do throws(OfferBridgeError) {
        try await work.settle(handed.claim, end, at: handed.now, after: length)
        state.withLock { $0.outage.isOver() }
        return true
      } catch {
        if Task.isCancelled { return false }
        failures += 1
        let wait = LedgerOutage.wait(after: failures, of: work.id, handed.claim.message.key)
        let isLeft = clock.now + wait >= handed.leaseEnd
        // Whoever has the lease next finds out.
        if !note(error, again: isLeft ? nil : wait) || isLeft { return true }
        try? await clock.sleep(for: wait)
        if Task.isCancelled { return false }
      }
    }
  }

  /// A question for messages failed; answers how long to wait.
  func failedToClaim(_ error: OfferBridgeError) -> Duration {
    let wait = LedgerOutage.wait(after: state.withLock { $0.outage.failedAgain() }, of: work.id)
    note(error, again: wait)
    return wait
  }

  /// Tells that the ledger failed; answers whether the call is repeated, or ends the lane.
  @discardableResult
  private func note(_ error: OfferBridgeError, again wait: Duration?) -> Bool {
    let now = clock.now
    let length = state.withLock { $0.outage.goesOn(at: now) }
    let isPassing = error.mayPass && length < work.ledgerPatience
    work.reports.ledgerFailed(work.id, again: isPassing ? wait : nil, in: work.tenant)
    if !isPassing { fail(error) }
    return isPassing
  }
}

extension OfferBridgeError {
  /// Whether the same call may be answered later.
  fileprivate var mayPass: Bool {
    switch code {
    case .ledgerFailed, .ledgerBusy: true
    default: false
    }
  }
}
