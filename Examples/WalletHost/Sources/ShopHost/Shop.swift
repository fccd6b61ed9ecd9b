import Foundation
import OfferBridgeKit

/// What the shop knows of a customer.
struct Shopper: Sendable, Codable, Hashable {
  enum Tier: String, Sendable, Codable { case bronze, silver, gold }

  var firstName: String
  var tier: Tier
  var wantsOffers = true
}

/// What the shop gives, to whom, and what it says to the wallet.
enum Shop {
  static let offers = [
    Offer(
      "ten-off",
      raises: "ten_off_issued",
      replicas: ["wallet": "TEN"],
      expires: .after(.days(30)),
      faceValue: Money(minorUnits: 1_000, currency: "EUR")
    )
  ]

  struct LoyalShopper: CampaignRule {
    var body: some CampaignRule<Shopper> {
      AnyOf {
        customer.tier.isOneOf(.silver, .gold)
        history.count(of: "purchase", inLast: .days(90)) >= 3
      }
      customer.wantsOffers
      event.channel == "phone"
    }
  }

  // The member, so that the wallet knows whose card it is; nothing else of the customer leaves the shop.
  static let card = MessageVariant<Shopper>("card") {
    DataPoint("member") { $0.customerID }
    DataPoint("offer") { $0.replica }
    DataPoint("title") { _ in "Ten euros off" }
    DataPoint("validUntil") { $0.issuedOffer?.expiresAt }
  }

  static let takeBack = MessageVariant<Shopper>("take-back") {
    DataPoint("member") { $0.customerID }
    DataPoint("offer") { $0.replica }
  }

  static let campaigns: [Campaign<Shopper>] = [
    Campaign(
      "app-open-reward",
      on: .action("app_opened"),
      rule: LoyalShopper(),
      outcome: .issue("ten-off"),
      limits: [.perCustomer(3, in: .rolling(.days(1)))]
    ),
    Campaign(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(card, through: "wallet")
    ),
  ]
}
