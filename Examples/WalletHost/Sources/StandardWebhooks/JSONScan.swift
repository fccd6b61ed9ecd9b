/// One pass over a JSON text.
struct JSONScan {
  private enum Place {
    /// A value must follow.
    case value
    /// A value or the array's end must follow.
    case firstElement
    /// A key or the object's end must follow.
    case firstKey
    /// A key must follow.
    case key
    /// A comma or an end must follow; outside of everything, nothing.
    case afterValue
  }

  private let bytes: [UInt8]
  private let bounds: JSONBounds
  private var at = 0
  private var values = 0
  /// What is open, the innermost last: the keys so far of an object, `nil` of an array.
  private var open: [Set<[UInt8]>?] = []

  init(_ bytes: [UInt8], _ bounds: JSONBounds) {
    self.bytes = bytes
    self.bounds = bounds
  }

  mutating func run() throws(JSONRefusal) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.starts(with: [0xFE, 0xFF])
      || bytes.starts(with: [0xFF, 0xFE])
    {
      throw .notUTF8(at: 0)
    }
    var place = Place.value
    while true {
      skipSpace()
      guard at < bytes.count else { break }
      let byte = bytes[at]
      switch (place, byte) {
      case (.firstElement, UInt8(ascii: "]")), (.firstKey, UInt8(ascii: "}")):
        place = close()
      case (.value, _), (.firstElement, _):
        place = try value(byte)
      case (.firstKey, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")):
        try key()
        place = .value
      case (.afterValue, UInt8(ascii: ",")):
        guard let innermost = open.last else { throw .malformed(at: at) }
        at += 1
        place = innermost == nil ? .value : .key
      case (.afterValue, UInt8(ascii: "]")):
        guard let innermost = open.last, innermost == nil else { throw .malformed(at: at) }
        place = close()
      case (.afterValue, UInt8(ascii: "}")):
        guard let innermost = open.last, innermost != nil else { throw .malformed(at: at) }
        place = close()
      case (.firstKey, _), (.key, _), (.afterValue, _):
        throw .malformed(at: at)
      }
    }
    guard case .afterValue = place, open.isEmpty else { throw .malformed(at: at) }
  }

  private mutating func close() -> Place {
    open.removeLast()
    at += 1
    return .afterValue
  }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  private mutating func value(_ byte: UInt8) throws(JSONRefusal) -> Place {
    values += 1
    guard values <= bounds.mostValues else { throw .tooManyValues(at: at) }
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard open.count < bounds.deepest else { throw .tooDeep(at: at) }
      open.append(byte == UInt8(ascii: "{") ? [] : nil)
      at += 1
      return byte == UInt8(ascii: "{") ? .firstKey : .firstElement
    case UInt8(ascii: "\""): _ = try text()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: try number()
    }
    return .afterValue
  }

  private mutating func key() throws(JSONRefusal) {
    let start = at
    let key = try text()
    guard open[open.count - 1]?.insert(key).inserted == true else { throw .keyDoubled(at: start) }
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw .malformed(at: at) }
    at += 1
  }

  private mutating func word(_ word: StaticString) throws(JSONRefusal) {
    let count = word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer { bytes[at...].prefix(count).elementsEqual($0) }
    guard matches else { throw .malformed(at: at) }
    at += count
  }

  private mutating func number() throws(JSONRefusal) {
    let start = at
    if peek() == UInt8(ascii: "-") { at += 1 }
    // One zero, or digits that do not begin with one.
    if peek() == UInt8(ascii: "0") { at += 1 } else { try digits() }
    if peek() == UInt8(ascii: ".") {
      at += 1
      try digits()
    }
    if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
      at += 1
      if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { at += 1 }
      try digits()
    }
    guard at - start <= bounds.longestNumber else { throw .numberTooLong(at: start) }
  }

  private mutating func digits() throws(JSONRefusal) {
    let start = at
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
    guard at > start else { throw .malformed(at: at) }
  }

  private func peek() -> UInt8? { at < bytes.count ? bytes[at] : nil }
}

// MARK: - Texts

extension JSONScan {
  /// The bytes that the text at this place means.
  private mutating func text() throws(JSONRefusal) -> [UInt8] {
    let start = at
    at += 1
    var meant: [UInt8] = []
    while let byte = peek() {
      guard at - start - 1 <= bounds.longestText else { throw .textTooLong(at: start) }
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        return meant
      case UInt8(ascii: "\\"): meant += try escaped()
      case 0..<0x20: throw .malformed(at: at)
      case 0x20..<0x80:
        meant.append(byte)
        at += 1
      default: meant += try character()
      }
    }
    throw .malformed(at: at)
  }

  private mutating func escaped() throws(JSONRefusal) -> [UInt8] {
    let start = at
    at += 1
    guard let byte = peek() else { throw .malformed(at: at) }
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      let first = try unit()
      if let scalar = Unicode.Scalar(UInt32(first)) { return Array(String(scalar).utf8) }
      // Half a pair, which means nothing without the other half.
      guard UTF16.isLeadSurrogate(first), peek() == UInt8(ascii: "\\") else { throw .malformed(at: start) }
      at += 1
      guard peek() == UInt8(ascii: "u") else { throw .malformed(at: start) }
      at += 1
      let second = try unit()
      guard UTF16.isTrailSurrogate(second) else { throw .malformed(at: start) }
      return Array(String(decoding: [first, second], as: UTF16.self).utf8)
    default: throw .malformed(at: start)
    }
  }

  private mutating func unit() throws(JSONRefusal) -> UInt16 {
    let digits = bytes[at...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw .malformed(at: at) }
    at += 4
    return unit
  }

  /// One character of more than one byte.
  private mutating func character() throws(JSONRefusal) -> [UInt8] {
    let length = bytes[at] >= 0xF0 ? 4 : bytes[at] >= 0xE0 ? 3 : 2
    let character = Array(bytes[at...].prefix(length))
    guard String(validating: character, as: UTF8.self)?.unicodeScalars.count == 1 else {
      throw .notUTF8(at: at)
    }
    at += length
    return character
  }
}
