public import Foundation

/// When a campaign runs, by the ledger's time.
public enum CampaignSchedule: Sendable, Hashable, Codable {
  /// Always: a campaign that waits for its trigger.
  case evergreen
  /// From a moment on, up to another, which is excluded.
  case during(Range<Date>)
  /// From a local day through another, both included.
  case days(LocalDay, through: LocalDay, in: TimeZone)

  /// The half-open interval in which it runs, or `nil` for ever.
  package var interval: Range<Date>? {
    switch self {
    case .evergreen: return nil
    case .during(let interval): return interval
    case .days(let first, let last, let zone):
      let start = first.start(in: zone)
      return start..<max(start, last.interval(in: zone).upperBound)
    }
  }
}
