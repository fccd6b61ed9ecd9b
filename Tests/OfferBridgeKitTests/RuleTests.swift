import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a rule says, and how it explains itself.
@Suite struct RuleTests {
  typealias Clause = Rule<Member>

  private static let yes = Clause.when("yes") { _ in true }
  private static let no = Clause.when("no") { _ in false }
  private static let unknown = Clause { $0.event.absent == 1 }
  private static let all: [(Clause, RuleVerdict)] = [(no, .notMet), (unknown, .notEvaluable), (yes, .met)]

  private func verdict(_ rule: some CampaignRule<Member>, _ context: RuleContext<Member>? = nil) throws
    -> RuleVerdict
  {
    let context = context ?? .example(customer: Member())
    let verdict = try rule.evaluate(in: context)
    #expect(rule.explain(in: context).verdict == verdict)
    return verdict
  }

  @Test func `all of is the least, any of the greatest, not the opposite, and nothing more`() throws {
    for (left, a) in Self.all {
      #expect(try verdict(!left) == !a)
      for (right, b) in Self.all {
        #expect(try verdict(left && right) == min(a, b))
        #expect(try verdict(left || right) == max(a, b))
        #expect(
          try verdict(
            Clause { _ in
              Not {
                left; right
              }
            }
          ) == !min(a, b)
        )
        #expect(
          try verdict(
            Clause { _ in
              NoneOf {
                left; right
              }
            }
          ) == !max(a, b)
        )
        for (third, c) in Self.all {
          let verdicts = [a, b, c]
          #expect(
            try verdict(
              Clause { _ in
                AllOf {
                  left; right; third
                }
              }
            ) == min(a, b, c)
          )
          for count in 1...3 {
            let met = verdicts.count { $0 == .met }
            let reachable = verdicts.count { $0 != .notMet }
            let expected: RuleVerdict = met >= count ? .met : reachable < count ? .notMet : .notEvaluable
            #expect(
              try verdict(
                Clause { _ in
                  AtLeast(count) {
                    left; right; third
                  }
                }
              ) == expected
            )
          }
        }
      }
    }
  }

  @Test func `not over a missing fact rewards nobody`() throws {
    let rule = Clause { _ in Not { Self.unknown } }
    #expect(try verdict(rule) == .notEvaluable)
    #expect(
      "\(rule.explain(in: .example(customer: Member())))" == """
        ? all of
        └─ ? not: event.absent == 1  (the action carries no absent)
        """
    )
  }

  @Test(arguments: [
    (Clause { $0.customer.tier == .gold }, RuleVerdict.met),
    (Clause { $0.customer.tier > .silver }, .met),
    (Clause { $0.customer.tier < .gold }, .notMet),
    (Clause { $0.customer.age != 40 }, .notMet),
    (Clause { $0.customer.age <= 40 }, .met),
    (Clause { $0.customer.isAdult }, .met),
    (Clause { $0.customer.address.city == "Oslo" }, .met),
    (Clause { $0.customer.nickname == "A" }, .notEvaluable),
    (Clause { $0.customer.nickname != "A" }, .notEvaluable),
    (Clause { $0.customer.nickname == nil }, .met),
    (Clause { $0.customer.nickname != nil }, .notMet),
    (Clause { $0.customer.address.zip == nil }, .met),
    (Clause { $0.customer.segments.contains("coffee") }, .met),
    (Clause { $0.customer.segments.contains("tea") }, .notMet),
    (Clause { $0.customer.name.isOneOf("Ada", "Ben") }, .met),
    (Clause { $0.event.channel == "ios" }, .met),
    (Clause { $0.event.channel != "ios" }, .notMet),
    (Clause { $0.event.channel == 3 }, .notEvaluable),
    (Clause { $0.event["basket.total"] >= 20.5 }, .met),
    (Clause { $0.event["basket.total"] > 21 }, .met),
    (Clause { $0.event.items >= 2.5 }, .met),
    (Clause { $0.event["basket.total"] >= 20 }, .met),
    (Clause { $0.event["basket.total"] > 22 }, .notMet),
    (Clause { $0.event.weight > 1 }, .met),
    (Clause { $0.event.weight != 1 }, .met),
    (Clause { $0.event.weight <= 1 }, .notMet),
    (Clause { $0.event.weight.isOneOf(1, 2) }, .notMet),
    (Clause { $0.event.weight.as(Int.self) > 1 }, .notEvaluable),
    (Clause { $0.event.items == 3 }, .met),
    (Clause { $0.event.gift == true }, .met),
    (Clause { $0.event.nothing == true }, .notEvaluable),
    (Clause { $0.origin.channel == "web" }, .met),
  ])
  func `a comparison says what is known`(rule: Clause, expected: RuleVerdict) throws {
    let context = RuleContext.example(
      customer: Member(),
      event: ["channel": "ios", "basket.total": 22.0, "items": 3, "gift": true, "weight": 1.5],
      origin: ["channel": "web"]
    )
    #expect(try verdict(rule, context) == expected)
  }

  @Test func `a number that is not one satisfies only unequal`() throws {
    let context = RuleContext.example(customer: Member(score: .nan))
    #expect(try verdict(Clause { $0.customer.score != 1 }, context) == .met)
    for rule in [
      Clause { $0.customer.score == 1 }, Clause { $0.customer.score < 1 }, Clause { $0.customer.score >= 1 },
    ] {
      #expect(try verdict(rule, context) == .notMet)
    }
  }

  @Test func `a window excludes its start and includes its end, and the present action`() throws {
    let now = ManualTime().now
    func context(_ ages: [Double], action: String = "app_opened") -> RuleContext<Member> {
      .example(
        customer: Member(),
        action: action,
        history: ages.enumerated().map {
          CustomerAction("purchase", id: "p-\($0.offset)", by: "ada", at: now - $0.element)
        }
      )
    }
    let month = 30.0 * 86_400
    let exactly = Clause { $0.history.count(of: "purchase", inLast: .days(30)) == 1 }
    #expect(try verdict(exactly, context([month])) == .notMet)
    #expect(try verdict(exactly, context([month - 0.001])) == .met)
    #expect(try verdict(exactly, context([0])) == .met)
    #expect(try verdict(exactly, context([-0.001])) == .notMet)
    #expect(try verdict(exactly, context([], action: "purchase")) == .met)
  }

  @Test func `the present action counts once, whether or not the host recorded it`() async throws {
    let third = Campaign<Member>(
      "third",
      on: .action("purchase"),
      rule: Rule { $0.history.count(of: "purchase", inLast: .days(30)) == 3 },
      outcome: .issue("ten-off")
    )
    for isRecorded in [false, true] {
      let shop = try await Shop([third, Shop.toWallet()])
      for number in 1...2 {
        shop.store.record(CustomerAction("purchase", id: "p-\(number)", by: "ada", at: shop.time.now - 60))
      }
      // A phone whose clock is a little ahead.
      let present = CustomerAction("purchase", id: "p-3", by: "ada", at: shop.time.now + 5)
      if isRecorded { shop.store.record(present) }
      #expect(try await shop.bridge.respond(to: present)["third"]?.issuedOffer != nil, "\(isRecorded)")
    }
  }

  @Test func `a computed property has a name that is the same in every process`() throws {
    let explanation = Clause { $0.customer.isAdult }.explain(in: .example(customer: Member()))
    #expect(explanation.clauses[0].requirement == "customer.(computed)")
  }

  @Test func `an offer is held until it is redeemed to its limit or over`() throws {
    let now = ManualTime().now
    let holds = Clause { $0.history.holds("ten-off") }
    var redeemed = IssuedOffer.example(of: "ten-off")
    redeemed.redeemed.count = 1
    let cases: [(IssuedOffer?, RuleVerdict)] = [
      (nil, .notMet), (.example(of: "ten-off"), .met), (.example(of: "other"), .notMet), (redeemed, .notMet),
      (.example(of: "ten-off", expiresAt: now), .notMet), (.example(of: "ten-off", expiresAt: now + 1), .met),
    ]
    for (offer, expected) in cases {
      let context = RuleContext.example(customer: Member(), issuedOffers: offer.map { [$0] } ?? [])
      #expect(try verdict(holds, context) == expected)
    }
  }

  @Test func `every form of the builder is printed as it stands`() throws {
    struct Reusable: CampaignRule {
      let cities: [String]
      let isStrict: Bool
      var body: some CampaignRule<Member> {
        AnyOf {
          for city in cities { customer.address.city == city }
          AllOf {
            customer.age >= 60
            !customer.isOptedIn
          }
        }
        Not { customer.segments.contains("staff") }
        if isStrict { customer.tier == .gold } else { customer.tier == .basic }
        if let first = cities.first { customer.address.city != first }
        customer.tier == .gold || customer.tier == .silver && customer.isOptedIn
        customer.nickname != nil
        Rule.when("age is even") { $0.customer.age.isMultiple(of: 2) }
        AtLeast(2) {
          customer.isOptedIn
          customer.hasWallet
          history.holds("ten-off")
        }
        Everyone()
        Holdout(percent: 2.5, salt: "s")
      }
    }
    let context = RuleContext.example(customer: Member(), id: "ada")
    let explanation = Reusable(cities: ["Oslo", "Bergen"], isStrict: true).explain(in: context)
    #expect(
      explanation.description == """
        ✗ Reusable: all of
        ├─ ✓ any of
        │  ├─ ✓ customer.address.city == "Oslo"  (was "Oslo")
        │  ├─ ✗ customer.address.city == "Bergen"  (was "Oslo")
        │  └─ ✗ all of
        │     ├─ ✗ customer.age >= 60  (was 40)
        │     └─ ✗ not: customer.isOptedIn  (was true)
        ├─ ✓ not: customer.segments contains "staff"  (was ["coffee"])
        ├─ ✓ customer.tier == gold  (was gold)
        ├─ ✗ customer.address.city != "Oslo"  (was "Oslo")
        ├─ ✓ any of
        │  ├─ ✓ customer.tier == gold  (was gold)
        │  └─ ✗ all of
        │     ├─ ✗ customer.tier == silver  (was gold)
        │     └─ ✓ customer.isOptedIn  (was true)
        ├─ ✗ customer.nickname != nil  (was nil)
        ├─ ✓ age is even  (was true)
        ├─ ✓ at least 2 of
        │  ├─ ✓ customer.isOptedIn  (was true)
        │  ├─ ✓ customer.hasWallet  (was true)
        │  └─ ✗ holds "ten-off"  (was false)
        ├─ ✓ everyone
        └─ ✓ not in the 2.5% holdout  (was bucket 64.09)
        """
    )
    #expect(
      explanation.decisive.map(\.requirement) == [
        "customer.address.city != \"Oslo\"", "customer.nickname != nil",
      ]
    )
    let copy = try JSONDecoder().decode(RuleExplanation.self, from: JSONEncoder().encode(explanation))
    #expect(copy == explanation)
  }

  @Test func `a held-out customer is decided as held out only when all else is met`() async throws {
    let rule = Clause {
      $0.customer.isOptedIn
      Holdout(percent: 100, salt: "s")
    }
    let shop = try await Shop([Shop.reward(rule), Shop.toWallet()])
    #expect(try await shop.bridge.respond(to: shop.opened("a-1")).map(\.outcome) == [.heldOut(by: nil)])
    shop.store.save(Member(isOptedIn: false), as: "ada")
    #expect(try await shop.bridge.respond(to: shop.opened("a-2"))["reward"]?.outcome == .notMet)
    #expect(try await shop.bridge.audit().issued == 0)
  }

  @Test func `a holdout keeps its share, and another salt is another draw`() {
    let customers = (0..<100_000).map { CustomerID("customer-\($0)") }
    let spring = customers.filter { HoldoutBucket(salt: "spring", customer: $0).isHeldOut(percent: 10) }
    let both = spring.filter { HoldoutBucket(salt: "autumn", customer: $0).isHeldOut(percent: 10) }
    // Four standard deviations.
    #expect(abs(spring.count - 10_000) < 380)
    #expect(abs(both.count - 1000) < 125)
    #expect(HoldoutBucket(salt: "spring", customer: "shopper-3081").description == "42.17")
    #expect(!customers.contains { HoldoutBucket(salt: "spring", customer: $0).isHeldOut(percent: 0) })
  }
}
