import Foundation
import OfferBridgeKit

/// The customer that both sides know.
struct Shopper: Sendable {
  enum Tier: String, Sendable { case basic, silver, gold, platinum }

  var firstName = "Ada"
  var tier = Tier.gold
  var isOptedIn = true
  var visits = 7
}

/// The shop that both sides are measured on: so many customers, an action and a redemption of each.
struct Shop {
  let customers: [CustomerID: Shopper]
  let actions: [CustomerAction]

  /// - Parameters:
  ///   - size: How many customers there are.
  ///   - areLoyal: Whether they meet the rule.
  init(size: Int, areLoyal: Bool = true) {
    let now = Date()
    let shopper = Shopper(tier: areLoyal ? .gold : .silver)
    var customers: [CustomerID: Shopper] = Dictionary(minimumCapacity: size)
    actions = (0..<size).map { number in
      let action = Self.action(number, at: now)
      customers[action.customer] = shopper
      return action
    }
    self.customers = customers
  }

  static func customer(_ number: Int) -> CustomerID { CustomerID(rawValue: "shopper-\(1_000_000 + number)") }

  static func action(_ number: Int, at now: Date) -> CustomerAction {
    CustomerAction(
      "app_opened",
      id: "app-opened-\(1_000_000 + number)",
      by: customer(number),
      at: now,
      ["channel": "ios"]
    )
  }

  static func redemptionID(_ number: Int) -> String { "redemption-\(1_000_000 + number)" }

  /// A bridge over the shop's customers and an empty ledger.
  static func bridge(
    _ customers: [CustomerID: Shopper],
    _ wallet: some MessageProvider,
    settings: BridgeSettings = .standard
  ) async throws -> OfferBridge<Shopper> {
    let reward = Campaign(
      "app-open-reward",
      on: .action("app_opened"),
      rule: Rule<Shopper> {
        $0.customer.tier.isOneOf(.gold, .platinum)
        $0.customer.isOptedIn
        $0.customer.visits >= 3
        $0.event.channel == "ios"
      },
      outcome: .issue("ten-off"),
      limits: [.perCustomer(1)]
    )
    let card = MessageVariant<Shopper>("card") {
      DataPoint("firstName") { $0.customer.firstName }
      DataPoint("offer") { $0.replica }
      DataPoint("issuedOffer") { $0.issuedOffer?.id }
    }
    let toWallet = Campaign<Shopper>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(card, through: "wallet")
    )
    let catalog = InMemoryOfferCatalog([
      Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"], expires: .after(.days(30)))
    ])
    return try await OfferBridge(
      customers: InMemoryCustomerStore(customers),
      catalog: catalog,
      campaigns: [reward, toWallet],
      providers: ["wallet": wallet],
      settings: settings
    )
  }
}

/// Takes every message at once, counts it, and keeps nothing.
final class Wallet: MessageProvider {
  private let count = Counter()

  var received: Int { count.value }

  func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    count.increment()
    // Each customer is sent one message, so that the customer's name is a reference of its own that costs nothing.
    return .accepted(reference: ReplicaReference(rawValue: delivery.message.customer.rawValue))
  }
}
