import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import StandardWebhooks

extension Wallet {
  func router() -> Router<BasicRequestContext> {
    let router = Router()
    // Hosts.
    router.post("messages") { request, _ in try await received(request) }
    router.get("messages/{key}") { request, context in
      try await lookedUp(request, context.parameters.require("key"))
    }
    router.get("statement") { _, _ in try await statement() }
    // Customers.
    router.get("wallet/{member}") { _, context in
      Self.answer(.ok, try await store.cards(of: context.parameters.require("member")))
    }
    router.post("wallet/{member}/redeem") { request, context in
      try await redeemed(request, context.parameters.require("member"))
    }
    router.post("wallet/{member}/reverse") { request, context in
      try await reversed(request, context.parameters.require("member"))
    }
    // Whoever demonstrates it.
    router.post("trouble") { request, _ in
      trouble.become(try await decoded(WalletTrouble.Switches.self, request))
      return Self.answer(.ok, trouble.now)
    }
    router.get("counts") { _, _ in Self.answer(.ok, try await store.counts()) }
    router.get("health") { _, _ in Self.answer(.ok, ["status": "UP"]) }
    return router
  }

  // MARK: - Hosts

  private struct Said: Encodable {
    let status: String
    var reference: String?
  }

  private func received(_ request: Request) async throws -> Response {
    if let refusal = try await troubled() { return refusal }
    let body = Array(try await request.body.collect(upTo: 256 * 1_024).readableBytesView)
    let webhook: VerifiedWebhook
    do throws(WebhookRefusal) {
      webhook = try verified(request, body)
    } catch {
      return Self.answer(.init(code: error.status), Said(status: "NOT_VERIFIED"))
    }
    guard let message = try? JSONBounds().decoded(WalletMessage.self, from: webhook) else {
      return Self.answer(.unprocessableContent, Said(status: "UNREADABLE"))
    }
    if trouble.now.refusal { return Self.answer(.unprocessableContent, Said(status: "REFUSED")) }
    let reception = try await store.receive(message, key: webhook.id, body: body)
    if trouble.losesAcknowledgement() {
      // It has been taken, and nobody is told.
      return Response(status: .ok, body: .init { _ in throw CancellationError() })
    }
    return Self.answer(reception)
  }

  private func lookedUp(_ request: Request, _ key: String) async throws -> Response {
    if let refusal = try await troubled() { return refusal }
    do throws(WebhookRefusal) {
      _ = try verified(request, [])
    } catch {
      return Self.answer(.init(code: error.status), Said(status: "NOT_VERIFIED"))
    }
    guard let reception = try await store.card(ofMessage: key) else {
      return Self.answer(.notFound, Said(status: "NO_SUCH_KEY"))
    }
    return Self.answer(reception)
  }

  private func troubled() async throws -> Response? {
    let switches = trouble.now
    if switches.slowMilliseconds > 0 { try await Task.sleep(for: .milliseconds(switches.slowMilliseconds)) }
    guard switches.outage else { return nil }
    return Self.answer(.serviceUnavailable, Said(status: "DOWN"), headers: [.retryAfter: "1"])
  }

  private func verified(_ request: Request, _ body: [UInt8]) throws(WebhookRefusal) -> VerifiedWebhook {
    let headers = request.headers.map { WebhookHeader($0.name.rawName, $0.value) }
    return try receiver.verified(body, headers, at: Date())
  }

  private static func answer(_ reception: WalletStore.Reception) -> Response {
    switch reception {
    case .taken(let card): answer(.ok, Said(status: "ACTIVE", reference: WalletStore.reference(card)))
    case .otherBytes: answer(.unprocessableContent, Said(status: "OTHER_BYTES"))
    case .nothingToRecall: answer(.ok, Said(status: "NOTHING_TO_RECALL"))
    }
  }

  private func statement() async throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var lines: [UInt8] = []
    for notice in try await store.statement() {
      lines += [UInt8](try encoder.encode(notice)) + [UInt8(ascii: "\n")]
    }
    return Response(
      status: .ok,
      headers: [.contentType: "application/jsonl"],
      body: .init(byteBuffer: ByteBuffer(bytes: lines))
    )
  }

  // MARK: - Customers

  private struct Wish: Decodable {
    let card: String
    let minorUnits: Int64
    let currency: String
    /// What tells one wish from another.
    let request: String
  }

  private struct Undo: Decodable { let redemption: String }

  private func redeemed(_ request: Request, _ member: String) async throws -> Response {
    let wish = try await decoded(Wish.self, request)
    guard let card = WalletStore.card(wish.card), wish.minorUnits >= 0 else { throw HTTPError(.badRequest) }
    return Self.answer(
      try await store.redeem(
        card,
        of: member,
        amount: wish.minorUnits,
        currency: wish.currency,
        request: wish.request,
        at: WalletNoticeSender.milliseconds(Date())
      )
    )
  }

  private func reversed(_ request: Request, _ member: String) async throws -> Response {
    let undo = try await decoded(Undo.self, request)
    guard undo.redemption.hasPrefix("R-"), let number = Int64(undo.redemption.dropFirst(2)) else {
      throw HTTPError(.badRequest)
    }
    return Self.answer(
      try await store.reverse(number, of: member, at: WalletNoticeSender.milliseconds(Date()))
    )
  }

  private static func answer(_ redeeming: WalletStore.Redeeming) -> Response {
    switch redeeming {
    case .done(let id): answer(.ok, ["id": id])
    case .noSuchCard: answer(.notFound, Said(status: "NO_SUCH_CARD"))
    case .noSuchRedemption: answer(.notFound, Said(status: "NO_SUCH_REDEMPTION"))
    case .notLive: answer(.conflict, Said(status: "NOT_LIVE"))
    }
  }

  // MARK: - Bodies

  private func decoded<Value: Decodable>(_ type: Value.Type, _ request: Request) async throws -> Value {
    let body = Array(try await request.body.collect(upTo: 64 * 1_024).readableBytesView)
    do {
      try JSONBounds().check(body)
      return try JSONDecoder().decode(type, from: Data(body))
    } catch {
      throw HTTPError(.badRequest)
    }
  }

  private static func answer(
    _ status: HTTPResponse.Status,
    _ value: some Encodable,
    headers: HTTPFields = [:]
  ) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var headers = headers
    headers[.contentType] = "application/json"
    let body = (try? encoder.encode(value)).map { [UInt8]($0) } ?? []
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
  }
}
