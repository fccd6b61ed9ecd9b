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

  init(_ elements: [(any PostgresValue)?]) {
    var text = "{"
    for element in elements {
      if text.utf8.count > 1 { text += "," }
      guard let element else {
        text += "NULL"
        continue
      }
      text += "\""
      let value = element.postgresText
      if value.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") }) {
        for scalar in value.unicodeScalars {
          if scalar == "\\" || scalar == "\"" { text += "\\" }
          text.unicodeScalars.append(scalar)
        }
      } else {
        text += value
      }
      text += "\""
    }
    postgresText = text + "}"
  }
}

/// One parameter of a statement; `nil` is NULL.
struct PostgresParameter: Sendable {
  let text: String?

  init(_ value: (any PostgresValue)?) { text = value?.postgresText }

  init(_ list: PostgresList) { text = list.postgresText }

  /// A list of what is there or not.
  static func list(_ elements: [(any PostgresValue)?]) -> Self { Self(PostgresList(elements)) }
}

extension [PostgresParameter] {
  /// The parameters of a statement, in the order of their numbers.
  static func of(_ values: (any PostgresValue)?...) -> Self { values.map { PostgresParameter($0) } }
}
