import Foundation

extension RetailYear {
  /// Reads the year that comes with the example, in its compact form.
  ///
  /// `Data/README.md` says where it is from and how the compact form is made;
  /// `.ci/compact-complete-journey.py` makes it.
  static func bundled() throws(CSVError) -> RetailYear {
    let folder = Bundle.module.url(forResource: "Data", withExtension: nil)
    return try RetailYear(compactDirectory: folder ?? Bundle.module.bundleURL.appending(path: "Data"))
  }

  /// Reads a year from a folder in the compact form, where lines hold the gap to the line above.
  init(compactDirectory directory: URL) throws(CSVError) {
    let campaigns = try Self.campaigns(in: directory)
    let targets = try Self.compactTargets(in: directory, of: campaigns)
    let redemptions = try Self.redemptions(in: directory, of: campaigns)
    let baskets = try Self.compactBaskets(in: directory)
    self.init(baskets: baskets, campaigns: campaigns, targets: targets, redemptions: redemptions)
  }

  private static func compactTargets(
    in directory: URL,
    of campaigns: [RetailCampaign]
  ) throws(CSVError) -> [RetailCampaign.ID: Set<String>] {
    let file = try CSVFile(
      at: directory.appending(path: "compact-campaign-households.csv"),
      columns: ["campaign_id", "household_id_gap"]
    )
    let known = Set(campaigns.map(\.id))
    var targets: [RetailCampaign.ID: Set<String>] = [:]
    var (campaign, household) = ("", 0)
    try file.forEachRow { row throws(CSVError) in
      if campaign.isEmpty || !row.isEmpty("campaign_id") {
        (campaign, household) = (try row.campaign(in: known), 0)
      }
      household = try row.sum("household_id_gap", above: household)
      targets[campaign, default: []].insert(String(household))
    }
    return targets
  }

  private static func compactBaskets(in directory: URL) throws(CSVError) -> [Basket] {
    let file = try CSVFile(
      at: directory.appending(path: "compact-baskets.csv"),
      columns: ["basket_id_gap", "household_id", "seconds_gap", "amount_cents"]
    )
    var baskets: [(id: Int, household: String, seconds: Int, cents: Int)] = []
    var (id, household, seconds) = (0, "", 0)
    try file.forEachRow { row throws(CSVError) in
      let idAbove = id
      id = try row.sum("basket_id_gap", above: idAbove)
      // Ids that only grow cannot repeat, so no id has to be looked up.
      guard id > idAbove else { throw row.error("basket_id_gap", .gapNotPositive) }
      if household.isEmpty || !row.isEmpty("household_id") { household = try row.id("household_id") }
      seconds = try row.sum("seconds_gap", above: seconds)
      baskets.append((id, household, seconds, try row.cents("amount_cents")))
    }
    // The lines are in the order of ids, which makes the gaps short; the year is in the order of time.
    baskets.sort { ($0.seconds, $0.id) < ($1.seconds, $1.id) }
    return baskets.map { basket in
      Basket(
        id: String(basket.id),
        household: basket.household,
        checkedOutAt: Date(timeIntervalSince1970: Double(basket.seconds)),
        amountCents: basket.cents
      )
    }
  }
}

extension CSVRow {
  /// The number that a gap column stands for: the one of the line above, and the gap.
  fileprivate func sum(_ column: String, above: Int) throws(CSVError) -> Int {
    let (sum, isTooLarge) = above.addingReportingOverflow(try wholeNumber(column))
    guard !isTooLarge else { throw error(column, .numberTooLarge) }
    return sum
  }
}
