import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import OfferBridgeKit
import StandardWebhooks

extension ShopHost {
  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("health") { _, _ in Answer.json(.ok, ["status": "UP"]) }
    router.get("ready") { _, _ in try await ready() }
    // Signed by whom it comes from.
    router.post("webhooks/redemptions") { request, _ in try await received(request) }
    // Whoever is let in has no token yet.
    router.post("desk/enter") { request, _ in try await entered(request) }
    router.get("desk/style.css") { _, _ in Answer.text(.ok, DeskAssets.style, "text/css; charset=utf-8") }
    router.get("desk/desk.js") { _, _ in Answer.text(.ok, DeskAssets.script, "text/javascript; charset=utf-8")
    }
    router.get("desk") { request, _ in try await desk(request) }

    let inside = router.group().add(middleware: TokenMiddleware(token: token))
    inside.put("customers/{id}") { request, context in
      try await saved(request, CustomerID(rawValue: Self.part("id", of: context)))
    }
    inside.get("customers/{id}") { request, context in
      try await customer(CustomerID(rawValue: Self.part("id", of: context)), request)
    }
    inside.delete("customers/{id}") { _, context in
      try await forgotten(CustomerID(rawValue: Self.part("id", of: context)))
    }
    inside.post("customers/{id}/merge") { request, context in
      try await merged(CustomerID(rawValue: Self.part("id", of: context)), request)
    }
    inside.post("actions") { request, _ in try await acted(request) }
    inside.post("statements") { request, _ in try await compared(request) }
    inside.get("dead-letters") { _, _ in try await deadLetters() }
    inside.post("dead-letters/{key}/redrive") { request, context in
      try await redriven(Self.part("key", of: context), request)
    }
    inside.get("audit") { _, _ in try await answering { Answer.json(.ok, try await bridge.audit()) } }
    return router
  }

  /// A part of the path as it is meant: `ada%40home.example` is ada@home.example.
  ///
  /// - Throws: 400 of one that is no text in percent-encoding, or has a zero byte, at which a database's text would end.
  private static func part(_ name: String, of context: BasicRequestContext) throws -> String {
    guard let text = try context.parameters.require(name).removingPercentEncoding, !text.contains("\0") else {
      throw HTTPError(.badRequest, message: "a part of the path is no text in percent-encoding")
    }
    return text
  }

  private func ready() async throws -> Response {
    // Whatever the ledger answers, it answers.
    let isLedgerReady = (try? await bridge.page(.parkedEvents, limit: 1)) != nil
    let isReady = await store.isReady() ? isLedgerReady : false
    return Answer.json(isReady ? .ok : .serviceUnavailable, ["status": isReady ? "UP" : "DOWN"])
  }
}

/// What is answered.
enum Answer {
  struct Refused: Encodable {
    let error: String
  }

  static func json(_ status: HTTPResponse.Status, _ value: some Encodable) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    guard let body = try? encoder.encode(value) else { return Response(status: .internalServerError) }
    return text(status, String(decoding: body, as: UTF8.self), "application/json")
  }

  static func refused(_ status: HTTPResponse.Status, _ error: String) -> Response {
    json(status, Refused(error: error))
  }

  static func text(
    _ status: HTTPResponse.Status,
    _ text: String,
    _ type: String,
    headers: HTTPFields = [:]
  ) -> Response {
    var headers = headers
    headers[.contentType] = type
    headers[.cacheControl] = "no-store"
    headers[.xContentTypeOptions] = "nosniff"
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}

/// Reads a body of JSON within bounds.
enum Body {
  static func read(_ request: Request, atMost limit: Int) async throws -> [UInt8] {
    do {
      return Array(try await request.body.collect(upTo: limit).readableBytesView)
    } catch is NIOTooManyBytesError {
      throw HTTPError(.contentTooLarge)
    }
  }

  static func decoded<Value: Decodable>(
    _ type: Value.Type,
    _ request: Request,
    atMost limit: Int = 64 * 1_024
  ) async throws -> Value {
    let bytes = try await read(request, atMost: limit)
    do {
      try JSONBounds().check(bytes)
      let decoder = JSONDecoder()
      decoder.dateDecodingStrategy = .iso8601
      return try decoder.decode(type, from: Data(bytes))
    } catch let refusal as JSONRefusal {
      throw HTTPError(.badRequest, message: "\(refusal)")
    } catch {
      // What a decoder says may say again what was sent.
      throw HTTPError(.unprocessableContent, message: "a member is missing or of another type")
    }
  }
}
