import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Customers whom several campaigns leave alone, and those campaigns that leave nobody out.
@Suite struct ControlGroupTests {
  private static let everyone = ControlGroup("everything", percent: 100)
  private static let nobody = ControlGroup("everything", percent: 0)
  private static let tenth = ControlGroup("everything-2026", percent: 10)

  private static func campaign(
    _ id: CampaignID,
    _ control: CampaignControl = .standard,
    _ rule: some CampaignRule<Member> = Everyone<Member>()
  ) -> Campaign<Member> {
    Campaign(
      id,
      on: .action("app_opened"),
      rule: rule,
      outcome: .send(Shop.letter, through: "wallet"),
      control: control
    )
  }

  private func bridge(
    _ campaigns: [Campaign<Member>],
    _ group: ControlGroup?,
    _ store: InMemoryCustomerStore<Member> = InMemoryCustomerStore(["ada": Member()])
  ) async throws -> OfferBridge<Member> {
    try await OfferBridge(
      customers: store,
      catalog: InMemoryOfferCatalog([Shop.tenOff]),
      campaigns: campaigns,
      providers: ["wallet": FakeWallet()],
      controlGroup: group
    )
  }

  private func opened(_ id: String, by customer: CustomerID = "ada") -> CustomerAction {
    CustomerAction("app_opened", id: id, by: customer, at: .distantPast + 1e10)
  }

  @Test func `who is in a control group gets nothing of any campaign of it, and everything of those exempt`()
    async throws
  {
    let store = InMemoryCustomerStore<Member>()
    let bridge = try await bridge(
      [Self.campaign("one"), Self.campaign("two"), Self.campaign("receipt", .exempt)],
      Self.tenth,
      store
    )
    var inGroup = 0
    for number in 0..<500 {
      let customer = CustomerID("customer-\(number)")
      store.save(Member(), as: customer)
      let decisions = try await bridge.respond(to: opened("a-\(number)", by: customer))
      let isIn = Self.tenth.contains(customer)
      if isIn { inGroup += 1 }
      for campaign in ["one", "two"] as [CampaignID] {
        #expect((decisions[campaign]?.outcome == .heldOut(by: "everything-2026")) == isIn)
        #expect(decisions[campaign]?.outcome.isActed == !isIn)
      }
      #expect(decisions["receipt"]?.outcome.isActed == true)
      #expect(try await bridge.messages(of: customer).count == (isIn ? 1 : 3))
    }
    #expect((30...70).contains(inGroup))
  }

  @Test func `a campaign leaves alone the bridge's group and its own, and the first of them is named`()
    async throws
  {
    let season = ControlGroup("season", percent: 100)
    let campaigns = [Self.campaign("plain"), Self.campaign("spring", .also(season))]
    func outcomes(_ group: ControlGroup?) async throws -> [CampaignDecision.Outcome?] {
      let decisions = try await bridge(campaigns, group).respond(to: opened("a-1"))
      return [decisions["plain"]?.outcome, decisions["spring"]?.outcome]
    }
    #expect(try await outcomes(nil)[1] == .heldOut(by: "season"))
    #expect(try await outcomes(nil)[0]?.isActed == true)
    #expect(try await outcomes(Self.nobody)[1] == .heldOut(by: "season"))
    #expect(try await outcomes(Self.everyone) == [.heldOut(by: "everything"), .heldOut(by: "everything")])
  }

  @Test func `the rule is asked first, and a holdout of the campaign's own names no group`() async throws {
    let campaigns = [
      Self.campaign("unmet", .standard, Rule { $0.customer.tier == .silver }),
      Self.campaign("unknown", .standard, Rule { $0.customer.nickname == "Ad" }),
      Self.campaign("own", .exempt, Holdout(percent: 100, salt: "everything")),
      Self.campaign("both", .standard, Holdout(percent: 100, salt: "everything")),
    ]
    let decisions = try await bridge(campaigns, Self.everyone).respond(to: opened("a-1"))
    #expect(decisions["unmet"]?.outcome == .notMet)
    #expect(decisions["unknown"]?.outcome == .notMet || decisions["unknown"]?.outcome == .notEvaluable)
    #expect(decisions["own"]?.outcome == .heldOut(by: nil))
    #expect(decisions["both"]?.outcome == .heldOut(by: "everything"))
    let none = try await bridge(campaigns, Self.nobody).respond(to: opened("a-2"))
    #expect(none["both"]?.outcome == .heldOut(by: nil))
  }

  @Test func `the explanation shows the group's clause, and the decision names it in words`() async throws {
    let decision = try #require(
      try await bridge([Self.campaign("one", .standard, Rule { $0.customer.isOptedIn })], Self.everyone)
        .respond(to: opened("a-1"))["one"]
    )
    #expect(decision.description == "one on app_opened: held out by the control group everything")
    #expect(
      decision.explanation.description.contains("control group everything: not in the 100% holdout"),
      "\(decision.explanation)"
    )
    #expect(decision.explanation.verdict == .notMet)
  }

  @Test func `a replica about which nothing is sent for it says so`() async throws {
    let send = Campaign<Member>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(Shop.card, through: "wallet"),
      control: .also(ControlGroup("cards", percent: 100))
    )
    let bridge = try await bridge([Shop.reward(), send], nil)
    let decisions = try await bridge.respond(to: opened("a-1"))
    let state = Replica.State.notSent(.heldOutBy("to-wallet", "cards"))
    #expect(decisions["reward"]?.issuedOffer?.replicas.map(\.state) == [state])
    #expect(try await bridge.issuedOffers(of: "ada")[0].replicas.map(\.state) == [state])
    #expect("\(state)" == "not sent: to-wallet: held out by the control group cards")
    #expect(try await bridge.journey(of: "ada").description.contains("(heldOutBy)"))
  }

  @Test func `other campaigns in place of the old ones leave the same customers alone`() async throws {
    let replaced = try await bridge([Self.campaign("one")], Self.everyone)
      .replacing(campaigns: [Self.campaign("two")])
    #expect(try await replaced.respond(to: opened("a-1"))["two"]?.outcome == .heldOut(by: "everything"))
    let moved = replaced.using(ledger: InMemoryOfferLedger())
    #expect(try await moved.respond(to: opened("a-1"))["two"]?.outcome == .heldOut(by: "everything"))
  }

  @Test func `one name with two shares is a fault, and so is a share that is none`() async throws {
    func faults(_ group: ControlGroup, _ other: ControlGroup) async throws -> [ConfigurationFault] {
      do {
        _ = try await bridge([Self.campaign("one", .also(other)), Self.campaign("two", .also(other))], group)
        return []
      } catch let error as OfferBridgeError {
        guard case .configurationInvalid(let faults) = error.code else { throw error }
        return faults
      }
    }
    let two = ControlGroup("everything", percent: 20)
    #expect(try await faults(Self.everyone, two) == [.controlGroupAmbiguous("everything")])
    #expect(try await faults(Self.everyone, Self.everyone) == [])
    let over = ControlGroup("over", percent: 101)
    #expect(
      try await faults(Self.nobody, over) == [
        .rule("one", .holdoutPercent(101)), .rule("two", .holdoutPercent(101)),
      ]
    )
    #expect(
      try await faults(Self.nobody, ControlGroup("", percent: 1)) == [
        .identifierInvalid(kind: "control group", value: "")
      ]
    )
  }
}
