import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// One of several offers by weight, as what a campaign does.
@Suite struct WeightedOfferTests {
  private static let offers = [WeightedOffer("ten-off", weight: 70), WeightedOffer("cup", weight: 30)]
  private static let cup = Offer("cup", raises: "cup_issued", replicas: ["wallet": "CUP"])

  private static func campaign(
    _ offers: [WeightedOffer] = offers,
    limits: [CampaignLimit] = []
  ) -> Campaign<Member> {
    Campaign(
      "reward",
      on: .action("app_opened"),
      rule: Everyone(),
      outcome: .issueOneOf(offers, salt: "spring"),
      limits: limits
    )
  }

  private static let toWallet = [
    Shop.toWallet(),
    Campaign<Member>(
      "cup-to-wallet",
      on: .event("cup_issued"),
      rule: Everyone(),
      outcome: .send(Shop.card, through: "wallet")
    ),
  ]

  private func shop(_ campaign: Campaign<Member> = campaign(), offers: [Offer] = [cup]) async throws -> Shop {
    try await Shop([campaign] + Self.toWallet, offers: offers)
  }

  @Test
  func `a customer is issued one of the offers, always the same, and the decision records which and why`()
    async throws
  {
    let shop = try await shop()
    var counts: [OfferID: Int] = [:]
    for number in 0..<400 {
      let customer = CustomerID("customer-\(number)")
      shop.store.save(Member(), as: customer)
      for round in 0..<2 {
        let decisions = try await shop.bridge.respond(to: shop.opened("a-\(number)-\(round)", by: customer))
        let decision = try #require(decisions["reward"])
        let issued = try #require(decision.issuedOffer)
        #expect(decision.offerExplanation?.offer == issued.offer)
        #expect(decision.offerExplanation?.among == Self.offers)
        // A word of its own, so that variants under the same salt are another draw.
        let place = VariantShares(of: "offers", weights: [70, 30], salt: "spring").index(for: customer)
        #expect(issued.offer == Self.offers[place].offer)
        // What it raises is heard, whichever it is.
        let sender: CampaignID = issued.offer == "cup" ? "cup-to-wallet" : "to-wallet"
        #expect(decisions[sender]?.outcome.isActed == true)
        if round == 0 { counts[issued.offer, default: 0] += 1 }
      }
      #expect(Set(try await shop.bridge.issuedOffers(of: customer).map(\.offer)).count == 1)
    }
    #expect((240...320).contains(counts["ten-off"] ?? 0), "\(counts)")
    let explained = try await shop.bridge.respond(to: shop.opened("b"))["reward"]?.offerExplanation
    #expect(explained?.description.hasSuffix(", of ten-off 70, cup 30 under the salt spring") == true)
  }

  @Test func `what was issued stays when the weights change, and a repeat is answered with it`() async throws
  {
    let shop = try await shop(
      Self.campaign([WeightedOffer("ten-off", weight: 1), WeightedOffer("cup", weight: 0)])
    )
    let first = try #require(try await shop.bridge.respond(to: shop.opened("a-1"))["reward"]?.issuedOffer)
    #expect(first.offer == "ten-off")
    let changed = try await shop.bridge.replacing(
      campaigns: [Self.campaign([WeightedOffer("ten-off", weight: 0), WeightedOffer("cup", weight: 1)])]
        + Self.toWallet
    )
    let repeated = try #require(try await changed.respond(to: shop.opened("a-1"))["reward"])
    #expect(repeated.issuedOffer?.id == first.id)
    #expect(repeated.isReplay)
    #expect(repeated.offerExplanation == nil)
    #expect(try await changed.respond(to: shop.opened("a-2"))["reward"]?.issuedOffer?.offer == "cup")
    #expect(try await changed.issuedOffers(of: "ada").map(\.offer) == ["ten-off", "cup"])
  }

  @Test func `each offer counts in limits by its own name and value, and a budget must measure them all`()
    async throws
  {
    func eur(_ units: Int64) -> Money { Money(minorUnits: units, currency: "EUR") }
    let budget = CampaignLimit.total(eur(1000))
    let all = [
      Offer("ten-off", faceValue: eur(400)), Offer("cup", faceValue: eur(100)),
    ]
    let even = [WeightedOffer("ten-off", weight: 1), WeightedOffer("cup", weight: 1)]
    let shop = try await Shop(
      [Self.campaign(even, limits: [budget, .perCustomer(1, of: .offer)])],
      offers: all
    )
    var used: Int64 = 0
    for number in 0..<40 {
      let customer = CustomerID("customer-\(number)")
      shop.store.save(Member(), as: customer)
      let decision = try await shop.bridge.respond(to: shop.opened("a-\(number)", by: customer))["reward"]
      let worth: Int64 = decision?.offerExplanation?.offer == "cup" ? 100 : 400
      #expect((decision?.issuedOffer != nil) == (used + worth <= 1000))
      if decision?.issuedOffer != nil { used += worth }
    }
    #expect(used == 1000)
    #expect(try await shop.bridge.audit().imbalances == [])
    let error = await #expect(throws: OfferBridgeError.self) {
      try await Shop([Self.campaign(even, limits: [budget])], offers: [all[0], Offer("cup")])
    }
    #expect(error?.code == .configurationInvalid([.limitUnmeasurable(budget, in: "reward")]))
  }

  @Test func `what cannot be chosen from is a fault, and one offer alone is a warning`() async throws {
    func faults(_ offers: [WeightedOffer]) async throws -> [ConfigurationFault] {
      do {
        _ = try await Shop([Self.campaign(offers)], offers: [Self.cup])
        return []
      } catch let error as OfferBridgeError {
        guard case .configurationInvalid(let faults) = error.code else { throw error }
        return faults
      }
    }
    let (ten, cup) = (WeightedOffer("ten-off", weight: 1), WeightedOffer("cup", weight: 1))
    #expect(try await faults([]) == [.noOfferHasWeight(in: "reward")])
    #expect(try await faults([WeightedOffer("cup", weight: 0)]) == [.noOfferHasWeight(in: "reward")])
    #expect(
      try await faults([ten, WeightedOffer("cup", weight: -1)]) == [
        .offerWeightInvalid(-1, of: "cup", in: "reward")
      ]
    )
    #expect(try await faults([ten, cup, ten]) == [.repeatedOffer("ten-off", in: "reward")])
    #expect(
      try await faults([ten, WeightedOffer("mug", weight: 1)]) == [.unknownOffer("mug", in: "reward")]
    )
    let one = try await Shop([Self.campaign([ten, WeightedOffer("cup", weight: 0)])], offers: [Self.cup])
    #expect(one.bridge.warnings.contains(.oneOfferOnly("ten-off", in: "reward")))
  }
}
