/// The host's way to an external system: a webhook, a queue, an SDK.
///
/// ## Use one
///
/// ``InMemoryMessageProvider`` accepts everything and keeps it, for an app
/// whose wallet is its own screen.
///
/// ## Write one
///
/// One method sends the payload's bytes under the message's key and says what
/// came of it.
///
/// ```swift
/// func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
///   let message = delivery.message
///   let response = try await client.post(message.payload, as: message.contentType, key: message.key.description)
///   switch response.status {
///   case 200..<300: return .accepted(reference: response.cardID.map(ReplicaReference.init(rawValue:)))
///   case 429, 500...: return .retry(after: response.retryAfter)
///   default: return .rejected(reason: "status \(response.status)")
///   }
/// }
/// ```
///
/// *It gets* the message, which is the same on every attempt: ``OfferMessage/key``,
/// ``OfferMessage/payload`` with its ``OfferMessage/contentType``; and of this
/// attempt its number and its deadline (``MessageDelivery``). Give the key to
/// the external system as its idempotency key.
///
/// | it answers | when | what becomes of the message |
/// |---|---|---|
/// | `accepted(reference:)` | the external system has it; also when it had it before | settled; the reference is kept |
/// | `rejected(reason:)` | it will never take it, a success status around an error body included | settled; never tried again |
/// | `retry(after:)` | not now, and nothing has happened there | waits, no shorter than asked for |
/// | it throws | nobody knows whether it arrived | waits; the replica is `unknown` until an attempt or a redemption tells |
///
/// *Cancellation* means that the time is over: the ``timeout`` or a drain. Stop
/// and throw. After a time-out in ``OfferBridge/run(on:signal:)`` the message
/// has been settled as unknown, and a late answer is not heard; a provider
/// that goes on all the same holds one of its own lane's places until it
/// returns. On a drain the message is released, and tried again.
///
/// *Time.* State ``timeout``, and ``idempotencyWindow`` where the external
/// system forgets keys. A message whose first attempt lies further back is
/// looked up by ``lookUp(_:)``; where that is not supported, it is buried as
/// `windowExceeded`. It is never sent again blindly, for that could make a
/// second replica.
///
/// Prove it with `MessageProviderContract` of `OfferBridgeTesting`.
///
/// ## Fake one
///
/// `ScriptedMessageProvider` and `FakeWallet` of `OfferBridgeTesting`.
public protocol MessageProvider: Sendable {
  /// Sends one message, and says what came of it.
  ///
  /// Called for different customers in parallel, for one customer in order.
  ///
  /// - Parameter delivery: The message, which attempt it is, and until when it may take.
  /// - Returns: What the external system said.
  /// - Throws: Whatever says that the outcome is unknown; only the name of its type is kept, for it may hold what must
  ///   not be logged.
  nonisolated(nonsending)
    func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer

  /// Asks the external system whether it has what was sent under a key. Not supported by default.
  ///
  /// Called instead of a blind repeat, when the first attempt lies further back than the ``idempotencyWindow``, within
  /// the same ``timeout`` as the attempt that may follow it.
  ///
  /// - Parameter key: The message's key.
  /// - Returns: Whether it is there.
  /// - Throws: Whatever says that it could not be asked now; the message waits as after any attempt.
  nonisolated(nonsending)
    func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup

  /// The longest that an attempt takes; more than zero, and the lease must be longer. 30 seconds by default.
  ///
  /// ``OfferBridge/run(on:signal:)`` keeps it on its clock; ``OfferBridge/deliverDueMessages()`` has no clock, and
  /// waits for the answer.
  var timeout: Duration { get }

  /// How long the external system recognises a key, since its first attempt; `nil`, the default, is for ever.
  ///
  /// State it shorter than it is by the ``timeout``: the ledger's moment of the first attempt is a little earlier than
  /// its arrival, that of the last a little earlier too.
  var idempotencyWindow: Duration? { get }
}

extension MessageProvider {
  /// 30 seconds.
  public var timeout: Duration { .seconds(30) }

  /// For ever.
  public var idempotencyWindow: Duration? { nil }

  /// Not supported.
  ///
  /// - Parameter key: The message's key.
  /// - Returns: `notSupported`.
  /// - Throws: Nothing.
  nonisolated(nonsending)
    public func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup
  { .notSupported }
}
