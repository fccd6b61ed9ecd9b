import Foundation
import StandardWebhooks
import Testing

/// Secrets: how they are written, that they are not told, and how one takes another's place.
@Suite struct SecretTests {
  private static let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

  @Test(
    "a text that is no secret is refused, and not told",
    arguments: [
      ("whsec_", WebhookSecretFault.length(0, name: "s")), ("whsec_AAAA", .length(3, name: "s")),
      ("whsec_not base64", .notBase64(name: "s")),
      ("whsec_" + Data(repeating: 1, count: 65).base64EncodedString(), .length(65, name: "s")),
      ("", .length(0, name: "s")), ("WHSEC_AAAA", .notBase64(name: "s")),
    ]
  )
  func unusable(text: String, fault: WebhookSecretFault) {
    #expect(throws: fault) { try WebhookSecret(text, named: "s") }
    #expect(text.count < 12 || !"\(fault)".contains(text.dropFirst(6)))
  }

  @Test func `a secret must be valid for some time, and there are one to four`() throws {
    #expect(throws: WebhookSecretFault.neverValid(name: "s")) {
      try WebhookSecret(Self.other, named: "s", from: Pair.now, until: Pair.now)
    }
    let secret = try WebhookSecret(Self.other, named: "s")
    for count in [0, 5] {
      #expect(throws: WebhookSecretFault.count(count)) {
        try WebhookSecrets(Array(repeating: secret, count: count))
      }
    }
  }

  @Test func `no description and no dump tells a secret or a body`() throws {
    let secret = try WebhookSecret(Self.other, named: "2026-11")
    let secrets = try WebhookSecrets([secret])
    let body = Array("canary-body".utf8)
    let headers = try WebhookSigner(secrets).headers(id: "msg_1", at: Pair.now, body: body)
    let webhook = try WebhookReceiver(secrets).verified(body, headers, at: Pair.now)
    var texts = [
      "\(secret)", "\(secrets)", "\(webhook)", String(reflecting: secret), String(reflecting: webhook),
    ]
    for value in [secret, secrets, webhook, WebhookSigner(secrets), WebhookReceiver(secrets)] as [Any] {
      var text = ""
      dump(value, to: &text)
      texts.append(text)
    }
    let raw = try #require(Data(base64Encoded: String(Self.other.dropFirst(6))))
    for text in texts {
      #expect(!text.contains(Self.other.dropFirst(6)))
      #expect(!text.contains(raw.map(String.init).joined(separator: ", ")))
      #expect(!text.contains("canary-body"))
      #expect(!text.contains(body.map(String.init).joined(separator: ", ")))
      #expect(!text.contains("99"))
    }
    #expect(texts[0] == "secret '2026-11'")
  }

  @Test func `while one secret takes another's place, both sides may change in any order`() throws {
    let change = Pair.now
    let old = try WebhookSecret(Pair.text, named: "old", until: change.addingTimeInterval(600))
    let new = try WebhookSecret(Self.other, named: "new", from: change)
    let both = try WebhookSecrets([old, new])
    let (onlyOld, onlyNew) = (try WebhookSecrets([old]), try WebhookSecrets([new]))
    func named(_ signing: WebhookSecrets, _ knowing: WebhookSecrets, after seconds: Double) throws -> String {
      let moment = change.addingTimeInterval(seconds)
      let headers = try WebhookSigner(signing).headers(id: "msg_1", at: moment, body: [1])
      return try WebhookReceiver(knowing).verified([1], headers, at: moment).secret
    }
    #expect(try named(both, both, after: -1) == "old")
    #expect(try named(both, both, after: 0) == "new")
    #expect(try named(both, onlyOld, after: 599) == "old")
    #expect(try named(onlyOld, both, after: 599) == "old")
    #expect(try named(both, onlyNew, after: 0) == "new")
    #expect(try named(both, both, after: 600) == "new")
    #expect(throws: WebhookRefusal.noValidSecret) { try named(onlyOld, both, after: 600) }
    #expect(throws: WebhookRefusal.noValidSecret) { try named(both, onlyOld, after: 600) }
    #expect(throws: WebhookRefusal.signatureWrong) { try named(onlyNew, onlyOld, after: 10) }
    let signatures = try WebhookSigner(both).headers(id: "msg_1", at: change, body: [1])[2].value.split(
      separator: " "
    )
    #expect(signatures.count == 2)
    #expect(try WebhookSigner(onlyNew).headers(id: "msg_1", at: change, body: [1])[2].value == signatures[0])
  }

  @Test func `a list of secrets is replaced one by one, while both ends go on`() throws {
    let (old, new) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
    let body = Array("{}".utf8)
    let now = Date(timeIntervalSince1970: 1_790_000_000)
    let lists = [old, "\(new), \(old)", new]
    // One end is a step ahead of the other, or neither is.
    for (mine, theirs) in [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (2, 2)] {
      let headers = try WebhookSigner(WebhookSecrets(listed: lists[mine], named: "mine"))
        .headers(id: "m-1", at: now, body: body)
      let receiver = WebhookReceiver(try WebhookSecrets(listed: lists[theirs], named: "theirs"))
      #expect(
        try receiver.verified(body, headers, at: now).secret
          == (mine == 0 && theirs == 1 ? "theirs 2" : "theirs 1")
      )
    }
    #expect(throws: WebhookSecretFault.notBase64(name: "mine 2")) {
      try WebhookSecrets(listed: "\(new),?", named: "mine")
    }
    #expect(throws: WebhookSecretFault.length(0, name: "mine 2")) {
      try WebhookSecrets(listed: "\(new),", named: "mine")
    }
    #expect(throws: WebhookSecretFault.count(5)) {
      try WebhookSecrets(listed: Array(repeating: old, count: 5).joined(separator: ","), named: "mine")
    }
  }
}
