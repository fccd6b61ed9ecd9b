/// Why a webhook was refused: one reason for each way to be wrong, and nothing of what it said.
public enum WebhookRefusal: Error, Hashable {
  /// Its body has more bytes than are read.
  case bodyTooLarge(bytes: Int, limit: Int)
  /// It has no header of that name.
  case headerMissing(WebhookHeader.Kind)
  /// It has that header more than once: which is meant cannot be told.
  case headerDoubled(WebhookHeader.Kind)
  /// The header is there and empty.
  case headerEmpty(WebhookHeader.Kind)
  /// The header is longer than any that is meant well.
  case headerTooLong(WebhookHeader.Kind, bytes: Int, limit: Int)
  /// The header has a space or a control character where none belongs.
  case headerSpaced(WebhookHeader.Kind)
  /// The header has a character that is not ASCII.
  case headerNotASCII(WebhookHeader.Kind)
  /// The id has a dot, which would let it be read as an id and a timestamp.
  case idWithDot
  /// The timestamp is written with a sign.
  case timestampSigned
  /// The timestamp is written with a fraction.
  case timestampFraction
  /// The timestamp begins with a zero.
  case timestampLeadingZero
  /// The timestamp has something else than digits.
  case timestampNotDigits
  /// It was sent too long ago.
  case tooOld(seconds: Int64)
  /// It comes from the future.
  case tooNew(seconds: Int64)
  /// There are more signatures than are tried.
  case tooManySignatures(Int, limit: Int)
  /// A signature has no comma between its version and its value.
  case signatureWithoutComma
  /// A signature is not written in Base64.
  case signatureNotBase64
  /// A signature has another length than a code has.
  case signatureLength(Int)
  /// There is no signature of a version that is known.
  case noKnownVersion
  /// No secret is valid now.
  case noValidSecret
  /// No signature is by a secret that is valid.
  case signatureWrong

  /// What to answer over HTTP: 413 for what is too large, 400 for what is badly written, else 401.
  public var status: Int {
    switch self {
    case .bodyTooLarge: 413
    case .headerMissing, .tooOld, .tooNew, .noKnownVersion, .noValidSecret, .signatureWrong: 401
    case .headerDoubled, .headerEmpty, .headerTooLong, .headerSpaced, .headerNotASCII, .idWithDot,
      .timestampSigned,
      .timestampFraction, .timestampLeadingZero, .timestampNotDigits, .tooManySignatures,
      .signatureWithoutComma,
      .signatureNotBase64, .signatureLength:
      400
    }
  }
}

extension WebhookRefusal: CustomStringConvertible {
  /// The reason as a sentence; it holds numbers and names of headers only.
  public var description: String {
    switch self {
    case .bodyTooLarge(let bytes, let limit): "the body has \(bytes) bytes, more than \(limit)"
    case .headerMissing(let kind): "\(kind.rawValue) is missing"
    case .headerDoubled(let kind): "\(kind.rawValue) is there more than once"
    case .headerEmpty(let kind): "\(kind.rawValue) is empty"
    case .headerTooLong(let kind, let bytes, let limit):
      "\(kind.rawValue) has \(bytes) bytes, more than \(limit)"
    case .headerSpaced(let kind): "\(kind.rawValue) has a space where none belongs"
    case .headerNotASCII(let kind): "\(kind.rawValue) has a character that is not ASCII"
    case .idWithDot: "webhook-id has a dot"
    case .timestampSigned: "webhook-timestamp has a sign"
    case .timestampFraction: "webhook-timestamp has a fraction"
    case .timestampLeadingZero: "webhook-timestamp begins with a zero"
    case .timestampNotDigits: "webhook-timestamp is no number of seconds"
    case .tooOld(let seconds): "it was sent \(seconds) seconds ago"
    case .tooNew(let seconds): "it was sent \(seconds) seconds from now"
    case .tooManySignatures(let count, let limit): "it has \(count) signatures, more than \(limit)"
    case .signatureWithoutComma: "a signature has no comma"
    case .signatureNotBase64: "a signature is not Base64"
    case .signatureLength(let count): "a signature has \(count) bytes"
    case .noKnownVersion: "no signature is of version v1"
    case .noValidSecret: "no secret is valid now"
    case .signatureWrong: "no signature fits"
    }
  }
}
