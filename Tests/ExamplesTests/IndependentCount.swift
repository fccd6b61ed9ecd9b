import Foundation
import OfferBridgeKit

@testable import CompleteJourney

/// What a year of baskets and redemptions comes to, counted over plain dictionaries without the bridge.
///
/// The rules, as a reader of the tables would state them:
/// - A campaign runs on its local days, both included.
/// - It issues its offer once to each household it targets, at that household's
///   first basket while it runs.
/// - A redemption whose id came before is a duplicate, whatever else it is.
/// - Otherwise it is unknown when its campaign never issued to its household,
///   before its issue when its day is earlier than the issue's local day, and
///   matched in every other case, the day of the issue included.
struct IndependentCount: Equatable {
  /// Distinct in the baskets.
  var households = 0
  var baskets = 0
  var campaigns = 0
  var issued = 0
  var redemptions = 0
  var matched = 0
  var redeemedBeforeIssue = 0
  var unknown = 0
  var duplicates = 0
}

extension IndependentCount {
  /// Counts a year whose local days are those of `zone`.
  ///
  /// `GMT` gives the naive reading, in which the basket times pass for local ones.
  init(of year: RetailYear, in zone: TimeZone) {
    let issueDays = Self.issueDays(in: year, zone)
    households = Set(year.baskets.map(\.household)).count
    baskets = year.baskets.count
    campaigns = year.campaigns.count
    issued = issueDays.count
    redemptions = year.redemptions.count
    var seen: Set<String> = []
    for redemption in year.redemptions {
      let target = Target(campaign: redemption.campaign, household: redemption.household)
      if !seen.insert(redemption.id).inserted {
        duplicates += 1
      } else if let issueDay = issueDays[target] {
        if redemption.day < issueDay { redeemedBeforeIssue += 1 } else { matched += 1 }
      } else {
        unknown += 1
      }
    }
  }

  private struct Target: Hashable {
    let campaign: String
    let household: String
  }

  /// The local day of each household's first basket while a campaign that targets it runs.
  private static func issueDays(in year: RetailYear, _ zone: TimeZone) -> [Target: LocalDay] {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    var campaignsByHousehold: [String: [RetailCampaign]] = [:]
    for campaign in year.campaigns {
      for household in year.targets[campaign.id, default: []] {
        campaignsByHousehold[household, default: []].append(campaign)
      }
    }
    var issueDays: [Target: LocalDay] = [:]
    for basket in year.baskets {
      // Most households are in no campaign: the calendar, the slow part, is not asked for them.
      guard let campaigns = campaignsByHousehold[basket.household] else { continue }
      let parts = calendar.dateComponents([.year, .month, .day], from: basket.checkedOutAt)
      guard let y = parts.year, let m = parts.month, let d = parts.day,
        let day = LocalDay(year: y, month: m, day: d)
      else { preconditionFailure("A basket's moment has a day in every zone.") }
      for campaign in campaigns where campaign.start <= day && day <= campaign.end {
        let target = Target(campaign: campaign.id, household: basket.household)
        // The baskets are in order of time, so the first one stays.
        if issueDays[target] == nil { issueDays[target] = day }
      }
    }
    return issueDays
  }
}
