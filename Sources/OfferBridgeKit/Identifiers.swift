import Foundation

/// A name that the host or the external system gives to a thing, kept exactly as given.
///
/// Two identifiers are the same when their UTF-8 bytes are: `"é"` written as
/// one scalar and as two are different customers, here as in a database. Any
/// character is allowed; an empty name, or one over 256 bytes, is refused by
/// the bridge with ``OfferBridgeError`` when it comes in.
///
/// ```swift
/// let ada: CustomerID = "ada"
/// let key = CustomerID(rawValue: row.customerKey)
/// ```
public protocol Identifier: RawRepresentable<String>, Hashable, Comparable, Sendable, Codable,
  ExpressibleByStringLiteral, CustomStringConvertible
{
  /// What kind of thing it names, in the words of an error message.
  static var kind: String { get }

  /// Takes the name as it is, unchecked; the bridge checks it when it comes in.
  init(rawValue: String)
}

extension Identifier {
  /// Takes the name as it is.
  ///
  /// - Parameter rawValue: The name.
  @inlinable
  public init(_ rawValue: String) { self.init(rawValue: rawValue) }

  /// Takes a literal as the name.
  ///
  /// - Parameter value: The name.
  @inlinable
  public init(stringLiteral value: String) { self.init(rawValue: value) }

  /// The name itself.
  @inlinable
  public var description: String { rawValue }

  /// Whether both are written with the same UTF-8 bytes.
  @inlinable
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.rawValue.utf8.elementsEqualFast(rhs.rawValue.utf8)
  }

  /// Whether the left is before the right, by UTF-8 bytes.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool {
    lhs.rawValue.utf8.lexicographicallyPrecedes(rhs.rawValue.utf8)
  }

  /// Feeds the UTF-8 bytes.
  @inlinable
  public func hash(into hasher: inout Hasher) {
    var text = rawValue
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension String.UTF8View {
  /// Byte equality; native strings, small ones too, are compared in one piece.
  @inlinable
  func elementsEqualFast(_ other: Self) -> Bool {
    #if _pointerBitWidth(_64)
    // The same bits are the same text, and one of up to 15 bytes has no others: a journey spent some 3,000 of 130,000
    // instructions here. Sound: a text is 16 bytes on 64-bit hosts, and its bits are only looked at.
    if unsafeBitCast((self, other), to: SIMD4<UInt64>.self).hasEqualHalves { return true }
    #endif
    guard count == other.count else { return false }
    let equal = withContiguousStorageIfAvailable { mine in
      other.withContiguousStorageIfAvailable { theirs in areSame(mine, theirs) }
    }
    return (equal ?? nil) ?? elementsEqual(other)
  }
}

extension SIMD4<UInt64> {
  @inlinable
  var hasEqualHalves: Bool { self[0] == self[2] && self[1] == self[3] }
}

// `elementsEqual` goes byte by byte: it was the costliest function of a journey after the digests.
@usableFromInline
func areSame(_ mine: UnsafeBufferPointer<UInt8>, _ theirs: UnsafeBufferPointer<UInt8>) -> Bool {
  guard let left = mine.baseAddress, let right = theirs.baseAddress else { return mine.count == theirs.count }
  return mine.count == theirs.count && memcmp(left, right, mine.count) == 0
}

/// Names a customer, as the host's own systems do.
public struct CustomerID: Identifier {
  /// What it names.
  public static let kind = "customer"
  /// The name as given.
  public let rawValue: String
  /// Takes the name as it is.
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names an offer in the catalog: the root, which all of its revisions share.
public struct OfferID: Identifier {
  /// What it names.
  public static let kind = "offer"
  /// The name as given.
  public let rawValue: String
  /// Takes the name as it is.
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names a campaign or a scope observer; one bridge has each name once.
public struct CampaignID: Identifier {
  /// What it names.
  public static let kind = "campaign"
  /// The name as given.
  public let rawValue: String
  /// Takes the name as it is.
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names a control group; one bridge has one share for each name.
public struct ControlGroupID: Identifier {
  /// What it names.
  public static let kind = "control group"
  /// The name as given.
  public let rawValue: String
  /// Takes the name as it is.
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names a messaging provider, and so the external system behind it.
public struct ProviderID: Identifier {
  /// What it names.
  public static let kind = "provider"
  /// The name as given.
  public let rawValue: String
  /// Takes the name as it is.
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names a tenant; nothing of one tenant is ever seen from another.
public struct TenantID: Identifier {
  /// What it names.
  public static let kind = "tenant"
  /// The name as given.
  public let rawValue: String
  /// Takes the name as it is.
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names the offer's counterpart in an external system, the same for every customer: "TEN".
public struct ReplicaName: Identifier {
  /// What it names.
  public static let kind = "replica"
  /// The name as given.
  public let rawValue: String
  /// Takes the name as it is.
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names one customer's replica in the external system, as its acknowledgement gave it: "W1".
public struct ReplicaReference: Identifier {
  /// What it names.
  public static let kind = "replica reference"
  /// The name as given.
  public let rawValue: String
  /// Takes the name as it is.
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names a transaction of the external system, such as a basket at a till, for which offers are reserved.
public struct TransactionID: Identifier {
  /// What it names.
  public static let kind = "transaction"
  /// The name as given.
  public let rawValue: String
  /// Takes the name as it is.
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Names a pool of unique codes, from which an offer takes one for each that is issued.
public struct CodePoolID: Identifier {
  /// What it names.
  public static let kind = "code pool"
  /// The name as given.
  public let rawValue: String
  /// Takes the name as it is.
  public init(rawValue: String) { self.rawValue = rawValue }
}
