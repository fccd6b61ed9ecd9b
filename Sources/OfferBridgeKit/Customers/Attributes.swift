public import Foundation

/// A fact that an action carries, or that leaves in a message.
public enum AttributeValue: Sendable, Hashable, Codable {
  /// A text.
  case text(String)
  /// A whole number.
  case integer(Int64)
  /// A number with a fraction.
  case number(Double)
  /// Yes or no.
  case flag(Bool)
  /// A moment; compared as it is, and printed in whole milliseconds.
  case moment(Date)
  /// An amount of money.
  case money(Money)
  /// The lines of the event, such as those of a basket, each with facts of its own.
  case list([Attributes])
}

/// A type whose values can stand in an action's attributes and in a message's data points.
///
/// `String`, `Bool`, the integers `Int` and `Int64`, `Double`, `Date`, ``Money``,
/// ``LocalDay``, the identifiers, and every enum over `String` or `Int` that
/// declares the conformance.
public protocol AttributeConvertible: Sendable {
  /// The value as an attribute.
  var attributeValue: AttributeValue { get }
  /// Reads the value back, or answers `nil` when the attribute is of another type.
  init?(attributeValue: AttributeValue)
}

/// The named facts of one action or event, in the order of their names.
///
/// ```swift
/// let facts: Attributes = ["channel": "ios", "total": 42.5, "items": 3]
/// facts["channel"]          // .text("ios")
/// facts.channel == .text("ios")
/// ```
///
/// A literal that gives a name twice keeps the last value.
@dynamicMemberLookup
public struct Attributes: Sendable, Hashable, Codable, ExpressibleByDictionaryLiteral, Sequence,
  CustomStringConvertible
{
  // Sorted by name: a handful of entries is found faster by a scan than by a hash, and the order is the same
  // in every process.
  @usableFromInline
  package let entries: [(name: String, value: AttributeValue)]

  /// No attribute at all.
  public static let none = Attributes([:])

  /// The given facts.
  ///
  /// - Parameter values: Value by name.
  public init(_ values: [String: AttributeValue]) {
    entries = values.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }

  // In order already.
  package init(sorted entries: [(name: String, value: AttributeValue)]) { self.entries = entries }

  /// The facts of a literal.
  ///
  /// - Parameter elements: Name and value; the last of a repeated name is kept.
  public init(dictionaryLiteral elements: (String, AttributeValue)...) {
    if elements.count == 1 {
      self.init(sorted: [(name: elements[0].0, value: elements[0].1)])
    } else {
      self.init(Dictionary(elements) { _, last in last })
    }
  }

  /// The value of that name, or `nil` when there is none.
  @inlinable
  public subscript(_ name: String) -> AttributeValue? {
    for entry in entries where entry.name == name { return entry.value }
    return nil
  }

  /// The value of that name, or `nil` when there is none.
  public subscript(dynamicMember name: String) -> AttributeValue? { self[name] }

  /// The facts as an explanation prints them: `[amount: 120, category: "shoes"]`.
  public var description: String {
    "[\(entries.map { "\($0.name): \($0.value)" }.joined(separator: ", "))]"
  }

  /// How many facts there are.
  public var count: Int { entries.count }

  /// The facts in the order of their names.
  public func makeIterator() -> IndexingIterator<[(name: String, value: AttributeValue)]> {
    entries.makeIterator()
  }

  /// Whether both have the same names with the same values.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.entries.elementsEqual(rhs.entries) { $0.name == $1.name && $0.value == $1.value }
  }

  /// Feeds every fact in order.
  public func hash(into hasher: inout Hasher) {
    for entry in entries {
      hasher.combine(entry.name)
      hasher.combine(entry.value)
    }
  }

  /// Reads an object of values by name.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([String: AttributeValue].self))
  }

  /// Writes an object of values by name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.value) }))
  }
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, CustomStringConvertible
{
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A whole number.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A number with a fraction.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Yes or no.
  public init(booleanLiteral value: Bool) { self = .flag(value) }
  /// The lines of an event.
  public init(arrayLiteral elements: Attributes...) { self = .list(elements) }

  /// Any value that can be an attribute.
  ///
  /// - Parameter value: The value.
  public init(_ value: some AttributeConvertible) { self = value.attributeValue }

  /// The value as an explanation prints it: texts in quotes, moments as RFC 3339 in UTC.
  public var description: String {
    switch self {
    case .text(let text): "\"\(text)\""
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .flag(let flag): "\(flag)"
    case .moment(let moment): moment.rfc3339
    case .money(let money): money.description
    case .list(let lines): "[\(lines.map(\.description).joined(separator: ", "))]"
    }
  }
}

