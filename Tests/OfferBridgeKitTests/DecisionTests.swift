import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What an action leads to, and what a repeat of it does.
@Suite struct DecisionTests {
  @Test func `an action delivered a hundred times at once issues once and makes one message key`()
    async throws
  {
    let shop = try await Shop()
    let action = shop.opened("a-1")
    let answers = try await withThrowingTaskGroup(of: Decisions.self) { group in
      for _ in 0..<100 { group.addTask { try await shop.bridge.respond(to: action) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(answers.compactMap { $0["reward"]?.issuedOffer?.id }).count == 1)
    #expect(
      answers.allSatisfy { $0["reward"]?.issuedOffer != nil && $0["to-wallet"]?.outcome.isActed == true }
    )
    #expect(answers.count { $0["reward"]?.isReplay == false } == 1)
    let audit = try await shop.bridge.audit()
    #expect(audit.issued == 1)
    #expect(audit.messages == 1)
    #expect(audit.isBalanced)
  }

  @Test func `a thousand actions at once against a limit of ten issue exactly ten`() async throws {
    let shop = try await Shop([Shop.reward(limits: [.total(10)]), Shop.toWallet()])
    let customers = (0..<1000).map { CustomerID("c-\($0)") }
    for customer in customers { shop.store.save(Member(), as: customer) }
    let outcomes = try await withThrowingTaskGroup(of: CampaignDecision.Outcome?.self) { group in
      for customer in customers {
        group.addTask {
          try await shop.bridge.respond(to: shop.opened("a-\(customer)", by: customer))["reward"]?.outcome
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count { $0?.isActed == true } == 10)
    #expect(outcomes.count { $0 == .limitReached(.total(10)) } == 990)
    let audit = try await shop.bridge.audit()
    #expect(audit.issued == 10)
    #expect(audit.messages == 10)
    #expect(audit.imbalances == [])
  }

  @Test func `a campaign that fails leaves the issued offer with its replica not sent and the reason`()
    async throws
  {
    let shop = try await Shop()
    shop.store.save(Member(hasWallet: false), as: "ada")
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions.map(\.campaign) == ["reward"])
    #expect(decisions["to-wallet"]?.outcome == .notMet)
    let offer = try await shop.issued()
    #expect(offer.replicas[0].state == .notSent(.notMet("to-wallet", ["customer.hasWallet"])))
    #expect(decisions["reward"]?.issuedOffer == offer)
    #expect(offer.why == "reward issued it on app_opened (action a-1)")
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(try await shop.bridge.messages(of: "ada") == [])
  }

  @Test func `a customer whose profile was mended is issued the offer when the action is sent again`()
    async throws
  {
    let shop = try await Shop()
    shop.store.save(Member(isOptedIn: false), as: "ada")
    let action = shop.opened("a-1")
    let first = try await shop.bridge.respond(to: action)
    #expect(first["reward"]?.outcome == .notMet)
    #expect(first.isEmpty)
    shop.store.save(Member(), as: "ada")
    let second = try await shop.bridge.respond(to: action)
    #expect(second["reward"]?.issuedOffer != nil)
    #expect(second["reward"]?.isReplay == false)
    #expect(second["to-wallet"]?.outcome.isActed == true)
  }

  @Test
  func `what was issued stays issued when the profile no longer fits, and its message is sent after all`()
    async throws
  {
    let shop = try await Shop()
    shop.store.save(Member(hasWallet: false), as: "ada")
    let action = shop.opened("a-1")
    let first = try await shop.bridge.respond(to: action)
    let issued = try #require(first["reward"]?.issuedOffer)
    shop.store.save(Member(isOptedIn: false, hasWallet: true), as: "ada")
    shop.time.advance(by: .hours(1))
    let second = try await shop.bridge.respond(to: action)
    #expect(second["reward"]?.issuedOffer?.id == issued.id)
    #expect(second["reward"]?.issuedOffer?.issuedAt == issued.issuedAt)
    #expect(second["reward"]?.isReplay == true)
    #expect(second["to-wallet"]?.isReplay == false)
    #expect(second["to-wallet"]?.outcome.isActed == true)
    #expect(second["reward"]?.issuedOffer?.replicas[0].state == .pending)
    #expect(try await shop.issued().replicas[0].state == .pending)

    let third = try await shop.bridge.respond(to: action)
    #expect(third.map(\.isReplay) == [true, true])
    #expect(try await shop.bridge.audit().messages == 1)
  }

  @Test func `a limit's refusal is repeated for the same action until its retention ends`() async throws {
    let shop = try await Shop([
      Shop.reward(limits: [.perCustomer(1, in: .rolling(.days(1)))]), Shop.toWallet(),
    ])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let refused = shop.opened("a-2")
    let limit = CampaignLimit.perCustomer(1, in: .rolling(.days(1)))
    #expect(try await shop.bridge.respond(to: refused)["reward"]?.outcome == .limitReached(limit))
    shop.time.advance(by: .days(2))
    let again = try await shop.bridge.respond(to: refused)
    #expect(again["reward"]?.outcome == .limitReached(limit))
    #expect(again["reward"]?.isReplay == true)
    #expect(try await shop.bridge.respond(to: shop.opened("a-3"))["reward"]?.issuedOffer != nil)
    shop.time.advance(by: .days(31))
    #expect(try await shop.bridge.respond(to: refused)["reward"]?.issuedOffer != nil)
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test(arguments: [
    CustomerAction("app_opened", id: "a-1", by: "ada", at: ManualTime().now, ["channel": "web"]),
    CustomerAction("app_opened", id: "a-1", by: "ada", at: ManualTime().now + 1, ["channel": "ios"]),
    CustomerAction("app_opened", id: "a-1", by: "ben", at: ManualTime().now, ["channel": "ios"]),
    CustomerAction("visited", id: "a-1", by: "ada", at: ManualTime().now, ["channel": "ios"]),
  ])
  func `another action under a known id is a conflict, and nothing is written`(other: CustomerAction)
    async throws
  {
    let visit = Campaign<Member>(
      "visit",
      on: .action("visited"),
      rule: Everyone(),
      outcome: .issue("ten-off")
    )
    let shop = try await Shop([Shop.reward(), Shop.toWallet(), visit])
    shop.store.save(Member(), as: "ben")
    _ = try await shop.bridge.respond(to: shop.opened("a-1", ["channel": "ios"]))
    let decisions = try await shop.bridge.respond(to: other)
    #expect(decisions.map(\.outcome) == [.conflict])
    #expect(try await shop.bridge.audit().issued == 1)
  }

  @Test func `an action that met nothing is known all the same when another comes under its id`() async throws
  {
    let shop = try await Shop()
    shop.store.save(Member(isOptedIn: false), as: "ada")
    _ = try await shop.bridge.respond(to: shop.opened("a-1", ["channel": "ios"]))
    let other = try await shop.bridge.respond(to: shop.opened("a-1", ["channel": "web"]))
    #expect(other["reward"]?.outcome == .conflict)
  }

  @Test func `an action and a host event of one id are two triggers`() async throws {
    let birthday = Campaign<Member>(
      "birthday",
      on: .event("birthday"),
      rule: Everyone(),
      outcome: .issue("ten-off")
    )
    let shop = try await Shop([Shop.reward(), Shop.toWallet(), birthday], hostEvents: ["birthday"])
    _ = try await shop.bridge.respond(to: shop.opened("1"))
    let event = ProfileEvent("birthday", id: "1", on: "ada", at: shop.time.now)
    let decisions = try await shop.bridge.respond(to: event)
    #expect(decisions["birthday"]?.issuedOffer != nil)
    #expect(decisions["to-wallet"]?.outcome.isActed == true)
    #expect(try await shop.bridge.audit().messages == 2)
  }

  @Test func `a sibling never sees what this very action issues, a descendant does`() async throws {
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
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions["sibling"]?.outcome == .notMet)
    #expect(decisions["to-wallet"]?.outcome.isActed == true)
    let next = try await shop.bridge.respond(to: shop.opened("a-2"))
    #expect(next["sibling"]?.issuedOffer?.offer == "extra")
  }

  @Test func `a rule downstream sees what was heard and what it began with`() async throws {
    let shop = try await Shop([
      Shop.reward(),
      Shop.toWallet(
        Rule<Member> {
          $0.event.offer == "ten-off"
          $0.event.campaign == "reward"
          $0.origin.channel == "ios"
        }
      ),
    ])
    let ios = try await shop.bridge.respond(to: shop.opened("a-1", ["channel": "ios"]))
    #expect(ios["to-wallet"]?.outcome.isActed == true)
    let unknown = try await shop.bridge.respond(to: shop.opened("a-2"))
    #expect(unknown["to-wallet"]?.outcome == .notEvaluable)
    #expect(
      try await shop.bridge.issuedOffers(of: "ada")[1].replicas[0].state
        == .notSent(.notEvaluable("to-wallet", ["origin.channel == \"ios\""]))
    )
  }

  @Test func `an offer that vanished from the catalog is an answer`() async throws {
    let shop = try await Shop()
    shop.catalog.remove("ten-off")
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions.map(\.outcome) == [.offerUnknown("ten-off")])
    #expect(try await shop.bridge.audit().issued == 0)
  }

