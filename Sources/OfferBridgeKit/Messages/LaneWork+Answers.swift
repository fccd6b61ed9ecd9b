import Foundation

// What a provider's answers mean for a message, and what is asked before it is sent again.
extension LaneWork {
  /// What comes of an answer to an attempt.
  func end(_ claim: Claim, _ answer: DeliveryAnswer, aged age: Duration) -> End {
    switch answer {
    case .accepted(let reference): return End(outcome: .accepted(reference), health: .answered)
    case .rejected(let reason): return End(outcome: .rejected(reason: reason), health: .answered)
    case .retry(let after):
      let failure = "asked to come again"
      let outcome = again(claim, aged: age, failure: failure, retryAfter: after, isUnknown: false)
      return End(outcome: outcome, health: .failed)
    case .taken(let after):
      let failure = "has it, and is not done"
      // What it is still at may yet be refused: whether there is a replica is not known.
      let outcome = again(claim, aged: age, failure: failure, retryAfter: after, isUnknown: true)
      return End(outcome: outcome, health: .answered)
    case .unknown(let word):
      let outcome = again(claim, aged: age, failure: "unknown word: \(word.prefix(256))", isUnknown: true)
      return End(outcome: outcome, health: .answered)
    }
  }

  /// Whether an attempt before this one may have reached the external system.
  func isInDoubt(_ claim: Claim, at now: Date) -> Bool { claim.firstAttemptedAt < now }

  /// What came of a look-up.
  enum LookedUp {
    /// The attempt is over.
    case ended(End)
    /// The external system does not have the message, which is to be sent.
    case notThere
    /// It cannot be asked, and recognises a repeat.
    case notAsked
  }

  /// What the external system knows of a message that it may have.
  func lookUp(_ claim: Claim, at now: Date, _ passed: () -> Duration) async throws -> LookedUp {
    let known = try await provider.lookUp(claim.message.key)
    let age = claim.age(at: now) + passed()
    switch known {
    case .found(let reference): return .ended(end(claim, .accepted(reference: reference), aged: age))
    case .rejected(let reason): return .ended(end(claim, .rejected(reason: reason), aged: age))
    case .taken(let after): return .ended(end(claim, .taken(after: after), aged: age))
    case .unknown(let word): return .ended(end(claim, .unknown(word: word), aged: age))
    case .retry(let after):
      // It says nothing of the attempts before, which stay in doubt.
      let failure = "could not be looked up now"
      let outcome = again(claim, aged: age, failure: failure, retryAfter: after, isUnknown: true)
      return .ended(End(outcome: outcome, health: .failed))
    case .notFound: return .notThere
    case .notSupported:
      guard let window = provider.idempotencyWindow, isBeyond(window, claim, at: now) else {
        return .notAsked
      }
      let reason =
        "windowExceeded: '\(id)' may have had it since \(claim.firstAttemptedAt.rfc3339), remembers keys for "
        + "\(window.inWords) and cannot be asked; it was not sent again"
      return .ended(End(outcome: .buried(reason: reason, isUnknown: true), health: .untold))
    }
  }

  private func isBeyond(_ window: Duration, _ claim: Claim, at now: Date) -> Bool {
    now.milliseconds - claim.firstAttemptedAt.milliseconds > window.milliseconds
  }
}