extension String: AttributeConvertible {
  /// The text.
  public var attributeValue: AttributeValue { .text(self) }
  /// The text of a text.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    guard case .text(let text) = attributeValue else { return nil }
    self = text
  }
}

extension Bool: AttributeConvertible {
  /// The flag.
  public var attributeValue: AttributeValue { .flag(self) }
  /// The flag of a flag.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    guard case .flag(let flag) = attributeValue else { return nil }
    self = flag
  }
}

extension Int64: AttributeConvertible {
  /// The whole number.
  public var attributeValue: AttributeValue { .integer(self) }
  /// The value of a whole number, or of a number without a fraction.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    switch attributeValue {
    case .integer(let integer): self = integer
    case .number(let number):
      guard let exact = Int64(exactly: number) else { return nil }
      self = exact
    default: return nil
    }
  }
}

extension Int: AttributeConvertible {
  /// The whole number.
  public var attributeValue: AttributeValue { .integer(Int64(self)) }
  /// The value of a whole number, or of a number without a fraction.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    guard let wide = Int64(attributeValue: attributeValue) else { return nil }
    self.init(exactly: wide)
  }
}

extension Double: AttributeConvertible {
  /// The number.
  public var attributeValue: AttributeValue { .number(self) }
  /// The value of a number, or of a whole number.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    switch attributeValue {
    case .number(let number): self = number
    case .integer(let integer): self = Double(integer)
    default: return nil
    }
  }
}

extension Date: AttributeConvertible {
  /// The moment.
  public var attributeValue: AttributeValue { .moment(self) }
  /// The moment of a moment.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    guard case .moment(let moment) = attributeValue else { return nil }
    self = moment
  }
}

extension Money: AttributeConvertible {
  /// The amount.
  public var attributeValue: AttributeValue { .money(self) }
  /// The amount of an amount.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    guard case .money(let money) = attributeValue else { return nil }
    self = money
  }
}

extension [Attributes]: AttributeConvertible {
  /// The lines.
  public var attributeValue: AttributeValue { .list(self) }
  /// The lines of a list.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    guard case .list(let lines) = attributeValue else { return nil }
    self = lines
  }
}

extension LocalDay: AttributeConvertible {
  /// The day as text, `2026-11-22`.
  public var attributeValue: AttributeValue { .text(description) }
  /// The day that a text names.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    guard case .text(let text) = attributeValue else { return nil }
    self.init(text)
  }
}

extension Identifier {
  /// The name as text.
  public var attributeValue: AttributeValue { .text(rawValue) }
  /// The name that a text is.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    guard case .text(let text) = attributeValue else { return nil }
    self.init(rawValue: text)
  }
}

extension CustomerID: AttributeConvertible {}
extension OfferID: AttributeConvertible {}
extension CampaignID: AttributeConvertible {}
extension ReplicaName: AttributeConvertible {}
extension ReplicaReference: AttributeConvertible {}

extension DerivedKey: AttributeConvertible {
  /// The key's 43 characters as text.
  public var attributeValue: AttributeValue { .text(description) }
  /// The key that a text names.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    guard case .text(let text) = attributeValue else { return nil }
    self.init(text)
  }
}

extension RawRepresentable where Self: AttributeConvertible, RawValue: AttributeConvertible {
  /// The raw value as an attribute.
  public var attributeValue: AttributeValue { rawValue.attributeValue }
  /// The case whose raw value the attribute is.
  @inlinable
  public init?(attributeValue: AttributeValue) {
    guard let raw = RawValue(attributeValue: attributeValue) else { return nil }
    self.init(rawValue: raw)
  }
}
