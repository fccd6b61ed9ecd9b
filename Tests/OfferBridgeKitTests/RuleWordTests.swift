import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Words of the rule language that stand by themselves: goals, gaps, tags, keys, names.
@Suite struct RuleWordTests {
  typealias Clause = Rule<Member>

  private static let now = ManualTime().now

  private func visits(_ ages: [Double], present: String = "app_opened") -> RuleContext<Member> {
    .example(
      customer: Member(),
      action: present,
      history: ages.enumerated().map {
        CustomerAction(
          "visit",
          id: "v-\($0.offset)",
          by: "ada",
          at: Self.now - $0.element,
          ["store": .text("s\($0.offset)")]
        )
      }
    )
  }

  private func line<Customer>(_ rule: Rule<Customer>, _ context: RuleContext<Customer>) throws -> String {
    let explanation = rule.explain(in: context)
    #expect(try rule.evaluate(in: context) == explanation.verdict)
    return "\(explanation.clauses[0])"
  }

  @Test func `a count is reached by one action alone`() throws {
    let third = Clause { $0.history.count(of: "visit", .ever).reaches(3) }
    #expect(
      try line(third, visits([10, 20], present: "visit"))
        == "✓ visit count ever reaches 3  (was 3, and 2 before)"
    )
    #expect(
      try line(third, visits([10], present: "visit")) == "✗ visit count ever reaches 3  (was 2, and 1 before)"
    )
    #expect(try line(third, visits([10, 20, 30], present: "visit")).hasPrefix("✗"))
    #expect(try line(third, visits([10, 20, 30])) == "✗ visit count ever reaches 3  (was 3)")
  }

  @Test func `a distinct count is reached by the action that brings a new value`() throws {
    let third = Clause { $0.history.distinctCount(of: "visit", by: "store", .ever).reaches(3) }
    func context(_ store: String) -> RuleContext<Member> {
      .example(
        customer: Member(),
        action: "visit",
        event: ["store": .text(store)],
        history: ["a", "b"].map {
          CustomerAction("visit", id: $0, by: "ada", at: Self.now - 60, ["store": .text($0)])
        }
      )
    }
    #expect(try third.evaluate(in: context("c")) == .met)
    #expect(try third.evaluate(in: context("a")) == .notMet)
  }

  @Test func `every so many is met again and again, and never at nought`() throws {
    let every = Clause { $0.history.count(of: "visit", .ever).isMultiple(of: 2) }
    #expect(try line(every, visits([1, 2])) == "✓ visit count ever is a multiple of 2  (was 2)")
    for (count, expected) in [(0, RuleVerdict.notMet), (1, .notMet), (3, .notMet), (4, .met)] {
      #expect(try every.evaluate(in: visits((0..<count).map { Double($0) })) == expected)
    }
    #expect(try Clause { $0.customer.age.isMultiple(of: 0) }.evaluate(in: visits([])) == .notMet)
  }

  @Test func `visits that lie too near one another count once, from the earliest on`() throws {
    let hour = 3600.0
    let apart = Clause { $0.history.count(of: "visit", inLast: .days(1)).apart(by: .hours(2)) == 2 }
    #expect(
      try line(apart, visits([1 * hour, 2 * hour, 3 * hour]))
        == "✓ visit count in the last 1 day, each 2 hours apart == 2  (was 2)"
    )
    #expect(try apart.evaluate(in: visits([1 * hour, 2.999 * hour])) == .notMet)
    #expect(try apart.evaluate(in: visits([1 * hour, 3 * hour])) == .met)
    #expect(try apart.evaluate(in: visits([0, 2 * hour, 4 * hour])) == .notMet)
  }

  @Test func `a stretch that ended earlier begins after its start and includes its end`() throws {
    let day = 86_400.0
    let quiet = Clause { $0.history.count(of: "visit", .last(.days(365), before: .days(30))) == 1 }
    #expect(
      try line(quiet, visits([30 * day]))
        == "✓ visit count in the 365 days before the last 30 days == 1  (was 1)"
    )
    #expect(try quiet.evaluate(in: visits([30 * day - 0.001])) == .notMet)
    #expect(try quiet.evaluate(in: visits([395 * day - 0.001])) == .met)
    #expect(try quiet.evaluate(in: visits([395 * day])) == .notMet)
  }

  @Test func `words without a zone are read in the bridge's`() throws {
    let auckland = try #require(TimeZone(identifier: "Pacific/Auckland"))
    func context(_ zone: TimeZone) -> RuleContext<Member> {
      .example(
        customer: Member(),
        history: [CustomerAction("visit", id: "v", by: "ada", at: Self.now - 12 * 3600)],
        now: Self.now - 6 * 3600,
        zone: zone
      )
    }
    // Six in the evening of New Year's Eve in UTC is New Year's morning there.
    let rule = Clause {
      $0.now.month == 1
      $0.now.day == 1
      $0.now.hour == 7
      $0.now.weekday == 4
      $0.history.count(of: "visit", .this(.year)) == 1
      $0.history.consecutiveDays(of: "visit") == 1
    }
    let explanation = rule.explain(in: context(auckland))
    #expect(
      "\(explanation)" == """
        ✓ all of
        ├─ ✓ month == 1  (was 1)
        ├─ ✓ day == 1  (was 1)
        ├─ ✓ hour == 7  (was 7)
        ├─ ✓ weekday == 4  (was 4)
        ├─ ✓ visit count this year == 1  (was 1)
        └─ ✓ consecutive days of visit == 1  (was 1)
        """
    )
    #expect(try rule.evaluate(in: context(.gmt)) == .notMet)
  }

  @Test func `the bridge's zone is that of its settings`() async throws {
    let auckland = try #require(TimeZone(identifier: "Pacific/Auckland"))
    for (zone, count) in [(TimeZone.gmt, 0), (auckland, 1)] {
      let time = ManualTime(Self.now - 6 * 3600)
      let bridge = try await OfferBridge(
        customers: InMemoryCustomerStore(["ada": Member()]),
        catalog: InMemoryOfferCatalog([Shop.tenOff]),
        campaigns: [
          Shop.reward(
            Clause {
              $0.now.month == 1; $0.history.count(of: "app_opened", .this(.month)) == 1
            }
          ),
          Shop.toWallet(),
        ],
        providers: ["wallet": FakeWallet()],
        ledger: InMemoryOfferLedger(now: { time.now }),
        settings: BridgeSettings(zone: zone)
      )
      let opened = CustomerAction("app_opened", id: "a", by: "ada", at: time.now)
      #expect(try await bridge.respond(to: opened).issuedOffers.count == count)
    }
  }

  @Test func `a tag holds until its end, which is excluded`() throws {
    struct Tagged: Sendable { var tags: Tags }
    let rule = Rule<Tagged> { $0.customer.tags.has("vip") }
    func says(_ tags: Tags) throws -> String {
      try line(rule, .example(customer: Tagged(tags: tags), now: Self.now))
    }
    #expect(try says(["vip"]) == #"✓ customer.tags has "vip"  (was there)"#)
    #expect(try says([:]) == #"✗ customer.tags has "vip"  (was not there)"#)
    #expect(
      try says(["vip": Self.now + 0.001])
        == #"✓ customer.tags has "vip"  (was there until 2026-01-01T00:00:00.001Z)"#
    )
    #expect(
      try says(["vip": Self.now]) == #"✗ customer.tags has "vip"  (was over since 2026-01-01T00:00:00Z)"#
    )
    let kept = try JSONDecoder().decode(
      Tags.self,
      from: JSONEncoder().encode(["a": Self.now, "b": nil] as Tags)
    )
    #expect(kept == ["a": Self.now, "b": nil])
  }

  @Test func `a key fixes an attribute's type`() throws {
    let rule = Clause { $0.event[.basketTotal] >= 20 }
    #expect(
      try line(rule, .example(customer: Member(), event: ["basket.total": 42])).hasPrefix(
        "✓ event.basket.total"
      )
    )
    #expect(
      try line(rule, .example(customer: Member(), event: ["basket.total": "x"]))
        == #"? event.basket.total >= 20.0  (the action carries basket.total as "x", which is no Double)"#
    )
  }

  @Test func `whether an attribute is there can always be said`() throws {
    let absent = Clause { $0.event.coupon == nil }
    let there = Clause { $0.event.coupon != nil }
    #expect(try line(absent, visits([])) == "✓ event.coupon == nil  (was nil)")
    #expect(
      try line(there, .example(customer: Member(), event: ["coupon": 3])) == "✓ event.coupon != nil  (was 3)"
    )
  }

  @Test func `texts are compared without their case`() throws {
    let texts: [(Clause, RuleVerdict)] = [
      (Clause { $0.customer.address.city.ignoringCase == "OSLO" }, .met),
      (Clause { $0.customer.address.city.ignoringCase != "OSLO" }, .notMet),
      (Clause { $0.customer.address.city.ignoringCase.isOneOf("BERGEN", "OSLO") }, .met),
      (Clause { $0.customer.address.city.ignoringCase.hasPrefix("os") }, .met),
      (Clause { $0.customer.address.city.ignoringCase.hasSuffix("LO") }, .met),
      (Clause { $0.customer.address.city.ignoringCase.contains("SL") }, .met),
      (Clause { $0.customer.address.city.contains("sl") }, .met),
      (Clause { $0.customer.address.city.contains("SL") }, .notMet),
      (Clause { $0.customer.nickname.ignoringCase == "a" }, .notEvaluable),
    ]
    for (rule, expected) in texts { #expect(try rule.evaluate(in: visits([])) == expected) }
  }

  @Test func `a closure may say that it does not know`() throws {
    let rule = Clause.when("nickname is short") { $0.customer.nickname.map { $0.count < 4 } }
    #expect(try rule.evaluate(in: visits([])) == .notEvaluable)
    #expect("\(rule.explain(in: visits([])))" == "? nickname is short  (a fact is missing)")
    #expect(try rule.evaluate(in: .example(customer: Member(nickname: "Al"))) == .met)
  }

  struct Visitor: Sendable, PropertyNaming {
    var birthday: LocalDay?
    var joined = LocalDay("2026-01-31") ?? LocalDay(of: .distantPast, in: .gmt)
    var spent = 12.5
    var hasSpent: Bool { spent > 0 }
    var isNew: Bool { spent == 0 }

    static func name(of property: PartialKeyPath<Visitor>) -> String? {
      property == \.hasSpent ? "hasSpent" : nil
    }
  }

  @Test func `a property of a property is named, computed or not, and missing where what it belongs to is`()
    throws
  {
    let rule = Rule<Visitor> {
      $0.customer.birthday.month == $0.now.month
      $0.customer.joined.day == 31
      $0.customer.hasSpent
      $0.customer.isNew
      $0.customer.birthday.month != nil
    }
    #expect(
      "\(rule.explain(in: .example(customer: Visitor())))" == """
        ✗ all of
        ├─ ? customer.birthday.month == month  (customer.birthday.month is nil)
        ├─ ✓ customer.joined.day == 31  (was 31)
        ├─ ✓ customer.hasSpent  (was true)
        ├─ ✗ customer.(computed)  (was false)
        └─ ✗ customer.birthday.month != nil  (was nil)
        """
    )
    let january = Visitor(birthday: LocalDay("1990-01-15"))
    #expect(
      try line(rule, .example(customer: january)) == "✓ customer.birthday.month == month  (was 1 and 1)"
    )
  }

  @Test func `what a sensitive clause saw is told nowhere`() throws {
    let rule = Clause { scope in
      Sensitive {
        scope.customer.name == "Canary"
        scope.history.count(of: "visit", .ever) >= 7
      }
      Not { Sensitive { scope.customer.age == 40 } }
      Sensitive { scope.customer.nickname == "Canary" }
    }
    let explanation = rule.explain(in: visits([1, 2]))
    #expect(
      "\(explanation)" == """
        ✗ all of
        ├─ ✗ all of
        │  ├─ ✗ customer.name == "Canary"  (hidden)
        │  └─ ✗ visit count ever >= 7  (hidden)
        ├─ ✗ not: customer.age == 40  (hidden)
        └─ ? customer.nickname == "Canary"  (hidden)
        """
    )
    #expect(
      explanation.repair?.steps == [
        "customer.name == \"Canary\"", "visit count ever >= 7", "not: customer.age == 40",
        "customer.nickname == \"Canary\"",
      ]
    )
    let encoded = String(decoding: try JSONEncoder().encode(explanation), as: UTF8.self)
    for seen in ["Ada", "5 more", "nil"] { #expect(!encoded.contains(seen), "\(seen)") }
  }

  @Test func `the host's own code is asked after everything else`() throws {
    let rule = Clause { scope in
      Rule.when("never asked") { _ in
        Issue.record("asked although a clause of the library fails")
        return true
      }
      scope.customer.age < 18
    }
    #expect(try rule.evaluate(in: visits([])) == .notMet)
  }
}
