import OfferBridgeKit

extension MessageProviderContract {
  /// Of a provider that can be asked for a key.
  static let lookUpChecks: [ContractCheck<MessageProviderUnderTest>] = [
    .init("lookUp.findsNothingThatWasNeverSent") { subject, steps in
      let stand = try await subject.accepting(steps)
      try steps.expect("a key that was never sent", try await stand.lookUp("a"), is: .notFound)
      try await stand.accepted(.example("b"), 1, steps)
      try steps.expect("after another was sent", try await stand.lookUp("a"), is: .notFound)
    },
    .init("lookUp.findsWhatWasAccepted") { subject, steps in
      let stand = try await subject.accepting(steps)
      _ = try await stand.lookUp("a")
      var references: [ReplicaReference?] = []
      for name in ["a", "b"] { references.append(try await stand.accepted(.example(name), 1, steps)) }
      for (name, reference) in zip(["a", "b"], references) {
        try steps.expect(
          "'\(name)', accepted",
          try await stand.lookUp(name),
          is: .found(reference: reference)
        )
      }
    },
    .init("lookUp.findsWhatWasTakenUnheard") { subject, steps in
      let stand = try await subject.stand(.losingAnswer)
      _ = try await stand.lookUp("a")
      try await stand.unknown(.example("a"), "its answer is lost", steps)
      let known = try await stand.lookUp("a")
      switch known {
      case .found, .taken: break
      default: throw steps.violation(expected: "what was taken is found, or taken", seen: "\(known)")
      }
    },
    .init("lookUp.failureIsNoAnswer") { subject, steps in
      _ = try await subject.accepting(steps).lookUp("a")
      let stand = try await subject.stand(.failingLookUps)
      try await stand.accepted(.example("a"), 1, steps)
      for name in ["a", "b"] {
        let known: DeliveryLookup
        do {
          known = try await stand.provider.lookUp(OfferMessage.example(name).key)
        } catch {
          steps.note("the look-up of '\(name)' threw \(type(of: error))")
          continue
        }
        switch known {
        case .retry, .unknown: steps.note("the look-up of '\(name)': \(known)")
        default:
          throw steps.violation(
            expected: "a look-up that fails throws, or says retry or unknown",
            seen: "\(known)"
          )
        }
      }
    },
    .init("lookUp.sendsNothing") { subject, steps in
      let stand = try await subject.accepting(steps)
      for _ in 1...2 { _ = try await stand.lookUp("a") }
      try steps.expect("replicas after look-ups", try await stand.replicas(), is: 0)
    },
  ]
}

extension WalletStand {
  /// What is known of a message; a check is not tried where look-ups are not supported.
  fileprivate func lookUp(_ name: String) async throws -> DeliveryLookup {
    let known = try await provider.lookUp(OfferMessage.example(name).key)
    if known == .notSupported { throw NotClaimed() }
    return known
  }
}
