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
    SimulationMutant(
      fault,
      SimulatedSystem(
        LedgerUnderTest { now in InMemoryOfferLedger(now: now) },
        isCalledInTurn: false,
        provider: { BentProvider(inner: $0, bent: deliver) }
      )
    )
  }
}

/// A provider in front of another, with one fault.
private struct BentProvider: MessageProvider {
  typealias Deliver =
    @Sendable (_ inner: any MessageProvider, _ delivery: MessageDelivery) async throws -> DeliveryAnswer

  let inner: any MessageProvider
  let bent: Deliver

  var timeout: Duration { inner.timeout }

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
  fileprivate func under(_ key: DerivedKey) -> OfferMessage { copy(key: key, payload: payload) }
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
