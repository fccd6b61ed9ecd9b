// Foundation's encoder was 44 % of a commit's time: it makes a dictionary of each object before it writes it.
/// Writes values as JSON, in the order of their own members.
package struct DocumentEncoder {
  package init() {}

  /// The JSON of a value.
  ///
  /// - Parameter value: What is written; its dates as it encodes them itself, which is in seconds since 2001.
  /// - Returns: One line.
  /// - Throws: `EncodingError` of a number that is none, and what the value throws.
  package func text(_ value: some Encodable) throws -> String {
    let page = DocumentPage()
    try ValueEncoder(page: page, depth: 0).write(value)
    page.writer.close(downTo: 0)
    return String(decoding: page.writer.bytes, as: UTF8.self)
  }
}

/// The place of one value under so many open objects and lists.
private struct ValueEncoder: Encoder, SingleValueEncodingContainer {
  let page: DocumentPage
  let depth: Int

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    page.writer.open(isObject: true, under: depth)
    return KeyedEncodingContainer(MemberEncoder<Key>(page: page, depth: depth + 1))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    page.writer.open(isObject: false, under: depth)
    return ElementEncoder(page: page, depth: depth + 1)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func write(_ value: some Encodable) throws {
    let before = page.writer.bytes.count
    try value.encode(to: self)
    // A value of nothing at all.
    if page.writer.bytes.count == before { page.writer.write(word: "{}") }
  }

  func encodeNil() { page.writer.write(word: "null") }
  func encode(_ value: Bool) {
    if value { page.writer.write(word: "true") } else { page.writer.write(word: "false") }
  }
  func encode(_ value: String) { page.writer.write(value) }
  func encode(_ value: Float) throws { try encode(Double(value)) }
  func encode(_ value: Int) { page.writer.write(value) }
  func encode(_ value: Int8) { page.writer.write(value) }
  func encode(_ value: Int16) { page.writer.write(value) }
  func encode(_ value: Int32) { page.writer.write(value) }
  func encode(_ value: Int64) { page.writer.write(value) }
  func encode(_ value: UInt) { page.writer.write(value) }
  func encode(_ value: UInt8) { page.writer.write(value) }
  func encode(_ value: UInt16) { page.writer.write(value) }
  func encode(_ value: UInt32) { page.writer.write(value) }
  func encode(_ value: UInt64) { page.writer.write(value) }
  func encode(_ value: some Encodable) throws { try write(value) }

  func encode(_ value: Double) throws {
    guard value.isFinite else {
      throw EncodingError.invalidValue(
        value,
        EncodingError.Context(codingPath: [], debugDescription: "JSON has no number \(value).")
      )
    }
    if let whole = Int64(exactly: value) {
      page.writer.write(whole)
    } else {
      page.writer.write(number: value.description)
    }
  }
}

/// The members of an object.
private struct MemberEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let page: DocumentPage
  /// With the object itself.
  let depth: Int

  var codingPath: [any CodingKey] { [] }

  private func member(_ key: Key) -> ValueEncoder {
    page.writer.member(key.stringValue, at: depth)
    return ValueEncoder(page: page, depth: depth)
  }

  func encodeNil(forKey key: Key) { member(key).encodeNil() }
  func encode(_ value: Bool, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: String, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: Double, forKey key: Key) throws { try member(key).encode(value) }
  func encode(_ value: Float, forKey key: Key) throws { try member(key).encode(value) }
  func encode(_ value: Int, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: Int8, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: Int16, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: Int32, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: Int64, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: UInt, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: UInt8, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: UInt16, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: UInt32, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: UInt64, forKey key: Key) { member(key).encode(value) }
  func encode(_ value: some Encodable, forKey key: Key) throws { try member(key).write(value) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    member(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    member(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder {
    page.writer.member("super", at: depth)
    return ValueEncoder(page: page, depth: depth)
  }

  func superEncoder(forKey key: Key) -> any Encoder { member(key) }
}

/// The elements of a list.
private struct ElementEncoder: UnkeyedEncodingContainer {
  let page: DocumentPage
  /// With the list itself.
  let depth: Int
  private(set) var count = 0

  init(page: DocumentPage, depth: Int) { (self.page, self.depth) = (page, depth) }

  var codingPath: [any CodingKey] { [] }

  private mutating func element() -> ValueEncoder {
    page.writer.element(at: depth)
    count += 1
    return ValueEncoder(page: page, depth: depth)
  }

  mutating func encodeNil() { element().encodeNil() }
  mutating func encode(_ value: some Encodable) throws { try element().write(value) }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> { element().container(keyedBy: type) }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }

  mutating func superEncoder() -> any Encoder { element() }
}
