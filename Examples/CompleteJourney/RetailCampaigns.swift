import Foundation
import OfferBridgeKit

/// What the retailer knows of a customer, as far as the campaigns look at it.
struct Household: Sendable {
  /// The campaigns that address the household.
  var campaigns: Set<CampaignID> = []
}

/// Met by the households that a campaign addresses.
struct Targeted: CampaignRule {
  let campaign: CampaignID

  var body: some CampaignRule<Household> {
    customer.campaigns.contains(campaign)
  }
}

extension ProviderID {
  /// The external system that keeps the households' coupons.
  static let wallet: ProviderID = "wallet"
}

/// The retailer's year, said in the words of the library.
extension RetailYear {
  /// The zone of the retailer's calendars.
  ///
  /// The trap of this data: baskets carry moments in UTC, campaigns and
  /// redemptions carry days, and nobody says whose. Taken for days in UTC, an
  /// evening's basket counts for the day after, its offer seems to be issued a
  /// day late, and 29 of 2,102 redemptions seem to come before their offer.
  /// They are days in New York, where none does.
  static let zoneName = "America/New_York"

  /// What a household does when it pays.
  static let basketCheckedOut = "basket_checked_out"
  /// What the issuance of any of the offers raises on the household's profile.
  static let offerIssued = "campaign_offer_issued"

  /// One campaign for each of the retailer's, and one that waits for them all.
  func journey(in zone: TimeZone) -> [Campaign<Household>] {
    // An event that no offer raises is heard by nobody: the bridge would call it a fault.
    campaigns.isEmpty ? [] : campaigns.map { issuing($0, in: zone) } + [toWallet]
  }

  /// Issues its offer at a household's first basket while it runs.
  private func issuing(_ campaign: RetailCampaign, in zone: TimeZone) -> Campaign<Household> {
    Campaign(
      CampaignID(campaign.id),
      on: .action(Self.basketCheckedOut),
      rule: Targeted(campaign: CampaignID(campaign.id)),
      outcome: .issue(OfferID(campaign.id)),
      // "First" needs no look into the past: every later basket meets the limit.
      limits: [.perCustomer(1)],
      schedule: .days(campaign.start, through: campaign.end, in: zone)
    )
  }

  /// Evergreen: it never ends, and acts whenever an offer was issued, whichever it is.
  private var toWallet: Campaign<Household> {
    let taken = Set(campaigns.map(\.id))
    var name = "to-wallet"
    while taken.contains(name) { name += "'" }
    return Campaign(
      CampaignID(name),
      on: .event(Self.offerIssued),
      rule: Everyone(),
      outcome: .send(walletCoupon, through: .wallet)
    )
  }

  /// What the wallet is told.
  private var walletCoupon: MessageVariant<Household> {
    MessageVariant("wallet-coupon") {
      DataPoint("household") { $0.customerID }
      DataPoint("coupon") { $0.replica }
      DataPoint("issuedOffer") { $0.issuedOffer?.id }
    }
  }

  /// The offer of each campaign, under the campaign's id in the catalog and in the wallet alike.
  var offers: [Offer] {
    campaigns.map { campaign in
      Offer(
        OfferID(campaign.id),
        raises: Self.offerIssued,
        replicas: [.wallet: ReplicaName(campaign.id)],
        // A campaign mails several coupons; how often they may be handed in is the retailer's affair.
        redeemable: .unlimited
      )
    }
  }

  /// Everybody who has a basket; a household that is only addressed never acts, so nobody asks for it.
  var households: [CustomerID: Household] {
    var households: [CustomerID: Household] = [:]
    for basket in baskets { households[CustomerID(basket.household)] = Household() }
    for campaign in campaigns {
      for household in targets[campaign.id] ?? [] {
        households[CustomerID(household)]?.campaigns.insert(CampaignID(campaign.id))
      }
    }
    return households
  }
}
