import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a bridge warns of at the door: it is likely not meant, and does no harm.
@Suite struct ConfigurationWarningTests {
  private func warnings(
    _ campaigns: [Campaign<Member>],
    observers: [ScopeObserver<Member>] = [],
    offers: [Offer] = [],
    providers: [ProviderID: any MessageProvider] = ["wallet": FakeWallet()],
    codePools: [CodePoolID: any CodePool] = [:]
  ) async throws -> [ConfigurationWarning] {
    try await OfferBridge(
      customers: InMemoryCustomerStore<Member>(),
      catalog: InMemoryOfferCatalog([Offer("ten-off")] + offers),
      campaigns: campaigns,
      observers: observers,
      providers: providers,
      codePools: codePools
    ).warnings
  }

  private struct Contradictory: CampaignRule {
    var body: some CampaignRule<Member> {
      customer.isOptedIn
      customer.tier == .gold
      customer.tier == .silver
    }
  }

  private static func candidate(
    _ id: CampaignID,
    _ priority: Int = 0,
    on trigger: CampaignTrigger = .action("app_opened"),
    issue offer: OfferID = "ten-off",
    limits: [CampaignLimit] = [],
    schedule: CampaignSchedule = .evergreen,
    optIn: OptIn? = nil,
    group: String? = "welcome",
    for clauses: @Sendable (RuleScope<Member>) -> Rule<Member> = { _ in Rule<Member> { _ in Everyone() } }
  ) -> Campaign<Member> {
    Campaign(
      id,
      on: trigger,
      rule: clauses(RuleScope()),
      outcome: .issue(offer),
      limits: limits,
      schedule: schedule,
      optIn: optIn,
      exclusiveGroup: group,
      priority: priority
    )
  }

