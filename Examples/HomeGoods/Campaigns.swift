import OfferBridgeKit

// What the shop gives, to whom, and what it says to the wallet. Nothing here runs: it is all values.

// MARK: - Offers

/// Ten euros off, for thirty days.
///
/// Issuing it raises an event, which a campaign below waits for.
let tenOff = Offer(
  "ten-off",
  raises: "ten_off_issued",
  replicas: ["wallet": "TEN"],
  expires: .after(.days(30)),
  faceValue: Money(minorUnits: 1000, currency: "EUR")
)

/// A candle for a birthday, to be fetched within a week.
///
/// It raises nothing: an observer below watches for its issuance.
let candle = Offer("candle", replicas: ["wallet": "CANDLE"], expires: .after(.days(7)))

// MARK: - Rules

/// Who is thanked for opening the app: every line must be met.
struct LoyalShopper: CampaignRule {
  var body: some CampaignRule<Shopper> {
    AnyOf {
      customer.tier.isOneOf(.silver, .gold)
      history.count(of: "purchase", inLast: .days(90)) >= 3
    }
    customer.wantsOffers
    event.channel == "phone"
    Not { history.holds("ten-off") }
    // A tenth of the customers never get it, so that the shop can tell what the offer does.
    Holdout(percent: 10, salt: "spring")
  }
}

// MARK: - Messages

/// What the wallet is told.
///
/// Only what is listed here can leave the shop.
let walletCard = MessageVariant<Shopper>("card") {
  DataPoint("firstName") { $0.customer.firstName }
  DataPoint("offer") { $0.replica }
  DataPoint("validUntil") { $0.issuedOffer?.expiresAt }
  // The wallet echoes this id when the card is redeemed, and the redemption then needs no guessing.
  DataPoint("issuedOffer") { $0.issuedOffer?.id }
}

// MARK: - Campaigns

/// Two steps from an action to a card: the first campaign issues, the second hears of it and tells the wallet.
let campaigns: [Campaign<Shopper>] = [
  Campaign(
    "app-open-reward",
    on: .action("app_opened"),
    rule: LoyalShopper(),
    outcome: .issue("ten-off"),
    // A limit is not a rule: the ledger keeps it when it writes, so that two actions at once cannot both pass.
    limits: [.perCustomer(1)]
  ),
  Campaign(
    "to-wallet",
    on: .event("ten_off_issued"),
    rule: Rule { $0.customer.hasWallet },
    outcome: .send(walletCard, through: "wallet")
  ),
  // An event that the shop itself reports, when the day comes.
  Campaign(
    "birthday-gift",
    on: .event("birthday"),
    rule: Rule { $0.customer.wantsOffers },
    outcome: .issue("candle")
  ),
]

/// The shorter way to the wallet: an observer watches for an issuance and sends at once, without an event between.
let observers: [ScopeObserver<Shopper>] = [
  ScopeObserver("candle-to-wallet", on: .issuance(of: "candle"), send: walletCard, through: "wallet")
]
