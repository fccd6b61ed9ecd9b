import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Keeps `Documentation/Rules.md` true: its code stands here, and its printed text is what that code prints.
@Suite struct RulesPageTests {
  @Test func `every printed explanation on the page is what its rule says`() throws {
    let facts = ada()
    let printed = [
      CustomerClauses().explain(in: facts),
      OptionalClauses().explain(in: facts),
      EventClauses().explain(in: facts),
      HistoryClauses().explain(in: facts),
      GroupClauses().explain(in: facts),
      OperatorClauses().explain(in: facts),
      NotStaff().explain(in: facts),
      NotKnownAsStaff().explain(in: facts),
      Nested().explain(in: facts),
      inPlace.explain(in: facts),
      LabelledClause().explain(in: facts),
      OwnOperand().explain(in: facts),
      Measured().explain(in: facts),
      MoreClauses().explain(in: facts),
    ]
    let shown = try blocks("text")
    #expect(shown.count == printed.count)
    for (shown, printed) in zip(shown, printed) { #expect(shown == printed.description) }
  }

  @Test func `the verdict of each rule is the one that its explanation shows`() throws {
    let facts = ada()
    let rules: [any CampaignRule<Shopper>] = [
      CustomerClauses(), OptionalClauses(), EventClauses(), HistoryClauses(), GroupClauses(),
      OperatorClauses(),
      NotStaff(), NotKnownAsStaff(), Nested(), inPlace, LabelledClause(), OwnOperand(), Measured(),
      MoreClauses(),
    ]
    for rule in rules {
      #expect(try rule.evaluate(in: facts) == rule.explain(in: facts).verdict)
    }
  }

  @Test func `every Swift block on the page stands in this file`() throws {
    let source = squeezed(try String(contentsOf: URL(filePath: #filePath), encoding: .utf8))
    let shown = try blocks("swift")
    #expect(shown.count == 16)
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

  /// The code without white space and trailing commas, which the formatter sets.
  private func squeezed(_ code: String) -> String {
    String(code.filter { !$0.isWhitespace }).replacing(",)", with: ")").replacing(",]", with: "]")
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

  struct Shopper: Sendable {
    var age = 40
    var tier = Tier.gold
    var isOptedIn = true
    var nickname: String?
    var isStaff: Bool?
    var address = Address()
    var segments: Set<String> = ["coffee-lovers"]
    var joinedAt = Date(timeIntervalSince1970: 1_700_000_000)
  }

  func ada() -> RuleContext<Shopper> {
    let now = Date(timeIntervalSince1970: 1_800_000_000)
    return .example(
      customer: Shopper(),
      event: ["channel": "ios", "basket.total": 42.5, "items": "three"],
      history: [CustomerAction("purchase", id: "p-1", by: "ada", at: now - 86_400)],
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
      customer.tier.isOneOf(.gold, .platinum)
      customer.segments.contains("coffee-lovers")
      customer.address.city == "Bergen"
      customer.joinedAt < Date(timeIntervalSince1970: 1_750_000_000)
    }
  }

  struct OptionalClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      customer.nickname == "Ace"
      customer.nickname != "Ace"
      customer.isStaff
      customer.nickname == nil
      customer.address.floor != nil
    }
  }

  struct EventClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      event.channel == "ios"
      event["basket.total"] >= 20.5
      event.channel.as(String.self).isOneOf("ios", "android")
      origin.channel != "web"
      event.items > 2
      event.store == "oslo-1"
    }
  }

  struct HistoryClauses: CampaignRule {
    var body: some CampaignRule<Shopper> {
      history.count(of: "purchase", inLast: .days(30)) >= 1
      history.count(of: "purchase", inLast: .hours(12)) == 0
      history.count(of: "app_opened", inLast: .minutes(90)) == 1
      history.holds("welcome")
      history.holds("ten-off")
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
      AnyOf {
        customer.isStaff == nil
        Not { customer.isStaff }
      }
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

  struct LabelledClause: CampaignRule {
    var body: some CampaignRule<Shopper> {
      Rule.when("a round birthday") { $0.customer.age % 10 == 0 }
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

  struct MoreClauses: CampaignRule {
    let oslo = TimeZone(identifier: "Europe/Oslo") ?? .gmt
    var body: some CampaignRule<Shopper> {
      history.count(of: "purchase", .this(.month, in: oslo)) >= 1
      history.count(of: "visit", .since(Date(timeIntervalSince1970: 1_799_990_000))) == 0
      history.total(of: "purchase", by: "amount", inLast: .days(90)) > 100
      history.distinctCount(of: "purchase", by: "store", inLast: .days(365)) < 3
      history.daysSince("purchase") >= 1
      history.daysSince("return") > 30
      history.consecutiveDays(of: "purchase", in: oslo) == 1
      history.issues(of: "welcome", .last(.hours(1))) == 0
      history.redemptions(of: "welcome") == 0
      offer.id == "welcome"
      now.hour(in: oslo).isIn(8..<20)
      now.weekday(in: oslo) <= 5
      customer("name's length") { $0.address.city.count } == 4
      customer(\.address.city).ignoringCase == "OSLO"
      customer.address.city.hasPrefix("Os")
      event.channel.isOneOf("ios", "android")
      event.visits.as(Int.self).orElse(0) < 3
      event["basket.total"].as(Double.self) / history.count(of: "purchase", inLast: .days(30)) > 40
      customer.age >= history.count(of: "purchase", inLast: .days(30))
    }
  }
}
