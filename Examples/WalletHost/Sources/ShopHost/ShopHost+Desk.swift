import Foundation
import HTTPTypes
import Hummingbird
import OfferBridgeKit

// The desk's page, drawn by the server.
extension ShopHost {
  func desk(_ request: Request) async throws -> Response {
    guard TokenMiddleware.isLetIn(request, by: token) else { return Self.page(.unauthorized, DeskPage.door) }
    return try await answering {
      var open: [OpenMatter] = []
      for try await matter in try await bridge.openMatters(olderThan: .seconds(5)) {
        open.append(matter)
        if open.count == DeskPage.most { break }
      }
      let letters =
        try await bridge.page(.messagesIn(.buried), limit: DeskPage.most).messages
        + bridge.page(.messagesIn(.rejected), limit: DeskPage.most).messages
      let page = DeskPage(
        audit: try await bridge.audit(),
        open: open,
        deadLetters: letters,
        customer: try await found(request)
      )
      return Self.page(.ok, page.html)
    }
  }

  private func found(_ request: Request) async throws -> DeskPage.Customer? {
    guard let name = request.uri.queryParameters["customer"].map(String.init), !name.isEmpty else {
      return nil
    }
    let (id, question) = (CustomerID(rawValue: name), DeskQuestion(request))
    var fault: String?
    var why: [(campaign: String, tree: String)] = []
    do { why = try await self.why(id, question) } catch let error as OfferBridgeError { fault = "\(error)" }
    return DeskPage.Customer(
      id: id,
      offers: try await bridge.issuedOffers(of: id),
      journey: try await bridge.journey(of: id),
      question: question,
      why: why,
      fault: fault
    )
  }

  /// Whoever shows the token is let in by a cookie that no script can read and no other site can send; what other pages
  /// of the same site have a browser send with it changes nothing.
  func entered(_ request: Request) async throws -> Response {
    let body = try await Body.read(request, atMost: 4 * 1_024)
    let shown = String(decoding: body, as: UTF8.self).split(separator: "&").first { $0.hasPrefix("token=") }
    let written = shown.map { String($0.dropFirst(6)) } ?? ""
    let text = written.replacing("+", with: " ").removingPercentEncoding ?? ""
    guard token.isShown(by: text) else { return Self.page(.unauthorized, DeskPage.door) }
    let cookie = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    return Response(
      status: .seeOther,
      headers: [
        .location: "/desk", .setCookie: "desk=\(cookie); Path=/; HttpOnly; SameSite=Strict; Max-Age=28800",
      ]
    )
  }

  private static func page(_ status: HTTPResponse.Status, _ html: HTML) -> Response {
    Answer.text(
      status,
      html.description,
      "text/html; charset=utf-8",
      headers: [
        .contentSecurityPolicy:
          "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
      ]
    )
  }
}
