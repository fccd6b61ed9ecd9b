import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Keeps `Documentation/Rules.md` true: its code stands here, and its printed text is what that code prints.
@Suite struct RulesPageTests {
  private var rules: [any CampaignRule<Shopper>] {
    [
      CustomerClauses(), TextClauses(), OptionalClauses(), EventClauses(), LineClauses(), HistoryClauses(),
      QuietCustomer(), SameEvent(), AnyEvents(), ShoesOrCoats(), CountedClauses(), OfferClauses(),
      NowClauses(), CalculatedClauses(), GroupClauses(), OperatorClauses(), NotStaff(), NotKnownAsStaff(),
      Nested(), inPlace, LabelledClauses(), OwnOperand(), Measured(), NearlyThere(), Discreet(),
    ]
  }

  @Test func `every printed explanation on the page is what its rule says`() throws {
    let facts = ada()
    var printed = rules.map { $0.explain(in: facts).description }
    printed.insert(try #require(NearlyThere().explain(in: facts).repair).description, at: printed.count - 1)
    let shown = try blocks("text")
    #expect(shown.count == printed.count)
    for (shown, printed) in zip(shown, printed) { #expect(shown == printed) }
  }

  @Test func `the verdict of each rule is the one that its explanation shows`() throws {
    let facts = ada()
    for rule in rules {
      #expect(try rule.evaluate(in: facts) == rule.explain(in: facts).verdict)
    }
  }

  @Test func `every Swift block on the page stands in this file`() throws {
    let source = squeezed(try String(contentsOf: URL(filePath: #filePath), encoding: .utf8))
    let shown = try blocks("swift")
    #expect(shown.count == 28)
    for block in shown { #expect(source.contains(squeezed(block)), "not in this file:\n\(block)") }
  }

  /// The page's blocks of one language, in their order.
  private func blocks(_ language: String) throws -> [String] {
    let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Documentation/Rules.md"
    )
    var blocks: [String] = []
    var open: [Substring]?
    for line in try String(contentsOf: page, encoding: .utf8).split(
      separator: "\n",
      omittingEmptySubsequences: false
    ) {
      if let lines = open {
        open = line == "```" ? nil : lines + [line]
        if line == "```" { blocks.append(lines.joined(separator: "\n")) }
      } else if line == "```\(language)" {
        open = []
      }
    }
    return blocks
  }

  /// The code without white space, comments and trailing commas, which the formatter sets.
  private func squeezed(_ code: String) -> String {
    let lines = code.split(separator: "\n").map {
      $0.prefix(upTo: $0.firstRange(of: " //")?.lowerBound ?? $0.endIndex)
    }
    return String(lines.joined().filter { !$0.isWhitespace }).replacing(",)", with: ")").replacing(
      ",]",
      with: "]"
    )
  }

  // MARK: The page's code, in its order

  enum Tier: Int, Comparable, Sendable {
    case basic, silver, gold, platinum
    static func < (a: Tier, b: Tier) -> Bool { a.rawValue < b.rawValue }
  }

  struct Address: Sendable {
    var city = "Oslo"
    var floor: Int?
  }

  struct Shopper: Sendable, PropertyNaming {
    var age = 40
    var tier = Tier.gold
    var isOptedIn = true
    var nickname: String?
    var isStaff: Bool?
    var birthday: LocalDay? = LocalDay("1986-01-20")  // nil for a text that is no day
    var address = Address()
    var points = 900
    var segments: Set<String> = ["coffee-lovers"]
    var tags: Tags = ["vip": nil, "spring-trial": Date(timeIntervalSince1970: 1_799_000_000)]
    var joinedAt = Date(timeIntervalSince1970: 1_700_000_000)
    var isAdult: Bool { age >= 18 }

    static func name(of property: PartialKeyPath<Shopper>) -> String? {
      property == \.isAdult ? "isAdult" : nil
    }
  }

  func ada() -> RuleContext<Shopper> {
    let now = Date(timeIntervalSince1970: 1_800_000_000)  // Friday, 15 January 2027, 08:00 UTC
    let day = 86_400.0
    return .example(
      customer: Shopper(),
      event: [
        "channel": "ios", "basket.total": 42.5, "items": "three",
        "lines": [["category": "shoes", "amount": 30.5], ["category": "books", "amount": 12]],
      ],
      history: [
        CustomerAction(
          "purchase",
          id: "p-1",
          by: "ada",
          at: now - day,
          ["amount": 20, "category": "shoes", "store": "a"]
        ),
        CustomerAction(
          "purchase",
          id: "p-2",
          by: "ada",
          at: now - 3 * day,
          ["amount": 120, "category": "coats", "store": "b"]
        ),
        CustomerAction("purchase", id: "p-3", by: "ada", at: now - 40 * day, ["amount": 75, "store": "a"]),
      ],
      issuedOffers: [.example(of: "welcome", at: now - 3600)],
      now: now
    )
  }

  struct CustomerClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      customer.isOptedIn
      customer.age == 40
      customer.age != 41
      customer.tier > .silver
      customer.tier >= .gold
      customer.age < 50
      customer.age <= 40
      customer.age.isIn(18..<65)  // the end excluded
      customer.age.isIn(18...40)  // the end included
      customer.tier.isOneOf(.gold, .platinum)
      customer.address.city == "Bergen"  // nested
      customer(\.address.city) == "Oslo"  // by its path
      customer.isAdult  // computed
      customer("name's length") { $0.address.city.count } == 4  // only Swift can read it
      customer.joinedAt < Date(timeIntervalSince1970: 1_750_000_000)
    }
  }

  struct TextClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      customer.address.city.hasPrefix("Os")
      customer.address.city.hasSuffix("lo")
      customer.address.city.contains("sl")
      customer.address.city.ignoringCase == "OSLO"
      customer.address.city.ignoringCase.hasPrefix("os")
      customer.segments.contains("coffee-lovers")  // your own set or list
      customer.tags.has("vip")  // names with a time to live
      customer.tags.has("spring-trial")
    }
  }

  struct OptionalClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      customer.nickname == "Ace"
      customer.nickname != "Ace"
      customer.isStaff
      customer.nickname == nil
      customer.address.floor != nil
      customer.birthday.month == 1
      customer.nickname.orElse("none") == "none"
    }
  }

  struct EventClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      event.channel == "ios"
      event["basket.total"] >= 20.5
      event[.basketTotal] >= 20.5
      event.channel.isOneOf("ios", "android")
      event.coupon == nil
      origin.channel != "web"
      event.visits.as(Int.self).orElse(0) < 3
      event.gift.as(Bool.self).orElse(false)
      event.items > 2
      event.store == "oslo-1"
    }
  }

  struct LineClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      event.lines.total(of: "amount") { $0.category == "shoes" } >= 100  // 100 spent on shoes
      event.lines.contains {  // one line that is both
        $0.category == "shoes"
        $0.amount >= 30
      }
      event.lines.count { $0.amount >= 10 } == 2
      event.gifts.contains { $0.category == "shoes" }
    }
  }

  struct HistoryClauses: CampaignRule {
    let oslo = TimeZone(identifier: "Europe/Oslo") ?? .gmt
    let newYear = Date(timeIntervalSince1970: 1_798_761_600)
    var body: some CampaignRule<Shopper> {
      history.count(of: "purchase", inLast: .days(30)) >= 1
      history.count(of: "purchase", inLast: .hours(12)) == 0
      history.count(of: "app_opened", inLast: .minutes(90)) == 1
      history.count(of: "purchase", since: newYear) == 2
      history.count(of: "purchase", .this(.month, in: oslo)) >= 1
      history.count(of: "purchase", .last(.days(365), before: .days(30))) >= 5
      history.total(of: "purchase", inLast: .days(90)) > 100
      history.total(of: "visit", by: "minutes", inLast: .days(90)) > 60
      history.distinctCount(of: "purchase", by: "store", .this(.year)) < 3
      history.daysSince("purchase") >= 1
      history.daysSince("return") > 30
      history.consecutiveDays(of: "app_opened", in: oslo) == 1
    }
  }

  struct QuietCustomer: CampaignRule {
    var body: some CampaignRule<Shopper> {
      history.count(of: "purchase", inLast: .days(30)) == 0
      history.count(of: "purchase", .last(.days(365), before: .days(30))) >= 5
    }
  }

  struct SameEvent: CampaignRule {
    var body: some CampaignRule<Shopper> {
      history.count(of: "purchase", inLast: .days(90)).where {
        $0.category == "shoes"
        $0.amount >= 100
      } >= 1
    }
  }

  struct AnyEvents: CampaignRule {
    var body: some CampaignRule<Shopper> {
      history.count(of: "purchase", inLast: .days(90)).where { $0.amount >= 100 } >= 1
      history.count(of: "purchase", inLast: .days(90)).where { $0.category == "shoes" } >= 1
    }
  }

  struct ShoesOrCoats: CampaignRule {
    var body: some CampaignRule<Shopper> {
      history.count(of: "purchase", .ever).where { purchase in
        AnyOf {
          purchase.category == "shoes"
          purchase.category == "coats"
        }
      } >= 2
    }
  }

  struct CountedClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      history.count(of: "app_opened", .ever).reaches(1)
      history.count(of: "purchase", .ever).reaches(3)
      history.count(of: "purchase", .ever).isMultiple(of: 3)
      history.distinctCount(of: "purchase", by: "store", .this(.year)).reaches(3)
      history.count(of: "purchase", inLast: .days(60)).apart(by: .days(7)) >= 2
    }
  }

  struct OfferClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      history.holds("welcome")
      !history.holds("ten-off")
      history.issues(of: "welcome", inLast: .hours(1)) == 0
      history.redemptions(of: "welcome") == 0
      offer.id == "welcome"
      offer.expiresAt > Date(timeIntervalSince1970: 1_800_000_000)
    }
  }

  struct NowClauses: CampaignRule {
    let oslo = TimeZone(identifier: "Europe/Oslo") ?? .gmt
    let newYear = Date(timeIntervalSince1970: 1_798_761_600)
    var body: some CampaignRule<Shopper> {
      now.month == 1
      now.day(in: oslo) == 15
      now.hour(in: oslo).isIn(8..<20)
      now.weekday <= 4
      now.isBetween(newYear, and: newYear + 31 * 86_400)
      customer.birthday.month == now.month  // birthday this month
    }
  }

  struct CalculatedClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      customer.points / history.count(of: "purchase", inLast: .days(30)) > 20
      customer.points - customer.age * customer.age > 0
      event[.basketTotal] + history.total(of: "purchase", inLast: .days(30)) >= 150
      customer.points / history.count(of: "return", .ever) > 20
      customer.age >= history.count(of: "purchase", inLast: .days(30))
    }
  }

  struct GroupClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      AnyOf {
        customer.age < 18
        AllOf {
          customer.isOptedIn
          customer.tier == .gold
        }
      }
      Not { customer.tier == .basic }
      Not {
        customer.isOptedIn
        customer.age < 18
      }
      NoneOf {
        customer.tier == .basic
        customer.segments.contains("blocked")
      }
      AtLeast(2) {
        customer.isOptedIn
        customer.isStaff
        customer.age >= 18
      }
      Everyone()
    }
  }

  struct OperatorClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      customer.isOptedIn && customer.age >= 18
      customer.age < 18 || customer.tier == .gold
      !history.holds("ten-off")
    }
  }

  struct NotStaff: CampaignRule {
    var body: some CampaignRule<Shopper> {
      Not { customer.isStaff }
    }
  }

  struct NotKnownAsStaff: CampaignRule {
    var body: some CampaignRule<Shopper> {
      Not { customer.isStaff.orElse(false) }
    }
  }

  struct LivesIn: CampaignRule {
    let cities: [String]
    var mustBeAdult = false
    var body: some CampaignRule<Shopper> {
      AnyOf {
        for city in cities { customer.address.city == city }
      }
      if mustBeAdult { customer.age >= 18 }
    }
  }

  struct Nested: CampaignRule {
    var body: some CampaignRule<Shopper> {
      LivesIn(cities: ["Bergen", "Oslo"])
      Not { LivesIn(cities: ["Rome"], mustBeAdult: true) }
    }
  }

  let inPlace = Rule<Shopper> {
    $0.customer.tier == .gold
    $0.event.channel == "ios"
  }

  struct LabelledClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      Rule.when("a round birthday") { $0.customer.age % 10 == 0 }
      Rule.when("a short nickname") { $0.customer.nickname.map { $0.count < 5 } }
    }
  }

  struct DaysSinceJoining: RuleOperand {
    var name: String { "days since joining" }
    func fact(in context: RuleContext<Shopper>) -> Int? {
      let days = Int(context.now.timeIntervalSince(context.customer.joinedAt) / 86_400)
      return days < 0 ? nil : days
    }
  }

  struct OwnOperand: CampaignRule {
    var body: some CampaignRule<Shopper> {
      DaysSinceJoining() >= 365
    }
  }

  struct Measured: CampaignRule {
    var body: some CampaignRule<Shopper> {
      customer.isOptedIn
      Holdout(percent: 10, salt: "spring")
    }
  }

  struct NearlyThere: CampaignRule {
    var body: some CampaignRule<Shopper> {
      customer.tier.isOneOf(.silver, .platinum)
      AnyOf {
        customer.nickname == "Ace"
        AllOf {
          customer.age < 18
          customer.points >= 5000
        }
      }
      history.count(of: "purchase", inLast: .days(30)) >= 3
    }
  }

  struct Discreet: CampaignRule {
    var body: some CampaignRule<Shopper> {
      Sensitive { customer.points >= 1000 }
    }
  }

  struct Adults: CampaignRule {
    var body: some CampaignRule<Shopper> {
      customer.age >= 18
      customer.isOptedIn
    }
  }

  @Suite struct AdultsTests {
    @Test func `who is an adult that we may write to`() throws {
      let table = try TruthTable(
        Adults(),
        [
          .init("grown up", .met, .example(customer: Shopper())),
          .init("a child", .notMet, .example(customer: Shopper(age: 17))),
        ]
      )
      #expect(table.mismatches.isEmpty, "\(table)")
      #expect(table.coverage.neverRefused == ["customer.isOptedIn"])  // in want of a case
    }
  }
}

extension EventKey<Double> {
  static let basketTotal = EventKey("basket.total")
}
