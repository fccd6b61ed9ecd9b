/// The host's way to an external system: a webhook, a queue, an SDK.
///
/// ## Use one
///
/// ``InMemoryMessageProvider`` accepts everything and keeps it, for an app
/// whose wallet is its own screen.
///
/// ## Write one
///
/// One method sends the payload's bytes under the message's key, once, and
/// says what came of it. A second one, where the external system can be asked
/// for a key, says whether it is there.
///
/// ```swift
/// struct PostedWallet: MessageProvider {
///   struct NoAnswer: Error { let status: Int }
///
///   let client: any WalletClient
///   let words: ReplicaWords = ["ACTIVE": .accepted, "QUEUED": .notYet, "REFUSED": .rejected]
///   let idempotencyWindow: Duration? = .hours(23)
///
///   func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
///     let (message, key) = (delivery.message, delivery.message.key.description)
///     let response = try await client.post(message.payload, as: message.contentType, key: key)
///     switch response.status {
///     case 200..<300: return answer(in: response)
///     case 409 where response.word == "KEY_IN_USE": return .taken(after: response.retryAfter)
///     case 401, 403, 429: return .retry(after: response.retryAfter)
///     case 503 where response.retryAfter != nil: return .retry(after: response.retryAfter)
///     case 408, 500...: throw NoAnswer(status: response.status)
///     default: return .rejected(reason: "status \(response.status)")
///     }
///   }
///
///   func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup {
///     let response = try await client.get(key: key.description)
///     switch response.status {
///     case 200: return DeliveryLookup(answer(in: response))
///     case 404 where response.word == "NO_SUCH_KEY": return .notFound
///     case 429, 503: return .retry(after: response.retryAfter)
///     default: throw NoAnswer(status: response.status)
///     }
///   }
///
///   private func answer(in response: WalletResponse) -> DeliveryAnswer {
///     words.answer(to: response.word, reference: response.card, after: response.retryAfter)
///   }
/// }
/// ```
///
/// *It gets* the message, which is the same on every attempt: ``OfferMessage/key``,
/// ``OfferMessage/payload`` with its ``OfferMessage/contentType``; and of this
/// attempt its number and its deadline (``MessageDelivery``). Give the key to
/// the external system as its idempotency key. Send the bytes as they are: what
/// is decoded and encoded again is another message under the same key.
///
/// | it answers | when | what becomes of the message |
/// |---|---|---|
/// | `accepted(reference:)` | the external system has it; also when it had it before, then with the same reference | settled; the reference is kept |
/// | `taken(after:)` | it has it, and is still at it | waits; is looked up, or sent again under its key; the replica is `unknown` meanwhile |
/// | `rejected(reason:)` | it will never take it | settled; never tried again |
/// | `retry(after:)` | not now, and nothing has happened there | waits, no shorter than asked for |
/// | `unknown(word:)` | it said something that is not in the provider's table | as after a throw; the word is kept |
/// | it throws | nobody knows whether it arrived | waits; the replica is `unknown` until an attempt, a look-up or a redemption tells |
///
/// `retry` and `rejected` are statements about the other side. When in doubt,
/// throw: a doubt costs one attempt more, a wrong statement a second replica or
/// none.
///
/// ### What HTTP says
///
/// | over HTTP | answer | why |
/// |---|---|---|
/// | 200, 201 | by the word in the body | a status says that there was an answer, the body which |
/// | 200, 201 around an error body | `rejected`, or what its word means | many gateways wrap errors so |
/// | 200, 201 without a reference | `accepted(reference: nil)` | it has it; redemptions then name it by our id, or by customer and replica |
/// | 200, 201 with a body that cannot be read | throw | it may have it |
/// | 202, "processing" | `taken(after:)` | the outcome comes later; where none ever comes, `accepted` |
/// | 3xx | `rejected`; do not follow | nothing was done there, and a redirect may drop the body or send it to a stranger |
/// | 400, 404, 410, 413, 415, 422 | `rejected` | the same bytes will fare no better; after the address is mended, `redrive` |
/// | 401, 403 | `retry()` | nothing was done, and a person mends it; the breaker spares the attempts |
/// | 408 | throw | it says that it has not read all of it, a gateway between may say so too |
/// | 409, the key is in use | `taken(after:)` | another attempt of the same message is under way there |
/// | 409 or 422, the key came with other bytes | `rejected` | cannot happen with bytes sent as they are |
/// | 429 | `retry(after:)` | it was turned away at the door |
/// | 503 with `Retry-After` | `retry(after:)`, if the wallet says that this means "nothing done" | without it, a gateway may say so of a request that went through |
/// | 500, 502, 504, other 5xx | throw | it may have been done before it failed |
/// | connection refused, no such host, no TLS | `retry()` where the client knows that no byte was sent | else throw |
/// | connection lost, time-out, cancelled | throw | it may have arrived |
///
/// `Retry-After` is a number of seconds or a date; of a date, take the distance
/// to the response's own `Date`, or to your clock where it has none; one in the
/// past is no wait. One that cannot be read is `nil`.
///
/// Sources: RFC 9110, 10.2.3 and 15; IETF draft "The Idempotency-Key HTTP
/// Header Field", error handling; Stripe documentation, "Idempotent requests".
///
/// *No repeats of its own.* A client that tries again by itself sends twice
/// under one attempt, outside the retry policy, the rate and the breaker.
///
/// *Cancellation* means that the time is over: the ``timeout`` or a drain. Stop,
/// send nothing more, and throw. After a time-out in ``OfferBridge/run(on:signal:)`` the message
/// has been settled as unknown, and a late answer is not heard; a provider
/// that goes on all the same holds one of its own lane's places until it
/// returns. On a drain the message is released, and tried again. Wait with
/// `await`, for a thread that is blocked is missing to everybody.
///
/// *Time.* State ``timeout``, and ``idempotencyWindow`` where the external
/// system forgets keys. ``OfferBridge/deliverDueMessages()`` has no clock: give
/// the client the same time-out.
///
/// *A message that may be there* is looked up by ``lookUp(_:)`` before it is
/// sent again: after `taken`, a throw, an unknown word, or an attempt that ended
/// with its process. Where that is not supported, it is sent again under its
/// key within the window; after it, it is buried as `windowExceeded`. It is
/// never sent again blindly, for that could make a second replica. A look-up
/// that forgets keys must not say `notFound`: see ``DeliveryLookup``.
///
/// *A recall* is a message too: ``OfferMessage/purpose`` says that it asks to
/// take a replica out, its payload says which.
///
/// *What it says is kept.* A reason and a word are kept with the message and
/// told in events: name a status or a code of the external system's, not its
/// body, which may say again what it was sent. Of an error only the name of its
/// type is kept.
///
/// Prove it with `MessageProviderContract` of `OfferBridgeTesting`.
///
/// ## Fake one
///
/// `ScriptedMessageProvider` and `FakeWallet` of `OfferBridgeTesting`, for tests
/// of what is around a provider; `OfferMessage.example()` and
/// `MessageDelivery.example()` for those of the provider itself.
///
/// ```swift
/// let answer = try await PostedWallet(client: busy).deliver(.example())
/// #expect(answer == .retry(after: .seconds(60)))
/// ```
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
  /// Called before a message is sent again that it may have, within the same ``timeout`` as the attempt that may follow
  /// it. It is counted as an attempt, also when nothing is sent after it.
  ///
  /// - Parameter key: The message's key.
  /// - Returns: What the external system knows of it.
  /// - Throws: Whatever says that it could not be asked now; the message waits as after any attempt, and nothing is
  ///   sent.
  nonisolated(nonsending)
    func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup

  /// The longest that an attempt takes; more than zero, and the lease must be longer. 30 seconds by default.
  ///
  /// ``OfferBridge/run(on:signal:)`` keeps it on its clock; ``OfferBridge/deliverDueMessages()`` has no clock, and
  /// waits for the answer.
  var timeout: Duration { get }

  /// How long the external system recognises a key, since its first attempt; `nil`, the default, is for ever.
  ///
  /// It must be longer than the ``timeout``. State it shorter than it is by the time-out: the ledger's moment of the
  /// first attempt is a little earlier than its arrival, that of the last a little earlier too.
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
