/// The members of an object.
final class MemberDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let source: DocumentSource
  private let first: Int
  private let end: Int
  /// Behind the member that was found last: the next one asked for stands there as a rule.
  private var likely: Int

  init(source: DocumentSource, object: Int) {
    self.source = source
    first = object + 1
    end = Int(source.all.tokens[object].next)
    likely = first
  }

  var codingPath: [any CodingKey] { [] }

  private var names: [String] {
    var names: [String] = []
    var place = first
    while place < end {
      if let name = source.all.text(source.all.tokens[place]) { names.append(name) }
      place = Int(source.all.tokens[place + 1].next)
    }
    return names
  }

  var allKeys: [Key] { names.compactMap { Key(stringValue: $0) } }

  /// Where a member's value stands.
  private func place(of name: String) -> Int? {
    if first == end { return nil }
    let begin = likely < end ? likely : first
    var name = name
    return name.withUTF8 { name in
      var place = begin
      repeat {
        let value = place + 1
        let next = Int(source.all.tokens[value].next)
        if isName(source.all.tokens[place], name) {
          likely = next
          return value
        }
        place = next < end ? next : first
      } while place != begin
      return nil
    }
  }

  private func isName(_ token: DocumentTokens.Token, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    if token.kind == .escapedText { return source.all.text(token)?.utf8.elementsEqual(name) ?? false }
    let length = Int(token.end - token.start)
    guard length == name.count else { return false }
    return source.all.bytes.withUnsafeBufferPointer {
      UnsafeBufferPointer(rebasing: $0[Int(token.start)..<Int(token.end)]).elementsEqual(name)
    }
  }

  private func member(_ key: Key) throws -> ValueDecoder {
    guard let place = place(of: key.stringValue) else {
      throw DecodingError.keyNotFound(
        key,
        DecodingError.Context(codingPath: [], debugDescription: "There is no \(key.stringValue).")
      )
    }
    return ValueDecoder(source: source, place: place)
  }

  func contains(_ key: Key) -> Bool { place(of: key.stringValue) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try member(key).decodeNil() }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try Value(from: try member(key))
  }

  func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    guard let place = place(of: key.stringValue) else { return nil }
    let value = ValueDecoder(source: source, place: place)
    return value.decodeNil() ? nil : try Value(from: value)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try member(key).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try member(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    guard let place = place(of: "super") else {
      throw DecodingError.valueNotFound(
        (any Decoder).self,
        DecodingError.Context(codingPath: [], debugDescription: "There is no super.")
      )
    }
    return ValueDecoder(source: source, place: place)
  }

  func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

/// The elements of a list.
struct ElementDecoder: UnkeyedDecodingContainer {
  let source: DocumentSource
  private var place: Int
  private(set) var currentIndex = 0
  private let total: Int

  init(source: DocumentSource, list: Int) {
    self.source = source
    place = list + 1
    total = Int(source.all.tokens[list].count)
  }

  var codingPath: [any CodingKey] { [] }
  var count: Int? { total }
  var isAtEnd: Bool { currentIndex >= total }

  private var element: ValueDecoder {
    get throws {
      guard !isAtEnd else {
        throw DecodingError.valueNotFound(
          Any.self,
          DecodingError.Context(codingPath: [], debugDescription: "The list has ended.")
        )
      }
      return ValueDecoder(source: source, place: place)
    }
  }

  private mutating func advance() {
    place = Int(source.all.tokens[place].next)
    currentIndex += 1
  }

  mutating func decodeNil() throws -> Bool {
    guard try element.decodeNil() else { return false }
    advance()
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try Value(from: try element)
    advance()
    return value
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    let nested = try element.container(keyedBy: type)
    advance()
    return nested
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let nested = try element.unkeyedContainer()
    advance()
    return nested
  }

  mutating func superDecoder() throws -> any Decoder {
    let nested = try element
    advance()
    return nested
  }
}
