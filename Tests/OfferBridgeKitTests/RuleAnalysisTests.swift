import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What is known of a rule before anybody is asked, and that it is never claimed wrongly.
@Suite struct RuleAnalysisTests {
  typealias Clause = Rule<Member>

  static let contradictions: [(Clause, [String]?)] = [
    (
      Clause {
        $0.customer.isOptedIn
        $0.customer.tier == .gold
        $0.event.channel == "ios"
        $0.customer.tier == .silver
      }, ["customer.tier == gold", "customer.tier == silver"]
    ),
    (
      Clause {
        $0.customer.age < 3
        $0.customer.age > 5
      }, ["customer.age < 3", "customer.age > 5"]
    ),
    (
      Clause {
        $0.customer.age > 3
        $0.customer.age < 4
      }, ["customer.age > 3", "customer.age < 4"]
    ),
    (
      Clause {
        $0.customer.score > 3
        $0.customer.score < 4
      }, nil
    ),
    (Clause { $0.customer.age.isIn(3..<3) }, ["customer.age is in 3..<3"]),
    (Clause { $0.customer.age.isIn(3...3) }, nil),
    (
      Clause {
        $0.history.count(of: "visit", .ever) >= 3
        $0.history.count(of: "visit", .ever) < 2
      }, ["visit count ever >= 3", "visit count ever < 2"]
    ),
    (
      Clause {
        $0.history.count(of: "visit", .ever) >= 3
        $0.history.count(of: "visit", inLast: .days(1)) < 2
      }, nil
    ),
    (
      Clause {
        $0.history.count(of: "visit", .ever).where { $0.store == "a" } >= 3
        $0.history.count(of: "visit", .ever).where { $0.store == "b" } < 2
      }, nil
    ),
    (Clause { $0.history.count(of: "visit", .ever) < 0 }, ["visit count ever < 0"]),
    (Clause { $0.now.month == 13 }, ["month == 13"]),
    (Clause { $0.now.hour.isIn(0..<24) && $0.now.hour == 24 }, ["hour == 24"]),
    (
      Clause {
        $0.customer.nickname == nil
        $0.customer.nickname != "Ace"
      }, ["customer.nickname == nil", "customer.nickname != \"Ace\""]
    ),
    (Clause { scope in Not { Everyone() } }, ["not: everyone"]),
    (
      Clause { scope in
        scope.customer.tier == .basic
        AnyOf {
          scope.customer.tier == .gold
          scope.customer.tier.isOneOf(.silver, .gold)
        }
      }, ["customer.tier == basic", "any of (customer.tier == gold; customer.tier is one of [silver, gold])"]
    ),
    (
      Clause { scope in
        AtLeast(2) {
          scope.customer.age < 1
          scope.customer.age > 1
          scope.customer.age == 1
        }
      }, ["at least 2 of (customer.age < 1; customer.age > 1; customer.age == 1)"]
    ),
    (
      Clause {
        $0.customer.isOptedIn
        Holdout(percent: 100, salt: "all")
      }, ["not in the 100% holdout \"all\""]
    ),
    // What a number is not, it may be by another name: a fraction is no whole number.
    (
      Clause {
        $0.event.amount > 3
        $0.event.amount < 4
      }, nil
    ),
    (
      Clause {
        $0.event.amount.as(Int.self) > 3
        $0.event.amount.as(Int.self) < 4
      }, ["event.amount > 3", "event.amount < 4"]
    ),
    (
      Clause {
        $0.event.channel == "ios"
        $0.origin.channel == "web"
      }, nil
    ),
    // A closure and a computed property are the host's own affair.
    (
      Clause {
        $0.customer("age") { $0.age } < 3
        $0.customer("age") { $0.age } > 5
      }, nil
    ),
    (
      Clause {
        $0.customer.isAdult
        !$0.customer.isAdult
      }, nil
    ),
  ]

  @Test(arguments: RuleAnalysisTests.contradictions)
  func `a rule that nobody can meet is found, with the clauses that contradict`(
    rule: Clause,
    clauses: [String]?
  ) {
    #expect(RuleAnalysis(rule).contradiction == clauses, "\(rule.outline)")
  }

