import Foundation

/// A value that a ledger over a database keeps as JSON, and can write without a coder.
///
/// For who writes an ``OfferLedger``: a commit writes two of them, a redemption
/// three, a settlement one, and a coder is a large part of such a ledger's own
/// time. What is written has the members that `JSONEncoder` writes, in some other
/// order, so that any decoder of JSON reads it:
///
/// ```swift
/// let document = try issuedOffer.json()
/// let same = try JSONDecoder().decode(IssuedOffer.self, from: Data(document.utf8))
/// ```
public protocol LedgerDocument: Codable, Sendable, Hashable {
  /// The value as one line of JSON.
  ///
  /// - Returns: An object without a line break, its moments in seconds since 2001.
  /// - Throws: `EncodingError` of a moment that is none, such as `Date(timeIntervalSince1970: .nan)`.
  func json() throws -> String
}

// What is rare, and what is nested deeply, is left to the coder.
extension CanonicalJSON {
  /// The JSON of one object, whose fields stand in the order in which they are written.
  static func document(_ write: (inout CanonicalJSON) throws -> Void) rethrows -> String {
    var json = CanonicalJSON(capacity: 768)
    try json.object(write)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  private mutating func object(_ write: (inout CanonicalJSON) throws -> Void) rethrows {
    beginObject()
    try write(&self)
    endObject()
  }

  mutating func field(_ name: StaticString, object write: (inout CanonicalJSON) throws -> Void) rethrows {
    key(name)
    try object(write)
  }

  mutating func field<Element>(
    _ name: StaticString,
    _ list: [Element],
    _ write: (inout CanonicalJSON, Element) throws -> Void
  ) rethrows {
    key(name)
    raw("[")
    for (index, element) in list.enumerated() {
      if index > 0 { raw(",") }
      try object { try write(&$0, element) }
    }
    raw("]")
  }

  /// A field as the value encodes itself.
  mutating func field(_ name: StaticString, encoding value: some Encodable) throws {
    key(name)
    raw(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
  }

  /// The same, where there is one.
  mutating func field(_ name: StaticString, encodingIfPresent value: (some Encodable)?) throws {
    if let value { try field(name, encoding: value) }
  }

  // MARK: - Values

  mutating func field(_ name: StaticString, _ text: String) {
    key(name)
    string(text)
  }

  mutating func field(_ name: StaticString, _ integer: some BinaryInteger & CustomStringConvertible) {
    key(name)
    raw(integer.description)
  }

  mutating func field(_ name: StaticString, _ identifier: some Identifier) {
    field(name, identifier.rawValue)
  }

  mutating func field(_ name: StaticString, _ moment: Date) throws {
    let seconds = moment.timeIntervalSinceReferenceDate
    guard seconds.isFinite else {
      // Its seconds: Foundation cannot print a date that is none.
      throw EncodingError.invalidValue(
        seconds,
        EncodingError.Context(codingPath: [], debugDescription: "\(name) is no moment.")
      )
    }
    key(name)
    number(seconds)
  }

  mutating func field(_ name: StaticString, _ money: Money?) {
    guard let money else { return }
    field(name) { json in
      json.field("minorUnits", money.minorUnits)
      json.field("currency", money.currency)
    }
  }

  mutating func field(_ name: StaticString, _ trigger: TriggerID) {
    field(name) { json in
      json.field("kind", trigger.kind.rawValue)
      json.field("id", trigger.id)
    }
  }
}
