import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a bridge refuses at the door, all of it at once.
@Suite struct ConfigurationTests {
  private func faults(
    _ campaigns: [Campaign<Member>],
    observers: [ScopeObserver<Member>] = [],
    offers: [Offer] = [Shop.tenOff],
    providers: [ProviderID: any MessageProvider] = ["wallet": FakeWallet()],
    hostEvents: Set<String> = [],
    tenant: TenantID = "main",
    settings: BridgeSettings = .standard
  ) async throws -> [ConfigurationFault] {
    do {
      _ = try await OfferBridge(
        customers: InMemoryCustomerStore<Member>(),
        catalog: InMemoryOfferCatalog(offers),
        campaigns: campaigns,
        observers: observers,
        providers: providers,
        hostEvents: hostEvents,
        tenant: tenant,
        settings: settings
      )
      return []
    } catch let error as OfferBridgeError {
      guard case .configurationInvalid(let faults) = error.code else { throw error }
      return faults
    }
  }

  private func campaign(
    _ id: CampaignID,
    on trigger: CampaignTrigger = .action("app_opened"),
    _ outcome: CampaignOutcome<Member> = .issue("ten-off"),
    rule: some CampaignRule<Member> = Everyone<Member>(),
    limits: [CampaignLimit] = [],
    schedule: CampaignSchedule = .evergreen
  ) -> Campaign<Member> {
    Campaign(id, on: trigger, rule: rule, outcome: outcome, limits: limits, schedule: schedule)
  }

  @Test func `what fits together has no fault`() async throws {
    #expect(try await faults([Shop.reward(), Shop.toWallet()]) == [])
  }

