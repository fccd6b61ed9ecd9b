import Foundation
import OfferBridgeKit

extension RetailYear {
  /// Reads `campaigns.csv`: each campaign stands once and does not end before it starts.
  static func campaigns(in directory: URL) throws(CSVError) -> [RetailCampaign] {
    let file = try CSVFile(
      at: directory.appending(path: "campaigns.csv"),
      columns: ["campaign_id", "campaign_type", "start_date", "end_date"]
    )
    var campaigns: [RetailCampaign] = []
    var lines: [RetailCampaign.ID: Int] = [:]
    try file.forEachRow { row throws(CSVError) in
      let campaign = RetailCampaign(
        id: try row.id("campaign_id"),
        type: try row.id("campaign_type"),
        start: try row.day("start_date"),
        end: try row.day("end_date")
      )
      if let firstLine = lines.updateValue(row.line, forKey: campaign.id) {
        throw row.error("campaign_id", .repeatedID(firstLine: firstLine))
      }
      guard campaign.start <= campaign.end else {
        throw row.error("end_date", .endsBeforeStart(campaign.start.description))
      }
      campaigns.append(campaign)
    }
    return campaigns
  }

  /// Reads `coupon_redemptions.csv`: each names one of `campaigns`.
  ///
  /// Not an error: a redemption id seen before, a household without baskets.
  static func redemptions(
    in directory: URL,
    of campaigns: [RetailCampaign]
  ) throws(CSVError) -> [CouponRedemption] {
    let known = Set(campaigns.map(\.id))
    return try redemptions(at: directory.appending(path: "coupon_redemptions.csv")) { row throws(CSVError) in
      try row.campaign(in: known)
    }
  }

  /// Reads a statement, in the columns of `coupon_redemptions.csv`.
  ///
  /// Not an error: an id seen before, a household or campaign that nobody has heard of. The whole file is refused for
  /// one line that cannot be read: half of a statement would be missing much.
  static func statement(at url: URL) throws(CSVError) -> [CouponRedemption] {
    try redemptions(at: url) { row throws(CSVError) in try row.id("campaign_id") }
  }

  private static func redemptions(
    at url: URL,
    campaign: (CSVRow) throws(CSVError) -> RetailCampaign.ID
  ) throws(CSVError) -> [CouponRedemption] {
    let file = try CSVFile(
      at: url,
      columns: ["redemption_id", "household_id", "coupon_upc", "campaign_id", "redemption_date"]
    )
    var redemptions: [CouponRedemption] = []
    try file.forEachRow { row throws(CSVError) in
      redemptions.append(
        CouponRedemption(
          id: try row.id("redemption_id"),
          household: try row.id("household_id"),
          couponUPC: try row.id("coupon_upc"),
          campaign: try campaign(row),
          day: try row.day("redemption_date")
        )
      )
    }
    return redemptions
  }
}

extension CSVRow {
  /// The campaign that the row names, one of `known`.
  func campaign(in known: Set<RetailCampaign.ID>) throws(CSVError) -> RetailCampaign.ID {
    let campaign = try id("campaign_id")
    guard known.contains(campaign) else { throw error("campaign_id", .unknownCampaign) }
    return campaign
  }
}