  @Test func `an issued offer keeps its revision, and an event that the offer raises since is heard`()
    async throws
  {
    let late = Campaign<Member>("late", on: .event("renamed"), rule: Everyone(), outcome: .issue("extra"))
    let shop = try await Shop(
      [Shop.reward(), Shop.toWallet(), late],
      offers: [Offer("extra")],
      hostEvents: ["renamed"]
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    shop.catalog.save(Offer("ten-off", revision: 2, raises: "renamed", replicas: ["wallet": "TEN"]))
    let decisions = try await shop.bridge.respond(to: shop.opened("a-2"))
    #expect(decisions.issuedOffers.map(\.offer) == ["ten-off", "extra"])
    let issued = try await shop.bridge.issuedOffers(of: "ada")
    #expect(issued.map(\.revision) == [1, 2, 1])
    #expect(issued[1].replicas[0].state == .notSent(.notHeard))
  }

  @Test func `a required data point without a value is a decision by name`() async throws {
    let card = MessageVariant<Member>("card") {
      DataPoint("name") { $0.customer.name }
      DataPoint("nickname") { $0.customer.nickname }
    }
    let send = Campaign<Member>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(card, through: "wallet")
    )
    let shop = try await Shop([Shop.reward(), send])
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions["to-wallet"]?.outcome == .missingDataPoint("nickname"))
    #expect(try await shop.issued().replicas[0].state == .notSent(.missingDataPoint("to-wallet", "nickname")))
  }

  @Test func `of an exclusive group the first whose limits pass acts, and a replay picks no other`()
    async throws
  {
    func candidate(_ id: CampaignID, _ offer: OfferID, _ cap: Int) -> Campaign<Member> {
      Campaign(
        id,
        on: .action("app_opened"),
        rule: Everyone(),
        outcome: .issue(offer),
        limits: [.total(cap)],
        exclusiveGroup: "welcome"
      )
    }
    let shop = try await Shop(
      [candidate("first", "a", 1), candidate("second", "b", 1), candidate("third", "c", 5)],
      offers: [Offer("a"), Offer("b"), Offer("c")]
    )
    let one = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(one.map(\.outcome.isActed) == [true, false, false])
    #expect(one["second"]?.outcome == .outranked(by: "first"))
    let two = try await shop.bridge.respond(to: shop.opened("a-2"))
    #expect(two["first"]?.outcome == .limitReached(.total(1)))
    #expect(two["second"]?.issuedOffer?.offer == "b")
    #expect(two["third"]?.outcome == .outranked(by: "second"))
    for (id, winner) in [("a-1", "first"), ("a-2", "second")] {
      let again = try await shop.bridge.respond(to: shop.opened(id))
      #expect(again.filter(\.outcome.isActed).map(\.campaign.rawValue) == [winner])
    }
    #expect(try await shop.bridge.audit().issued == 2)
  }

  @Test func `a campaign that was taken out is still answered for what it decided`() async throws {
    let shop = try await Shop()
    let action = shop.opened("a-1")
    _ = try await shop.bridge.respond(to: action)
    let other = Campaign<Member>(
      "other",
      on: .action("app_opened"),
      rule: Everyone(),
      outcome: .issue("ten-off")
    )
    let next = try await shop.bridge.replacing(campaigns: [other])
    let decisions = try await next.respond(to: action)
    #expect(decisions["reward"]?.isReplay == true)
    #expect(decisions["reward"]?.issuedOffer?.offer == "ten-off")
  }

  @Test func `a campaign runs on its local days, both included`() async throws {
    let newYork = try #require(TimeZone(identifier: "America/New_York"))
    let day = try #require(LocalDay("2026-03-08"))
    let shop = try await Shop([
      Shop.reward(schedule: .days(day, through: day, in: newYork)), Shop.toWallet(),
    ])
    let start = day.start(in: newYork)
    for (number, moment) in [start - 0.001, start, start + 23 * 3600 - 0.001, start + 23 * 3600].enumerated()
    {
      shop.time.advance(to: moment)
      let outcome = try await shop.bridge.respond(to: shop.opened("a-\(number)"))["reward"]?.outcome
      #expect((outcome == .notRunning) == [true, false, false, true][number], "\(moment)")
    }
  }

  @Test func `nobody hears an action that no campaign names`() async throws {
    let shop = try await Shop()
    let decisions = try await shop.bridge.respond(
      to: CustomerAction("closed", id: "1", by: "nobody", at: shop.time.now)
    )
    #expect(decisions.isEmpty)
    #expect(decisions.considered.isEmpty)
    #expect(decisions["reward"] == nil)
  }

  @Test func `identical ids in two tenants never meet`() async throws {
    let shop = try await Shop()
    let other = try await OfferBridge(
      customers: shop.store,
      catalog: shop.catalog,
      campaigns: [Shop.reward(), Shop.toWallet()],
      providers: ["wallet": shop.wallet],
      tenant: "other",
      ledger: shop.ledger
    )
    let action = shop.opened("a-1")
    let ours = try await shop.bridge.respond(to: action)
    #expect(try await other.issuedOffers(of: "ada") == [])
    let theirs = try await other.respond(to: action)
    #expect(theirs["reward"]?.isReplay == false)
    #expect(theirs["reward"]?.issuedOffer?.id != ours["reward"]?.issuedOffer?.id)
    let id = try #require(ours["reward"]?.issuedOffer?.id)
    let stray = Redemption(id: "r-1", of: .issuedOffer(id), at: shop.time.now)
    #expect(try await other.reconcile(stray) == .parked(.unknownOffer))
    #expect(try await shop.bridge.match(of: "r-1") == nil)
  }

  @Test func `a key does not depend on the rule, and two bridges derive the same`() async throws {
    let one = try await Shop()
    let two = try await Shop([Shop.reward(Everyone<Member>()), Shop.toWallet(Everyone<Member>())])
    let first = try await one.bridge.respond(to: one.opened("a-1"))
    let second = try await two.bridge.respond(to: two.opened("a-1"))
    #expect(first["reward"]?.issuedOffer?.id == second["reward"]?.issuedOffer?.id)
    #expect(try await one.message().message.key == two.message().message.key)
    // Worked out with Python's hashlib. A promise across versions: these never change.
    #expect(first["reward"]?.issuedOffer?.id.description == "NDEfstsV1EVx8qZc6SwAqJJG_lXmKz4juOZmEadMNWc")
    #expect(try await one.message().message.key.description == "pQcg-d_v5OQlv6zwR16jUEsG5rslRDZ3TcdekoPmeNU")
  }
}
