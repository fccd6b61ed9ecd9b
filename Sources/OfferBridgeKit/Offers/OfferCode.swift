/// A code that one issued offer has and no other: what a customer types in at the till.
///
/// Who reads it can use it. So its text is in no description, dump or trace,
/// and leaves only where a variant lists it:
///
/// ```swift
/// DataPoint("code") { $0.code }
///
/// let code: OfferCode = "SPRING-7Q2X"
/// print(code)       // a code
/// print(code.text)  // SPRING-7Q2X
/// ```
///
/// It is not encrypted: the ledger keeps it with the issued offer, and a
/// message's payload holds it. Two codes are the same when their UTF-8 bytes
/// are.
public struct OfferCode: Sendable, Hashable, Codable, ExpressibleByStringLiteral {
  /// The code itself.
  public let text: String

  /// Takes the text as it is.
  ///
  /// - Parameter text: The code.
  public init(_ text: String) { self.text = text }

  /// Takes a literal as the code.
  ///
  /// - Parameter value: The code.
  public init(stringLiteral value: String) { self.init(value) }

  /// Reads a code from a single string.
  public init(from decoder: any Decoder) throws {
    text = try decoder.singleValueContainer().decode(String.self)
  }

  /// Writes the code as a single string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// Whether both are written with the same UTF-8 bytes.
  public static func == (lhs: Self, rhs: Self) -> Bool { lhs.text.utf8.elementsEqual(rhs.text.utf8) }

  /// Feeds the UTF-8 bytes.
  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension OfferCode: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// "a code", whichever it is.
  public var description: String { "a code" }
  /// "a code", whichever it is.
  public var debugDescription: String { description }
  /// Nothing to look into.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension OfferCode: AttributeConvertible {
  /// The code as text.
  public var attributeValue: AttributeValue { .text(text) }
  /// The code that a text is.
  public init?(attributeValue: AttributeValue) {
    guard case .text(let text) = attributeValue else { return nil }
    self.init(text)
  }
}