  static let truisms: [(Clause, Bool)] = [
    (Clause { $0.customer.age >= 18 || $0.customer.age < 18 }, true),
    (Clause { $0.customer.age > 18 || $0.customer.age < 18 }, false),
    (Clause { $0.customer.isOptedIn || !$0.customer.isOptedIn }, true),
    (Clause { $0.customer.nickname == "Ace" || $0.customer.nickname != "Ace" }, false),
    (Clause { $0.customer.nickname == nil || $0.customer.nickname != nil }, true),
    (
      Clause {
        $0.customer.nickname == nil || $0.customer.nickname == "Ace" || $0.customer.nickname != "Ace"
      }, true
    ),
    // What is no number is in none of both.
    (Clause { $0.customer.score >= 1 || $0.customer.score < 1 }, false),
    (Clause { $0.customer.score == 1 || $0.customer.score != 1 }, true),
    (Clause { $0.event.channel == "ios" || $0.event.channel != "ios" }, false),
    (Clause { $0.history.count(of: "visit", .ever) >= 0 }, true),
    (Clause { $0.now.weekday.isIn(1...7) }, true),
    (
      Clause { scope in
        AtLeast(1) {
          scope.customer.tier == .gold
          scope.customer.tier != .gold
          scope.event.x == 1
        }
      }, true
    ),
    (Clause { scope in Everyone() }, false),
    (
      Clause {
        $0.history.count(of: "visit", .ever) >= 0
        Holdout(percent: 1, salt: "s")
      }, false
    ),
  ]

  @Test(arguments: RuleAnalysisTests.truisms)
  func `a rule that everybody meets is found, also where a fact is missing`(rule: Clause, isAlwaysMet: Bool) {
    #expect((RuleAnalysis(rule).truism != nil) == isAlwaysMet, "\(rule.outline)")
    #expect(RuleAnalysis(rule).contradiction == nil)
  }

  @Test func `whoever meets one rule meets another`() {
    let adult = Clause { $0.customer.age >= 18 }
    let gold = Clause {
      $0.customer.tier == .gold
      $0.customer.age > 20
      $0.event.channel == "ios"
    }
    #expect(RuleAnalysis(gold).implies(adult))
    #expect(!RuleAnalysis(adult).implies(gold))
    #expect(RuleAnalysis(adult).implies(adult))
    #expect(RuleAnalysis(gold).implies(Clause { _ in Everyone() }))
    // Met strictly is met by number, and not the other way round.
    let strictly = Clause { $0.event.amount.as(Int.self) > 3 }
    let byNumber = Clause { $0.event.amount > 3 }
    #expect(!RuleAnalysis(byNumber).implies(strictly))
    // Equal texts of closures say nothing.
    func even() -> Clause { Clause.when("even") { $0.customer.age % 2 == 0 } }
    #expect(!RuleAnalysis(even()).implies(even()))
  }

  @Test func `a rule too long to search is not judged`() {
    let rule = Clause { scope in
      for number in 0..<60 {
        AnyOf {
          scope.customer.age == number
          scope.event["a\(number)"] == 1
          scope.event["b\(number)"] == 1
        }
      }
      scope.customer.age < 0
      AnyOf {
        for number in 0..<60 { scope.customer.age == number }
      }
    }
    _ = RuleAnalysis(rule).contradiction
    #expect(RuleAnalysis(rule).truism == nil)
  }

  // MARK: - Against truth tables

  /// One fact: the clauses over it, and the contexts in which it has each of its values.
  private struct Fact {
    let clauses: [Clause]
    let values: [@Sendable (inout Case) -> Void]
  }

  private struct Case {
    var member = Member()
    var event: [String: AttributeValue] = [:]
    var visits = 0
    var hour = 0

    var context: RuleContext<Member> {
      let now = Date(timeIntervalSince1970: 1_800_000_000 + Double(hour - 8) * 3600)
      return .example(
        customer: member,
        event: Attributes(event),
        history: (0..<visits).map { CustomerAction("visit", id: "v-\($0)", by: "ada", at: now - 60) },
        now: now
      )
    }
  }

  private static let scope = RuleScope<Member>()

