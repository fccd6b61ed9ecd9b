public import Foundation

/// What a customer must have done, and when, to take part in a campaign.
///
/// ```swift
/// Campaign("spring", on: .action("purchase"), rule: LoyalShopper(), outcome: .issue("ten-off"),
///          schedule: .days(may1, through: may31),
///          optIn: OptIn(by: "joined_spring", from: april20, through: may15))
/// ```
///
/// It is a clause before the campaign's rule: met when the customer's history
/// has the action within the window. The window begins no later than the
/// campaign and ends no later than it; any other is a fault when the bridge is
/// made, for an opt-in that counts only after the campaign is of no use to it.
public struct OptIn: Sendable, Hashable {
  /// The action's name.
  public let action: String
  /// When it counts.
  let period: HistoryPeriod
  /// The same as a schedule, to be compared with the campaign's.
  let window: CampaignSchedule

  /// By an action within moments.
  ///
  /// - Parameters:
  ///   - action: The action's name.
  ///   - interval: When it counts; its end is excluded.
  public init(by action: String, during interval: Range<Date>) {
    self.action = action
    period = .during(interval)
    window = .during(interval)
  }

  /// By an action from a local day through another, both included.
  ///
  /// - Parameters:
  ///   - action: The action's name.
  ///   - first: The first day.
  ///   - last: The last day, to its end.
  ///   - zone: Where the calendar hangs; with the customer by default.
  public init(by action: String, from first: LocalDay, through last: LocalDay, in zone: TimeZone? = nil) {
    self.action = action
    period = .days(first, through: last, in: zone)
    window = .days(first, through: last, in: zone)
  }

  /// The clause that it is.
  func clause<Customer>() -> Rule<Customer> {
    Rule(.named("opted in", Rule(.all([HistoryScope<Customer>().count(of: action, period) >= 1]))))
  }

  /// Whether it begins no later than a campaign, and ends no later.
  ///
  /// Where one of the two goes by the customer's calendar, both are compared as if that hung in Greenwich.
  func fits(_ schedule: CampaignSchedule) -> Bool {
    guard let mine = window.bounds, !window.isEmpty else { return false }
    guard let theirs = schedule.bounds else { return true }
    return mine.lowerBound <= theirs.lowerBound && mine.upperBound <= theirs.upperBound
  }
}

extension CampaignSchedule {
  /// Its first moment and its end, weekdays and hours apart; `nil` for ever.
  fileprivate var bounds: Range<Date>? {
    switch span {
    case .ever: return nil
    case .moments(let interval): return interval
    case .days(let first, let last):
      let start = first.start(in: zone ?? .gmt)
      return start..<max(start, last.interval(in: zone ?? .gmt).upperBound)
    }
  }
}
