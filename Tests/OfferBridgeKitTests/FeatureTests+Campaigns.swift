import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What campaigns promise to the people who run them, a test a promise.
@Suite struct CampaignFeatureTests {
  private static func eur(_ units: Int64) -> Money { Money(minorUnits: units, currency: "EUR") }

  @Test
  func `frequency limits hold for ever, rolling or by calendar, in either zone, over a change of the clocks`()
    async throws
  {
    let oslo = try #require(TimeZone(identifier: "Europe/Oslo"))
    let newYork = try #require(TimeZone(identifier: "America/New_York"))
    func campaign(_ id: CampaignID, _ window: LimitWindow) -> Campaign<Member> {
      Campaign(
        id,
        on: .action("app_opened"),
        rule: Everyone(),
        outcome: .issue("ten-off"),
        limits: [.perCustomer(1, in: window)]
      )
    }
    for change in ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"] {
      let time = ManualTime()
      time.advance(to: try Date(change, strategy: .iso8601) - 2 * 86_400)
      let bridge = try await OfferBridge(
        customers: InMemoryCustomerStore<Member>(["ada": Member()]),
        catalog: InMemoryOfferCatalog([Offer("ten-off")]),
        campaigns: [
          campaign("once", .lifetime), campaign("rolling", .rolling(.hours(24))),
          campaign("customer's", .calendar(.day)), campaign("campaign's", .calendar(.day, in: newYork)),
        ],
        zoneOfCustomer: { _ in oslo },
        ledger: InMemoryOfferLedger(now: { time.now })
      )
      var issued: [CampaignID: [Date]] = [:]
      var first: [CampaignID: [String: Date]] = [:]
      // Twice an hour for four days, the change of Oslo's clocks in their middle.
      let start = time.now
      for step in 0..<192 {
        let action = CustomerAction("app_opened", id: "a-\(step)", by: "ada", at: time.now, .none)
        for decision in try await bridge.respond(to: action) where decision.issuedOffer != nil {
          issued[decision.campaign, default: []].append(time.now)
        }
        for (campaign, zone) in [("customer's", oslo), ("campaign's", newYork)] as [(CampaignID, TimeZone)] {
          var calendar = Calendar(identifier: .gregorian)
          calendar.timeZone = zone
          let day = "\(calendar.dateComponents([.year, .month, .day], from: time.now))"
          if first[campaign]?[day] == nil { first[campaign, default: [:]][day] = time.now }
        }
        time.advance(by: .minutes(30))
      }
      #expect(issued["once"] == [start])
      #expect(issued["rolling"] == (0..<4).map { start + Double($0) * 86_400 })
      #expect(issued["customer's"] == first["customer's"]?.values.sorted())
      #expect(issued["campaign's"] == first["campaign's"]?.values.sorted())
      // Midnight to midnight is 23 or 25 hours in Oslo, and 24 in New York.
      let lengths = zip(issued["customer's"] ?? [], (issued["customer's"] ?? []).dropFirst()).map {
        $1.timeIntervalSince($0) / 3600
      }
      #expect(lengths.contains(change.contains("-03-") ? 23 : 25))
      #expect(try await bridge.audit().imbalances == [])
    }
  }

  @Test(arguments: [CampaignLimit.Scope.campaign, .offer, .group("g")], [true, false])
  func `budgets count uses or money in each scope, reserve, commit, release, and refuse or honour and flag`(
    scope: CampaignLimit.Scope,
    isPerCustomer: Bool
  ) async throws {
    for isMoney in [false, true] {
      for policy in CampaignLimit.OverLimitPolicy.allCases {
        let limit: CampaignLimit =
          switch (isMoney, isPerCustomer) {
          case (false, true): .perCustomer(2, of: scope, beyond: policy)
          case (false, false): .total(2, of: scope, beyond: policy)
          case (true, true): .perCustomer(Self.eur(1400), of: scope, beyond: policy)
          case (true, false): .total(Self.eur(1400), of: scope, beyond: policy)
          }
        let offer = Offer("ten-off", faceValue: Self.eur(700))
        let shop = try await Shop([Shop.reward(limits: [limit])], offers: [offer])
        shop.store.save(Member(), as: "bob")
        func issue(_ id: String, to customer: CustomerID = "ada") async throws -> CampaignDecision? {
          try await shop.bridge.respond(to: shop.opened(id, by: customer))["reward"]
        }
        // Reserved and committed with the issuance, in one step.
        let first = try #require(try await issue("a-1")?.issuedOffer)
        #expect(try await issue("a-2")?.overLimits == [])
        #expect(
          try await shop.bridge.record(of: first.id)?.limitUses.map(\.amount) == [isMoney ? 700 : 1]
        )
        let beyond = try await issue("a-3")
        let excess = LimitExcess(limit, amount: isMoney ? 700 : 1)
        switch policy {
        case .refuse: #expect(beyond?.outcome == .limitReached(limit))
        case .honourAndFlag: #expect(beyond?.overLimits == [excess])
        }
        // Another customer has a count of their own, or shares the one of all.
        let other = try await issue("b-1", to: "bob")
        #expect((other?.issuedOffer != nil) == (isPerCustomer || policy == .honourAndFlag))
        #expect(other?.overLimits.isEmpty == (isPerCustomer || policy == .refuse))
        // Released once, by a closing that gives it back; a repeat of the closing releases nothing more.
        for _ in 0..<2 {
          _ = try await shop.bridge.close(first.id, as: .revoked, reason: "test", limitUses: .givenBack)
        }
        let next = try await issue("a-4")
        if policy == .refuse {
          #expect(next?.issuedOffer != nil)
          #expect(try await issue("a-5")?.outcome == .limitReached(limit))
        } else {
          #expect(next?.overLimits.first?.amount == (isPerCustomer ? excess.amount : 2 * excess.amount))
        }
        let audit = try await shop.bridge.audit()
        #expect(audit.imbalances == [])
        #expect((audit.issuedBeyondLimits > 0) == (policy == .honourAndFlag))
      }
    }
  }

  @Test func `a message's audience only narrows its campaign's, and tags expire on the clock`() async throws {
    struct Shopper: Sendable {
      var tags: Tags
      var hasWallet: Bool
    }
    let time = ManualTime()
    let end = time.now + 3600
    let store = InMemoryCustomerStore<Shopper>([
      "tagged": Shopper(tags: ["spring": end], hasWallet: true),
      "untagged": Shopper(tags: [], hasWallet: true),
      "paper": Shopper(tags: ["spring": end], hasWallet: false),
      "always": Shopper(tags: ["spring"], hasWallet: true),
    ])
    let card = MessageVariant<Shopper>("card") { DataPoint("at") { $0.now } }
    let bridge = try await OfferBridge(
      customers: store,
      catalog: InMemoryOfferCatalog([]),
      campaigns: [
        Campaign<Shopper>(
          "spring",
          on: .action("app_opened"),
          rule: Rule { $0.customer.tags.has("spring") },
          outcome: .send(card.only(for: Rule { $0.customer.hasWallet }), through: "wallet")
        )
      ],
      providers: ["wallet": FakeWallet()],
      ledger: InMemoryOfferLedger(now: { time.now })
    )
    func sent(_ round: String) async throws -> Set<CustomerID> {
      var sent: Set<CustomerID> = []
      for customer in ["tagged", "untagged", "paper", "always"] as [CustomerID] {
        let action = CustomerAction("app_opened", id: "\(round) \(customer)", by: customer, at: time.now)
        if try await bridge.respond(to: action)["spring"]?.outcome.isActed == true { sent.insert(customer) }
      }
      return sent
    }
    #expect(try await sent("first") == ["tagged", "always"])
    time.advance(by: .hours(1) - .milliseconds(1))
    #expect(try await sent("last") == ["tagged", "always"])
    time.advance(by: .milliseconds(1))
    #expect(try await sent("over") == ["always"])
  }

  @Test func `a stable hash assigns, the decision records it, and who is held out is sent nothing`()
    async throws
  {
    struct Kept: CampaignRule {
      var body: some CampaignRule<Member> { Holdout(percent: 20, salt: "spring") }
    }
    let store = InMemoryCustomerStore<Member>()
    func variant(_ name: String) -> MessageVariant<Member> {
      MessageVariant(name) { DataPoint("says") { _ in name } }
    }
    let group = ControlGroup("everything", percent: 10)
    func bridge() async throws -> OfferBridge<Member> {
      try await OfferBridge(
        customers: store,
        catalog: InMemoryOfferCatalog([Offer("ten-off"), Offer("cup")]),
        campaigns: [
          Campaign(
            "letter",
            on: .action("app_opened"),
            rule: Kept(),
            outcome: .sendOneOf(
              [variant("a").weighing(1), variant("b").weighing(1)],
              salt: "x",
              through: "wallet"
            )
          ),
          Campaign(
            "gift",
            on: .action("app_opened"),
            rule: Everyone(),
            outcome: .issueOneOf(
              [WeightedOffer("ten-off", weight: 1), WeightedOffer("cup", weight: 1)],
              salt: "x"
            ),
            control: .exempt
          ),
        ],
        providers: ["wallet": FakeWallet()],
        controlGroup: group
      )
    }
    // Two bridges over two ledgers, as two processes or two releases have them.
    let (first, second) = (try await bridge(), try await bridge())
    var outcomes: [String: Int] = [:]
    for number in 0..<300 {
      let customer = CustomerID("customer-\(number)")
      store.save(Member(), as: customer)
      var words: [String] = []
      for bridge in [first, second] {
        let action = CustomerAction("app_opened", id: "a-\(number)", by: customer, at: .distantPast + 1e10)
        let decisions = try await bridge.respond(to: action)
        let letter = try #require(decisions["letter"])
        let message = try await bridge.messages(of: customer).map(\.message.variant)
        switch letter.outcome {
        case .heldOut(let name):
          #expect(message == [])
          #expect(letter.explanation.verdict == .notMet)
          #expect((name == "everything") == group.contains(customer))
          words.append("held out by \(name?.rawValue ?? "the campaign")")
        default:
          #expect(letter.messageExplanation?.variant == message.first)
          words.append("sent \(message)")
        }
        let gift = try #require(decisions["gift"])
        #expect(gift.offerExplanation?.offer == gift.issuedOffer?.offer)
        words.append("issued \(gift.issuedOffer?.offer.rawValue ?? "nothing")")
      }
      #expect(words[0] == words[2] && words[1] == words[3], "\(customer)")
      for word in words.prefix(2) { outcomes[word, default: 0] += 1 }
    }
    #expect(
      outcomes.keys.sorted() == [
        "held out by everything", "held out by the campaign", "issued cup", "issued ten-off", "sent [\"a\"]",
        "sent [\"b\"]",
      ]
    )
  }

  @Test(arguments: ["Pacific/Kiritimati", "Etc/GMT+12"])
  func
    `an expiry is a moment, a length, a local day's end or the earliest; its last day is in, UTC-12 to +14`(
      name: String
    ) async throws
  {
    let zone = try #require(TimeZone(identifier: name))
    let time = ManualTime()
    let today = LocalDay(of: time.now, in: zone)
    let lastDay = today.adding(days: 3)
    let dayEnds = lastDay.interval(in: zone).upperBound
    let moment = time.now + 100_000.5
    let expiries: [(OfferExpiry, Date)] = [
      (.at(moment), moment), (.after(.days(2)), time.now + 2 * 86_400),
      (.endOf(lastDay, in: zone), dayEnds), (.endOf(lastDay), dayEnds),
      (.endOfDay(after: 3), dayEnds),
      (.earliest([.endOf(lastDay), .after(.days(30)), .never]), dayEnds),
      (.earliest([.endOf(lastDay), .at(moment)]), moment),
    ]
    for (expiry, end) in expiries {
      let time = ManualTime()
      let wallet = FakeWallet()
      let bridge = try await OfferBridge(
        customers: InMemoryCustomerStore<Member>(["ada": Member()]),
        catalog: InMemoryOfferCatalog([
          Offer(
            "ten-off",
            raises: "ten_off_issued",
            replicas: ["wallet": "TEN"],
            expires: expiry,
            redeemable: .unlimited
          )
        ]),
        campaigns: [Shop.reward(), Shop.toWallet()],
        providers: ["wallet": wallet],
        zoneOfCustomer: { _ in zone },
        ledger: InMemoryOfferLedger(now: { time.now })
      )
      _ = try await bridge.respond(to: CustomerAction("app_opened", id: "a", by: "ada", at: time.now))
      _ = try await bridge.deliverDueMessages()
      let issued = try #require(try await bridge.issuedOffers(of: "ada").first)
      #expect(issued.expiresAt == end)
      let last = Date(milliseconds: end.milliseconds - 1)
      #expect(issued.status(at: last) == .issued)
      #expect(issued.status(at: end) == .expired)
      time.advance(to: end)
      let (inTime, late) = (
        try wallet.redeem("TEN", of: "ada", at: last), try wallet.redeem("TEN", of: "ada", at: end)
      )
      #expect(try await bridge.reconcile(inTime) == .applied(to: issued.id))
      #expect(try await bridge.reconcile(late) == .discrepant([.afterExpiry], on: issued.id))
      if end == dayEnds {
        // A till that knows the day alone: the last one is in, the next is not.
        let onLast = Redemption(id: "on-last", of: .issuedOffer(issued.id), on: lastDay, in: zone)
        let onNext = Redemption(
          id: "next",
          of: .issuedOffer(issued.id),
          on: lastDay.adding(days: 1),
          in: zone
        )
        #expect(try await bridge.reconcile(onLast) == .applied(to: issued.id))
        #expect(try await bridge.reconcile(onNext) == .discrepant([.afterExpiry], on: issued.id))
      }
    }
  }
}