  private static var facts: [Fact] {
    let (s, numbers) = (scope, 0...2)
    func comparisons<Operand: RuleOperand<Member, Value>, Value: Comparable>(
      _ operand: Operand,
      _ values: [Value]
    ) -> [Clause] {
      values.flatMap { value in
        [
          operand == value, operand != value, operand < value, operand <= value, operand > value,
          operand >= value, operand.isOneOf(value, values[0]), operand.isIn(values[0]..<value),
          operand.isIn(value...value),
        ]
      }
    }
    let nickname: OptionalCustomerOperand<Member, String> = s.customer.nickname
    return [
      Fact(
        clauses: comparisons(s.customer.age, Array(numbers)),
        values: (-1...3).map { value in { $0.member.age = value } }
      ),
      Fact(
        clauses: comparisons(s.customer.score, [0, 1, 2]),
        values: [-1, 0, 0.5, 1, 1.5, 2, 3, .nan, .infinity].map { value in { $0.member.score = value } }
      ),
      Fact(
        clauses: comparisons(s.customer.tier, Member.Tier.allCases),
        values: Member.Tier.allCases.map { value in { $0.member.tier = value } }
      ),
      Fact(
        clauses: comparisons(nickname, ["a", "b"]) + [nickname == nil, nickname != nil],
        values: [nil, "", "a", "aa", "b", "c"].map { value in { $0.member.nickname = value } }
      ),
      Fact(
        clauses: [s.customer.isOptedIn.rule, s.customer.isOptedIn == false, s.customer.isOptedIn != false],
        values: [true, false].map { value in { $0.member.isOptedIn = value } }
      ),
      Fact(
        clauses: comparisons(s.history.count(of: "visit", .ever), Array(numbers)),
        values: (0...3).map { value in { $0.visits = value } }
      ),
      Fact(
        clauses: comparisons(s.now.hour(in: .gmt), [0, 22, 23, 24]),
        values: (0...23).map { value in { $0.hour = value } }
      ),
      Fact(
        clauses: numbers.flatMap { value in
          [
            s.event.x == value, s.event.x != value, s.event.x < value, s.event.x >= value,
            s.event.x.isOneOf(value, 2), s.event.x == Double(value), s.event.x > Double(value),
          ]
        } + comparisons(s.event.x.as(Int.self), [0, 1]) + comparisons(s.event.x.as(Double.self), [0, 1])
          + [
            s.event.x == nil, s.event.x != nil, s.event.x == "a", s.event.x != "a",
            s.event.x.as(Bool.self).rule,
          ],
        values: ([nil, -1, 0, 1, 2, 3, 0.5, 1.0, 1.5, 2.0, 2.5, "a", "b", true, false] as [AttributeValue?])
          .map {
            value in { $0.event["x"] = value }
          } + [{ $0.event["x"] = .number(.nan) }]
      ),
    ]
  }

  private static func tree(_ clauses: [Clause], _ depth: Int, _ chance: inout Seeded) -> Clause {
    func parts(_ count: Int) -> [Clause] { (0..<count).map { _ in tree(clauses, depth - 1, &chance) } }
    switch depth == 0 ? 0 : Int.random(in: 0...5, using: &chance) {
    case 0: return clauses.randomElement(using: &chance) ?? clauses[0]
    case 1, 2:
      let parts = parts(Int.random(in: 2...3, using: &chance))
      return Clause { _ in for part in parts { part } }
    case 3:
      let parts = parts(Int.random(in: 2...4, using: &chance))
      return Clause { _ in AnyOf { for part in parts { part } } }
    case 4: return !tree(clauses, depth - 1, &chance)
    default:
      let parts = parts(3)
      let count = Int.random(in: 1...3, using: &chance)
      return Clause { _ in AtLeast(count) { for part in parts { part } } }
    }
  }

  @Test(arguments: 1...UInt64(Trials.count(1)))
  func `of fifteen hundred random rules, those called never or always met are, by truth tables`(seed: UInt64)
    throws
  {
    var chance = Seeded(seed)
    var (never, always, implied) = ((found: 0, all: 0), (found: 0, all: 0), (found: 0, all: 0))
    for _ in 0..<1500 {
      let facts = Self.facts.shuffled(using: &chance).prefix(Int.random(in: 1...2, using: &chance))
      var cases = [Case()]
      for fact in facts {
        cases = cases.flatMap { one in
          fact.values.map { change in
            var other = one
            change(&other)
            return other
          }
        }
      }
      let contexts = cases.map(\.context)
      let clauses = facts.flatMap(\.clauses)
      let (one, other) = (Self.tree(clauses, 3, &chance), Self.tree(clauses, 2, &chance))
      let (first, second) = (try CompiledRule(one), try CompiledRule(other))
      let verdicts = contexts.map { first.evaluate(in: $0).verdict }
      let others = contexts.map { second.evaluate(in: $0).verdict }
      let analysis = RuleAnalysis(one)
      func count(_ isFound: Bool, _ isSo: Bool, _ counted: inout (found: Int, all: Int), _ claim: String) {
        #expect(!isFound || isSo, "\(claim): \(one.outline)\n\(other.outline)")
        if isSo { counted.all += 1 }
        if isFound { counted.found += 1 }
      }
      count(analysis.contradiction != nil, verdicts.allSatisfy { $0 != .met }, &never, "never met")
      count(analysis.truism != nil, verdicts.allSatisfy { $0 == .met }, &always, "always met")
      let isImplied = zip(verdicts, others).allSatisfy { $0 != .met || $1 == .met }
      count(analysis.implies(other), isImplied, &implied, "implied")
    }
    // And most of what is so is found, so that silence is no way to be right.
    for (name, counted) in [("never", never), ("always", always), ("implied", implied)] {
      print("seed \(seed), \(name): \(counted.found) found of \(counted.all)")
      #expect(counted.all >= 20 && counted.found * 10 >= counted.all * 7, "\(name) \(counted)")
    }
  }
}
