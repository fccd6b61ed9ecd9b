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
    return try await next(request, context)
  }

  static func isLetIn(_ request: Request, by token: AccessToken) -> Bool {
    if let shown = request.headers[.authorization], shown.hasPrefix("Bearer ") {
      return token.isShown(by: String(shown.dropFirst(7)))
    }
    let cookies = request.headers[values: .cookie].flatMap { $0.split(separator: ";") }
    let shown = cookies.map { $0.drop { $0 == " " } }.first { $0.hasPrefix("desk=") }
    return shown.map { token.isShown(by: String($0.dropFirst(5)).removingPercentEncoding ?? "") } ?? false
  }
}
