// Foundation's encoder is not used: its form of numbers and slashes has changed between versions, and what was
// frozen by one release must be what the next would freeze.
/// Writes one JSON object with a single possible form, so that bytes can be frozen and compared.
///
/// Whole numbers as integers, other numbers in their shortest form that reads
/// back, moments as RFC 3339 in UTC, money as `{"currency":…,"minorUnits":…}`,
/// texts with only the escapes that RFC 8259 demands. The caller gives the
/// members in the order of their names.
package struct CanonicalJSON {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init() { self.init(capacity: 128) }

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  package mutating func beginObject() {
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
  }

  package mutating func endObject() {
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  package mutating func member(_ name: String, _ value: AttributeValue) {
    key(name)
    self.value(value)
  }

  package mutating func member(_ name: String, _ write: (inout CanonicalJSON) -> Void) {
    key(name)
    write(&self)
  }

  private mutating func value(_ value: AttributeValue) {
    switch value {
    case .text(let text): string(text)
    case .integer(let integer): raw(String(integer))
    case .number(let number): self.number(number)
    case .flag(let flag): raw(flag ? "true" : "false")
    case .moment(let moment): string(moment.rfc3339)
    case .money(let money):
      beginObject()
      key("currency")
      string(money.currency)
      key("minorUnits")
      raw(String(money.minorUnits))
      endObject()
    case .list(let lines):
      raw("[")
      for (index, line) in lines.enumerated() {
        if index > 0 { raw(",") }
        beginObject()
        for (name, value) in line { member(name, value) }
        endObject()
      }
      raw("]")
    }
  }

  private mutating func key(_ name: String) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    string(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = true
  }

  /// A name in which nothing is to be escaped.
  mutating func key(_ name: StaticString) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = true
  }

  mutating func field(_ name: StaticString, _ derived: DerivedKey) {
    key(name)
    bytes.append(UInt8(ascii: "\""))
    derived.append(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func number(_ number: Double) {
    if let integer = Int64(exactly: number) { raw(String(integer)) } else { raw(number.description) }
  }

  mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { text in
      // What stands between two escapes, as a rule the whole text, is appended in one piece. Where no byte ends the
      // search, many are looked at together.
      var escapes = 0
      for byte in text { escapes &+= byte.needsEscape ? 1 : 0 }
      guard escapes > 0 else { return bytes.append(contentsOf: text) }
      var start = 0
      for (index, byte) in text.enumerated() where byte.needsEscape {
        bytes.append(contentsOf: text[start..<index])
        escape(byte)
        start = index + 1
      }
      bytes.append(contentsOf: text[start...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case 0x08: raw("\\b")
    case 0x09: raw("\\t")
    case 0x0A: raw("\\n")
    case 0x0C: raw("\\f")
    case 0x0D: raw("\\r")
    case 0..<0x20: raw("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
    default:
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    }
  }
}

extension UInt8 {
  fileprivate var needsEscape: Bool {
    self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\")
  }
}