  @Test func `every fault is listed at once, each with its next step`() async throws {
    let error = await #expect(throws: OfferBridgeError.self) {
      _ = try await OfferBridge(
        customers: InMemoryCustomerStore<Member>(),
        catalog: InMemoryOfferCatalog([Shop.tenOff]),
        campaigns: [Shop.reward(), Shop.reward(), self.campaign("lost", .issue("twenty-off"))],
        providers: [:]
      )
    }
    #expect(
      error?.description == """
        The bridge cannot be made for 2 reasons:
        - Two campaigns or observers are named 'reward'. Give each its own name; decisions are kept under it.
        - Campaign 'lost' issues 'twenty-off', which the catalog does not have. Add the offer, or mend its name.
        """
    )
  }

  @Test func `an unknown offer, provider or event is named`() async throws {
    let found = try await faults([
      campaign("a", .issue("twenty-off")),
      campaign("b", .send(Shop.card, through: "pigeon")),
      campaign("c", on: .event("never_raised")),
    ])
    #expect(
      found == [
        .unknownOffer("twenty-off", in: "a"), .unknownProvider("pigeon", in: "b"),
        .eventNeverRaised("never_raised", in: "c"),
      ]
    )
  }

  @Test func `an event that the host declares may be heard`() async throws {
    #expect(try await faults([campaign("c", on: .event("birthday"))], hostEvents: ["birthday"]) == [])
  }

  @Test func `an offer without a replica for the provider of its message is a fault, whatever the path`()
    async throws
  {
    let bare = Offer("ten-off", raises: "ten_off_issued")
    #expect(
      try await faults([Shop.reward(), Shop.toWallet()], offers: [bare])
        == [.replicaMissing("ten-off", at: "wallet", in: "to-wallet")]
    )
    let silent = Offer("ten-off")
    let observer = ScopeObserver<Member>("o", on: .issuance(of: "ten-off"), raise: "ten_off_issued")
    #expect(
      try await faults([Shop.reward(), Shop.toWallet()], observers: [observer], offers: [silent])
        == [.replicaMissing("ten-off", at: "wallet", in: "to-wallet")]
    )
    let publisher = ScopeObserver<Member>(
      "p",
      on: .issuance(of: "ten-off"),
      send: Shop.card,
      through: "wallet"
    )
    #expect(
      try await faults([Shop.reward()], observers: [publisher], offers: [silent])
        == [.replicaMissing("ten-off", at: "wallet", in: "p")]
    )
  }

  @Test func `a cycle is a fault with its path`() async throws {
    let offers = [Offer("a", raises: "a_issued"), Offer("b", raises: "b_issued")]
    let found = try await faults(
      [
        campaign("one", on: .event("b_issued"), .issue("a")),
        campaign("two", on: .event("a_issued"), .issue("b")),
      ],
      offers: offers
    )
    #expect(
      found == [
        .cycle(["event a_issued", "issuance of b", "event b_issued", "issuance of a", "event a_issued"])
      ]
    )
  }

  @Test func `an observer of an offer that nobody issues is a fault`() async throws {
    let observer = ScopeObserver<Member>("o", on: .issuance(of: "ten-off"), raise: "x")
    #expect(try await faults([], observers: [observer]) == [.offerNeverIssued("ten-off", in: "o")])
  }

  @Test(arguments: [
    (Rule<Member> { _ in if false { Everyone() } }, RuleFault.empty),
    (
      Rule {
        $0.customer.isOptedIn; AnyOf { if false { Everyone() } }
      }, .empty
    ),
    (Rule { _ in Not { if false { Everyone() } } }, .empty),
    (
      Rule {
        $0.customer.isOptedIn; AnyOf { Holdout(percent: 10, salt: "s") }
      }, .misplacedHoldout(salt: "s")
    ),
    (Rule { _ in Not { Holdout(percent: 10, salt: "s") } }, .misplacedHoldout(salt: "s")),
    (Rule { _ in NoneOf { AllOf { Holdout(percent: 10, salt: "s") } } }, .misplacedHoldout(salt: "s")),
    (Rule { _ in AtLeast(1) { Holdout(percent: 10, salt: "s") } }, .misplacedHoldout(salt: "s")),
    (Rule { _ in Not { Not { Holdout(percent: 10, salt: "s") } } }, .misplacedHoldout(salt: "s")),
    (
      Rule {
        $0.customer.isOptedIn; Holdout(percent: 101, salt: "s")
      }, .holdoutPercent(101)
    ),
    (
      Rule {
        $0.customer.isOptedIn; AtLeast(2) { Everyone() }
      }, .unreachableCount(2, of: 1)
    ),
    (
      Rule {
        $0.customer.isOptedIn; AtLeast(0) { Everyone() }
      }, .unreachableCount(0, of: 1)
    ),
  ])
  func `a rule that cannot be registered is a fault`(rule: Rule<Member>, fault: RuleFault) async throws {
    let found = try await faults([campaign("c", rule: rule)])
    #expect(found.contains(.rule("c", fault)))
  }

  @Test func `a holdout may stand in a rule that stands as a plain clause`() async throws {
    struct Group: CampaignRule {
      var body: some CampaignRule<Member> {
        customer.isOptedIn
        AllOf { Holdout(percent: 10, salt: "s") }
      }
    }
    let rule = Rule<Member> {
      Group()
      $0.customer.hasWallet
    }
    #expect(try await faults([campaign("c", rule: rule)]) == [])
  }

  @Test func `a lease that is not longer than a provider's time-out is a fault`() async throws {
    let slow = ScriptedMessageProvider(timeout: .seconds(60))
    #expect(
      try await faults([Shop.reward(), Shop.toWallet()], providers: ["wallet": slow])
        == [.leaseTooShort(lease: .seconds(60), timeout: .seconds(60), margin: .seconds(5), of: "wallet")]
    )
    for (lease, count) in [(64_999, 1), (65_000, 0)] {
      let found = try await faults(
        [Shop.reward(), Shop.toWallet()],
        providers: ["wallet": slow],
        settings: BridgeSettings(lease: .milliseconds(lease))
      )
      #expect(found.count == count)
    }
  }

  private struct Timed: MessageProvider {
    var timeout: Duration
    var idempotencyWindow: Duration?
    func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer { .accepted() }
  }

  @Test(arguments: [Duration.zero, .seconds(-30), .seconds(1), .seconds(30), .seconds(30) + .milliseconds(1)])
  func `a window that is no longer than an attempt is a fault`(window: Duration) async throws {
    let wallet = Timed(timeout: .seconds(30), idempotencyWindow: window)
    let isFault = window <= .seconds(30)
    #expect(
      try await faults([Shop.reward(), Shop.toWallet()], providers: ["wallet": wallet])
        == (isFault
          ? [.idempotencyWindowTooShort(window: window, timeout: .seconds(30), of: "wallet")] : [])
    )
  }

  @Test(arguments: [Duration.zero, .milliseconds(-1)])
  func `a time-out that gives no time is a fault`(timeout: Duration) async throws {
    let wallet = Timed(timeout: timeout, idempotencyWindow: .milliseconds(1))
    #expect(
      try await faults([Shop.reward(), Shop.toWallet()], providers: ["wallet": wallet])
        == [.timeoutInvalid(timeout, of: "wallet")]
    )
    #expect(
      ConfigurationFault.timeoutInvalid(.zero, of: "wallet").description
        == "The time-out of 'wallet' is 0 seconds. Let it be more than zero; 30 seconds is the default."
    )
    #expect(
      ConfigurationFault.idempotencyWindowTooShort(window: .seconds(5), timeout: .seconds(30), of: "wallet")
        .description
        == "'wallet' is said to recognise a key for 5 seconds, and an attempt may take 30 seconds. "
        + "State a window longer than the time-out, or nil where it recognises keys for ever."
    )
  }

  @Test func `names, limits, schedules and variants are checked too`() async throws {
    let long = String(repeating: "x", count: 257)
    let twice = MessageVariant<Member>("v") {
      DataPoint("name") { $0.customer.name }
      DataPoint("name") { $0.customer.age }
    }
    let day = try #require(LocalDay("2026-03-02"))
    let utc = try #require(TimeZone(identifier: "UTC"))
    let found = try await faults(
      [
        campaign("", limits: [.total(0)]),
        campaign(CampaignID(long), schedule: .days(day, through: day.adding(days: -1), in: utc)),
        campaign("twice", .send(twice, through: "wallet")),
      ],
      offers: [Offer("ten-off", redeemable: .times(0))],
      tenant: ""
    )
    #expect(
      Set(found) == [
        .identifierInvalid(kind: "tenant", value: ""),
        .identifierInvalid(kind: "campaign", value: ""),
        .identifierInvalid(kind: "campaign", value: long),
        .limitBelowOne(.total(0), in: ""),
        .emptySchedule(CampaignID(long)),
        .redemptionLimitBelowOne("ten-off"),
        .repeatedDataPoint("name", in: "twice"),
      ]
    )
  }

  @Test func `an event that nobody hears is a warning and no fault`() async throws {
    let bridge = try await OfferBridge(
      customers: InMemoryCustomerStore<Member>(),
      catalog: InMemoryOfferCatalog([Shop.tenOff]),
      campaigns: [Shop.reward()],
      hostEvents: ["birthday"]
    )
    #expect(
      bridge.warnings == [
        .eventNobodyHears("ten_off_issued"), .hostEventNobodyHears("birthday"),
        .replicaNeverSent("ten-off", at: "wallet"),
      ]
    )
  }
}
