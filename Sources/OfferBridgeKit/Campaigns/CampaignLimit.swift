public import Foundation

/// How often a campaign may act, kept by the ledger in the commit and never by a rule.
///
/// ```swift
/// limits: [.perCustomer(1), .total(10_000)]
/// limits: [.perCustomer(1, in: .rolling(.days(30)))]
/// limits: [.total(Money(minorUnits: 5_000_000, currency: "EUR"), in: .calendar(.month, in: oslo))]
/// ```
///
/// A limit in money counts what the issued offers are worth: each use takes
/// the offer's face value, or the amount that the limit states.
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

  /// How many uses there may be, or minor units of money; 1 or more.
  public let cap: Int64
  /// The currency of what is counted, or `nil` where uses are.
  public let currency: String?
  /// What a use takes of a limit in money; `nil` for the offer's face value.
  public let each: Money?
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
  /// - Returns: A limit.
  public static func perCustomer(
    _ cap: Int,
    of scope: Scope = .campaign,
    in window: LimitWindow = .lifetime
  ) -> Self {
    Self(cap: Int64(cap), currency: nil, each: nil, scope: scope, isPerCustomer: true, window: window)
  }

  /// So many over all customers.
  ///
  /// - Parameters:
  ///   - cap: How many; 1 or more.
  ///   - scope: What is counted; this campaign by default.
  ///   - window: In which time; for ever by default.
  /// - Returns: A limit.
  public static func total(
    _ cap: Int,
    of scope: Scope = .campaign,
    in window: LimitWindow = .lifetime
  ) -> Self {
    Self(cap: Int64(cap), currency: nil, each: nil, scope: scope, isPerCustomer: false, window: window)
  }

  /// So much money for each customer.
  ///
  /// - Parameters:
  ///   - cap: How much; 1 minor unit or more.
  ///   - each: What one use takes, in the same currency; the offer's face value by default.
  ///   - scope: What is counted; this campaign by default.
  ///   - window: In which time; for ever by default.
  /// - Returns: A limit.
  public static func perCustomer(
    _ cap: Money,
    each: Money? = nil,
    of scope: Scope = .campaign,
    in window: LimitWindow = .lifetime
  ) -> Self {
    Self(
      cap: cap.minorUnits,
      currency: cap.currency,
      each: each,
      scope: scope,
      isPerCustomer: true,
      window: window
    )
  }

  /// So much money over all customers: a budget.
  ///
  /// - Parameters:
  ///   - cap: How much; 1 minor unit or more.
  ///   - each: What one use takes, in the same currency; the offer's face value by default.
  ///   - scope: What is counted; this campaign by default.
  ///   - window: In which time; for ever by default.
  /// - Returns: A limit.
  public static func total(
    _ cap: Money,
    each: Money? = nil,
    of scope: Scope = .campaign,
    in window: LimitWindow = .lifetime
  ) -> Self {
    Self(
      cap: cap.minorUnits,
      currency: cap.currency,
      each: each,
      scope: scope,
      isPerCustomer: false,
      window: window
    )
  }

  /// What one use takes: 1 where uses are counted; of money, the minor units, or `nil` when there is no amount of the
  /// limit's currency.
  package func amount(worth faceValue: Money?) -> Int64? {
    guard let currency else { return 1 }
    guard let value = each ?? faceValue, value.currency == currency, value.minorUnits >= 0 else { return nil }
    return value.minorUnits
  }

  /// Such as "1 per customer of the campaign".
  public var description: String {
    let counted =
      switch scope {
      case .campaign: "the campaign"
      case .offer: "the offer"
      case .group(let name): "the group \(name)"
      case .programme: "the programme"
      }
    let time =
      switch window {
      case .lifetime: ""
      case .rolling(let length): " in \(length.inWords)"
      case .calendar(let period, let zone): " a \(period.rawValue) in \(zone.identifier)"
      }
    let much = currency.map { Money(minorUnits: cap, currency: $0).description } ?? "\(cap)"
    return "\(much) \(isPerCustomer ? "per customer" : "in all") of \(counted)\(time)"
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
  /// What is counted, with its name: "campaign app-open-reward", "money EUR of campaign app-open-reward".
  public let subject: String
  /// Whose uses, or `nil` for all customers'.
  public let customer: CustomerID?
  /// The stretch of time: "" for ever, "2026-11" for a calendar month, "rolling 2592000000" in milliseconds.
  public let period: String

  /// Whether both are written with the same bytes, as names are everywhere.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.customer == rhs.customer && lhs.subject.utf8.elementsEqualFast(rhs.subject.utf8)
      && lhs.period.utf8.elementsEqualFast(rhs.period.utf8)
  }

  /// Feeds the bytes of subject and customer.
  public func hash(into hasher: inout Hasher) {
    var text = subject
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(customer)
  }
}

/// What a plan's node takes from one limit.
public struct LimitUse: Sendable, Hashable, Codable {
  /// The limit.
  public var limit: CampaignLimit { shared.value }
  /// Where it is counted.
  ///
  /// A node that names one counter twice uses it once and must pass both caps.
  public let counter: LimitCounter
  /// How much it takes: 1, or the minor units of a limit in money.
  public let amount: Int64

  // One for all uses of a campaign's limit.
  private let shared: Shared<CampaignLimit>

  private enum CodingKeys: String, CodingKey {
    case shared = "limit"
    case counter, amount
  }

  fileprivate init(_ limit: Shared<CampaignLimit>, _ counter: LimitCounter, amount: Int64) {
    shared = limit
    self.counter = counter
    self.amount = amount
  }
}

/// One campaign's limit, with the texts of its counter made once, so that all customers' counters share them.
package struct RegisteredLimit: Sendable {
  var limit: CampaignLimit { shared.value }
  private let shared: Shared<CampaignLimit>
  /// What is counted: uses, or money of a currency.
  private let unit: String
  /// `nil` where it depends on the offer.
  private let subject: String?
  /// `nil` where it depends on the moment.
  private let period: String?

  package init(_ limit: CampaignLimit, of campaign: CampaignID) {
    shared = Shared(limit)
    let unit = limit.currency.map { "money \($0) of " } ?? ""
    self.unit = unit
    subject =
      switch limit.scope {
      case .campaign: "\(unit)campaign \(campaign)"
      case .offer: nil
      case .group(let name): "\(unit)group \(name)"
      case .programme: "\(unit)programme"
      }
    period =
      switch limit.window {
      case .lifetime: ""
      case .rolling(let length): "rolling \(length.milliseconds)"
      case .calendar: nil
      }
  }

  /// The use that one decision makes of the limit, or `nil` when it has no amount in the limit's currency.
  package func use(offer: OfferID?, customer: CustomerID, at moment: Date, worth faceValue: Money?)
    -> LimitUse?
  {
    shared.value.amount(worth: faceValue).map { amount in
      LimitUse(
        shared,
        LimitCounter(
          subject: subject ?? "\(unit)offer \(offer?.rawValue ?? "")",
          customer: shared.value.isPerCustomer ? customer : nil,
          period: period ?? calendarLabel(of: moment)
        ),
        amount: amount
      )
    }
  }

  private func calendarLabel(of moment: Date) -> String {
    guard case .calendar(let period, let zone) = shared.value.window else { return "" }
    return period.label(of: moment, in: zone) + " " + zone.identifier
  }
}
