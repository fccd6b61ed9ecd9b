public import Foundation

/// Names that hold of a customer, each for ever or up to a moment: a host's segments with a time to live.
///
/// Keep it in the profile; a rule asks it at the ledger's time of the decision:
///
/// ```swift
/// struct Shopper { var tags: Tags = ["vip": nil, "spring-trial": endOfMay] }
///
/// customer.tags.has("spring-trial")
/// ```
public struct Tags: Sendable, Hashable, Codable, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  /// The first moment at which each tag does not hold any more; `nil` for one that does not end.
  public var endings: [String: Date?]

  /// Tags that end.
  ///
  /// - Parameter endings: The first moment at which each does not hold any more, or `nil`.
  public init(_ endings: [String: Date?] = [:]) { self.endings = endings }

  /// Tags that end; the last of a repeated name is kept.
  public init(dictionaryLiteral elements: (String, Date?)...) {
    endings = Dictionary(elements) { _, last in last }
  }

  /// Tags that do not end.
  public init(arrayLiteral elements: String...) {
    endings = Dictionary(elements.map { ($0, nil) }) { _, last in last }
  }

  /// Whether a tag holds at a moment.
  ///
  /// - Parameters:
  ///   - tag: The tag.
  ///   - moment: The moment; the tag's own end does not belong to it.
  /// - Returns: False for one that was never there.
  public func has(_ tag: String, at moment: Date) -> Bool {
    guard let ending = endings[tag] else { return false }
    return ending.map { moment < $0 } ?? true
  }
}
