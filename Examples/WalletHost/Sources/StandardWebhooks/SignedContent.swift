internal import Crypto

/// What is signed: the id, the timestamp and the body, with dots between them.
struct SignedContent {
  let id: String
  /// Whole seconds since 1970, in decimal.
  let timestamp: String
  let body: [UInt8]

  func code(by secret: WebhookSecret) -> HMAC<SHA256>.MAC {
    var code = HMAC<SHA256>(key: secret.key)
    code.update(data: Array(id.utf8))
    code.update(data: [Self.dot])
    code.update(data: Array(timestamp.utf8))
    code.update(data: [Self.dot])
    code.update(data: body)
    return code.finalize()
  }

  private static let dot = UInt8(ascii: ".")
}
