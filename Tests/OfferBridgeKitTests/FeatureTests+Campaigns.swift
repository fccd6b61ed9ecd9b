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
}
