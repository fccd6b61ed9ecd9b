/// Reads what ``DocumentEncoder`` wrote, and any other JSON of the same members.
package struct DocumentDecoder {
  package init() {}

  /// Reads a value.
  ///
  /// - Parameter text: Its JSON.
  /// - Returns: The value.
  /// - Throws: `DecodingError` where it is no JSON, or none of such a value.
  package func value<Value: Decodable>(_ text: String) throws -> Value {
    try ValueDecoder(source: DocumentSource(try DocumentTokens(text)), place: 0).decode(Value.self)
  }
}

/// The parts of a text, behind one pointer.
final class DocumentSource {
  let all: DocumentTokens

  init(_ all: DocumentTokens) { self.all = all }
}

/// One value in a text.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
  let source: DocumentSource
  let place: Int

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  private var token: DocumentTokens.Token { source.all.tokens[place] }

  private func mismatch<Value>(_ wanted: Value.Type) -> DecodingError {
    .typeMismatch(
      wanted,
      DecodingError.Context(
        codingPath: [],
        debugDescription: "A \(wanted) was looked for at byte \(token.start)."
      )
    )
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard token.kind == .object else { throw mismatch([String: Any].self) }
    return KeyedDecodingContainer(MemberDecoder<Key>(source: source, object: place))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard token.kind == .list else { throw mismatch([Any].self) }
    return ElementDecoder(source: source, list: place)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { token.kind == .null }

  func decode(_ type: Bool.Type) throws -> Bool {
    switch token.kind {
    case .yes: true
    case .no: false
    default: throw mismatch(type)
    }
  }

  func decode(_ type: String.Type) throws -> String {
    guard token.kind == .text || token.kind == .escapedText, let text = source.all.text(token) else {
      throw mismatch(type)
    }
    return text
  }

  private var bytes: ArraySlice<UInt8> { source.all.bytes[Int(token.start)..<Int(token.end)] }

  func decode(_ type: Double.Type) throws -> Double {
    guard token.kind == .number, let number = Double(String(decoding: bytes, as: UTF8.self)) else {
      throw mismatch(type)
    }
    return number
  }

  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

  private func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
    guard token.kind == .number else { throw mismatch(type) }
    let text = String(decoding: bytes, as: UTF8.self)
    // A whole number that another encoder wrote with a fraction or a power.
    guard let number = Value(text) ?? Double(text).flatMap({ Value(exactly: $0) }) else {
      throw mismatch(type)
    }
    return number
  }

  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }
}
