import OfferBridgeKit

extension MessageProviderContract {
  /// What the external system's answers mean.
  static let answerChecks: [ContractCheck<MessageProviderUnderTest>] = [
    .init("deliver.lostAcknowledgementIsUnknown") { subject, steps in
      let stand = try await subject.stand(.losingAnswer)
      // The system has it, and nobody knows: to say that it was accepted, refused or not taken would be a guess.
      try await stand.unknown(.example("a"), "its answer is lost", steps)
      try steps.expect("replicas after the lost answer", try await stand.replicas(), is: 1)
      try await stand.accepted(.example("a"), 2, steps)
      try steps.expect("replicas after the repeat", try await stand.replicas(), is: 1)
    },
    .init("deliver.failureInsideIsUnknown") { subject, steps in
      let stand = try await subject.stand(.failing)
      try await stand.unknown(.example("a"), "the system fails inside", steps)
      try await stand.accepted(.example("a"), 2, steps)
      try steps.expect("replicas after the repeat", try await stand.replicas(), is: 1)
    },
    .init("deliver.throttledIsRetry") { subject, steps in
      let stand = try await subject.stand(.throttling(.seconds(90)))
      let expected = "what was turned away is answered 'retry'"
      let answer = try await stand.answer(.example("a"), expected, steps)
      guard case .retry = answer else { throw steps.violation(expected: expected, seen: "\(answer)") }
      try await stand.accepted(.example("a"), 2, steps)
      try steps.expect("replicas after the repeat", try await stand.replicas(), is: 1)
    },
    .init("deliver.retryAfterIsHeard") { subject, steps in
      for length in [Duration.seconds(90), .seconds(4_000)] {
        let stand = try await subject.stand(.throttling(length))
        let answer = try await stand.answer(.example("a"), "retry after \(length)", steps)
        try steps.expect("the answer to 'in \(length)'", answer, is: .retry(after: length))
      }
    },
    .init("deliver.retryAfterDateIsHeard") { subject, steps in
      for length in [Duration.seconds(90), .seconds(4_000)] {
        let stand = try await subject.stand(.throttlingUntilDate(length))
        let expected = "retry after some \(length)"
        let answer = try await stand.answer(.example("a"), expected, steps)
        // Dates have whole seconds, and some time passes.
        guard case .retry(let after?) = answer, abs(after / .seconds(1) - length / .seconds(1)) <= 5 else {
          throw steps.violation(expected: expected, seen: "\(answer)")
        }
      }
    },
    .init("deliver.refusalIsRejected") { subject, steps in
      try await refused(try await subject.stand(.refusing), steps)
    },
    .init("deliver.refusalInSuccessIsRejected") { subject, steps in
      try await refused(try await subject.stand(.refusingInSuccess), steps)
    },
    .init("deliver.unknownWordIsNoGuess") { subject, steps in
      let stand = try await subject.stand(.sayingUnknownWord)
      do {
        let answer = try await stand.deliver(.example("a"))
        guard case .unknown = answer else {
          throw steps.violation(expected: "unknown(word:), or a throw", seen: "\(answer)")
        }
      } catch let violation as ContractViolation {
        throw violation
      } catch {
        steps.note("attempt 1: threw \(type(of: error))")
      }
      try await stand.accepted(.example("a"), 2, steps)
      try steps.expect("replicas after the repeat", try await stand.replicas(), is: 1)
    },
    .init("deliver.busyIsTaken") { subject, steps in
      for length in [Duration.seconds(90), .seconds(4_000)] {
        let stand = try await subject.stand(.busy(length))
        let answer = try await stand.answer(.example("a"), "taken after \(length)", steps)
        try steps.expect("the answer to 'I am at it, ask in \(length)'", answer, is: .taken(after: length))
        try await stand.accepted(.example("a"), 2, steps)
        try steps.expect("replicas after the repeat", try await stand.replicas(), is: 1)
      }
    },
    .init("deliver.tellsNoSecret") { subject, steps in
      var isTried = false
      let conditions: [WalletCondition] = [
        .refusing, .refusingInSuccess, .sayingUnknownWord, .failing, .losingAnswer,
      ]
      for condition in conditions {
        guard let stand = try await subject.make(condition) else { continue }
        isTried = true
        let told = await told(stand, .example("a", payload: #"{"name":"Ada Secret-Lovelace"}"#))
        for secret in ["Secret-Lovelace"] + stand.secrets where told.contains(secret) {
          throw steps.violation(
            expected: "\(condition): neither what was sent nor a credential is told",
            seen: String(told.prefix(300))
          )
        }
      }
      if !isTried { throw NotClaimed() }
    },
  ]

  private static func refused(_ stand: WalletStand, _ steps: ContractSteps) async throws {
    let expected = "a refusal is answered 'rejected'"
    let answer = try await stand.answer(.example("a"), expected, steps)
    guard case .rejected(let reason) = answer else {
      throw steps.violation(expected: expected, seen: "\(answer)")
    }
    try steps.expect("a reason", !reason.isEmpty, seen: answer)
    try steps.expect("replicas after a refusal", try await stand.replicas(), is: 0)
  }

  /// What a provider says of an attempt, its error included.
  private static func told(_ stand: WalletStand, _ message: OfferMessage) async -> String {
    do { return "\(try await stand.deliver(message))" } catch {
      return "\(error) \(String(reflecting: error))"
    }
  }
}
