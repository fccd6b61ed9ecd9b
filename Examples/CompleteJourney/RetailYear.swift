import Foundation
import OfferBridgeKit

/// A retailer's baskets, campaigns and coupon redemptions, checked against each other.
///
/// Each basket id and each campaign id stands once, and targets and redemptions
/// name campaigns of this year. A redemption id may stand twice, and its
/// household may have no basket: telling those apart is what the bridge is for.
struct RetailYear: Equatable, Sendable {
  /// By moment; baskets of the same moment in the order of the file.
  let baskets: [Basket]
  /// In the order of the file.
  let campaigns: [RetailCampaign]
  /// The households that each campaign addresses, by campaign id; one that addresses nobody is absent.
  let targets: [RetailCampaign.ID: Set<String>]
  /// In the order of the file.
  let redemptions: [CouponRedemption]
}

/// One visit of a household to the till.
struct Basket: Identifiable, Equatable, Sendable {
  let id: String
  let household: String
  let checkedOutAt: Date
  /// Whole cents, 0 or more.
  let amountCents: Int
}

/// A direct-marketing campaign of the retailer.
struct RetailCampaign: Identifiable, Equatable, Sendable {
  let id: String
  /// The retailer's own word; in the bundled year A, B or C.
  let type: String
  /// The first local day, not after `end`.
  let start: LocalDay
  /// The last local day, which belongs to the campaign.
  let end: LocalDay
}

/// A coupon that a household handed in.
struct CouponRedemption: Identifiable, Equatable, Sendable {
  let id: String
  let household: String
  let couponUPC: String
  /// A campaign of the same year.
  let campaign: RetailCampaign.ID
  /// A local day: the retailer did not write down the time.
  let day: LocalDay
}
