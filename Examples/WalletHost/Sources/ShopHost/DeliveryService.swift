import Logging
import OfferBridgeKit
import ServiceLifecycle
import WebhookMessageProvider

/// Delivers messages until it is asked to stop, and then ends what is under way.
struct DeliveryService: Service {
  let bridge: OfferBridge<Shopper>
  let signal: DeliverySignal
  let client: WebhookClient
  let logger: Logger

  func run() async throws {
    let outcome = await withTaskGroup(of: Result<Void, any Error>?.self) { group in
      group.addTask {
        do {
          try await bridge.run(on: ContinuousClock(), signal: signal)
          return .success(())
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        try? await gracefulShutdown()
        await signal.drain(within: .seconds(10))
        return nil
      }
      var outcome: Result<Void, any Error> = .success(())
      for await ended in group {
        guard let ended else { continue }
        outcome = ended
        group.cancelAll()
      }
      return outcome
    }
    try? await client.shutdown()
    if case .failure(let error) = outcome, !(error is CancellationError) {
      logger.error("delivery ended", metadata: ["error": "\(error)"])
      throw error
    }
  }
}
