import Foundation
import StandardWebhooks

/// One request, as it is sent.
struct WebhookRequest: Sendable {
  let method: String
  let url: String
  let headers: [WebhookHeader]
  let body: [UInt8]
}

/// What the other side answered.
struct WebhookResponse: Sendable {
  let status: Int
  let headers: [WebhookHeader]
  /// Whether it has no body; one that was too long to be read is none of that.
  let isEmpty: Bool
  private let reply: Reply?

  /// An answer, its body looked through and read once.
  init(status: Int, headers: [WebhookHeader], body: [UInt8]?) {
    self.status = status
    self.headers = headers
    isEmpty = body?.isEmpty ?? false
    guard let body, (try? JSONBounds().check(body)) != nil else {
      reply = nil
      return
    }
    reply = try? JSONDecoder().decode(Reply.self, from: Data(body))
  }

  func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name }?.value.trimmingCharacters(in: .whitespaces)
  }

  private struct Reply: Decodable {
    let status: String?
    let reference: String?
  }

  /// The other side's word, where it is one: a short name, and no text that may say again what it was sent.
  var word: String? {
    guard let word = reply?.status, (1...64).contains(word.utf8.count) else { return nil }
    let isName = word.utf8.allSatisfy {
      UInt8(ascii: "A") <= $0 && $0 <= UInt8(ascii: "Z") || UInt8(ascii: "a") <= $0 && $0 <= UInt8(ascii: "z")
        || UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "_")
        || $0 == UInt8(ascii: "-")
    }
    return isName ? word : nil
  }

  /// The other side's name for the replica, where it is one: no database could look for a name of many thousand bytes,
  /// and none that cannot write one down could say that the message arrived.
  var reference: String? { reply?.reference.flatMap { (1...1_024).contains($0.utf8.count) ? $0 : nil } }

  /// Why it was refused, in a code.
  var refusal: String { word.map { "status \(status), \($0)" } ?? "status \(status)" }
}
