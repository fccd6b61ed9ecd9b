public import Foundation

// MARK: - Delivering

extension OfferBridge {
  /// Sends every message that was due at entry and says when to come back.
  ///
  /// Call it after ``respond(to:)-(CustomerAction)``, and again at the returned time. The bridge
  /// never sleeps and never sends by itself; ``run(on:signal:)`` does the
  /// waiting.
  ///
  /// One customer's messages to a provider leave in order, different
  /// customers' in parallel, each under the key it keeps on every attempt. Two
  /// callers at once, in one process or two, never hold the same message.
  ///
  /// It has no clock: of a lane's settings it keeps ``LaneSettings/atOnce``
  /// alone, and it waits for each provider's answer however long that takes.
  ///
  /// A provider that refuses or fails is not an error here: where each message
  /// stands is in ``messages(of:)``.
  ///
  /// - Returns: The earliest of the next due moment and the next lease expiry, in
  ///   ledger time, or `nil` when every message to this bridge's providers is settled.
  /// - Throws: ``OfferBridgeError`` when the ledger fails; nothing is lost, call again.
  @discardableResult
  public func deliverDueMessages() async throws -> Date? {
    if providers.count == 1, let (id, provider) = providers.first {
      return try await deliver(work(id, provider))
    }
    // A slow provider holds up its own lane alone.
    return try await withThrowingTaskGroup(of: Date?.self) { group in
      for lane in work { group.addTask { try await deliver(lane) } }
      var earliest: Date?
      for try await nextDue in group { earliest = [earliest, nextDue].compactMap(\.self).min() }
      return earliest
    }
  }

  /// What is to be done for each provider, in the order of their names: a dictionary's differs from one bridge to the
  /// next.
  private var work: [LaneWork] {
    providers.sorted { $0.key < $1.key }.map { work($0.key, $0.value) }
  }

  private func work(_ id: ProviderID, _ provider: any MessageProvider) -> LaneWork {
    LaneWork(
      id: id,
      provider: provider,
      tenant: tenant,
      ledger: ledger,
      retry: settings.retry,
      lease: settings.lease,
      leaseMargin: settings.leaseMargin,
      ledgerPatience: settings.ledgerPatience,
      reports: reports
    )
  }

  private func deliver(_ lane: LaneWork) async throws -> Date? {
    let atOnce = settings.lane(to: lane.id).atOnce
    var entry: Date?
    while true {
      let answer = try await lane.claim(Task.isCancelled ? 0 : atOnce, dueBy: entry)
      entry = entry ?? answer.now
      if answer.claims.isEmpty { return answer.nextDue }
      try await attempt(answer, lane)
    }
  }

  /// Attempts each claim; every customer stands among them once, so all may go at the same time.
  private func attempt(_ answer: ClaimAnswer, _ lane: LaneWork) async throws {
    func attempt(_ claim: Claim) async throws {
      let end = await lane.attempt(claim, at: answer.now)
      if !Task.isCancelled {
        do { return try await lane.settle(claim, end, at: answer.now) } catch {
          guard Task.isCancelled else { throw error }
        }
      }
      // What is known is written, whoever has lost patience meanwhile.
      try await outlivingCancellation { try await lane.settle(claim, end, at: answer.now) }
    }
    if answer.claims.count == 1 { return try await attempt(answer.claims[0]) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for claim in answer.claims { group.addTask { try await attempt(claim) } }
      try await group.waitForAll()
    }
  }
}

// MARK: - Delivering for as long as the host runs

extension OfferBridge {
  /// Delivers messages as they become due, until the signal says to stop or the task is cancelled.
  ///
  /// ```swift
  /// try await bridge.run(on: ContinuousClock(), signal: signal)
  /// ```
  ///
  /// It waits on the clock until the next message is due, or until
  /// ``DeliverySignal/wake()``: call that after each response that may have
  /// committed a message. What another process commits over the same ledger is
  /// seen at the next due moment or wake.
  ///
  /// Each provider's lane is a loop of its own, as its ``LaneSettings`` say: a
  /// place is filled again as soon as its attempt ends, and nobody waits for the
  /// slowest. An attempt that takes longer than its provider's
  /// ``MessageProvider/timeout`` is cancelled and its outcome unknown; a provider
  /// that goes on all the same holds its own place, nothing else. While a lane's
  /// breaker is open nothing is claimed, so that no attempt is counted.
  ///
  /// A ledger that fails is asked again, after a tenth of a second at first and ten seconds at most; what came of an
  /// attempt is written until its lease ends. Where it has failed a lane for longer than
  /// ``BridgeSettings/ledgerPatience``, or says that it cannot be worked with, no message is begun any more, those on
  /// their way come to their ends, and it throws.
  ///
  /// ``DeliverySignal/drain(within:)`` is the graceful stop: no message is
  /// begun any more, and those on their way are given their time. Cancellation
  /// is the hard stop: what is on its way is cancelled and released. In both
  /// nothing is lost: what came of attempts is written for as long as
  /// ``BridgeSettings/leaseMargin`` says. It returns once every provider has.
  ///
  /// - Parameters:
  ///   - clock: What it waits on, and what rates, breakers and time-outs go by; the ledger's clock decides what is due.
  ///   - signal: How the rest of the host speaks to it.
  /// - Throws: ``OfferBridgeError`` when the ledger fails for too long; nothing is lost, run again.
  public func run(on clock: some Clock<Duration>, signal: DeliverySignal) async throws {
    let clock = DeliveryClock(clock)
    let stop = LaneStop(signal)
    let loops = work.map { LaneLoop($0, settings.lane(to: $0.id), on: clock, stop) }
    let listener = signal.start { for loop in loops { loop.wake() } }
    defer { signal.stop(listener) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        if loops.isEmpty { _ = await signal.drainLimit() }
        try await withThrowingTaskGroup(of: Void.self) { lanes in
          for loop in loops { lanes.addTask { try await loop.run() } }
          // A lane that fails stops the others, which come to their ends first.
          var failure: (any Error)?
          while let result = await lanes.nextResult() {
            if case .failure(let error) = result { failure = failure ?? error }
          }
          if let failure { throw failure }
        }
      }
      group.addTask {
        // Ends the loops when the drain has taken its time.
        await signal.whenDrained(on: clock)
      }
      try await group.next()
      group.cancelAll()
      try await group.waitForAll()
    }
    if signal.isDraining { reports.tell(.drained) }
  }
}
