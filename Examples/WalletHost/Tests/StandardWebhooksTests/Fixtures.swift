import Foundation
import StandardWebhooks

/// A sender and a receiver that share a secret, at one moment.
struct Pair {
  static let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  static let now = Date(timeIntervalSince1970: 1_614_265_330)

  let signer: WebhookSigner
  let receiver: WebhookReceiver

  init(tolerance: WebhookTolerance = .fiveMinutes, largestBody: Int = 256 * 1_024) throws {
    let secrets = try WebhookSecrets([WebhookSecret(Self.text, named: "first")])
    signer = WebhookSigner(secrets)
    receiver = WebhookReceiver(secrets, tolerance: tolerance, largestBody: largestBody)
  }

  /// What is signed rightly, but for one header that is written otherwise.
  func headers(_ kind: WebhookHeader.Kind, _ value: String, body: [UInt8] = [1, 2, 3]) throws
    -> [WebhookHeader]
  {
    try signer.headers(id: "msg_1", at: Self.now, body: body).map {
      $0.name == kind.rawValue ? WebhookHeader($0.name, value) : $0
    }
  }

  func refusal(_ headers: [WebhookHeader], body: [UInt8] = [1, 2, 3], at now: Date = Self.now)
    -> WebhookRefusal?
  {
    do throws(WebhookRefusal) {
      _ = try receiver.verified(body, headers, at: now)
      return nil
    } catch { return error }
  }
}
