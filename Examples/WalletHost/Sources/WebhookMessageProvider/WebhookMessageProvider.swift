public import Foundation
public import OfferBridgeKit
public import StandardWebhooks

/// Sends each message as a signed webhook, and says what the other side's answer means.
///
/// ```swift
/// let wallet = WebhookMessageProvider(
///   to: "https://wallet.example/messages",
///   lookUpsAt: "https://wallet.example/messages",
///   by: client,
///   signing: WebhookSigner(secrets),
///   words: ["ACTIVE": .accepted, "QUEUED": .notYet, "REFUSED": .rejected]
/// )
/// ```
///
/// The message's key is the `webhook-id`, and stands in `Idempotency-Key` too.
/// The other side answers a JSON object: `status` is one of its words,
/// `reference` its name for the replica, of 1,024 bytes at most; one that is
/// longer is left out. `MessageProvider` of `OfferBridgeKit` has the table of
/// what each status means.
///
/// It sends to the address that it was given and to no other: a redirect is a
/// refusal. A host that makes addresses of what customers write owns that risk.
public struct WebhookMessageProvider: MessageProvider {
  private let address: String
  private let lookUpAddress: String?
  private let client: WebhookClient
  private let signer: WebhookSigner
  private let words: ReplicaWords
  private let format: WebhookFormat
  private let now: @Sendable () -> Date

  /// The longest that an attempt takes.
  public let timeout: Duration
  /// How long the other side recognises a key, or `nil` for ever.
  public let idempotencyWindow: Duration?

  /// A provider.
  ///
  /// - Parameters:
  ///   - address: Where messages are posted to.
  ///   - lookUpAddress: What is asked for a key: the address, a slash and the key; `nil` where it cannot be asked.
  ///   - client: What sends.
  ///   - signer: What signs.
  ///   - words: What the other side's words mean.
  ///   - format: How the payload is sent.
  ///   - timeout: The longest that an attempt takes; 30 seconds.
  ///   - idempotencyWindow: How long the other side recognises a key; for ever.
  ///   - now: The clock that is signed with.
  public init(
    to address: String,
    lookUpsAt lookUpAddress: String? = nil,
    by client: WebhookClient,
    signing signer: WebhookSigner,
    words: ReplicaWords,
    format: WebhookFormat = .plain,
    timeout: Duration = .seconds(30),
    idempotencyWindow: Duration? = nil,
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.address = address
    self.lookUpAddress = lookUpAddress
    self.client = client
    self.signer = signer
    self.words = words
    self.format = format
    self.timeout = timeout
    self.idempotencyWindow = idempotencyWindow
    self.now = now
  }

  /// Posts the message.
  ///
  /// - Parameter delivery: The message and its attempt.
  /// - Returns: What the answer means.
  /// - Throws: What says that it may have arrived.
  nonisolated(nonsending)
    public func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer
  {
    let message = delivery.message
    let body = format.body(of: message)
    let request = WebhookRequest(
      method: "POST",
      url: address,
      headers: try signed(message.key, body) + [
        WebhookHeader("content-type", format.contentType(of: message)),
        WebhookHeader("idempotency-key", message.key.description),
      ],
      body: body
    )
    let response: WebhookResponse
    do {
      response = try await client.send(request, within: timeout)
    } catch is WebhookClient.NothingSent {
      return .retry()
    }
    let after = RetryAfter.length(in: response, at: now())
    switch response.status {
    case 202: return .taken(after: after)
    case 200..<300: return try answer(in: response, after: after)
    case 409 where response.word == "KEY_IN_USE": return .taken(after: after)
    case 401, 403, 429: return .retry(after: after)
    case 503 where after != nil: return .retry(after: after)
    case 100..<200, 408, 500...: throw WebhookFailure(status: response.status)
    default: return .rejected(reason: response.refusal)
    }
  }

  /// Asks the other side for a key.
  ///
  /// - Parameter key: The message's key.
  /// - Returns: What it knows of it.
  /// - Throws: What says that it did not tell.
  nonisolated(nonsending)
    public func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup
  {
    guard let lookUpAddress else { return .notSupported }
    let request = WebhookRequest(
      method: "GET",
      url: "\(lookUpAddress)/\(key)",
      headers: try signed(key, []),
      body: []
    )
    let response: WebhookResponse
    do {
      response = try await client.send(request, within: timeout)
    } catch is WebhookClient.NothingSent {
      return .retry()
    }
    let after = RetryAfter.length(in: response, at: now())
    switch response.status {
    case 200: return DeliveryLookup(try answer(in: response, after: after))
    // A gateway's 404 has another body than the wallet's own.
    case 404 where response.word == "NO_SUCH_KEY": return .notFound
    case 401, 403, 429: return .retry(after: after)
    case 503 where after != nil: return .retry(after: after)
    default: throw WebhookFailure(status: response.status)
    }
  }

  private func signed(_ key: DerivedKey, _ body: [UInt8]) throws -> [WebhookHeader] {
    try signer.headers(id: key.description, at: now(), body: body)
  }

  private func answer(in response: WebhookResponse, after: Duration?) throws -> DeliveryAnswer {
    // A webhook's plain success needs no body.
    if response.isEmpty { return .accepted() }
    guard let word = response.word else { throw WebhookFailure(status: response.status) }
    return words.answer(
      to: word,
      reference: response.reference.map { ReplicaReference(rawValue: $0) },
      after: after
    )
  }
}

/// An answer that does not say whether the message arrived.
public struct WebhookFailure: Error, Hashable, CustomStringConvertible {
  /// The status of the answer.
  public let status: Int

  /// The status, and nothing of the answer's body.
  public var description: String { "status \(status) does not say whether the message arrived" }
}
