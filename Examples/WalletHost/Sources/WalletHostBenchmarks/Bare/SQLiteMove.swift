/// A statement of SQLite's with the values that it was run with.
struct SQLiteMove: Sendable {
  enum Value: Sendable {
    case null
    case integer(Int64)
    case text([CChar])
  }

  let sql: String
  let values: [Value]

  /// Reads the values out of the statement's text in which SQLite has put them in their places.
  ///
  /// - Parameters:
  ///   - sql: The text with its marks, `?` and `?N`.
  ///   - expanded: The same text with a value for each mark: `NULL`, a whole number, or a text in quotes.
  /// - Throws: ``NotWritten`` where the two do not go together.
  init(_ sql: String, expanded: String) throws {
    self.sql = sql
    var values: [Int: Value] = [:]
    var (marks, texts) = (Array(sql.utf8)[...], Array(expanded.utf8)[...])
    var last = 0
    while let byte = marks.first {
      if byte != UInt8(ascii: "?") {
        guard texts.first == byte else { throw NotWritten() }
        marks.removeFirst()
        texts.removeFirst()
        continue
      }
      marks.removeFirst()
      let digits = marks.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      marks.removeFirst(digits.count)
      let number = Int(String(decoding: digits, as: UTF8.self)) ?? last + 1
      last = max(last, number)
      values[number] = try Self.takeValue(&texts)
    }
    guard texts.isEmpty else { throw NotWritten() }
    self.values = (0..<last).map { values[$0 + 1] ?? .null }
  }

  private static func takeValue(_ text: inout ArraySlice<UInt8>) throws -> Value {
    let quote = UInt8(ascii: "'")
    if text.first != quote {
      let word = text.prefix { byte in
        byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      }
      text.removeFirst(word.count)
      let found = String(decoding: word, as: UTF8.self)
      if found == "NULL" { return .null }
      guard let integer = Int64(found) else { throw NotWritten() }
      return .integer(integer)
    }
    text.removeFirst()
    var value: [CChar] = []
    while let byte = text.popFirst() {
      if byte == quote {
        guard text.first == quote else { return .text(value) }
        text.removeFirst()
      }
      value.append(CChar(bitPattern: byte))
    }
    throw NotWritten()
  }
}
