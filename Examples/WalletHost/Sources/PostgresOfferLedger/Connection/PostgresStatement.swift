import Foundation

/// A statement and what it is about.
struct PostgresStatement {
  let sql: String
  let parameters: [PostgresParameter]

  init(_ sql: String, _ parameters: [PostgresParameter] = []) {
    self.sql = sql
    self.parameters = parameters
  }
}

/// Texts as C takes them, for as long as a call is under way.
func withCStrings<Value>(_ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
  let copies = texts.map { text in text.flatMap { strdup($0) } }
  defer { for copy in copies { free(copy) } }
  return body(copies.map { $0.map { UnsafePointer($0) } })
}

/// What a connection sent.
package enum PostgresMove: Sendable {
  case statement(String, [String?])
  /// The end of what is sent together, with or without waiting for its answers.
  case end(isAwaited: Bool)
}
