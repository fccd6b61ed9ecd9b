import Foundation

extension RetailYear {
  /// Reads a year from a folder with the publisher's columns, one line per basket.
  ///
  /// | file | columns, in this order |
  /// |---|---|
  /// | `baskets.csv` | basket_id, household_id, checked_out_at (UTC), amount_cents |
  /// | `campaigns.csv` | campaign_id, campaign_type, start_date, end_date |
  /// | `campaign_households.csv` | campaign_id, household_id |
  /// | `coupon_redemptions.csv` | redemption_id, household_id, coupon_upc, campaign_id, redemption_date |
  ///
  /// The baskets need not be sorted. A household targeted twice is targeted once.
  ///
  /// - Throws: The first thing wrong, campaigns first, then targets, redemptions and baskets.
  init(directory: URL) throws(CSVError) {
    let campaigns = try Self.campaigns(in: directory)
    let targets = try Self.targets(in: directory, of: campaigns)
    let redemptions = try Self.redemptions(in: directory, of: campaigns)
    let baskets = try Self.baskets(in: directory)
    self.init(baskets: baskets, campaigns: campaigns, targets: targets, redemptions: redemptions)
  }

  private static func targets(
    in directory: URL,
    of campaigns: [RetailCampaign]
  ) throws(CSVError) -> [RetailCampaign.ID: Set<String>] {
    let file = try CSVFile(
      at: directory.appending(path: "campaign_households.csv"),
      columns: ["campaign_id", "household_id"]
    )
    let known = Set(campaigns.map(\.id))
    var targets: [RetailCampaign.ID: Set<String>] = [:]
    try file.forEachRow { row throws(CSVError) in
      let (campaign, household) = (try row.campaign(in: known), try row.id("household_id"))
      targets[campaign, default: []].insert(household)
    }
    return targets
  }

  private static func baskets(in directory: URL) throws(CSVError) -> [Basket] {
    let file = try CSVFile(
      at: directory.appending(path: "baskets.csv"),
      columns: ["basket_id", "household_id", "checked_out_at", "amount_cents"]
    )
    var baskets: [Basket] = []
    var lines: [Basket.ID: Int] = [:]
    var isSorted = true
    try file.forEachRow { row throws(CSVError) in
      let basket = Basket(
        id: try row.id("basket_id"),
        household: try row.id("household_id"),
        checkedOutAt: try row.moment("checked_out_at"),
        amountCents: try row.cents("amount_cents")
      )
      if let firstLine = lines.updateValue(row.line, forKey: basket.id) {
        throw row.error("basket_id", .repeatedID(firstLine: firstLine))
      }
      isSorted = isSorted && baskets.last.map { $0.checkedOutAt <= basket.checkedOutAt } ?? true
      baskets.append(basket)
    }
    return isSorted ? baskets : inOrderOfMoments(baskets)
  }

  /// Sorts by moment and leaves equal moments as they are, which `sort` alone does not promise.
  private static func inOrderOfMoments(_ baskets: [Basket]) -> [Basket] {
    baskets.enumerated()
      .sorted { ($0.element.checkedOutAt, $0.offset) < ($1.element.checkedOutAt, $1.offset) }
      .map(\.element)
  }
}
