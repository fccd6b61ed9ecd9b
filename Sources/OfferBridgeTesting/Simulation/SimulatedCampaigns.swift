import Foundation
import OfferBridgeKit

/// A customer of the simulation.
struct SimulatedShopper: Sendable {
  var tier: Int
  var wantsMail: Bool
  var address: String?
  /// What no message says and no rule asks for, and so must be seen nowhere.
  let secret = SimulatedShop.secret
}

/// What is issued and said in a simulation: every kind of campaign, limit and offer at least once.
enum SimulatedShop {
  static let secret = "canary-5417"
  static let wallet: ProviderID = "wallet"
  static let mail: ProviderID = "mail"

  static let ten = Offer(
    "ten",
    raises: "ten_issued",
    replicas: [wallet: "TEN", mail: "TEN-LETTER"],
    expires: .after(.hours(3)),
    warns: .before(.hours(2), as: "ten_expiring"),
    faceValue: Money(minorUnits: 1000, currency: "EUR"),
    reversal: .closes
  )
  static let five = Offer(
    "five",
    replicas: [wallet: "FIVE"],
    redeemable: .times(2),
    faceValue: Money(minorUnits: 500, currency: "EUR"),
    reversal: .closes
  )
  static let gift = Offer(
    "gift",
    replicas: [wallet: "GIFT", mail: "GIFT-LETTER"],
    expires: .endOf(
      LocalDay(of: SimulatedLedgerClock.start, in: SimulatedLedgerClock.zone),
      in: SimulatedLedgerClock.zone
    ),
    onExpiry: .recalls
  )
  static let catalog = InMemoryOfferCatalog([ten, five, gift])

  static let card = MessageVariant<SimulatedShopper>("card") {
    DataPoint("offer") { $0.replica }
    DataPoint("issuedOffer") { $0.issuedOffer?.id }
    DataPoint("tier") { $0.customer.tier }
  }

  private static let letter = MessageVariant<SimulatedShopper>("letter") {
    DataPoint("offer") { $0.replica }
    DataPoint("address") { $0.customer.address }
  }

  static let recall = MessageVariant<SimulatedShopper>("recall") {
    DataPoint("offer") { $0.replica }
  }

  private struct Welcome: CampaignRule {
    var body: some CampaignRule<SimulatedShopper> {
      customer.tier >= 1
      event.channel == "phone"
      Holdout(percent: 5, salt: "welcome")
    }
  }

  /// The campaigns, with limits that a run of so many journeys reaches.
  static func campaigns(journeys: Int) -> [Campaign<SimulatedShopper>] {
    let some = max(1, journeys / 3)
    return [
      Campaign(
        "welcome",
        on: .action("opened"),
        rule: Welcome(),
        outcome: .issue("ten"),
        limits: [.total(some), .perCustomer(2, in: .rolling(.hours(1)))]
      ),
      Campaign(
        "thanks",
        on: .action("bought"),
        rule: Rule { $0.customer.tier >= 2 },
        outcome: .issue("five"),
        limits: [
          .total(Money(minorUnits: Int64(some) * 500, currency: "EUR"), of: .group("spring")),
          .perCustomer(
            Money(minorUnits: 1000, currency: "EUR"),
            in: .calendar(.day, in: SimulatedLedgerClock.zone)
          ),
        ],
        exclusiveGroup: "spring"
      ),
      Campaign(
        "gift",
        on: .action("bought"),
        rule: Everyone(),
        outcome: .issue("gift"),
        // One for each third customer, and one a customer: more come than the first has room for.
        limits: [
          .total(max(1, some / 3), of: .programme, beyond: .honourAndFlag), .perCustomer(1, of: .offer),
        ],
        exclusiveGroup: "spring"
      ),
      Campaign(
        "last-year",
        on: .action("opened"),
        rule: Everyone(),
        outcome: .issue("gift"),
        schedule: .during(.distantPast..<SimulatedLedgerClock.start)
      ),
      Campaign(
        "to-wallet",
        on: .event("ten_issued"),
        rule: Everyone(),
        outcome: .send(card, through: wallet),
        limits: [.perCustomer(3, in: .calendar(.day, in: SimulatedLedgerClock.zone))]
      ),
      Campaign(
        "reminder",
        on: .event("ten_expiring"),
        rule: Rule { $0.customer.tier != 2 },
        outcome: .send(card, through: wallet),
        limits: [.perCustomer(2, in: .rolling(.hours(6)))]
      ),
      Campaign(
        "to-mail",
        on: .event("ten_issued"),
        rule: Rule { $0.customer.wantsMail },
        outcome: .send(letter, through: mail)
      ),
    ]
  }

  static let observers: [ScopeObserver<SimulatedShopper>] = [
    ScopeObserver("seen", on: .action("opened"), raise: "visited"),
    ScopeObserver("five-to-wallet", on: .issuance(of: "five"), send: card, through: wallet),
    ScopeObserver("gift-to-wallet", on: .issuance(of: "gift"), send: card, through: wallet),
    ScopeObserver("gift-to-mail", on: .issuance(of: "gift"), send: letter, through: mail),
  ]
}
