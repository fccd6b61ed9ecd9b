/// The host's way to an external system: a webhook, a queue, an SDK.
///
/// **Use one:** ``InMemoryMessageProvider`` accepts everything and keeps it,
/// for an app whose wallet is its own screen.
///
/// **Write one:** one method that sends the payload's bytes under the
/// message's key and maps the answer. Give the key to the external system as
/// its idempotency key: a message may be attempted again after an answer was
/// lost, always with the same key and the same bytes.
///
/// ```swift
/// func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
///   let response = try await client.post(delivery.message.payload, key: delivery.message.key.description)
///   switch response.status {
///   case 200..<300: return .accepted(reference: response.cardID.map(ReplicaReference.init(rawValue:)))
///   case 429, 500...: return .retry(after: response.retryAfter)
///   default: return .rejected(reason: "status \(response.status)")
///   }
/// }
/// ```
///
/// Throwing says that the outcome is unknown: the replica is `unknown` until
/// a later attempt, or a redemption, tells. When the task is cancelled, stop
/// and throw; the message is released and tried again.
///
/// **Fake one:** `ScriptedMessageProvider` and `FakeWallet` of `OfferBridgeTesting`.
public protocol MessageProvider: Sendable {
  /// Sends one message, and says what came of it.
  ///
  /// Called for different customers in parallel, for one customer in order.
  nonisolated(nonsending)
    func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer

  /// The longest that ``deliver(_:)`` takes before it throws; the lease must be longer. 30 seconds by default.
  var timeout: Duration { get }
}

extension MessageProvider {
  /// 30 seconds.
  public var timeout: Duration { .seconds(30) }
}
