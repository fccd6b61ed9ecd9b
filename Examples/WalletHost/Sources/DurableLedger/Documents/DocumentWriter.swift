/// JSON that all who write a value write to.
///
/// Each of their calls is one access to the writer: Swift checks each at run time that there is no other, which was a
/// third of the time.
final class DocumentPage {
  var writer = DocumentWriter()
}

/// JSON as it is being written: what is open, and where a comma is due.
///
/// An encodable value never says that it is done. What it opened is closed when the one around it goes on, which says
/// at which depth that is.
struct DocumentWriter {
  private struct Scope {
    let isObject: Bool
    var isEmpty = true
  }

  private(set) var bytes: [UInt8] = []
  private var scopes: [Scope] = []

  init() { bytes.reserveCapacity(512) }

  /// Opens an object or a list that stands under so many others; goes on with the one that the same value has opened
  /// before.
  mutating func open(isObject: Bool, under depth: Int) {
    close(downTo: depth + 1)
    if scopes.count > depth { return }
    scopes.append(Scope(isObject: isObject))
    bytes.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
  }

  mutating func close(downTo depth: Int) {
    while scopes.count > depth {
      bytes.append(scopes.removeLast().isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }
  }

  /// Begins a member of the object at a depth.
  mutating func member(_ name: String, at depth: Int) {
    element(at: depth)
    write(name)
    bytes.append(UInt8(ascii: ":"))
  }

  /// Begins an element of the list at a depth.
  mutating func element(at depth: Int) {
    close(downTo: depth)
    if scopes[depth - 1].isEmpty {
      scopes[depth - 1].isEmpty = false
    } else {
      bytes.append(UInt8(ascii: ","))
    }
  }

  // MARK: - By hand

  /// The JSON of a list, each of whose elements is written by hand.
  static func list<Element>(
    of elements: [Element],
    _ write: (inout DocumentWriter, Element) throws -> Void
  ) rethrows -> String {
    var writer = DocumentWriter()
    writer.write(word: "[")
    for (index, element) in elements.enumerated() {
      if index > 0 { writer.write(word: ",") }
      try write(&writer, element)
    }
    writer.write(word: "]")
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Writes a value as it encodes itself, in the midst of what is written by hand.
  mutating func write(encoding value: some Encodable) throws {
    bytes.append(contentsOf: try DocumentEncoder().text(value).utf8)
  }

  // MARK: - Values

  mutating func write(word: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  mutating func write(_ number: some BinaryInteger & CustomStringConvertible) {
    bytes.append(contentsOf: number.description.utf8)
  }

  mutating func write(number: String) { bytes.append(contentsOf: number.utf8) }

  mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { text in
      // What stands between two escapes, as a rule the whole text, is appended in one piece.
      var start = 0
      for (index, byte) in text.enumerated() where Self.isEscaped(byte) {
        bytes.append(contentsOf: text[start..<index])
        escape(byte)
        start = index + 1
      }
      bytes.append(contentsOf: text[start...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func escape(_ byte: UInt8) {
    guard byte < 0x20 else {
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
      return
    }
    write(word: byte < 0x10 ? "\\u000" : "\\u00")
    bytes.append(contentsOf: String(byte, radix: 16).utf8)
  }
}
