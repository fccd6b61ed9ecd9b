import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Rules asked about many customers at once, and which clauses that puts to the test.
@Suite struct TruthTableTests {
  typealias Case = TruthTable<Member>.Case

  private struct Loyal: CampaignRule {
    var body: some CampaignRule<Member> {
      AnyOf {
        customer.tier == .gold
        customer.age >= 65
      }
      customer.isOptedIn
      event.channel == "ios"
    }
  }

  private static let ios: Attributes = ["channel": "ios"]

  @Test func `a case of which the rule says something else is told with its explanation`() throws {
    let table = try TruthTable(
      Loyal(),
      [
        Case("gold on iOS", .met, .example(customer: Member(), event: Self.ios)),
        Case("basic on iOS", .met, .example(customer: Member(tier: .basic), event: Self.ios)),
        Case("no channel", .notEvaluable, .example(customer: Member())),
      ]
    )
    #expect(table.mismatches.map(\.name) == ["basic on iOS"])
    #expect(
      table.mismatches[0].description.hasPrefix("basic on iOS: expected met, was notMet\n✗ Loyal: all of\n")
    )
    #expect(
      table.description == """
        1 customer.tier == gold
        2 customer.age >= 65
        3 customer.isOptedIn
        4 event.channel == "ios"
        ✓ | ✓ ✗ ✓ ✓ | gold on iOS
        ✗ | ✗ ✗ ✓ ✓ | basic on iOS  (expected met)
        ? | ✓ ✗ ✓ ? | no channel
        """
    )
  }

  @Test func `a clause that no case turns on is named`() throws {
    let table = try TruthTable(
      Loyal(),
      [
        Case("gold on iOS", .met, .example(customer: Member(), event: Self.ios)),
        Case("no channel", .notEvaluable, .example(customer: Member())),
      ]
    )
    // Gold alone made the first case, so that age never mattered; nobody lacked the opt-in alone.
    #expect(table.coverage.neverDecided == ["customer.age >= 65"])
    #expect(
      table.coverage.neverRefused == ["customer.tier == gold", "customer.age >= 65", "customer.isOptedIn"]
    )
  }

  @Test func `two clauses that fail together decide nothing`() throws {
    let coverage = try TruthTable(
      Rule<Member> {
        $0.customer.isOptedIn
        $0.customer.age < 18
      },
      [Case("neither", .notMet, .example(customer: Member(isOptedIn: false)))]
    ).coverage
    #expect(coverage.neverDecided == ["customer.isOptedIn", "customer.age < 18"])
  }

  @Test func `a negated clause and one of several goals are seen through`() throws {
    let rule = Rule<Member> { scope in
      Not { scope.customer.isOptedIn }
      AtLeast(2) {
        scope.customer.tier == .gold
        scope.customer.age == 40
        scope.customer.name == "Ben"
      }
    }
    let coverage = try TruthTable(
      rule,
      [
        Case("opted in", .notMet, .example(customer: Member())),
        Case("one goal", .notMet, .example(customer: Member(tier: .basic, isOptedIn: false))),
      ]
    ).coverage
    #expect(coverage.neverRefused == ["customer.age == 40"])
  }

  @Test func `a rule that no bridge takes is refused`() {
    #expect(throws: OfferBridgeError.self) {
      try TruthTable(Rule<Member> { _ in AnyOf {} }, [Case("any", .met, .example(customer: Member()))])
    }
  }
}
