public import OfferBridgeKit

/// One rule asked about many customers, with what it must say of each.
///
/// ```swift
/// let table = TruthTable(
///   LoyalShopper(),
///   [
///     Case("gold on iOS", .met, .example(customer: gold, event: ["channel": "ios"])),
///     Case("silver on iOS", .notMet, .example(customer: silver, event: ["channel": "ios"])),
///   ])
/// #expect(table.mismatches.isEmpty, "\(table)")
/// #expect(table.coverage.neverDecided.isEmpty)
/// ```
///
/// Printed, it has a line a case and a column a clause.
public struct TruthTable<Customer: Sendable>: Sendable, CustomStringConvertible {
  /// One customer, and what the rule must say.
  public struct Case: Sendable {
    /// What is special about it.
    public let name: String
    /// What the rule must say.
    public let expected: RuleVerdict
    /// The facts.
    public let context: RuleContext<Customer>

    /// A case.
    ///
    /// - Parameters:
    ///   - name: What is special about it.
    ///   - expected: What the rule must say.
    ///   - context: The facts; `.example(…)` makes them in a line.
    public init(_ name: String, _ expected: RuleVerdict, _ context: RuleContext<Customer>) {
      self.name = name
      self.expected = expected
      self.context = context
    }
  }

  /// A case of which the rule says something else.
  public struct Mismatch: Sendable, Hashable, CustomStringConvertible {
    /// The case.
    public let name: String
    /// What the rule must say.
    public let expected: RuleVerdict
    /// What it says, and why.
    public let explanation: RuleExplanation

    /// Such as "gold on iOS: expected met, was notMet", and the explanation.
    public var description: String {
      "\(name): expected \(expected), was \(explanation.verdict)\n\(explanation)"
    }
  }

  private let cases: [Case]
  private let explanations: [RuleExplanation]

  /// Asks the rule about every case.
  ///
  /// - Parameters:
  ///   - rule: The rule.
  ///   - cases: The cases, in the order in which they are printed.
  /// - Throws: `OfferBridgeError` with code `configurationInvalid` when the rule could not be registered.
  public init(_ rule: some CampaignRule<Customer>, _ cases: [Case]) throws {
    self.cases = cases
    explanations = try cases.map { one in
      // What a bridge would do, so that a rule that no bridge takes fails here too.
      _ = try rule.evaluate(in: one.context)
      return rule.explain(in: one.context)
    }
  }

  /// The cases of which the rule says something else; none when all is well.
  public var mismatches: [Mismatch] {
    zip(cases, explanations).filter { $0.expected != $1.verdict }
      .map { Mismatch(name: $0.name, expected: $0.expected, explanation: $1) }
  }

  /// Which clauses these cases put to the test.
  public var coverage: RuleCoverage { RuleCoverage(explanations) }

  /// A line a case: what the rule says, what each clause says, and the case's name.
  public var description: String {
    let heads = explanations.first?.leaves.enumerated().map { "\($0 + 1) \($1.requirement)" } ?? []
    let lines = zip(cases, explanations).map { one, explanation in
      let marks = explanation.leaves.map(\.verdict.mark).joined(separator: " ")
      let note = one.expected == explanation.verdict ? "" : "  (expected \(one.expected))"
      return "\(explanation.verdict.mark) | \(marks) | \(one.name)\(note)"
    }
    return (heads + lines).joined(separator: "\n")
  }
}
