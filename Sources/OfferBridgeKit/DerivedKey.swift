/// A name of 256 bits that anyone can work out again from the same parts.
///
/// Issued offers, messages and redemptions are known by keys derived from what
/// they are about, never by chance or by a counter: a second attempt, a second
/// process or another implementation arrives at the same key, so doing the work
/// twice is seen as the same work.
///
/// ```swift
/// let key = DerivedKey("bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U")
/// key?.description  // "bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U"
/// ```
///
/// The text is always 43 characters of unpadded base64url (RFC 4648, section 5),
/// safe in a path, a header and a file name. Each key has exactly one text.
///
/// The format is a promise and does not change within a major version. A key is
/// the SHA-256 digest of its parts in order, the domain word first; each part is
/// the count of its UTF-8 bytes as four bytes, big-endian, followed by those
/// bytes. A key used as a part is its text of 43 characters; a whole number is
/// its decimal text, with `-` in front when negative. Text is taken as it
/// stands, without Unicode normalisation. Worked once, with the parts `issuance`,
/// `acme`, `winter-2026`, `ada`, `event`, `purchase-17` and `ten-off`:
///
/// ```text
/// digest   SHA-256 of the 77 bytes
///          00000008 "issuance" 00000004 "acme" 0000000b "winter-2026"
///          00000003 "ada" 00000005 "event" 0000000b "purchase-17"
///          00000007 "ten-off"
/// key      bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U
/// ```
///
/// A key is a name and not a secret: who knows the parts knows the key.
///
/// Source: FIPS 180-4 for the digest; the example was worked out with Python's
/// `hashlib`.
public struct DerivedKey: Sendable, Hashable, Comparable, LosslessStringConvertible {
  @usableFromInline let word0: UInt64
  @usableFromInline let word1: UInt64
  @usableFromInline let word2: UInt64
  @usableFromInline let word3: UInt64

  /// Creates a key from its 32 bytes, given as four words read big-endian.
  package init(_ digest: SHA256.Digest) {
    (word0, word1, word2, word3) = digest
  }

  /// A key by chance: a ``TrailPersonal/salt``, for who writes an ``OfferLedger``.
  ///
  /// - Parameter chance: Gives 64 bits a call; it is called four times.
  public init(drawnFrom chance: () -> UInt64) {
    (word0, word1, word2, word3) = (chance(), chance(), chance(), chance())
  }

  /// Reads a key back from its text.
  ///
  /// Strict, so that each key has one text: exactly 43 characters of the
  /// base64url alphabet, no padding, no space, and nothing in the two bits the
  /// last character has to spare. Any other text gives `nil`.
  ///
  /// - Parameter description: What ``description`` printed.
  public init?(_ description: String) {
    var text = description
    let digest = text.withUTF8 { Self.digest(parsing: $0) }
    guard let digest else { return nil }
    self.init(digest)
  }

  /// The first eight bytes: evenly spread bits, for shares and shards.
  package var firstWord: UInt64 { word0 }

  /// The key as 43 characters of unpadded base64url.
  public var description: String {
    String(unsafeUninitializedCapacity: Self.textCount) { write(into: $0) }
  }

  /// Feeds one word of the four: the bits of a digest are already well mixed.
  @inlinable
  public func hash(into hasher: inout Hasher) {
    hasher.combine(word0)
  }

  /// Compares all 32 bytes.
  @inlinable
  public static func == (a: DerivedKey, b: DerivedKey) -> Bool {
    (a.word0 ^ b.word0) | (a.word1 ^ b.word1) | (a.word2 ^ b.word2) | (a.word3 ^ b.word3) == 0
  }

  /// Orders keys by their 32 bytes, first byte first; the order of the texts differs.
  @inlinable
  public static func < (a: DerivedKey, b: DerivedKey) -> Bool {
    if a.word0 != b.word0 { return a.word0 < b.word0 }
    if a.word1 != b.word1 { return a.word1 < b.word1 }
    if a.word2 != b.word2 { return a.word2 < b.word2 }
    return a.word3 < b.word3
  }
}

