import Foundation
import StandardWebhooks
import Testing

/// What others have published.
@Suite struct PublishedVectorTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let (secret, id, timestamp, body, signature): (String, String, Int, String, String)
    var testDescription: String { id }
  }

  static let vectors = [
    Vector(
      secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      timestamp: 1_614_265_330,
      body: #"{"test": 2432232314}"#,
      signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    ),
    Vector(
      secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
      id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
      timestamp: 1_649_367_553,
      body: #"{"email":"test@example.com","username":"test_user"}"#,
      signature: "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
    ),
  ]

  @Test("what is signed has the signature that was published, and that is verified", arguments: vectors)
  func published(vector: Vector) throws {
    let secrets = try WebhookSecrets([WebhookSecret(vector.secret, named: "published")])
    let moment = Date(timeIntervalSince1970: Double(vector.timestamp))
    let body = Array(vector.body.utf8)
    let headers = try WebhookSigner(secrets).headers(id: vector.id, at: moment, body: body)
    #expect(
      headers == [
        WebhookHeader("webhook-id", vector.id), WebhookHeader("webhook-timestamp", "\(vector.timestamp)"),
        WebhookHeader("webhook-signature", vector.signature),
      ]
    )
    let webhook = try WebhookReceiver(secrets).verified(body, headers, at: moment)
    #expect(webhook.id == vector.id)
    #expect(webhook.body == body)
    #expect(webhook.sentAt == moment)
    #expect(webhook.secret == "published")
  }
}
