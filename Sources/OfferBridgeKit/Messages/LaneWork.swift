import Foundation

/// What is done with one provider's messages: claim, attempt, settle.
struct LaneWork: Sendable {
  let id: ProviderID
  let provider: any MessageProvider
  let tenant: TenantID
  let ledger: any OfferLedger
  let retry: MessageRetry
  let lease: Duration
  let leaseMargin: Duration
  let ledgerPatience: Duration
  let reports: BridgeReports

  /// What came of an attempt, and what it says of the provider.
  struct End: Sendable {
    enum Health: Sendable { case answered, failed, untold }
    let outcome: Settlement.Outcome
    let health: Health

    /// Its provider never had it, nor was asked about it.
    static let unhanded = End(outcome: .released(wasHanded: false), health: .untold)
  }

  func claim(_ limit: Int, dueBy: Date? = nil) async throws(OfferBridgeError) -> ClaimAnswer {
    let query = ClaimQuery(tenant: tenant, provider: id, limit: limit, lease: lease, dueBy: dueBy)
    let answer = try await asking { try await ledger.claim(query) }
    for claim in answer.claims { reports.tell(.claimed(attempt(claim))) }
    return answer
  }

  func claims(_ limit: Int) async -> Result<ClaimAnswer, OfferBridgeError> {
    do throws(OfferBridgeError) { return .success(try await claim(limit)) } catch { return .failure(error) }
  }

  /// Makes an attempt; `now` is the ledger's time of the claim, `passed` what has gone since.
  func attempt(_ claim: Claim, at now: Date, passed: () -> Duration = { .zero }) async -> End {
    if Task.isCancelled { return .unhanded }
    if let end = endUntried(claim, at: now) { return end }
    var (lease, wasHanded) = (claim.lease, false)
    do {
      if isInDoubt(claim, at: now) {
        switch try await lookUp(claim, at: now, passed) {
        case .ended(let end): return end
        // However long that took, whoever hands it over holds it.
        case .notThere: lease = try await prolonged(lease)
        case .notAsked: break
        }
      }
      // What is cancelled by now would be on its way for nothing.
      try Task.checkCancellation()
      wasHanded = true
      reports.tell(.attempted(attempt(claim)))
      reports.count(.sent, of: claim.message, in: tenant)
      let answer = try await provider.deliver(
        MessageDelivery(message: claim.message, attempt: claim.attempt, deadline: lease.until)
      )
      return end(claim, answer, aged: claim.age(at: now) + passed())
    } catch is LeaseLost {
      return .unhanded
    } catch is LeaseUncertain where !Task.isCancelled {
      let failure = "the ledger did not prolong its lease"
      let age = claim.age(at: now) + passed()
      return End(outcome: again(claim, aged: age, failure: failure, isUnknown: false), health: .untold)
    } catch  where Task.isCancelled {
      return End(outcome: .released(wasHanded: wasHanded), health: .untold)
    } catch {
      return unanswered(claim, at: now, after: passed(), "no answer: \(type(of: error))")
    }
  }

  /// The end of an attempt that was given up when its time was over.
  func timedOut(_ claim: Claim, at now: Date) -> End {
    unanswered(claim, at: now, after: provider.timeout, "no answer within \(provider.timeout.inWords)")
  }

  /// Writes what came of an attempt, and tells it.
  func settle(
    _ claim: Claim,
    _ end: End,
    at now: Date,
    after length: Duration = .zero
  ) async throws(OfferBridgeError) {
    // A lease that was lost meanwhile changes nothing: who holds it now will say what came of the message.
    let answer = try await asking {
      try await ledger.settle([Settlement(lease: claim.lease, outcome: end.outcome)], tenant: tenant)
    }
    reports.settled(
      claim,
      end.outcome,
      answer.first ?? .lostLease,
      self,
      age: claim.age(at: now),
      took: length
    )
  }

  func attempt(_ claim: Claim) -> DeliveryAttempt {
    DeliveryAttempt(claim.message, attempt: claim.attempt, tenant: tenant)
  }

  // MARK: How it ends

  private func endUntried(_ claim: Claim, at now: Date) -> End? {
    if claim.attempt > retry.attempts {
      // Its worker ended at the last attempt without a word: it is not tried once more to find out why.
      let reason = "\(retry.attempts) attempts without an answer"
      return End(outcome: .buried(reason: reason, isUnknown: true), health: .untold)
    }
    if let deadline = retry.deadline, !retry.allows(age: claim.age(at: now)) {
      let reason = "deadlinePassed: it was open for more than \(deadline.inWords)"
      return End(outcome: .buried(reason: reason, isUnknown: false), health: .untold)
    }
    return nil
  }

  private func unanswered(_ claim: Claim, at now: Date, after length: Duration, _ failure: String) -> End {
    let outcome = again(claim, aged: claim.age(at: now) + length, failure: failure, isUnknown: true)
    return End(outcome: outcome, health: .failed)
  }

  func again(
    _ claim: Claim,
    aged age: Duration,
    failure: String,
    retryAfter: Duration? = nil,
    isUnknown: Bool
  ) -> Settlement.Outcome {
    let wait = retry.delay(
      afterAttempt: claim.attempt,
      of: claim.message.key,
      age: age,
      retryAfter: retryAfter
    )
    if let wait { return .retry(after: wait, failure: failure, isUnknown: isUnknown) }
    let attempts = claim.attempt == 1 ? "1 attempt" : "\(claim.attempt) attempts"
    let reason =
      claim.attempt < retry.attempts
      ? "deadlinePassed: \(attempts); the last: \(failure)" : "\(attempts); the last: \(failure)"
    return .buried(reason: reason, isUnknown: isUnknown)
  }

  private struct LeaseLost: Error {}
  private struct LeaseUncertain: Error {}

  private func prolonged(_ lease: Lease) async throws -> Lease {
    guard let answers = try? await ledger.extend([lease], by: self.lease, tenant: tenant) else {
      throw LeaseUncertain()
    }
    guard case .extended(let lease) = answers.first else { throw LeaseLost() }
    return lease
  }

  private func asking<Answer>(
    _ body: () async throws -> Answer
  ) async throws(OfferBridgeError) -> Answer {
    do {
      return try await body()
    } catch {
      throw error as? OfferBridgeError ?? OfferBridgeError(.ledgerFailed, underlying: error)
    }
  }
}

extension Claim {
  /// For how long it has been open, by the ledger's clock.
  func age(at now: Date) -> Duration {
    .milliseconds(now.milliseconds - openSince.milliseconds)
  }
}
