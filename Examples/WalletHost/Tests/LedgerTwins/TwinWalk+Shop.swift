import Foundation
import OfferBridgeKit

extension TwinWalk {
  static let takeBack = MessageVariant<Shopper>("take-back") { DataPoint("offer") { $0.replica } }

  /// A shop whose limits are of every kind that is a customer's own.
  static func bridge(_ ids: [CustomerID], _ ledger: TwinLedger) async throws -> OfferBridge<Shopper> {
    let opened = Campaign(
      "on-opening",
      on: .action("opened"),
      rule: Rule<Shopper> { $0.customer.tier == "gold" },
      outcome: .issue("ten-off"),
      limits: [.perCustomer(3, in: .rolling(.hours(12))), .perCustomer(9), .total(400)]
    )
    let bought = Campaign<Shopper>(
      "on-buying",
      on: .action("bought"),
      rule: Everyone(),
      outcome: .issue("five-off"),
      limits: [
        .perCustomer(2, in: .calendar(.day, in: .gmt)),
        .perCustomer(Money(minorUnits: 2_000, currency: "EUR"), beyond: .honourAndFlag),
      ]
    )
    let card = MessageVariant<Shopper>("card") {
      DataPoint("member") { $0.customerID }
      DataPoint("offer") { $0.replica }
    }
    let toWallet = ["ten_off_issued", "five_off_issued"].map { event in
      Campaign<Shopper>(
        CampaignID("to-wallet-\(event)"),
        on: .event(event),
        rule: Everyone(),
        outcome: .send(card, through: "wallet")
      )
    }
    let toMail = Campaign<Shopper>(
      "to-mail",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(card, through: "mail"),
      limits: [.perCustomer(4)]
    )
    return try await OfferBridge(
      customers: InMemoryCustomerStore(Dictionary(uniqueKeysWithValues: ids.map { ($0, Shopper()) })),
      catalog: InMemoryOfferCatalog([
        Offer(
          "ten-off",
          raises: "ten_off_issued",
          replicas: ["mail": "TEN", "wallet": "TEN"],
          expires: .after(.days(3)),
          warns: .before(.days(2), as: "ten_off_expiring"),
          onExpiry: .recalls,
          redeemable: .times(2)
        ),
        Offer(
          "five-off",
          raises: "five_off_issued",
          replicas: ["wallet": "FIVE"],
          faceValue: Money(minorUnits: 500, currency: "EUR"),
          reversal: .closes
        ),
      ]),
      campaigns: [opened, bought, toMail] + toWallet,
      providers: ["mail": InMemoryMessageProvider(), "wallet": InMemoryMessageProvider()],
      ledger: ledger
    )
  }
}
