/// The parts of a JSON text, found in one pass over its bytes.
///
/// Of an object, names and values stand behind it in turns, each followed by its own parts.
struct DocumentTokens {
  enum Kind: UInt8 {
    case null, no, yes, number, text, escapedText, list, object
  }

  struct Token {
    let kind: Kind
    /// Where its bytes begin and end, those of a text without its quotes.
    var start: Int32
    var end: Int32
    /// Where the one behind it stands, its own parts left behind.
    var next: Int32
    /// How many parts it has of its own, a name and its value being two.
    var count: Int32
  }

  let bytes: [UInt8]
  private(set) var tokens: [Token] = []
  private var place = 0

  /// How deeply what is read may be nested.
  private static let deepest = 64

  init(_ text: String) throws {
    bytes = Array(text.utf8)
    tokens.reserveCapacity(bytes.count / 8)
    try value(depth: 0)
    skipSpace()
    guard place == bytes.count else { throw unreadable() }
  }

  private func unreadable() -> DecodingError {
    .dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: "No JSON at byte \(place)."))
  }

  private var byte: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
  }

  private mutating func expect(_ wanted: UInt8) throws {
    skipSpace()
    guard byte == wanted else { throw unreadable() }
    place += 1
  }

  private mutating func value(depth: Int) throws {
    skipSpace()
    switch byte {
    case UInt8(ascii: "\""): try text()
    case UInt8(ascii: "{"): try parts(.object, until: UInt8(ascii: "}"), depth)
    case UInt8(ascii: "["): try parts(.list, until: UInt8(ascii: "]"), depth)
    case UInt8(ascii: "n"): try word("null", .null)
    case UInt8(ascii: "t"): try word("true", .yes)
    case UInt8(ascii: "f"): try word("false", .no)
    default: try number()
    }
  }

  private mutating func parts(_ kind: Kind, until end: UInt8, _ depth: Int) throws {
    guard depth < Self.deepest else { throw unreadable() }
    let own = tokens.count
    add(kind, from: place, to: place)
    place += 1
    skipSpace()
    var count: Int32 = 0
    while byte != end {
      if count > 0 {
        try expect(UInt8(ascii: ","))
        skipSpace()
      }
      if kind == .object {
        guard byte == UInt8(ascii: "\"") else { throw unreadable() }
        try text()
        try expect(UInt8(ascii: ":"))
        count += 1
      }
      try value(depth: depth + 1)
      count += 1
      skipSpace()
    }
    place += 1
    tokens[own].end = Int32(place)
    tokens[own].next = Int32(tokens.count)
    tokens[own].count = count
  }

  private mutating func add(_ kind: Kind, from start: Int, to end: Int) {
    tokens.append(
      Token(kind: kind, start: Int32(start), end: Int32(end), next: Int32(tokens.count + 1), count: 0)
    )
  }

  private mutating func word(_ word: StaticString, _ kind: Kind) throws {
    let end = place + word.utf8CodeUnitCount
    guard end <= bytes.count,
      bytes[place..<end].elementsEqual(
        UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
      )
    else { throw unreadable() }
    add(kind, from: place, to: end)
    place = end
  }

  private mutating func number() throws {
    let start = place
    while let byte {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
        UInt8(ascii: "e"), UInt8(ascii: "E"):
        place += 1
        continue
      default: break
      }
      break
    }
    guard place > start else { throw unreadable() }
    add(.number, from: start, to: place)
  }

  private mutating func text() throws {
    let start = place + 1
    place = start
    var kind = Kind.text
    while let byte, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw unreadable() }
      if byte == UInt8(ascii: "\\") {
        kind = .escapedText
        place += 1
      }
      place += 1
    }
    guard place < bytes.count else { throw unreadable() }
    add(kind, from: start, to: place)
    place += 1
  }

  // MARK: - Texts

  /// A text or a name, its escapes read; `nil` where they are none.
  func text(_ token: Token) -> String? {
    let bytes = bytes[Int(token.start)..<Int(token.end)]
    if token.kind == .text { return String(decoding: bytes, as: UTF8.self) }
    var units: [UInt8] = []
    units.reserveCapacity(bytes.count)
    var rest = bytes
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        units.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "b"): units.append(0x08)
      case UInt8(ascii: "t"): units.append(0x09)
      case UInt8(ascii: "n"): units.append(0x0A)
      case UInt8(ascii: "f"): units.append(0x0C)
      case UInt8(ascii: "r"): units.append(0x0D)
      case UInt8(ascii: "u"):
        guard let scalar = Self.scalar(&rest) else { return nil }
        units.append(contentsOf: String(Character(scalar)).utf8)
      case let byte?: units.append(byte)
      case nil: return nil
      }
    }
    return String(decoding: units, as: UTF8.self)
  }

  /// A scalar of four digits, or of two such that belong together.
  private static func scalar(_ bytes: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let high = unit(&bytes) else { return nil }
    guard (0xD800..<0xDC00).contains(high) else { return Unicode.Scalar(high) }
    guard bytes.popFirst() == UInt8(ascii: "\\"), bytes.popFirst() == UInt8(ascii: "u"),
      let low = unit(&bytes), (0xDC00..<0xE000).contains(low)
    else { return nil }
    return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
  }

  private static func unit(_ bytes: inout ArraySlice<UInt8>) -> UInt32? {
    guard bytes.count >= 4 else { return nil }
    defer { bytes.removeFirst(4) }
    return UInt32(String(decoding: bytes.prefix(4), as: UTF8.self), radix: 16)
  }
}
