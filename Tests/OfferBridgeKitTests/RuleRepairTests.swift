import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What would have met a rule, in the fewest steps.
@Suite struct RuleRepairTests {
  typealias Clause = Rule<Member>

  private func repair(
    _ rule: Clause,
    _ member: Member = Member(),
    event: Attributes = .none,
    history: [CustomerAction] = []
  ) throws -> String? {
    rule.explain(in: .example(customer: member, event: event, history: history)).repair?.description
  }

  private static let purchase = CustomerAction(
    "purchase",
    id: "p-1",
    by: "ada",
    at: ManualTime().now - 60,
    ["amount": 75.5, "store": "oslo"]
  )

  @Test func `every clause that fails or is not known is a step, in the order of the rule`() throws {
    let rule = Clause {
      $0.customer.tier.isOneOf(.silver, .gold)
      $0.customer.isOptedIn
      $0.event.channel == "ios"
      $0.history.count(of: "purchase", inLast: .days(30)) >= 2
    }
    #expect(
      try repair(rule, Member(tier: .basic), history: [Self.purchase])
        == #"would be met if: customer.tier is one of [silver, gold]; event.channel == "ios"; "#
        + "1 more purchase in the last 30 days"
    )
    let paid = [Self.purchase, CustomerAction("purchase", id: "p-2", by: "ada", at: ManualTime().now)]
    #expect(try repair(rule, event: ["channel": "ios"], history: paid) == nil)
  }

  @Test(arguments: [
    (Clause { $0.history.count(of: "purchase", inLast: .days(1)) > 2 }, "2 more purchase in the last 1 day"),
    (Clause { $0.history.count(of: "purchase", .ever) == 4 }, "3 more purchase ever"),
    (Clause { $0.history.count(of: "purchase", .ever) < 1 }, "purchase count ever < 1"),
    (
      Clause { $0.history.total(of: "purchase", inLast: .days(1)) >= 100 },
      "24.5 more amount of purchase in the last 1 day"
    ),
    (
      Clause { $0.history.distinctCount(of: "purchase", by: "store", .ever) >= 3 },
      "2 more store of purchase ever"
    ),
  ])
  func `what is counted is repaired by what is short of it`(rule: Clause, step: String) throws {
    #expect(try repair(rule, history: [Self.purchase]) == "would be met if: " + step)
  }

  @Test func `the cheapest of several ways is taken, the first of equals`() throws {
    let rule = Clause { scope in
      AnyOf {
        AllOf {
          scope.customer.tier == .basic
          scope.customer.age < 18
        }
        scope.customer.nickname == "A"
        scope.customer.name == "Ben"
      }
    }
    #expect(try repair(rule) == #"would be met if: customer.nickname == "A""#)
    let goals = Clause { scope in
      AtLeast(2) {
        AllOf {
          scope.customer.tier == .basic
          scope.customer.age < 18
        }
        scope.customer.isOptedIn
        scope.customer.name == "Ben"
      }
    }
    #expect(try repair(goals) == #"would be met if: customer.name == "Ben""#)
  }

  @Test func `a negation is repaired by what it must not be`() throws {
    #expect(
      try repair(Clause { scope in Not { scope.customer.isOptedIn } })
        == "would be met if: not: customer.isOptedIn"
    )
    #expect(
      try repair(Clause { !(!($0.customer.age < 18)) }) == "would be met if: customer.age < 18"
    )
    let both = Clause { scope in
      Not {
        scope.customer.isOptedIn
        scope.customer.age == 40
      }
    }
    #expect(try repair(both) == "would be met if: not: customer.isOptedIn")
    let none = Clause { scope in
      NoneOf {
        scope.customer.isOptedIn
        scope.customer.age < 18
        scope.customer.age == 40
      }
    }
    #expect(try repair(none) == "would be met if: not: customer.isOptedIn; not: customer.age == 40")
  }

  @Test func `nobody is repaired out of a holdout`() throws {
    let rule = Clause {
      $0.customer.tier == .basic
      Holdout(percent: 100, salt: "s")
    }
    #expect(try repair(rule) == nil)
  }

  @Test func `carrying out the steps of a random rule meets it`() throws {
    var random = Seeded(7)
    for _ in 0..<300 {
      var known = (0..<4).map { _ in Bool.random(using: &random) }
      let tree = Tree.random(3, &random)
      func explanation() -> RuleExplanation {
        tree.rule(known).explain(in: .example(customer: Member()))
      }
      guard let repair = explanation().repair else { continue }
      for step in repair.steps {
        let isNegated = step.hasPrefix("not: ")
        let index = try #require(Int(isNegated ? String(step.dropFirst(5)) : step))
        known[index] = !isNegated
      }
      // A clause that stands twice may be asked for both ways; then nothing is promised.
      let asked = Set(repair.steps.map { $0.replacing("not: ", with: "") })
      if asked.count == repair.steps.count, Set(tree.leaves).count == tree.leaves.count {
        #expect(explanation().verdict == .met, "\(repair)\n\(explanation())")
      }
    }
  }

  /// A random tree of groups over four flags.
  private indirect enum Tree {
    case leaf(Int), all([Tree]), any([Tree]), not(Tree), atLeast(Int, [Tree])

    static func random(_ depth: Int, _ random: inout Seeded) -> Tree {
      func parts() -> [Tree] { (0..<2).map { _ in Tree.random(depth - 1, &random) } }
      switch depth == 0 ? 0 : Int.random(in: 0...5, using: &random) {
      case 0, 1: return .leaf(Int.random(in: 0..<4, using: &random))
      case 2: return .all(parts())
      case 3: return .any(parts())
      case 4: return .not(Tree.random(depth - 1, &random))
      default: return .atLeast(Int.random(in: 1...2, using: &random), parts())
      }
    }

    var leaves: [Int] {
      switch self {
      case .leaf(let index): [index]
      case .all(let parts), .any(let parts), .atLeast(_, let parts): parts.flatMap(\.leaves)
      case .not(let part): part.leaves
      }
    }

    func rule(_ known: [Bool]) -> Clause {
      switch self {
      case .leaf(let index): Clause.when("\(index)") { _ in known[index] }
      case .all(let parts): Clause { _ in AllOf { for part in parts { part.rule(known) } } }
      case .any(let parts): Clause { _ in AnyOf { for part in parts { part.rule(known) } } }
      case .not(let part): !part.rule(known)
      case .atLeast(let count, let parts):
        Clause { _ in AtLeast(count) { for part in parts { part.rule(known) } } }
      }
    }
  }
}
