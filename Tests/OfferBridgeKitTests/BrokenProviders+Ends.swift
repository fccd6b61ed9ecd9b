import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// How it ends
extension BrokenProvider {
  static let ends: [BrokenProvider] = [
    BrokenProvider(
      making: "what is cancelled beforehand counts as sent",
      "deliver.endsWhenCancelledBeforehand",
      provider: { wallet in
        let sent = Guarded<Set<DerivedKey>>([])
        return Bent(
          straight: PostedWallet(client: wallet),
          delivering: { wallet, delivery in
            let isNew = sent.withLock { $0.insert(delivery.message.key).inserted }
            if !isNew, delivery.attempt > 1, wallet.isUnheard(delivery) { return .accepted() }
            if Task.isCancelled { throw CancellationError() }
            return try await wallet.deliver(delivery)
          }
        )
      }
    ),
    BrokenProvider("a cancellation is not heard", "deliver.endsWhenCancelled") { wallet, delivery in
      try await Task { try await wallet.deliver(delivery) }.value
    },
    BrokenProvider("a cancellation is a refusal", "deliver.cancelledIsUnknown") { wallet, delivery in
      do {
        return try await wallet.deliver(delivery)
      } catch is CancellationError {
        return .rejected(reason: "cancelled")
      }
    },
    BrokenProvider("what is cancelled is sent once more", "deliver.sendsNothingAfterCancellation") {
      wallet,
      delivery in
      do {
        return try await wallet.deliver(delivery)
      } catch is CancellationError {
        Task { try await wallet.deliver(delivery) }
        throw CancellationError()
      }
    },
    BrokenProvider(
      making: "the client has more time than is stated",
      "deliver.endsByItsTimeout",
      provider: { wallet in
        Bent(straight: PostedWallet(client: wallet), timeout: .seconds(10))
      }
    ),
    BrokenProvider(
      making: "an answer is awaited on a thread",
      "deliver.blocksNoThread",
      provider: { wallet in
        Bent(
          straight: PostedWallet(client: wallet),
          delivering: { straight, delivery in
            let answer = Task { try await straight.deliver(delivery) }
            if wallet.condition == .hanging { block() }
            answer.cancel()
            return try await answer.value
          }
        )
      }
    ),
    BrokenProvider(
      making: "no time is stated",
      "timeout.isSomeTime",
      provider: { wallet in
        Bent(straight: PostedWallet(client: wallet), timeout: .zero)
      }
    ),
    BrokenProvider(
      making: "keys are forgotten while an attempt is under way",
      "window.isLongerThanAnAttempt",
      provider: { wallet in
        Bent(straight: PostedWallet(client: wallet), idempotencyWindow: .seconds(30))
      }
    ),
  ]

  /// Holds the thread until the task is cancelled, or a check has lost its patience.
  private static func block() {
    let end = ContinuousClock.now + .seconds(300)
    while !Task.isCancelled && ContinuousClock.now < end {}
  }
}

extension PostedWallet {
  func sending(key: String, _ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    guard let wallet = client as? StubbedWallet else { return try await deliver(delivery) }
    return try await PostedWallet(client: BentClient(wallet: wallet, key: { _ in key })).deliver(delivery)
  }

  /// Whether the wallet has not seen its key.
  fileprivate func isUnheard(_ delivery: MessageDelivery) -> Bool {
    guard let wallet = client as? StubbedWallet else { return false }
    return !wallet.arrivals.contains { $0.key == delivery.message.key.description }
  }
}
