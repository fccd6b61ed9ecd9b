internal import Crypto
public import Foundation

/// What came from whom it says, just now, byte for byte.
public struct VerifiedWebhook: Sendable, CustomStringConvertible, CustomReflectable {
  /// What tells it from others; the same each time that it is sent.
  ///
  /// It tells two deliveries of one webhook apart from two webhooks. What makes
  /// a repeat harmless is the event's own id in the body, kept with its effect.
  public let id: String
  /// When it was sent.
  public let sentAt: Date
  /// The bytes that were signed, not decoded yet: see ``JSONBounds``.
  public let body: [UInt8]
  /// The name of the secret that it was signed with: when the old one is not seen any more, it can go.
  public let secret: String

  /// The id and the size; nothing of the body.
  public var description: String { "webhook \(id), \(body.count) bytes" }
  /// The id and the size; nothing of the body.
  public var customMirror: Mirror { Mirror(self, children: ["id": id, "bytes": body.count]) }
}

/// Tells which of the requests that come in are webhooks of a sender that is known.
///
/// ```swift
/// let receiver = WebhookReceiver(secrets)
/// let webhook = try receiver.verified(body, headers, at: Date())
/// let redemption = try JSONBounds().decoded(WalletRedemption.self, from: webhook)
/// ```
///
/// The size is looked at first, then how the headers are written, the time,
/// and the signatures; nothing reads the body before that.
///
/// Source: Standard Webhooks 1.0, "Verifying webhooks".
public struct WebhookReceiver: Sendable {
  private let secrets: WebhookSecrets
  private let tolerance: WebhookTolerance
  private let largestBody: Int

  /// A receiver.
  ///
  /// - Parameters:
  ///   - secrets: What the sender signs with.
  ///   - tolerance: How far the sender's clock may be away, in either direction.
  ///   - largestBody: How many bytes a body may have; 256 KiB.
  public init(
    _ secrets: WebhookSecrets,
    tolerance: WebhookTolerance = .fiveMinutes,
    largestBody: Int = 256 * 1_024
  ) {
    self.secrets = secrets
    self.tolerance = tolerance
    self.largestBody = largestBody
  }

  /// Verifies one request.
  ///
  /// - Parameters:
  ///   - body: Its bytes as they came.
  ///   - headers: All of its headers, also those that came twice.
  ///   - now: The moment by the receiver's clock.
  /// - Returns: The webhook, still as bytes.
  /// - Throws: Why it is refused.
  public func verified(
    _ body: [UInt8],
    _ headers: [WebhookHeader],
    at now: Date
  ) throws(WebhookRefusal) -> VerifiedWebhook {
    guard body.count <= largestBody else { throw .bodyTooLarge(bytes: body.count, limit: largestBody) }
    let id = try HeaderGrammar.find(.id, in: headers)
    let timestamp = try HeaderGrammar.find(.timestamp, in: headers)
    let signature = try HeaderGrammar.find(.signature, in: headers)
    try HeaderGrammar.check(id: id)
    let seconds = try HeaderGrammar.seconds(of: timestamp)
    let codes = try HeaderGrammar.codes(of: signature)
    try check(seconds, now)

    let content = SignedContent(id: id, timestamp: timestamp, body: body)
    let valid = secrets.valid(at: now)
    guard !valid.isEmpty else { throw .noValidSecret }
    // Every secret and every code is tried, and each comparison takes the same time: how long it takes tells nothing.
    var fitting: String?
    for secret in valid {
      let expected = content.code(by: secret)
      var fits = false
      for code in codes where expected == code { fits = true }
      if fits, fitting == nil { fitting = secret.name }
    }
    guard let fitting else { throw .signatureWrong }
    return VerifiedWebhook(
      id: id,
      sentAt: Date(timeIntervalSince1970: Double(seconds)),
      body: body,
      secret: fitting
    )
  }

  private func check(_ seconds: Int64, _ now: Date) throws(WebhookRefusal) {
    let distance = now.timeIntervalSince1970 - Double(seconds)
    let whole = Int64(exactly: abs(distance).rounded(.up)) ?? .max
    if distance > tolerance.seconds { throw .tooOld(seconds: whole) }
    if -distance > tolerance.seconds { throw .tooNew(seconds: whole) }
  }
}

/// How far two clocks may be apart.
public struct WebhookTolerance: Sendable, Hashable {
  let seconds: Double

  /// Five minutes in either direction, as the standard's own libraries have it.
  public static let fiveMinutes = WebhookTolerance(seconds: 300)

  /// A tolerance of up to an hour.
  ///
  /// - Parameter length: More than nothing and no more than an hour.
  /// - Throws: ``WebhookToleranceFault`` for none at all, or for so long that old webhooks can be sent again.
  public init(_ length: Duration) throws(WebhookToleranceFault) {
    guard length > .zero, length <= .seconds(3_600) else { throw WebhookToleranceFault(length: length) }
    self = .unusual(length)
  }

  /// A tolerance of any length, where that is meant.
  ///
  /// - Parameter length: The tolerance; one below zero refuses everything.
  /// - Returns: That tolerance.
  public static func unusual(_ length: Duration) -> WebhookTolerance {
    WebhookTolerance(seconds: length / .seconds(1))
  }

  private init(seconds: Double) { self.seconds = seconds }
}

/// A tolerance that is none, or too long to protect from anything.
public struct WebhookToleranceFault: Error, Hashable, CustomStringConvertible {
  /// What was asked for.
  public let length: Duration

  /// What is wrong, and what to do.
  public var description: String {
    "a tolerance of \(length) is none or too long. Take more than nothing and at most an hour, or say `unusual`."
  }
}
