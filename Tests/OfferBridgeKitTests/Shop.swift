import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// The host's profile in these tests.
struct Member: Sendable {
  enum Tier: String, Sendable, Comparable, CaseIterable {
    case basic, silver, gold
    static func < (lhs: Self, rhs: Self) -> Bool {
      (allCases.firstIndex(of: lhs) ?? 0) < (allCases.firstIndex(of: rhs) ?? 0)
    }
  }

  struct Address: Sendable {
    var city = "Oslo"
    var zip: String?
  }

  var name = "Ada"
  var tier = Tier.gold
  var isOptedIn = true
  var hasWallet = true
  var nickname: String?
  var age = 40
  var score = 1.5
  var segments: Set<String> = ["coffee"]
  var address = Address()
  var isAdult: Bool { age >= 18 }
}

/// A small shop: one offer, one campaign that issues it when the app is opened, one that sends the card.
struct Shop: Sendable {
  let time: ManualTime
  let store = InMemoryCustomerStore<Member>(["ada": Member()])
  let catalog = InMemoryOfferCatalog([Shop.tenOff])
  let wallet: any MessageProvider
  let ledger: InMemoryOfferLedger
  let bridge: OfferBridge<Member>

  static let tenOff = Offer(
    "ten-off",
    raises: "ten_off_issued",
    replicas: ["wallet": "TEN"],
    expires: .after(.days(30))
  )

  /// The same with an end that is told three days before, and at which its card is taken back.
  static let warnedTenOff = Offer(
    "ten-off",
    raises: "ten_off_issued",
    replicas: ["wallet": "TEN"],
    expires: .after(.days(30)),
    warns: .before(.days(3), as: "ten_off_expiring"),
    onExpiry: .recalls
  )

  static let card = MessageVariant<Member>("card") {
    DataPoint("name") { $0.customer.name }
    DataPoint("offer") { $0.replica }
  }

  /// Says nothing of an offer.
  static let letter = MessageVariant<Member>("letter") { DataPoint("name") { $0.customer.name } }

  static func reward(
    _ rule: some CampaignRule<Member> = Rule<Member> { $0.customer.isOptedIn },
    limits: [CampaignLimit] = [],
    schedule: CampaignSchedule = .evergreen
  ) -> Campaign<Member> {
    Campaign(
      "reward",
      on: .action("app_opened"),
      rule: rule,
      outcome: .issue("ten-off"),
      limits: limits,
      schedule: schedule
    )
  }

  static func toWallet(
    _ rule: some CampaignRule<Member> = Rule<Member> { $0.customer.hasWallet }
  ) -> Campaign<Member> {
    Campaign("to-wallet", on: .event("ten_off_issued"), rule: rule, outcome: .send(card, through: "wallet"))
  }

  init(
    _ campaigns: [Campaign<Member>] = [Shop.reward(), Shop.toWallet()],
    observers: [ScopeObserver<Member>] = [],
    offers: [Offer] = [],
    wallet: any MessageProvider = FakeWallet(),
    codePools: [CodePoolID: any CodePool] = [:],
    reservations: (any OfferReservations)? = nil,
    hostEvents: Set<String> = [],
    settings: BridgeSettings = .standard,
    time: ManualTime = ManualTime()
  ) async throws {
    self.wallet = wallet
    self.time = time
    ledger = InMemoryOfferLedger(now: { time.now })
    for offer in offers { catalog.save(offer) }
    bridge = try await OfferBridge(
      customers: store,
      catalog: catalog,
      campaigns: campaigns,
      observers: observers,
      providers: ["wallet": wallet],
      codePools: codePools,
      reservations: reservations,
      hostEvents: hostEvents,
      ledger: ledger,
      settings: settings
    )
  }

  func opened(
    _ id: String,
    by customer: CustomerID = "ada",
    _ attributes: Attributes = .none
  ) -> CustomerAction {
    CustomerAction("app_opened", id: id, by: customer, at: time.now, attributes)
  }

  /// What was issued to Ada, alone.
  func issued(to customer: CustomerID = "ada") async throws -> IssuedOffer {
    let offers = try await bridge.issuedOffers(of: customer)
    guard let offer = offers.first, offers.count == 1 else {
      throw Unexpected("\(offers.count) issued offers")
    }
    return offer
  }

  func message(to customer: CustomerID = "ada") async throws -> MessageRecord {
    let messages = try await bridge.messages(of: customer)
    guard let message = messages.first, messages.count == 1 else {
      throw Unexpected("\(messages.count) messages")
    }
    return message
  }
}

struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
