/// What a column or a parameter can hold, by its text.
protocol PostgresValue: Sendable {
  var postgresText: String { get }
  init?(postgresText: String)
}

extension String: PostgresValue {
  var postgresText: String { self }
  init?(postgresText: String) { self = postgresText }
}

extension Int64: PostgresValue {
  var postgresText: String { String(self) }
  init?(postgresText: String) { self.init(postgresText) }
}

extension Int: PostgresValue {
  var postgresText: String { String(self) }
  init?(postgresText: String) { self.init(postgresText) }
}

extension Bool: PostgresValue {
  var postgresText: String { self ? "t" : "f" }

  init?(postgresText: String) {
    switch postgresText {
    case "t": self = true
    case "f": self = false
    default: return nil
    }
  }
}

/// A list as one parameter, for `unnest($1::text[])` and `= ANY($1)`.
struct PostgresList {
  let postgresText: String

  init<Value: PostgresValue>(_ elements: [Value?]) {
    let texts = elements.map { $0?.postgresText }
    // As much as there may be: each byte escaped, and an element's quotes, or its NULL, and its comma.
    let most = texts.reduce(2) { $0 + 2 * ($1?.utf8.count ?? 1) + 3 }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(most)
    bytes.append(UInt8(ascii: "{"))
    for text in texts {
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      guard var text else {
        bytes += "NULL".utf8
        continue
      }
      bytes.append(UInt8(ascii: "\""))
      text.withUTF8 { text in
        for byte in text {
          if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") { bytes.append(UInt8(ascii: "\\")) }
          bytes.append(byte)
        }
      }
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(UInt8(ascii: "}"))
    postgresText = String(decoding: bytes, as: UTF8.self)
  }
}

/// One parameter of a statement; `nil` is NULL.
struct PostgresParameter: Sendable {
  let text: String?

  init(_ value: (any PostgresValue)?) { text = value?.postgresText }

  init(_ list: PostgresList) { text = list.postgresText }

  /// A list of what is there or not.
  static func list<Value: PostgresValue>(_ elements: [Value?]) -> Self { Self(PostgresList(elements)) }
}

extension [PostgresParameter] {
  /// The parameters of a statement, in the order of their numbers.
  static func of(_ values: (any PostgresValue)?...) -> Self { values.map { PostgresParameter($0) } }
}
