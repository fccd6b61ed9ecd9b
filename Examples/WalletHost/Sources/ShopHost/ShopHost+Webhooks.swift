import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Logging
import OfferBridgeKit
import StandardWebhooks

/// What the wallet reports: a line of its webhooks, and of its statement.
struct WalletReport: Decodable, Sendable {
  enum Kind: String, Decodable { case redemption, reversal }
  struct Amount: Decodable {
    let minorUnits: Int64
    let currency: String
  }

  let id: String
  let kind: Kind
  let card: String?
  let amount: Amount?
  let of: String?
  /// Milliseconds since 1970.
  let at: Int64

  /// As the bridge has it, or `nil` where a member is missing.
  var record: StatementRecord? {
    let moment = Date(timeIntervalSince1970: Double(at) / 1_000)
    switch kind {
    case .redemption:
      guard let card else { return nil }
      let money = amount.map { Money(minorUnits: $0.minorUnits, currency: $0.currency) }
      return StatementRecord(
        Redemption(id: id, of: .replica(ReplicaReference(rawValue: card)), at: moment, amount: money)
      )
    case .reversal: return of.map { StatementRecord(Reversal(id: id, of: $0, at: moment)) }
    }
  }
}

extension ShopHost {
  private struct Matched: Encodable {
    let match: String
  }

  /// Takes in one webhook: verified first, then looked through, then decoded, then reconciled.
  func received(_ request: Request) async throws -> Response {
    let body = try await Body.read(request, atMost: 256 * 1_024)
    let headers = request.headers.map { WebhookHeader($0.name.rawName, $0.value) }
    let webhook: VerifiedWebhook
    do throws(WebhookRefusal) {
      webhook = try receiver.verified(body, headers, at: Date())
    } catch {
      logger.notice("webhook refused", metadata: ["why": "\(error)"])
      return Answer.refused(.init(code: error.status), "\(error)")
    }
    guard let record = (try? JSONBounds().decoded(WalletReport.self, from: webhook))?.record else {
      return Answer.refused(.unprocessableContent, "the body is no redemption or reversal")
    }
    return try await answering {
      let match =
        switch record.content {
        case .redemption(let redemption): try await bridge.reconcile(redemption)
        case .reversal(let reversal): try await bridge.reconcile(reversal)
        }
      // A wallet that gives another content under an id that is known has a fault, or somebody else has its secret.
      logger.log(
        level: match == .conflict ? .warning : .info,
        "reported",
        metadata: ["webhook": "\(webhook.id)", "match": "\(match)", "secret": "\(webhook.secret)"]
      )
      return Answer.json(.ok, Matched(match: "\(match)"))
    }
  }
}