extension DerivedKey: Codable {
  /// Reads a key from a single string.
  ///
  /// - Throws: `DecodingError.dataCorrupted` when the string is not the text of
  ///   a key, and what the decoder throws when there is no string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let key = DerivedKey(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(text)' is not a key. A key is 43 characters of unpadded base64url."
      )
    }
    self = key
  }

  /// Writes the key as a single string, its ``description``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

// MARK: - Text

extension DerivedKey {
  fileprivate static let textCount = 43

  /// The 256 bits are taken six at a time from the top; the 43rd character holds four.
  fileprivate func write(into text: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    var (a, b, c, d) = (word0, word1, word2, word3)
    for index in 0..<Self.textCount {
      text[index] = alphabet.utf8Start[Int(a &>> 58)]
      a = a &<< 6 | b &>> 58
      b = b &<< 6 | c &>> 58
      c = c &<< 6 | d &>> 58
      d = d &<< 6
    }
    return Self.textCount
  }

  /// Appends the ``description``.
  func append(to bytes: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.textCount) { text in
      _ = write(into: text)
      bytes.append(contentsOf: text)
    }
  }

  private static func digest(parsing text: UnsafeBufferPointer<UInt8>) -> SHA256.Digest? {
    guard text.count == textCount else { return nil }
    var (a, b, c, d): SHA256.Digest = (0, 0, 0, 0)
    for (index, byte) in text.enumerated() {
      guard var value = value(of: byte) else { return nil }
      var bits: UInt64 = 6
      if index == textCount - 1 {
        guard value & 3 == 0 else { return nil }
        value &>>= 2
        bits = 4
      }
      a = a &<< bits | b &>> (64 &- bits)
      b = b &<< bits | c &>> (64 &- bits)
      c = c &<< bits | d &>> (64 &- bits)
      d = d &<< bits | value
    }
    return (a, b, c, d)
  }

  private static func value(of character: UInt8) -> UInt64? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt64(character &- UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(character &- UInt8(ascii: "a") &+ 26)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(character &- UInt8(ascii: "0") &+ 52)
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}

// MARK: - Deriving

/// The parts of a key, added one after another.
///
/// Takes the parts one by one so that deriving on the path of every action
/// allocates nothing. The format is written down at ``DerivedKey``.
///
/// ```swift
/// var parts = KeyDerivation("issuance")
/// parts.add("acme")
/// parts.add(17)
/// let key = parts.key()
/// ```
///
/// Because each part carries its length, `"ab", "c"` and `"a", "bc"` give
/// different keys, and an empty part counts as a part.
package struct KeyDerivation: Sendable {
  private var hash = SHA256()

  /// Starts a key in a domain: a word that says what kind of thing the key names.
  package init(_ domain: StaticString) {
    domain.withUTF8Buffer { add(UnsafeRawBufferPointer($0)) }
  }

  /// Adds a text as its UTF-8 bytes, without normalising it.
  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  /// Adds a key as its 43 characters, the same as adding its ``DerivedKey/description``.
  package mutating func add(_ key: DerivedKey) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DerivedKey.textCount) { text in
      _ = key.write(into: text)
      add(UnsafeRawBufferPointer(text))
    }
  }

  /// Adds a whole number as its decimal text.
  package mutating func add(_ integer: Int64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { text in
      var start = text.count
      var rest = integer.magnitude
      repeat {
        start &-= 1
        text[start] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      if integer < 0 {
        start &-= 1
        text[start] = UInt8(ascii: "-")
      }
      add(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[start...]))
    }
  }

  /// Returns the key of the parts so far; more may be added afterwards.
  package func key() -> DerivedKey {
    DerivedKey(hash.digest())
  }

  private mutating func add(_ part: UnsafeRawBufferPointer) {
    hash.append(counted: part)
  }
}

extension DerivedKey {
  /// Derives a key from texts in one expression, where an array does not matter.
  ///
  /// - Parameters:
  ///   - domain: What kind of thing the key names; the first part.
  ///   - parts: The texts after it, in order.
  /// - Returns: The key of the parts, in the format written down at ``DerivedKey``.
  package static func derive(_ domain: StaticString, _ parts: String...) -> DerivedKey {
    var derivation = KeyDerivation(domain)
    for part in parts { derivation.add(part) }
    return derivation.key()
  }
}
