/// A short name for what a rule says: two rules that read the same have the same one.
///
/// It is kept with everything that a campaign issued or sent, and told in the
/// trail, so that a decision can be held against the rule that made it. It is
/// worked out from ``RuleOutline``, once when the bridge is made, and is the
/// same in every process.
///
/// Not in it: what Swift closures do, beyond the labels that they are given;
/// the campaign's schedule, limits and outcome.
public struct RuleFingerprint: Sendable, Hashable, Codable, LosslessStringConvertible {
  // Behind a pointer, for every issued offer of a campaign has the same one.
  private let key: Shared<DerivedKey>

  init(_ key: DerivedKey) { self.key = Shared(key) }

  /// Reads a fingerprint back from its text.
  ///
  /// - Parameter description: What ``description`` printed; any other text gives `nil`.
  public init?(_ description: String) {
    guard let key = DerivedKey(description) else { return nil }
    self.init(key)
  }

  /// 43 characters of unpadded base64url.
  public var description: String { key.value.description }

  /// Reads a single string.
  ///
  /// - Parameter decoder: The decoder.
  /// - Throws: `DecodingError` when the string is not the text of a fingerprint.
  public init(from decoder: any Decoder) throws { self.init(try DerivedKey(from: decoder)) }

  /// Writes a single string.
  public func encode(to encoder: any Encoder) throws { try key.value.encode(to: encoder) }
}
