/// A text without its case: compared, searched and printed as the text it is.
public struct CaselessText: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The text as it was given.
  public let text: String
  let folded: String

  /// A text.
  ///
  /// - Parameter text: The text.
  public init(_ text: String) {
    self.text = text
    folded = text.lowercased()
  }

  /// A text.
  public init(stringLiteral value: String) { self.init(value) }

  /// The text in quotes, as it was given.
  public var description: String { "\"\(text)\"" }

  /// Whether both are the same in lower case, whatever the language.
  public static func == (lhs: Self, rhs: Self) -> Bool { lhs.folded == rhs.folded }

  /// Feeds the text in lower case.
  public func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

/// A text fact without its case: `customer.address.city.ignoringCase == "oslo"`.
public struct CaselessOperand<Base: RuleOperand>: RuleOperand where Base.Fact == String {
  let base: Base

  /// The text, or `nil` when it is missing.
  public func fact(in context: RuleContext<Base.Customer>) -> CaselessText? {
    base.fact(in: context).map { CaselessText($0) }
  }

  /// Such as "customer.address.city ignoring case".
  public var name: String { "\(base.name) ignoring case" }

  /// The past that the text needs.
  public var needs: [RuleNeed] { base.needs }

  /// Why the text is missing.
  public func whyMissing(in context: RuleContext<Base.Customer>) -> String { base.whyMissing(in: context) }

  /// Met when the text begins with the other, whatever their case.
  ///
  /// - Parameter prefix: The beginning.
  /// - Returns: A clause; not evaluable when the text is missing.
  public func hasPrefix(_ prefix: CaselessText) -> Rule<Base.Customer> {
    .comparing(self, requirement: { "\(name) begins with \(prefix)" }) { $0.folded.hasPrefix(prefix.folded) }
  }

  /// Met when the text ends with the other, whatever their case.
  ///
  /// - Parameter suffix: The ending.
  /// - Returns: A clause; not evaluable when the text is missing.
  public func hasSuffix(_ suffix: CaselessText) -> Rule<Base.Customer> {
    .comparing(self, requirement: { "\(name) ends with \(suffix)" }) { $0.folded.hasSuffix(suffix.folded) }
  }

  /// Met when the other stands somewhere in the text, whatever their case.
  ///
  /// - Parameter text: What to find.
  /// - Returns: A clause; not evaluable when the text is missing.
  public func contains(_ text: CaselessText) -> Rule<Base.Customer> {
    .comparing(self, requirement: { "\(name) contains \(text)" }) { $0.folded.contains(text.folded) }
  }
}

extension RuleOperand where Fact == String {
  /// The text without its case.
  ///
  /// ```swift
  /// customer.address.city.ignoringCase == "oslo"
  /// ```
  public var ignoringCase: CaselessOperand<Self> { CaselessOperand(base: self) }

  /// Met when the text begins with the other, letter by letter.
  ///
  /// - Parameter prefix: The beginning.
  /// - Returns: A clause; not evaluable when the fact is missing.
  public func hasPrefix(_ prefix: String) -> Rule<Customer> {
    .comparing(self, requirement: { "\(name) begins with \(explained(prefix))" }) { $0.hasPrefix(prefix) }
  }

  /// Met when the text ends with the other, letter by letter.
  ///
  /// - Parameter suffix: The ending.
  /// - Returns: A clause; not evaluable when the fact is missing.
  public func hasSuffix(_ suffix: String) -> Rule<Customer> {
    .comparing(self, requirement: { "\(name) ends with \(explained(suffix))" }) { $0.hasSuffix(suffix) }
  }

  /// Met when the other stands somewhere in the text, letter by letter.
  ///
  /// - Parameter text: What to find.
  /// - Returns: A clause; not evaluable when the fact is missing.
  public func contains(_ text: String) -> Rule<Customer> {
    .comparing(self, requirement: { "\(name) contains \(explained(text))" }) { $0.contains(text) }
  }
}

extension CaselessOperand: LibraryOperand {
  package var cost: RuleCost { base.knownCost }
  package var faults: [RuleFault] { base.knownFaults }
}
