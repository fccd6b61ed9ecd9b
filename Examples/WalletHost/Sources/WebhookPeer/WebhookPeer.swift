import Foundation
import OfferBridgeTesting
import OfferBridgeKit
import StandardWebhooks
import WebhookMessageProvider

/// Signs, verifies and wraps what another library is to verify, sign and unwrap: a line of JSON in, a line out.
@main
struct WebhookPeer {
  struct Asked: Decodable {
    let ask: String
    var secret: String?
    var id: String?
    var at: Double?
    /// In Base64.
    var body: String?
    var headers: [[String]]?
  }

  struct Told: Encodable {
    var headers: [[String]]?
    var refusal: String?
    var envelope: String?
    var payload: String?
    var key: String?
  }

  static func main() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    while let line = readLine() {
      let asked = try JSONDecoder().decode(Asked.self, from: Data(line.utf8))
      // `print` would wait until there is more to tell.
      try FileHandle.standardOutput.write(contentsOf: encoder.encode(tell(asked)) + [UInt8(ascii: "\n")])
    }
  }

  private static func tell(_ asked: Asked) throws -> Told {
    if asked.ask == "wrap" {
      let message = OfferMessage.example(payload: asked.body ?? "{}")
      let format = WebhookFormat.cloudEvents(source: "/home-goods", type: "home-goods.offer")
      return Told(
        envelope: String(decoding: format.body(of: message), as: UTF8.self),
        payload: message.payloadText,
        key: message.key.description
      )
    }
    let secrets = try WebhookSecrets([WebhookSecret(asked.secret ?? "", named: "peer")])
    let body = [UInt8](Data(base64Encoded: asked.body ?? "") ?? Data())
    let moment = Date(timeIntervalSince1970: asked.at ?? 0)
    do throws(WebhookRefusal) {
      if asked.ask == "sign" {
        let headers = try WebhookSigner(secrets).headers(id: asked.id ?? "", at: moment, body: body)
        return Told(headers: headers.map { [$0.name, $0.value] })
      }
      let headers = (asked.headers ?? []).map { WebhookHeader($0[0], $0[1]) }
      _ = try WebhookReceiver(secrets).verified(body, headers, at: moment)
      return Told()
    } catch {
      return Told(refusal: "\(error)")
    }
  }
}
