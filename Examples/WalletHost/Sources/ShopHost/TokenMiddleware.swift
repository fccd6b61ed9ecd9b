import Foundation
import HTTPTypes
import Hummingbird

/// Lets in who shows the token: an app in its head, the desk in a cookie.
struct TokenMiddleware: RouterMiddleware {
  typealias Context = BasicRequestContext

  let token: AccessToken

  func handle(
    _ request: Request,
    context: BasicRequestContext,
    next: @concurrent (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    guard Self.isLetIn(request, by: token) else { return Answer.refused(.unauthorized, "show the token") }
    guard Self.isMeant(request) else {
      return Answer.refused(.forbidden, "only the desk's own page may ask that")
    }
    return try await next(request, context)
  }

  static func isLetIn(_ request: Request, by token: AccessToken) -> Bool {
    if let shown = bearer(request) { return token.isShown(by: String(shown)) }
    let cookies = request.headers[values: .cookie].flatMap { $0.split(separator: ";") }
    let shown = cookies.map { $0.drop { $0 == " " } }.first { $0.hasPrefix("desk=") }
    return shown.map { token.isShown(by: String($0.dropFirst(5)).removingPercentEncoding ?? "") } ?? false
  }

  private static func bearer(_ request: Request) -> Substring? {
    guard let shown = request.headers[.authorization], shown.hasPrefix("Bearer ") else { return nil }
    return shown.dropFirst(7)
  }

  /// Whether whoever showed the token means what is asked.
  ///
  /// A browser sends the cookie whichever page has it ask, also one of another server on the same host: for a site is
  /// the same on every port. So what changes something must come from the desk's own page, which the browser names.
  static func isMeant(_ request: Request) -> Bool {
    if bearer(request) != nil || request.method == .get || request.method == .head { return true }
    guard let origin = request.headers[.origin], let host = request.head.authority else { return false }
    return ["http://\(host)", "https://\(host)"].contains { $0.lowercased() == origin.lowercased() }
  }
}
