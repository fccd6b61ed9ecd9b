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
  var pointers: [UnsafePointer<CChar>?] = []
  pointers.reserveCapacity(texts.count)
  return withCStrings(texts, &pointers, body)
}

/// One within the other, as a text is lent to one call at a time: copies would be of all that is sent.
private func withCStrings<Value>(
  _ texts: [String?],
  _ pointers: inout [UnsafePointer<CChar>?],
  _ body: ([UnsafePointer<CChar>?]) -> Value
) -> Value {
  if pointers.count == texts.count { return body(pointers) }
  guard let text = texts[pointers.count] else {
    pointers.append(nil)
    return withCStrings(texts, &pointers, body)
  }
  return text.withCString { pointer in
    pointers.append(pointer)
    return withCStrings(texts, &pointers, body)
  }
}

/// What a connection sent.
package enum PostgresMove: Sendable {
  case statement(String, [String?])
  /// The end of what is sent together, with or without waiting for its answers.
  case end(isAwaited: Bool)
}
