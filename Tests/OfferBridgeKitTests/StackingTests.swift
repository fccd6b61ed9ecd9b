import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Which campaign of an exclusive group acts, why that one, and that it stays so.
@Suite struct StackingTests {
  private static func candidate(
    _ id: CampaignID,
    _ priority: Int = 0,
    cap: Int? = nil,
    group: String? = "welcome",
    rule: some CampaignRule<Member> = Everyone<Member>()
  ) -> Campaign<Member> {
    Campaign(
      id,
      on: .action("app_opened"),
      rule: rule,
      outcome: .issue(OfferID(id.rawValue)),
      limits: cap.map { [.total($0)] } ?? [],
      exclusiveGroup: group,
      priority: priority
    )
  }

  private func shop(_ campaigns: [Campaign<Member>]) async throws -> Shop {
    try await Shop(campaigns, offers: campaigns.map { Offer(OfferID($0.id.rawValue)) })
  }

  @Test func `the higher priority goes first, of equals who stands first in the configuration`() async throws
  {
    let silver = Self.candidate("silver", 3, rule: Rule<Member> { $0.customer.tier == .silver })
    let shop = try await shop([
      Self.candidate("a"), Self.candidate("b", 5, cap: 1), Self.candidate("c", 5), silver,
      Self.candidate("d", -1),
    ])
    let one = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(one.considered.map(\.campaign) == ["b", "c", "silver", "a", "d"])
    #expect(one.issuedOffers.map(\.campaign) == ["b"])
    #expect(
      one["d"]?.groupExplanation?.description == """
        of the group welcome, b won
        - b: issued b
        - c came after: b stands first in the configuration (both have the priority 5)
        - silver could not: not met
        - a came after: b has the higher priority (5 over 0)
        - d came after: b has the higher priority (5 over -1)
        """
    )
    let two = try await shop.bridge.respond(to: shop.opened("a-2"))
    let explanation = try #require(two["a"]?.groupExplanation)
    #expect(explanation == two["c"]?.groupExplanation)
    #expect(explanation.winner == "c" && explanation.group == "welcome")
    #expect(
      explanation.contenders.map(\.precedence)
        == [nil, nil, nil, .higherPriority(5, over: 0), .higherPriority(5, over: -1)]
    )
    #expect(explanation.contenders.map(\.priority) == [5, 5, 3, 0, -1])
    #expect(explanation.contenders[0].outcome == .limitReached(.total(1)))
    #expect(
      explanation.description == """
        of the group welcome, c won
        - b could not: limit reached (1 in all of the campaign)
        - c: issued c
        - silver could not: not met
        - a came after: c has the higher priority (5 over 0)
        - d came after: c has the higher priority (5 over -1)
        """
    )
  }

  @Test func `who is in no group has no explanation of one, and groups do not mix`() async throws {
    let shop = try await shop([
      Self.candidate("a", 1), Self.candidate("x", 9, group: "other"), Self.candidate("free", group: nil),
      Self.candidate("b"), Self.candidate("none", group: "third", rule: Rule<Member> { $0.customer.age < 1 }),
    ])
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(Set(decisions.issuedOffers.map(\.campaign)) == ["a", "x", "free"])
    #expect(decisions["free"]?.groupExplanation == nil)
    #expect(decisions["b"]?.groupExplanation?.contenders.map(\.campaign) == ["a", "b"])
    #expect(
      decisions["none"]?.groupExplanation?.description == """
        of the group third, none could act
        - none could not: not met
        """
    )
  }

  @Test
  func `a limit that campaigns share is taken by the higher priority, in whatever order they are given`()
    async throws
  {
    let shared = CampaignLimit.total(1, of: .programme)
    let campaigns = [("low", 1), ("high", 2)].map { id, priority in
      Campaign<Member>(
        CampaignID(id),
        on: .action("app_opened"),
        rule: Everyone(),
        outcome: .issue(OfferID(id)),
        limits: [shared],
        priority: priority
      )
    }
    for campaigns in [campaigns, campaigns.reversed()] {
      let shop = try await shop(campaigns)
      let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
      #expect(decisions.issuedOffers.map(\.campaign) == ["high"])
      #expect(decisions["low"]?.outcome == .limitReached(shared))
    }
  }

  @Test func `an observer is asked after the campaigns, also after those below zero`() async throws {
    let observer = ScopeObserver<Member>("watch", on: .action("app_opened"), raise: "seen")
    let shop = try await Shop(
      [Self.candidate("a", -7)],
      observers: [observer],
      offers: [Offer("a")]
    )
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions.considered.map(\.campaign) == ["a", "watch"])
  }

  @Test func `a replay picks no other winner, after profile and priorities changed`() async throws {
    let opted = Rule<Member> { $0.customer.isOptedIn }
    func group(_ first: Int, _ second: Int) -> [Campaign<Member>] {
      [Self.candidate("first", first, rule: opted), Self.candidate("second", second)]
    }
    let shop = try await shop(group(1, 0))
    shop.store.save(Member(isOptedIn: false), as: "ada")
    let action = shop.opened("a-1")
    #expect(try await shop.bridge.respond(to: action).issuedOffers.map(\.campaign) == ["second"])
    shop.store.save(Member(), as: "ada")
    for (bridge, order) in [
      (shop.bridge, ["first", "second"] as [CampaignID]),
      (try await shop.bridge.replacing(campaigns: group(9, 0)), ["first", "second"]),
      (try await shop.bridge.replacing(campaigns: group(0, 9)), ["second", "first"]),
      (try await shop.bridge.replacing(campaigns: group(0, 0).reversed()), ["second", "first"]),
    ] {
      let again = try await bridge.respond(to: action)
      #expect(again.issuedOffers.map(\.campaign) == ["second"])
      #expect(again["second"]?.isReplay == true)
      let explanation = try #require(again["first"]?.groupExplanation)
      #expect(explanation.contenders.map(\.campaign) == order)
      #expect(explanation.contenders.first { $0.campaign == "first" }?.precedence == .decidedBefore)
      #expect(explanation.description.contains("first came after: second was taken by an earlier delivery"))
    }
    #expect(try await shop.bridge.audit().issued == 1)
    #expect(try await shop.bridge.respond(to: shop.opened("a-2")).issuedOffers.map(\.campaign) == ["first"])
  }

  @Test func `deliveries at once, under two configurations and two profiles, come to one winner`()
    async throws
  {
    let opted = Rule<Member> { $0.customer.isOptedIn }
    func group(_ first: Int, _ second: Int) -> [Campaign<Member>] {
      [Self.candidate("first", first, rule: opted), Self.candidate("second", second)]
    }
    var winners: Set<CampaignID> = []
    for round in 0..<20 {
      let shop = try await shop(group(1, 0))
      let away = shop.bridge.using(ledger: DistantLedger(shop.ledger))
      let other = try await away.replacing(campaigns: group(0, 1))
      let action = shop.opened("a-\(round)")
      let won = try await withThrowingTaskGroup(of: [CampaignID].self) { tasks in
        for number in 0..<50 {
          tasks.addTask {
            shop.store.save(Member(isOptedIn: number % 3 > 0), as: "ada")
            return try await (number % 2 == 0 ? away : other).respond(to: action).issuedOffers.map(\.campaign)
          }
        }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(won).count == 1 && won[0].count == 1, "\(Set(won))")
      #expect(try await shop.bridge.audit().issued == 1)
      winners.formUnion(won[0])
    }
    #expect(winners.count >= 1)
  }
}
