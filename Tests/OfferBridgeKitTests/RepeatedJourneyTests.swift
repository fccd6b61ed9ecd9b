import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Journeys that are planned again, or in parts.
@Suite struct RepeatedJourneyTests {
  @Test func `a sibling never sees what this very action issues, on a repeat either`() async throws {
    let holding = Campaign<Member>(
      "sibling",
      on: .action("app_opened"),
      rule: Rule { $0.history.holds("ten-off") },
      outcome: .issue("extra")
    )
    let shop = try await Shop(
      [Shop.reward(), holding, Shop.toWallet(Rule<Member> { $0.history.holds("ten-off") })],
      offers: [Offer("extra")]
    )
    shop.store.save(Member(hasWallet: false), as: "ada")
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let again = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(again["sibling"]?.outcome == .notMet)
    #expect(again["to-wallet"]?.isReplay == true)
    #expect(try await shop.bridge.audit().issued == 1)
  }

  @Test func `an offer that is only reached by an event that was renamed since is read from the catalog`()
    async throws
  {
    let old = Campaign<Member>("old", on: .event("ten_off_issued"), rule: Everyone(), outcome: .issue("b"))
    let new = Campaign<Member>("new", on: .event("renamed"), rule: Everyone(), outcome: .issue("c"))
    let shop = try await Shop(
      [Shop.reward(), old, new],
      offers: [Offer("b"), Offer("c")],
      hostEvents: ["renamed"]
    )
    shop.catalog.save(Offer("ten-off", revision: 2, raises: "renamed"))
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions["new"]?.issuedOffer?.offer == "c")
  }

  @Test func `a message whose campaign is outranked says so on the replica`() async throws {
    func downstream(_ id: CampaignID, _ outcome: CampaignOutcome<Member>) -> Campaign<Member> {
      Campaign(
        id,
        on: .event("ten_off_issued"),
        rule: Everyone(),
        outcome: outcome,
        exclusiveGroup: "after"
      )
    }
    let shop = try await Shop(
      [
        Shop.reward(), downstream("extra", .issue("extra")),
        downstream("to-wallet", .send(Shop.card, through: "wallet")),
      ],
      offers: [Offer("extra")]
    )
    for _ in 0..<2 {
      let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
      #expect(decisions["to-wallet"]?.outcome == .outranked(by: "extra"))
      #expect(decisions["reward"]?.issuedOffer?.replicas[0].state == .notSent(.outranked("to-wallet")))
      let stored = try await shop.bridge.issuedOffers(of: "ada").first { $0.offer == "ten-off" }
      #expect(stored?.replicas[0].state == .notSent(.outranked("to-wallet")))
    }
  }

  @Test func `of two campaigns that send nothing the reason stays the same on every repeat`() async throws {
    let second = Campaign<Member>(
      "second",
      on: .event("ten_off_issued"),
      rule: Rule { $0.customer.nickname != nil },
      outcome: .send(Shop.card, through: "wallet")
    )
    let shop = try await Shop([Shop.reward(), Shop.toWallet(), second])
    shop.store.save(Member(hasWallet: false), as: "ada")
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let state = try await shop.issued().replicas[0].state
    for _ in 0..<2 {
      let again = try await shop.bridge.respond(to: shop.opened("a-1"))
      #expect(try await shop.issued().replicas[0].state == state)
      #expect(again["reward"]?.issuedOffer?.replicas[0].state == state)
    }
  }

  @Test func `an observer that was taken out or raises another event is answered with the event it raised`()
    async throws
  {
    func observer(_ event: String) -> ScopeObserver<Member> {
      ScopeObserver("visit", on: .action("app_opened"), raise: event)
    }
    let seen = Campaign<Member>("seen", on: .event("visited"), rule: Everyone(), outcome: .issue("ten-off"))
    let other = Campaign<Member>("other", on: .event("came"), rule: Everyone(), outcome: .issue("ten-off"))
    let shop = try await Shop(
      [seen, other, Shop.toWallet()],
      observers: [observer("visited")],
      hostEvents: ["visited", "came"]
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let without = try await shop.bridge.replacing(campaigns: [Shop.reward(), Shop.toWallet()])
    #expect(try await without.respond(to: shop.opened("a-1"))["visit"]?.outcome == .raised("visited"))
    let renamed = try await shop.bridge.replacing(
      campaigns: [seen, other, Shop.toWallet()],
      observers: [observer("came")]
    )
    let decisions = try await renamed.respond(to: shop.opened("a-1"))
    #expect(decisions["visit"]?.outcome == .raised("visited"))
    #expect(decisions["other"] == nil)
    #expect(decisions["seen"]?.isReplay == true)
  }

  @Test func `a customer who is held out and lacks a fact is not met, by both speeds of the rule`()
    async throws
  {
    let rule = Rule<Member> {
      $0.event.channel == "ios"
      Holdout(percent: 100, salt: "s")
    }
    let context = RuleContext.example(customer: Member())
    #expect(try rule.evaluate(in: context) == rule.explain(in: context).verdict)
    let shop = try await Shop([Shop.reward(), Shop.toWallet(rule)])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(
      try await shop.issued().replicas[0].state
        == .notSent(.notMet("to-wallet", ["not in the 100% holdout"]))
    )
  }

  @Test func `a plan that is older than a minute, or that missed a commit, is stale`() {
    var desk = Desk()
    #expect(desk.issue("a", plannedAt: desk.now - 60_000) == .written)
    #expect(desk.issue("b", plannedAt: desk.now - 60_001) == nil)
    #expect(desk.issue("a") == nil)
    #expect(desk.state.audit(now: desk.now).issued == 1)
  }

  @Test func `an event that the offer raised is a repeat when an observer raises it since`() async throws {
    let shop = try await Shop(
      observers: [ScopeObserver("observer", on: .issuance(of: "ten-off"), raise: "ten_off_issued")]
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    shop.catalog.save(Offer("ten-off", replicas: ["wallet": "TEN"]))
    let again = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(again["observer"]?.outcome == .raised("ten_off_issued"))
    #expect(again["observer"]?.isReplay == true)
    #expect(again["to-wallet"]?.isReplay == true)
    #expect(try await shop.bridge.audit().messages == 1)
  }

  @Test func `an action that the store answers twice counts once`() async throws {
    let second = Campaign<Member>(
      "second",
      on: .action("purchase"),
      rule: Rule { $0.history.count(of: "purchase", inLast: .days(30)) == 2 },
      outcome: .issue("ten-off")
    )
    let shop = try await Shop([second, Shop.toWallet()])
    let past = CustomerAction("purchase", id: "p-1", by: "ada", at: shop.time.now - 60)
    for _ in 0..<2 { shop.store.record(past) }
    let present = CustomerAction("purchase", id: "p-2", by: "ada", at: shop.time.now)
    #expect(try await shop.bridge.respond(to: present)["second"]?.issuedOffer != nil)
  }

  @Test func `what was decided on one path of a journey is answered on every other, on a repeat too`()
    async throws
  {
    func root(_ id: CampaignID, _ offer: OfferID) -> Campaign<Member> {
      Campaign(id, on: .action("app_opened"), rule: Everyone(), outcome: .issue(offer))
    }
    let bonus = Campaign<Member>(
      "bonus",
      on: .event("welcomed"),
      rule: Everyone(),
      outcome: .issue("bonus"),
      limits: [.perCustomer(1)]
    )
    let shop = try await Shop(
      [root("to-a", "a"), root("to-b", "b"), bonus],
      offers: [Offer("a", raises: "welcomed"), Offer("b", raises: "welcomed"), Offer("bonus")]
    )
    func outcomes(_ action: CustomerAction, _ bridge: OfferBridge<Member>) async throws -> [String] {
      try await bridge.respond(to: action).filter { $0.campaign == "bonus" }.map { "\($0.outcome)" }
    }
    let (first, second) = (shop.opened("first"), shop.opened("second"))
    let one = try await shop.bridge.replacing(campaigns: [root("to-b", "b"), bonus])
    for _ in 0..<2 {
      #expect(try await outcomes(first, shop.bridge) == ["issued bonus", "already part of this journey"])
      #expect(
        try await outcomes(second, shop.bridge) == [
          "limit reached (\(CampaignLimit.perCustomer(1)))", "already part of this journey",
        ]
      )
    }
    // The way on which it was decided is gone.
    #expect(try await outcomes(first, one) == ["issued bonus"])
    #expect(try await outcomes(second, one) == ["limit reached (\(CampaignLimit.perCustomer(1)))"])
    #expect(try await one.respond(to: second)["bonus"]?.isReplay == true)
    #expect(try await shop.bridge.audit().issued == 5)
  }

  @Test func `what was issued on a later path is not planned twice when an earlier one opens`() async throws {
    func root(_ id: CampaignID, _ offer: OfferID, for rule: Rule<Member>) -> Campaign<Member> {
      Campaign(id, on: .action("app_opened"), rule: rule, outcome: .issue(offer))
    }
    let bonus = Campaign<Member>("bonus", on: .event("welcomed"), rule: Everyone(), outcome: .issue("bonus"))
    let card = ScopeObserver<Member>("card", on: .issuance(of: "bonus"), send: Shop.card, through: "wallet")
    let shop = try await Shop(
      [
        root("to-a", "a", for: Rule { $0.customer.nickname == "A" }),
        root("to-b", "b", for: Rule { $0.customer.isOptedIn }), bonus,
      ],
      observers: [card],
      offers: [
        Offer("a", raises: "welcomed"), Offer("b", raises: "welcomed"),
        Offer("bonus", replicas: ["wallet": "BONUS"]),
      ]
    )
    #expect(
      try await shop.bridge.respond(to: shop.opened("a-1")).map(\.description) == [
        "to-b on app_opened: issued b", "bonus on welcomed: issued bonus",
        "card on issuance of bonus: message through wallet",
      ]
    )
    shop.store.save(Member(nickname: "A"), as: "ada")
    #expect(
      try await shop.bridge.respond(to: shop.opened("a-1")).map(\.description) == [
        "to-a on app_opened: issued a", "bonus on welcomed: issued bonus (decided before)",
        "card on issuance of bonus: message through wallet (decided before)",
        "to-b on app_opened: issued b (decided before)", "bonus on welcomed: already part of this journey",
      ]
    )
    #expect(try await shop.bridge.audit().issued == 3)
  }

  @Test func `what is answered on another path still goes before the others of its exclusive group`()
    async throws
  {
    func welcome(_ id: CampaignID, _ offer: OfferID) -> Campaign<Member> {
      Campaign(
        id,
        on: .event("welcomed"),
        rule: Everyone(),
        outcome: .issue(offer),
        exclusiveGroup: "welcome"
      )
    }
    let rest = [
      Campaign<Member>(
        "to-b",
        on: .action("app_opened"),
        rule: Rule { $0.customer.nickname == "B" },
        outcome: .issue("b")
      ), welcome("bonus", "bonus"), welcome("consolation", "consolation"),
    ]
    let toA = Campaign<Member>("to-a", on: .action("app_opened"), rule: Everyone(), outcome: .issue("a"))
    let shop = try await Shop(
      [toA] + rest,
      offers: [
        Offer("a", raises: "welcomed"), Offer("b", raises: "welcomed"), Offer("bonus"), Offer("consolation"),
      ]
    )
    let first = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(first["consolation"]?.outcome == .outranked(by: "bonus"))
    shop.store.save(Member(nickname: "B"), as: "ada")
    let again = try await shop.bridge.replacing(campaigns: rest).respond(to: shop.opened("a-1"))
    #expect(again["bonus"]?.issuedOffer?.id == first["bonus"]?.issuedOffer?.id)
    #expect(again["consolation"]?.outcome == .outranked(by: "bonus"))
    #expect(try await shop.bridge.issuedOffers(of: "ada").map(\.offer) == ["a", "bonus", "b"])
  }
}