  @Test func `a rule that can never be met, or always is, is a warning with its clauses`() async throws {
    let found = try await warnings(
      [
        Shop.reward(Contradictory()),
        Self.candidate("all", group: nil) { $0.customer.age < 18 || $0.customer.age >= 18 },
        Self.candidate("meant", group: nil),
      ],
      observers: [
        ScopeObserver(
          "watch",
          on: .action("app_opened"),
          where: Rule<Member> { $0.history.count(of: "visit", .ever) < 0 },
          raise: "x"
        )
      ]
    )
    #expect(
      found.map(\.description) == [
        "The event 'x' is raised, but no campaign hears it.",
        "The rule of 'reward' can never be met: customer.tier == gold; customer.tier == silver. Mend the clauses, or "
          + "take it out.",
        "The rule of 'all' is always met: any of (customer.age < 18; customer.age >= 18). Say Everyone() if everyone "
          + "is meant.",
        "The rule of 'watch' can never be met: visit count ever < 0. Mend the clauses, or take it out.",
      ]
    )
  }

  @Test func `a campaign that another of its group always comes before is a warning`() async throws {
    let gold: @Sendable (RuleScope<Member>) -> Rule<Member> = { $0.customer.tier == .gold }
    let adults: @Sendable (RuleScope<Member>) -> Rule<Member> = { $0.customer.age >= 18 }
    let goldAdults: @Sendable (RuleScope<Member>) -> Rule<Member> = {
      $0.customer.tier == .gold && $0.customer.age > 20
    }
    let found = try await warnings([
      Self.candidate("first", for: gold), Self.candidate("same", for: gold),
      Self.candidate("narrower", -1, for: goldAdults),
      Self.candidate("wider", for: adults), Self.candidate("higher", 1, for: goldAdults),
      Self.candidate("elsewhere", group: "other", for: gold),
    ])
    #expect(
      found == [
        .shadowed("same", by: "first", in: "welcome"), .shadowed("narrower", by: "first", in: "welcome"),
      ]
    )
    #expect(
      found.first?.description
        == "Campaign 'same' never acts: 'first' goes first in the group 'welcome', and is met whenever it is. "
        + "Give 'same' the higher priority, or narrow the rule of 'first'."
    )
  }

  @Test func `of those who hear an event one may shadow another too, and none of two schedules`() async throws
  {
    let seen = ScopeObserver<Member>("watch", on: .action("app_opened"), raise: "seen")
    let found = try await warnings(
      [
        Self.candidate("first", on: .event("seen")), Self.candidate("second", on: .event("seen")),
        Self.candidate("opened"), Self.candidate("daily", on: .schedule),
        Self.candidate("nightly", on: .schedule),
      ],
      observers: [seen]
    )
    #expect(found == [.shadowed("second", by: "first", in: "welcome")])
  }

  @Test func `who is first but may be kept from acting shadows nobody`() async throws {
    let day = try #require(LocalDay("2026-03-02"))
    let week = CampaignSchedule.days(day, through: day.adding(days: 6))
    let coded = Offer("coded", codes: "pool")
    let optIn = OptIn(by: "joined", from: day, through: day)
    for first in [
      Self.candidate("first", limits: [.perCustomer(1)]),
      Self.candidate("first", issue: "coded"),
      Self.candidate("first", schedule: week),
      Self.candidate("first", schedule: week, optIn: optIn),
      Self.candidate("first", on: .action("other")),
      Self.candidate("first") { _ in Holdout(percent: 10, salt: "s").rule },
      Self.candidate("first") { $0.customer.nickname == "Ace" || $0.customer.nickname != "Ace" },
      Campaign(
        "first",
        on: .action("app_opened"),
        rule: Everyone(),
        outcome: .send(Shop.letter, through: "wallet"),
        exclusiveGroup: "welcome"
      ),
    ] {
      let found = try await warnings(
        [first, Self.candidate("second")],
        offers: [coded],
        codePools: ["pool": InMemoryCodePool(["A"])]
      )
      #expect(found == [], "\(first)")
    }
    let both = try await warnings([
      Self.candidate("first", schedule: week), Self.candidate("second", schedule: week),
    ])
    #expect(both == [.shadowed("second", by: "first", in: "welcome")])
  }

  @Test func `no shadowed campaign ever acts, and one that acts is never called shadowed`() async throws {
    var chance = Seeded(11)
    let rules: [@Sendable (RuleScope<Member>) -> Rule<Member>] = [
      { _ in Rule<Member> { _ in Everyone() } }, { $0.customer.age >= 18 }, { $0.customer.age >= 21 },
      { $0.customer.tier == .gold }, { $0.customer.tier != .basic }, { $0.customer.nickname == nil },
      { $0.customer.age < 21 && $0.customer.tier == .gold }, { $0.customer.nickname != "Ace" },
    ]
    var members: [Member] = []
    for age in [17, 18, 20, 21] {
      for tier in Member.Tier.allCases {
        for nickname in [nil, "Ace", "Al"] {
          members.append(Member(tier: tier, nickname: nickname, age: age))
        }
      }
    }
    var (shadowed, silent) = (0, 0)
    // The event is heard beneath an action, by those who hear it alone.
    let watch = ScopeObserver<Member>("watch", on: .action("app_opened"), raise: "seen")
    for _ in 0..<60 {
      let campaigns = (0..<4).map { number in
        Self.candidate(
          CampaignID("c-\(number)"),
          Int.random(in: 0...1, using: &chance),
          on: Int.random(in: 0...2, using: &chance) == 0 ? .action("app_opened") : .event("seen"),
          limits: Int.random(in: 0...3, using: &chance) == 0 ? [.total(1)] : [],
          for: rules.randomElement(using: &chance) ?? rules[0]
        )
      }
      let shop = try await Shop(campaigns, observers: [watch])
      var acted: Set<CampaignID> = []
      for (number, member) in members.enumerated() {
        for time in 0..<2 {
          let action = shop.opened("a-\(number)-\(time)", by: CustomerID("c-\(number)"))
          shop.store.save(member, as: action.customer)
          acted.formUnion(try await shop.bridge.respond(to: action).issuedOffers.map(\.campaign))
        }
      }
      for case .shadowed(let campaign, _, _) in shop.bridge.warnings {
        #expect(!acted.contains(campaign))
        shadowed += 1
      }
      silent += campaigns.count { !acted.contains($0.id) }
    }
    #expect(shadowed >= 30 && shadowed * 10 >= silent * 5, "\(shadowed) of \(silent)")
  }

  @Test func `a replica that no message carries is a warning, by offer and provider`() async throws {
    let offer = Offer("a", raises: "a_issued", replicas: ["wallet": "A", "sms": "A", "mail": "A"])
    let sms = Campaign<Member>(
      "sms",
      on: .event("a_issued"),
      rule: Everyone(),
      outcome: .send(Shop.letter, through: "sms")
    )
    let mail = ScopeObserver<Member>("mail", on: .issuance(of: "a"), send: Shop.letter, through: "mail")
    let providers: [ProviderID: any MessageProvider] = [
      "wallet": FakeWallet(), "sms": FakeWallet(), "mail": FakeWallet(),
    ]
    let found = try await warnings(
      [Self.candidate("c", issue: "a"), sms],
      observers: [mail],
      offers: [offer],
      providers: providers
    )
    #expect(found == [.replicaNeverSent("a", at: "wallet")])
    #expect(
      found[0].description
        == "The offer 'a' has a replica at 'wallet', but no campaign sends a message about it there."
    )
  }

  @Test func `where something does not fit together, nothing else is looked for`() async throws {
    let error = await #expect(throws: OfferBridgeError.self) {
      try await self.warnings([Shop.reward(Contradictory()), Shop.reward(Contradictory())])
    }
    #expect(error?.code == .configurationInvalid([.duplicateCampaign("reward")]))
  }
}
