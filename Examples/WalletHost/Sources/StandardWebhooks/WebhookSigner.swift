public import Foundation

/// Signs what is sent, so that the other side can tell that it is ours and new.
///
/// Source: Standard Webhooks 1.0, "Signature scheme".
public struct WebhookSigner: Sendable {
  private let secrets: WebhookSecrets

  /// A signer.
  ///
  /// - Parameter secrets: What it signs with: each one that is valid, so that the other side can change at any time.
  public init(_ secrets: WebhookSecrets) { self.secrets = secrets }

  /// The three headers of a webhook.
  ///
  /// - Parameters:
  ///   - id: What tells it from others, the same each time that it is sent; visible ASCII without a dot, 256 at most.
  ///   - moment: When it is sent, now: its fraction of a second is cut off.
  ///   - body: The bytes that are sent.
  /// - Returns: `webhook-id`, `webhook-timestamp` and `webhook-signature`, with a signature for each valid secret.
  /// - Throws: What the other side would refuse: the id, the moment before 1970, or that no secret is valid.
  public func headers(id: String, at moment: Date, body: [UInt8]) throws(WebhookRefusal) -> [WebhookHeader] {
    let timestamp = "\(Int64(exactly: moment.timeIntervalSince1970.rounded(.down)) ?? -1)"
    try HeaderGrammar.check(id: id)
    _ = try HeaderGrammar.seconds(of: timestamp)
    let valid = secrets.valid(at: moment)
    guard !valid.isEmpty else { throw .noValidSecret }
    let content = SignedContent(id: id, timestamp: timestamp, body: body)
    let signatures = valid.map { "v1," + Base64.text(of: content.code(by: $0)) }
    return [
      WebhookHeader(WebhookHeader.Kind.id.rawValue, id),
      WebhookHeader(WebhookHeader.Kind.timestamp.rawValue, timestamp),
      WebhookHeader(WebhookHeader.Kind.signature.rawValue, signatures.joined(separator: " ")),
    ]
  }
}
