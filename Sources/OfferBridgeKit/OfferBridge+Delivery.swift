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
  /// A provider that refuses or fails is not an error here: where each message
  /// stands is in ``messages(of:)``.
  ///
  /// - Returns: The earliest of the next due moment and the next lease expiry, in
  ///   ledger time, or `nil` when every message to this bridge's providers is settled.
  /// - Throws: ``OfferBridgeError`` when the ledger fails; nothing is lost, call again.
  @discardableResult
  public func deliverDueMessages() async throws -> Date? {
    try await deliverDue().nextDue
  }

  /// The same, with the ledger's time of the last look; once it is to stop, no message is begun.
  func deliverDue(
    unless isStopping: @escaping @Sendable () -> Bool = { false }
  ) async throws -> (nextDue: Date?, now: Date?) {
    if providers.count == 1, let lane = providers.first {
      return try await deliver(lane.key, lane.value, unless: isStopping)
    }
    // A slow provider holds up its own lane alone.
    return try await withThrowingTaskGroup(of: (nextDue: Date?, now: Date?).self) { group in
      // In the order of their names: a dictionary's differs from one bridge to the next.
      for (id, provider) in providers.sorted(by: { $0.key < $1.key }) {
        group.addTask { try await deliver(id, provider, unless: isStopping) }
      }
      var earliest: (nextDue: Date?, now: Date?) = (nil, nil)
      for try await lane in group {
        earliest.nextDue = [earliest.nextDue, lane.nextDue].compactMap(\.self).min()
        earliest.now = [earliest.now, lane.now].compactMap(\.self).max()
      }
      return earliest
    }
  }

  private func deliver(
    _ id: ProviderID,
    _ provider: any MessageProvider,
    unless isStopping: () -> Bool
  ) async throws -> (nextDue: Date?, now: Date?) {
    var entry: Date?
    while true {
      let answer = try await reading(.ledgerFailed) {
        try await ledger.claim(
          ClaimQuery(
            tenant: tenant,
            provider: id,
            limit: Task.isCancelled || isStopping() ? 0 : settings.deliveriesAtOnce,
            lease: settings.lease,
            dueBy: entry
          )
        )
      }
      entry = entry ?? answer.now
      if answer.claims.isEmpty { return (answer.nextDue, answer.now) }
      try await attempt(answer.claims, provider)
    }
  }

  /// Attempts each claim; every customer stands among them once, so all may go at the same time.
  private func attempt(_ claims: [Claim], _ provider: any MessageProvider) async throws {
    if claims.count == 1 { return try await attempt(claims[0], provider) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for claim in claims {
        group.addTask { try await attempt(claim, provider) }
      }
      try await group.waitForAll()
    }
  }

  private func attempt(_ claim: Claim, _ provider: any MessageProvider) async throws {
    let outcome: Settlement.Outcome
    if claim.attempt > settings.retry.attempts {
      // Its worker ended at the last attempt without a word: it is not tried once more to find out why.
      outcome = .buried(reason: "\(settings.retry.attempts) attempts without an answer", isUnknown: true)
    } else {
      do {
        let answer = try await provider.deliver(
          MessageDelivery(message: claim.message, attempt: claim.attempt, deadline: claim.lease.until)
        )
        outcome = settlement(of: answer, claim)
      } catch  where Task.isCancelled {
        outcome = .released
      } catch {
        outcome = again(claim, failure: "no answer: \(type(of: error))", isUnknown: true)
      }
    }
    // A lease that was lost meanwhile changes nothing: who holds it now will say what came of the message.
    _ = try await reading(.ledgerFailed) {
      try await ledger.settle([Settlement(lease: claim.lease, outcome: outcome)], tenant: tenant)
    }
  }

  private func settlement(of answer: DeliveryAnswer, _ claim: Claim) -> Settlement.Outcome {
    switch answer {
    case .accepted(let reference): .accepted(reference)
    case .rejected(let reason): .rejected(reason: reason)
    case .retry(let after): again(claim, failure: "asked to come again", retryAfter: after, isUnknown: false)
    case .unknown(let word): again(claim, failure: "unknown word: \(word.prefix(256))", isUnknown: true)
    }
  }

  private func again(
    _ claim: Claim,
    failure: String,
    retryAfter: Duration? = nil,
    isUnknown: Bool
  ) -> Settlement.Outcome {
    let wait = settings.retry.delay(
      afterAttempt: claim.attempt,
      of: claim.message.key,
      retryAfter: retryAfter
    )
    guard let wait else {
      return .buried(reason: "\(claim.attempt) attempts; the last: \(failure)", isUnknown: isUnknown)
    }
    return .retry(after: wait, failure: failure, isUnknown: isUnknown)
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
  /// ``DeliverySignal/drain(within:)`` is the graceful stop: no message is
  /// begun any more, and those on their way are given their time. Cancellation
  /// is the hard stop: what is on its way is cancelled and released. In both
  /// nothing is lost.
  ///
  /// - Parameters:
  ///   - clock: What it waits on; the ledger's clock decides what is due.
  ///   - signal: How the rest of the host speaks to it.
  /// - Throws: ``OfferBridgeError`` when the ledger fails; nothing is lost, run again.
  public func run(on clock: some Clock<Duration>, signal: DeliverySignal) async throws {
    signal.markStarted()
    defer { signal.markStopped() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while !signal.isDraining && !Task.isCancelled {
          let seen = signal.calls
          let (nextDue, now) = try await deliverDue(unless: { signal.isDraining })
          await signal.wait(after: seen, until: nextDue, from: now, on: clock)
        }
      }
      group.addTask {
        // Ends the loop's last round when the drain has taken its time.
        guard let limit = await signal.drainLimit() else { return }
        try? await clock.sleep(for: limit)
      }
      try await group.next()
      group.cancelAll()
      try await group.waitForAll()
    }
  }
}
