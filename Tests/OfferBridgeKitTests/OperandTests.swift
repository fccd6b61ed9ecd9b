import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Every operand, at its edges.
@Suite struct OperandTests {
  typealias Clause = Rule<Member>

  private static let now = ManualTime().now
  private static let utc = TimeZone.gmt

  private func past(_ name: String, _ ages: [Double], _ attributes: [Attributes] = []) -> [CustomerAction] {
    ages.enumerated().map { index, age in
      CustomerAction(
        name,
        id: "\(name)-\(index)",
        by: "ada",
        at: Self.now - age,
        attributes.indices.contains(index) ? attributes[index] : .none
      )
    }
  }

  /// The only line of a one-clause rule.
  private func line(
    _ rule: Clause,
    _ history: [CustomerAction] = [],
    _ member: Member = Member(),
    event: Attributes = .none,
    issued: [IssuedOffer] = [],
    now: Date = OperandTests.now
  ) throws -> String {
    let context = RuleContext.example(
      customer: member,
      event: event,
      history: history,
      issuedOffers: issued,
      now: now
    )
    let explanation = rule.explain(in: context)
    #expect(try rule.evaluate(in: context) == explanation.verdict)
    return "\(explanation.clauses[0])"
  }

  @Test func `totals sum what is a number, and leave out the rest`() throws {
    let history = past(
      "purchase",
      [10, 20, 30, 90 * 86_400],
      [["amount": 60], ["amount": 45.5], ["amount": "x"]]
    )
    #expect(
      try line(Clause { $0.history.total(of: "purchase", inLast: .days(90)) > 100 }, history)
        == "✓ purchase total of amount in the last 90 days > 100.0  (was 105.5)"
    )
    #expect(
      try line(Clause { $0.history.total(of: "visit", by: "minutes", inLast: .days(1)) == 0 })
        == "✓ visit total of minutes in the last 1 day == 0.0  (was 0.0)"
    )
  }

  @Test func `amounts add up as written, and what is infinite stays so`() throws {
    let tenths = past(
      "purchase",
      Array(repeating: 1, count: 1000),
      Array(repeating: ["amount": 0.1], count: 1000)
    )
    #expect(try line(Clause { $0.history.total(of: "purchase", .ever) == 100 }, tenths).hasPrefix("✓"))
    #expect(
      try line(Clause { $0.history.total(of: "purchase", .ever).where { $0.amount > 0 } == 100 }, tenths)
        .hasPrefix("✓")
    )
    let large = past("purchase", [1, 2, 3], [["amount": 1e300], ["amount": 1], ["amount": -1e300]])
    #expect(try line(Clause { $0.history.total(of: "purchase", .ever) == 1 }, large).hasPrefix("✓"))
    let infinite = past("purchase", [1, 2], [["amount": .number(.infinity)], ["amount": 1]])
    #expect(try line(Clause { $0.history.total(of: "purchase", .ever) > 1e308 }, infinite).hasPrefix("✓"))
  }

  @Test func `distinct values are counted once`() throws {
    let history = past("purchase", [1, 2, 3, 4], [["store": "a"], ["store": "b"], ["store": "a"]])
    #expect(
      try line(
        Clause { $0.history.distinctCount(of: "purchase", by: "store", .this(.year, in: Self.utc)) >= 2 },
        history
      )
        == "✗ distinct store of purchase this year in GMT >= 2  (was 0)"
    )
    #expect(
      try line(
        Clause { $0.history.distinctCount(of: "purchase", by: "store", inLast: .days(1)) == 2 },
        history
      )
        == "✓ distinct store of purchase in the last 1 day == 2  (was 2)"
    )
  }

  @Test func `days since count whole days, and never is no number`() throws {
    let rule = Clause { $0.history.daysSince("purchase") >= 30 }
    #expect(try line(rule) == "? days since purchase >= 30  (there was no purchase before)")
    #expect(try line(rule, past("purchase", [30 * 86_400])) == "✓ days since purchase >= 30  (was 30)")
    #expect(try line(rule, past("purchase", [30 * 86_400 - 1])) == "✗ days since purchase >= 30  (was 29)")
    // The present action is left out: it would always be today's.
    let opened = Clause { $0.history.daysSince("app_opened") >= 0 }
    #expect(try line(opened) == "? days since app_opened >= 0  (there was no app_opened before)")
  }

  @Test func `consecutive days end with today or yesterday`() throws {
    let rule = Clause { $0.history.consecutiveDays(of: "visit", in: Self.utc) >= 3 }
    let day = 86_400.0
    let noon = Self.now + day / 2
    func days(_ ages: [Double]) throws -> String { try line(rule, past("visit", ages), now: noon) }
    #expect(try days([0, day, 2 * day]) == "✓ consecutive days of visit in GMT >= 3  (was 3)")
    #expect(try days([day, 2 * day, 3 * day]) == "✓ consecutive days of visit in GMT >= 3  (was 3)")
    #expect(try days([0, day, 3 * day]) == "✗ consecutive days of visit in GMT >= 3  (was 2)")
    #expect(try days([2 * day, 3 * day, 4 * day]) == "✗ consecutive days of visit in GMT >= 3  (was 0)")
  }

  @Test(arguments: [
    (CalendarPeriod.day, "2026-03-08T05:00:00Z"), (.week, "2026-03-02T05:00:00Z"),
    (.month, "2026-03-01T05:00:00Z"), (.year, "2026-01-01T05:00:00Z"),
  ])
  func `a calendar period begins with its first moment in the zone, which is included`(
    period: CalendarPeriod,
    first: String
  ) throws {
    let newYork = try #require(TimeZone(identifier: "America/New_York"))
    // The day on which the clocks go forward there.
    let now = try Date("2026-03-08T18:00:00Z", strategy: .iso8601)
    let start = try Date(first, strategy: .iso8601)
    let rule = Clause { $0.history.count(of: "visit", .this(period, in: newYork)) == 1 }
    for (moment, expected) in [
      (start - 0.001, RuleVerdict.notMet), (start, .met), (now, .met), (now + 0.001, .notMet),
    ] {
      let visit = CustomerAction("visit", id: "v", by: "ada", at: moment)
      let context = RuleContext.example(customer: Member(), history: [visit], now: now)
      #expect(try rule.evaluate(in: context) == expected, "\(moment)")
    }
  }

  @Test func `since a moment includes it`() throws {
    let rule = Clause { $0.history.count(of: "visit", .since(Self.now - 60)) == 1 }
    #expect(try line(rule, past("visit", [60])) == "✓ visit count since 2025-12-31T23:59:00Z == 1  (was 1)")
    #expect(
      try line(rule, past("visit", [60.001])) == "✗ visit count since 2025-12-31T23:59:00Z == 1  (was 0)"
    )
  }

  @Test func `a store is asked once a name, as far back as the furthest clause looks`() async throws {
    final class Asked: CustomerStore {
      let asked = InMemoryCustomerStore<[HistoryNeed]>()
      func customer(_ id: CustomerID) async throws -> Member? { Member() }
      func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory {
        asked.save(needs, as: id)
        return .empty
      }
    }
    let rule = Clause {
      $0.history.count(of: "purchase", inLast: .days(30)) >= 0
      $0.history.total(of: "purchase", .since(Self.now - 90 * 86_400)) >= 0
      $0.history.daysSince("visit") >= 0
      $0.history.count(of: "visit", inLast: .days(1)) >= 0
    }
    let store = Asked()
    let time = ManualTime()
    let bridge = try await OfferBridge(
      customers: store,
      catalog: InMemoryOfferCatalog([Shop.tenOff]),
      campaigns: [Shop.reward(rule), Shop.toWallet()],
      providers: ["wallet": FakeWallet()],
      ledger: InMemoryOfferLedger(now: { time.now })
    )
    _ = try await bridge.respond(to: CustomerAction("app_opened", id: "a", by: "ada", at: time.now))
    let needs = try #require(await store.asked.customer("ada"))
    #expect(needs.map(\.action) == ["purchase", "visit"])
    #expect(needs.map(\.window.through) == [time.now, time.now])
    #expect(needs[0].window.after == time.now - 90 * 86_400 - 0.001)
    #expect(needs[1].window.after < time.now - 1000 * 365 * 86_400)
  }

  @Test func `a clause that cannot decide is explained with what was there`() async throws {
    // Everyone() settles the verdict beforehand; the explanation still tells how many purchases there were.
    let rule = Clause { scope in
      AnyOf {
        Everyone()
        scope.history.count(of: "purchase", .ever) >= 5
        scope.history.issues(of: "other") >= 1
      }
    }
    let shop = try await Shop([Shop.reward(rule), Shop.toWallet()])
    shop.store.record(CustomerAction("purchase", id: "p-1", by: "ada", at: shop.time.now - 60))
    let decision = try #require(try await shop.bridge.respond(to: shop.opened("a-1"))["reward"])
    #expect(
      "\(decision.explanation)" == """
        ✓ all of
        └─ ✓ any of
           ├─ ✓ everyone
           ├─ ✗ purchase count ever >= 5  (was 1)
           └─ ✗ issues of other ever >= 1  (was 0)
        """
    )
  }

  @Test func `issues and redemptions are the ledger's`() throws {
    var redeemed = IssuedOffer.example(of: "ten-off", at: Self.now - 86_400)
    redeemed.redeemed.count = 2
    let issued = [redeemed, .example(of: "ten-off"), .example(of: "other")]
    #expect(
      try line(Clause { $0.history.issues(of: "ten-off", .last(.days(1))) == 1 }, issued: issued)
        == "✓ issues of ten-off in the last 1 day == 1  (was 1)"
    )
    #expect(
      try line(Clause { $0.history.redemptions(of: "ten-off") >= 2 }, issued: issued)
        == "✓ redemptions of ten-off >= 2  (was 2)"
    )
  }

  @Test func `the offer is the one that the event is about`() throws {
    let rule = Clause { $0.offer.id == "ten-off" }
    #expect(try line(rule) == "? offer.id == ten-off  (the action is about no issued offer)")
    #expect(try line(rule, issued: [.example(of: "ten-off")]) == "✓ offer.id == ten-off  (was ten-off)")
    let ends = Clause { $0.offer.expiresAt > Self.now }
    #expect(
      try line(ends, issued: [.example(of: "ten-off")])
        == "? offer.expiresAt > 2026-01-01T00:00:00Z  (the offer has no expiresAt)"
    )
  }

  @Test func `now is read in a zone`() throws {
    let kolkata = try #require(TimeZone(identifier: "Asia/Kolkata"))
    #expect(try line(Clause { $0.now.hour(in: kolkata) == 5 }) == "✓ hour in Asia/Kolkata == 5  (was 5)")
    #expect(
      try line(Clause { $0.now.month(in: kolkata).isIn(1...3) })
        == "✓ month in Asia/Kolkata is in 1...3  (was 1)"
    )
    #expect(
      try line(Clause { $0.now.weekday(in: kolkata) == 4 }) == "✓ weekday in Asia/Kolkata == 4  (was 4)"
    )
    let newYork = try #require(TimeZone(identifier: "America/New_York"))
    #expect(try line(Clause { $0.now.day(in: newYork) == 31 }) == "✓ day in America/New_York == 31  (was 31)")
    let between = Clause { $0.now.isBetween(Self.now, and: Self.now + 1) }
    #expect(try between.evaluate(in: .example(customer: Member())) == .met)
    #expect(try between.evaluate(in: .example(customer: Member(), now: Self.now + 1)) == .notMet)
  }

  @Test func `a default makes a comparison definite`() throws {
    #expect(
      try line(Clause { $0.customer.nickname.orElse("none") == "none" })
        == #"✓ customer.nickname or else "none" == "none"  (was "none")"#
    )
    #expect(
      try line(Clause { $0.event.count.as(Int.self).orElse(0) < 3 }) == "✓ event.count or else 0 < 3  (was 0)"
    )
  }

  @Test func `numbers are calculated with, and nothing is divided by zero`() throws {
    let rule = Clause { $0.customer.score / $0.history.count(of: "purchase", inLast: .days(30)) > 0.5 }
    #expect(
      try line(rule, past("purchase", [1, 2]))
        == "✓ customer.score / purchase count in the last 30 days > 0.5  (was 0.75)"
    )
    #expect(
      try line(rule)
        == "? customer.score / purchase count in the last 30 days > 0.5  (purchase count in the last 30 days is 0)"
    )
    #expect(
      try line(Clause { $0.customer.age + $0.customer.age == 80 })
        == "✓ customer.age + customer.age == 80.0  (was 80.0)"
    )
    #expect(try line(Clause { $0.customer.age - $0.customer.age * $0.customer.age < 0 }).hasPrefix("✓"))
  }

  @Test func `facts are compared with one another`() throws {
    #expect(
      try line(Clause { $0.customer.name == $0.customer.address.city })
        == #"✗ customer.name == customer.address.city  (was "Ada" and "Oslo")"#
    )
    #expect(
      try line(Clause { $0.customer.nickname != $0.customer.name })
        == "? customer.nickname != customer.name  (customer.nickname is nil)"
    )
    #expect(
      try line(Clause { $0.customer.age >= $0.history.count(of: "visit", inLast: .days(1)) }).hasPrefix("✓")
    )
  }

  @Test func `texts and ranges`() throws {
    #expect(
      try line(Clause { $0.customer.name.hasPrefix("A") }) == #"✓ customer.name begins with "A"  (was "Ada")"#
    )
    #expect(
      try line(Clause { $0.customer.name.hasSuffix("b") }) == #"✗ customer.name ends with "b"  (was "Ada")"#
    )
    #expect(
      try line(Clause { $0.customer.name.ignoringCase == "ADA" })
        == #"✓ customer.name ignoring case == "ADA"  (was "Ada")"#
    )
    #expect(try line(Clause { $0.customer.age.isIn(18..<40) }) == "✗ customer.age is in 18..<40  (was 40)")
    #expect(try line(Clause { $0.customer.age.isIn(18...40) }) == "✓ customer.age is in 18...40  (was 40)")
  }

  @Test func `a path, a named closure and a flag of the event`() throws {
    #expect(try line(Clause { $0.customer(\.address.city) == "Oslo" }).hasPrefix("✓ customer.address.city"))
    #expect(
      try line(Clause { $0.customer("double age") { $0.age * 2 } == 80 })
        == "✓ customer.double age == 80  (was 80)"
    )
    #expect(
      try line(Clause { $0.event.gift.as(Bool.self) }, event: ["gift": true]) == "✓ event.gift  (was true)"
    )
    #expect(
      try line(Clause { $0.event.channel.isOneOf("ios", "android") }, event: ["channel": "web"])
        == #"✗ event.channel is one of ["ios", "android"]  (was "web")"#
    )
  }
}
