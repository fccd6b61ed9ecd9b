import OfferBridgeKit
import OfferBridgeTesting

extension SimulationMutant {
  /// Faults between the bridge and the wallet.
  static let providers: [SimulationMutant] = [
    bent("each attempt is sent under a key of its own") { inner, delivery in
      let message = delivery.message.under(.derive("mutant", "\(delivery.message.key) \(delivery.attempt)"))
      return try await inner.deliver(delivery.with(message))
    },
    bent("the payload says which attempt it is") { inner, delivery in
      let payload = delivery.message.payload + Array(" \(delivery.attempt)".utf8)
      return try await inner.deliver(delivery.with(delivery.message.saying(payload)))
    },
    bent("what was never sent counts as accepted") { inner, delivery in
      delivery.attempt > 1 ? .accepted(reference: nil) : try await inner.deliver(delivery)
    },
    bent("a refusal counts as accepted") { inner, delivery in
      let answer = try await inner.deliver(delivery)
      if case .rejected = answer { return .accepted(reference: nil) }
      return answer
    },
    bent("how long to leave a wallet alone is not heard") { inner, delivery in
      let answer = try await inner.deliver(delivery)
      if case .retry = answer { return .retry() }
      return answer
    },
    bent("no answer counts as accepted") { inner, delivery in
      do { return try await inner.deliver(delivery) } catch { return .accepted(reference: nil) }
    },
    bent("no answer counts as not taken") { inner, delivery in
      do { return try await inner.deliver(delivery) } catch { return .retry() }
    },
    bent("an unknown word counts as a refusal") { inner, delivery in
      let answer = try await inner.deliver(delivery)
      if case .unknown(let word) = answer { return .rejected(reason: word) }
      return answer
    },
    bent("taken counts as accepted") { inner, delivery in
      let answer = try await inner.deliver(delivery)
      if case .taken = answer { return .accepted(reference: nil) }
      return answer
    },
    bent("taken counts as not now") { inner, delivery in
      let answer = try await inner.deliver(delivery)
      if case .taken(let after) = answer { return .retry(after: after) }
      return answer
    },
    bent("how long a busy wallet wants is not heard") { inner, delivery in
      let answer = try await inner.deliver(delivery)
      if case .taken = answer { return .taken() }
      return answer
    },
    misled("a look-up that fails finds nothing") { inner, key in
      do { return try await inner.lookUp(key) } catch { return .notFound }
    },
    misled("a look-up that says later finds nothing") { inner, key in
      let known = try await inner.lookUp(key)
      if case .retry = known { return .notFound }
      return known
    },
    misled("a look-up that says taken finds it") { inner, key in
      let known = try await inner.lookUp(key)
      if case .taken = known { return .found() }
      return known
    },
  ]

  /// Faults of when a message is tried again.
  static let policies: [SimulationMutant] = [
    SimulationMutant(
      "the second attempt comes a month later",
      SimulatedSystem(
        LedgerUnderTest { now in InMemoryOfferLedger(now: now) },
        retry: MessageRetry(delays: [.days(30)]),
        isCalledInTurn: false
      )
    )
  ]

  private static func bent(
    _ fault: String,
    _ deliver: @escaping BentProvider.Deliver
  ) -> SimulationMutant {
    made(fault) { BentProvider(inner: $0, bent: deliver, asked: { try await $0.lookUp($1) }) }
  }

  private static func misled(_ fault: String, _ lookUp: @escaping BentProvider.LookUp) -> SimulationMutant {
    made(fault) { BentProvider(inner: $0, bent: { try await $0.deliver($1) }, asked: lookUp) }
  }

  private static func made(
    _ fault: String,
    _ provider: @escaping @Sendable (any MessageProvider) -> any MessageProvider
  ) -> SimulationMutant {
    SimulationMutant(
      fault,
      SimulatedSystem(
        LedgerUnderTest { now in InMemoryOfferLedger(now: now) },
        isCalledInTurn: false,
        provider: provider
      )
    )
  }
}

/// A provider in front of another, with one fault.
private struct BentProvider: MessageProvider {
  typealias Deliver =
    @Sendable (_ inner: any MessageProvider, _ delivery: MessageDelivery) async throws -> DeliveryAnswer
  typealias LookUp =
    @Sendable (_ inner: any MessageProvider, _ key: DerivedKey) async throws -> DeliveryLookup

  let inner: any MessageProvider
  let bent: Deliver
  let asked: LookUp

  var timeout: Duration { inner.timeout }
  var idempotencyWindow: Duration? { inner.idempotencyWindow }

  func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup { try await asked(inner, key) }

  func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    try await bent(inner, delivery)
  }
}

extension MessageDelivery {
  fileprivate func with(_ message: OfferMessage) -> MessageDelivery {
    MessageDelivery(message: message, attempt: attempt, deadline: deadline)
  }
}

extension OfferMessage {
  func under(_ key: DerivedKey) -> OfferMessage { copy(key: key, payload: payload) }
  fileprivate func saying(_ payload: [UInt8]) -> OfferMessage { copy(key: key, payload: payload) }

  private func copy(key: DerivedKey, payload: [UInt8]) -> OfferMessage {
    OfferMessage(
      key: key,
      provider: provider,
      customer: customer,
      campaign: campaign,
      variant: variant,
      issuedOffer: issuedOffer,
      replica: replica,
      payload: payload,
      createdAt: createdAt,
      // What caused it is in the key alone, and the wallet sees none of it.
      cause: .issuance(key),
      purpose: purpose,
      generation: generation
    )
  }
}
