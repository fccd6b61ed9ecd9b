public import Foundation

/// How often a campaign may act, kept by the ledger in the commit and never by a rule.
///
/// ```swift
/// limits: [.perCustomer(1), .total(10_000)]
/// limits: [.perCustomer(1, in: .rolling(.days(30)))]
/// ```
///
/// All of a campaign's limits must pass; one that does not leaves every
/// counter as it was.
public struct CampaignLimit: Sendable, Hashable, Codable, CustomStringConvertible {
  /// What the uses are counted over.
  public enum Scope: Sendable, Hashable, Codable {
    /// This campaign.
    case campaign
    /// The offer that it issues, whichever campaign issues it.
    case offer
    /// All campaigns whose limits name the group.
    case group(String)
    /// All campaigns whose limits name the programme, that is, this scope.
    case programme
  }

  /// How many uses there may be; 1 or more.
  public let cap: Int
  /// What they are counted over.
  public let scope: Scope
  /// Whether each customer has a count of their own.
  public let isPerCustomer: Bool
  /// The stretch of time they are counted in.
  public let window: LimitWindow

  /// So many for each customer.
  ///
  /// - Parameters:
  ///   - cap: How many; 1 or more.
  ///   - scope: What is counted; this campaign by default.
  ///   - window: In which time; for ever by default.
  public static func perCustomer(
    _ cap: Int,
    of scope: Scope = .campaign,
    in window: LimitWindow = .lifetime
  ) -> Self {
    Self(cap: cap, scope: scope, isPerCustomer: true, window: window)
  }

  /// So many over all customers.
  ///
  /// - Parameters:
  ///   - cap: How many; 1 or more.
  ///   - scope: What is counted; this campaign by default.
  ///   - window: In which time; for ever by default.
  public static func total(
    _ cap: Int,
    of scope: Scope = .campaign,
    in window: LimitWindow = .lifetime
  ) -> Self {
    Self(cap: cap, scope: scope, isPerCustomer: false, window: window)
  }

  /// "1 per customer and campaign"
  public var description: String {
    let counted =
      switch scope {
      case .campaign: "campaign"
      case .offer: "offer"
      case .group(let name): "group \(name)"
      case .programme: "programme"
      }
    let time =
      switch window {
      case .lifetime: ""
      case .rolling(let length): " in \(length.inWords)"
      case .calendar(let period, let zone): " a \(period.rawValue) in \(zone.identifier)"
      }
    return "\(cap) per \(isPerCustomer ? "customer and " : "")\(counted)\(time)"
  }
}

/// The stretch of time in which a limit counts.
public enum LimitWindow: Sendable, Hashable, Codable {
  /// For ever.
  case lifetime
  /// The last so long before each use: a use counts until exactly that length has passed.
  case rolling(Duration)
  /// A calendar day, ISO week, month or year in a zone.
  case calendar(CalendarPeriod, in: TimeZone)
}

/// One counter of the ledger: what a use is counted under.
public struct LimitCounter: Sendable, Hashable, Codable {
  /// What is counted, with its name: "campaign app-open-reward".
  public let subject: String
  /// Whose uses, or `nil` for all customers'.
  public let customer: CustomerID?
  /// The stretch of time: "" for ever, "2026-11" for a calendar month, "rolling 2592000000" in milliseconds.
  public let period: String
}

/// What a plan's node takes from one limit.
public struct LimitUse: Sendable, Hashable, Codable {
  /// The limit.
  public let limit: CampaignLimit
  /// Where it is counted. A node that names one counter twice uses it once and must pass both caps.
  public let counter: LimitCounter
}

/// One campaign's limit, with the texts of its counter made once, so that all customers' counters share them.
package struct RegisteredLimit: Sendable {
  let limit: CampaignLimit
  /// `nil` where it depends on the offer.
  private let subject: String?
  /// `nil` where it depends on the moment.
  private let period: String?

  package init(_ limit: CampaignLimit, of campaign: CampaignID) {
    self.limit = limit
    subject =
      switch limit.scope {
      case .campaign: "campaign \(campaign)"
      case .offer: nil
      case .group(let name): "group \(name)"
      case .programme: "programme"
      }
    period =
      switch limit.window {
      case .lifetime: ""
      case .rolling(let length): "rolling \(length.milliseconds)"
      case .calendar: nil
      }
  }

  /// The use that one decision makes of the limit.
  package func use(offer: OfferID?, customer: CustomerID, at moment: Date) -> LimitUse {
    LimitUse(
      limit: limit,
      counter: LimitCounter(
        subject: subject ?? "offer \(offer?.rawValue ?? "")",
        customer: limit.isPerCustomer ? customer : nil,
        period: period ?? calendarLabel(of: moment)
      )
    )
  }

  private func calendarLabel(of moment: Date) -> String {
    guard case .calendar(let period, let zone) = limit.window else { return "" }
    return period.label(of: moment, in: zone) + " " + zone.identifier
  }
}
