import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Clauses that one event must meet together, beside clauses that any events may meet.
@Suite struct SameEventTests {
  typealias Clause = Rule<Member>

  private static let now = ManualTime().now

  private func purchases(_ attributes: Attributes...) -> [CustomerAction] {
    attributes.enumerated().map { index, attributes in
      CustomerAction(
        "purchase",
        id: "p-\(index)",
        by: "ada",
        at: Self.now - Double(index + 1) * 3600,
        attributes
      )
    }
  }

  private func verdict(
    _ rule: Clause,
    _ history: [CustomerAction] = [],
    event: Attributes = .none
  ) throws -> RuleVerdict {
    let context = RuleContext.example(customer: Member(), event: event, history: history)
    let verdict = try rule.evaluate(in: context)
    #expect(rule.explain(in: context).verdict == verdict)
    return verdict
  }

  /// One purchase of shoes for 100.
  private static let sameEvent = Clause {
    $0.history.count(of: "purchase", inLast: .days(90)).where {
      $0.category == "shoes"
      $0.amount >= 100
    } >= 1
  }

  /// A purchase for 100, and a purchase of shoes.
  private static let anyEvents = Clause {
    $0.history.count(of: "purchase", inLast: .days(90)).where { $0.amount >= 100 } >= 1
    $0.history.count(of: "purchase", inLast: .days(90)).where { $0.category == "shoes" } >= 1
  }

  @Test func `spent 100 on shoes is not spent 100 and bought shoes`() throws {
    let two = purchases(["category": "shoes", "amount": 20], ["category": "coats", "amount": 120])
    #expect(try verdict(Self.sameEvent, two) == .notMet)
    #expect(try verdict(Self.anyEvents, two) == .met)
    let one = purchases(["category": "shoes", "amount": 120])
    #expect(try verdict(Self.sameEvent, one) == .met)
    #expect(try verdict(Self.anyEvents, one) == .met)
  }

  @Test func `an event that lacks a fact does not count, also under not`() throws {
    let bare = purchases(["amount": 120])
    #expect(try verdict(Self.sameEvent, bare) == .notMet)
    let notShoes = Clause {
      $0.history.count(of: "purchase", .ever).where { purchase in Not { purchase.category == "shoes" } } >= 1
    }
    #expect(try verdict(notShoes, bare) == .notMet)
    #expect(try verdict(notShoes, purchases(["category": "coats"])) == .met)
  }

  @Test func `a narrowed count, total and distinct count say what they look at`() throws {
    let history = purchases(
      ["category": "shoes", "amount": 120, "store": "a"],
      ["category": "shoes", "amount": 80, "store": "b"],
      ["category": "coats", "amount": 40, "store": "c"]
    )
    let rule = Clause {
      $0.history.count(of: "purchase", inLast: .days(1)).where { $0.category == "shoes" } == 2
      $0.history.total(of: "purchase", .ever).where { $0.category == "shoes" } == 200
      $0.history.distinctCount(of: "purchase", by: "store", .ever).where { purchase in
        purchase.amount.as(Int.self) > purchase.limit.as(Int.self).orElse(50)
        AnyOf { purchase.category == "shoes" }
      } >= 3
    }
    let explanation = rule.explain(in: .example(customer: Member(), history: history))
    #expect(
      "\(explanation)" == """
        ✗ all of
        ├─ ✓ purchase count in the last 1 day (its category == "shoes") == 2  (was 2)
        ├─ ✓ purchase total of amount ever (its category == "shoes") == 200.0  (was 200.0)
        └─ ✗ distinct store of purchase ever (its amount > its limit or else 50, any of (its category == "shoes")) \
        >= 3  (was 2)
        """
    )
  }

  private static let basket: Attributes = [
    "lines": [
      ["category": "shoes", "amount": 60], ["category": "shoes", "amount": 45],
      ["category": "coats", "amount": 120],
    ]
  ]

  @Test func `the lines of one event are looked at one by one, or summed`() throws {
    let event = Self.basket
    let oneLine = Clause {
      $0.event.lines.contains {
        $0.category == "shoes"
        $0.amount >= 100
      }
    }
    #expect(try verdict(oneLine, event: event) == .notMet)
    #expect(
      try verdict(
        Clause { $0.event.lines.total(of: "amount") { $0.category == "shoes" } >= 100 },
        event: event
      )
        == .met
    )
    #expect(try verdict(Clause { $0.event.lines.count { $0.amount >= 60 } == 2 }, event: event) == .met)
    let twoLines = Clause {
      $0.event.lines.contains { $0.category == "shoes" }
      $0.event.lines.contains { $0.amount >= 100 }
    }
    #expect(try verdict(twoLines, event: event) == .met)
  }

  @Test func `without a list nothing can be said, and an empty one contains nothing`() throws {
    let rule = Clause { $0.event.lines.contains { $0.category == "shoes" } }
    #expect(try verdict(rule) == .notEvaluable)
    #expect(try verdict(rule, event: ["lines": "three"]) == .notEvaluable)
    #expect(try verdict(rule, event: ["lines": []]) == .notMet)
    #expect(try verdict(rule, event: ["lines": [["amount": 3]]]) == .notEvaluable)
    #expect(try verdict(rule, event: ["lines": [["amount": 3], ["category": "shoes"]]]) == .met)
    let explanation = rule.explain(in: .example(customer: Member(), event: ["lines": "three"]))
    #expect(
      "\(explanation.clauses[0])"
        == #"? event.lines contains one with (its category == "shoes")  "#
        + #"(the action carries lines as "three", which is no Array<Attributes>)"#
    )
  }

  @Test func `lines of past events are looked at as well`() throws {
    let rule = Clause {
      $0.history.count(of: "purchase", .ever).where { $0.lines.contains { $0.category == "coats" } } == 1
    }
    #expect(try verdict(rule, purchases(Self.basket, ["lines": []])) == .met)
  }

  @Test func `an empty block and a holdout in it are faults`() {
    let empty = Clause { $0.history.count(of: "purchase", .ever).where { _ in } >= 1 }
    let heldOut = Clause {
      $0.event.lines.count { _ in Holdout(percent: 10, salt: "s") } >= 1
    }
    for (rule, fault) in [(empty, RuleFault.empty), (heldOut, .misplacedHoldout(salt: "s"))] {
      let error = #expect(throws: OfferBridgeError.self) {
        try rule.evaluate(in: .example(customer: Member()))
      }
      #expect(error?.description == OfferBridgeError.configurationInvalid([.rule(nil, fault)]).description)
    }
  }

  @Test func `lines are part of a trigger's fingerprint and of a payload`() throws {
    func key(_ lines: AttributeValue) -> DerivedKey {
      .fingerprint(
        of: TriggerID(.action, "a"),
        name: "purchase",
        customer: "ada",
        occurredAt: 0,
        attributes: ["lines": lines]
      )
    }
    #expect(key([["a": 1], ["b": 2]]) != key([["a": 1, "b": 2]]))
    #expect(key([["a": 1], ["b": 2]]) != key([["b": 2], ["a": 1]]))
    #expect(key([["a": 1]]) == key([["a": 1]]))
    var json = CanonicalJSON()
    json.beginObject()
    json.member("lines", [["b": 1.5, "a": "x"], [:]])
    json.member("next", true)
    json.endObject()
    #expect(String(decoding: json.bytes, as: UTF8.self) == #"{"lines":[{"a":"x","b":1.5},{}],"next":true}"#)
  }
}
