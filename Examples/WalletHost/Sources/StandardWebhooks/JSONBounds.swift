public import Foundation

/// How large and how deep a JSON text may be that is decoded, and that it is written in one way only.
///
/// A decoder of Foundation reads a doubled key's first value and other
/// libraries the last; it takes a comma before a closing bracket. What two
/// programs read differently is refused here, in one pass and without
/// recursion, before anything is decoded.
///
/// Source: RFC 8259; the bounds are this library's own.
public struct JSONBounds: Sendable, Hashable {
  /// How many arrays and objects may stand in one another.
  public var deepest = 32
  /// How many values there may be, those within others too.
  public var mostValues = 10_000
  /// How many bytes a text may have, as it is written between its quotes.
  public var longestText = 65_536
  /// How many characters a number may have.
  public var longestNumber = 64

  /// 32 deep, 10,000 values, texts of 64 KiB, numbers of 64 characters.
  public init() {}

  /// Looks through a text.
  ///
  /// - Parameter bytes: The text, in UTF-8.
  /// - Throws: What is wrong with it first, and where.
  public func check(_ bytes: [UInt8]) throws(JSONRefusal) {
    var scan = JSONScan(bytes, self)
    try scan.run()
  }

  /// Looks through a webhook's body and decodes it.
  ///
  /// - Parameters:
  ///   - type: What is decoded.
  ///   - webhook: The webhook.
  ///   - decoder: The decoder.
  /// - Returns: The value.
  /// - Throws: ``JSONRefusal``, or what the decoder throws.
  public func decoded<Value: Decodable>(
    _ type: Value.Type,
    from webhook: VerifiedWebhook,
    by decoder: JSONDecoder = JSONDecoder()
  ) throws -> Value {
    try check(webhook.body)
    return try decoder.decode(type, from: Data(webhook.body))
  }
}

/// Why a JSON text is not decoded; where is a number of bytes from its beginning.
public enum JSONRefusal: Error, Hashable, CustomStringConvertible {
  /// It begins with a byte order mark, or is not in UTF-8.
  case notUTF8(at: Int)
  /// It ends too early, goes on after its end, or has what does not belong there.
  case malformed(at: Int)
  /// Arrays and objects stand in one another too deeply.
  case tooDeep(at: Int)
  /// There are too many values.
  case tooManyValues(at: Int)
  /// A text is too long.
  case textTooLong(at: Int)
  /// A number is too long.
  case numberTooLong(at: Int)
  /// An object has a key twice, however it is written.
  case keyDoubled(at: Int)

  /// The reason as a sentence, with nothing of the text.
  public var description: String {
    switch self {
    case .notUTF8(let at): "byte \(at) is not UTF-8"
    case .malformed(let at): "byte \(at) does not belong there"
    case .tooDeep(let at): "at byte \(at) it is too deep"
    case .tooManyValues(let at): "at byte \(at) there are too many values"
    case .textTooLong(let at): "the text at byte \(at) is too long"
    case .numberTooLong(let at): "the number at byte \(at) is too long"
    case .keyDoubled(let at): "the key at byte \(at) is there twice"
    }
  }
}
