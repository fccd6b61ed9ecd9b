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
/// counter as it was. Where what comes beyond a limit is owed all the same,
/// the limit honours it: the offer is issued, the counter goes above the cap,
/// and the issued offer says by how much.
///
/// ```swift
/// limits: [.total(budget, beyond: .honourAndFlag), .total(budget + reserve)]
/// ```
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

  /// What becomes of an issuance that a limit has no room for.
  public enum OverLimitPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing is issued, and the decision is ``CampaignDecision/Outcome/limitReached(_:)``.
    case refuse
    /// The offer is issued all the same, and ``IssuedOffer/overLimits`` says above which limit it stands and by how much.
    case honourAndFlag
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
  /// What becomes of an issuance beyond it; of a message, nothing else than a refusal.
  public var policy: OverLimitPolicy { unusualPolicy ?? .refuse }

  // `nil` for the one that is usual, so that it is not written with each.
  private let unusualPolicy: OverLimitPolicy?

  private enum CodingKeys: String, CodingKey {
    case cap, currency, each, scope, isPerCustomer, window
    case unusualPolicy = "policy"
  }

  private init(
    cap: Int64,
    currency: String?,
    each: Money?,
    scope: Scope,
    isPerCustomer: Bool,
    window: LimitWindow,
    beyond policy: OverLimitPolicy
  ) {
    self.cap = cap
    self.currency = currency
    self.each = each
    self.scope = scope
    self.isPerCustomer = isPerCustomer
    self.window = window
    unusualPolicy = policy == .refuse ? nil : policy
  }

  /// So many for each customer.
  ///
  /// - Parameters:
  ///   - cap: How many; 1 or more.
  ///   - scope: What is counted; this campaign by default.
  ///   - window: In which time; for ever by default.
  ///   - policy: What becomes of an issuance beyond it; it is refused by default.
  /// - Returns: A limit.
  public static func perCustomer(
    _ cap: Int,
    of scope: Scope = .campaign,
    in window: LimitWindow = .lifetime,
    beyond policy: OverLimitPolicy = .refuse
  ) -> Self {
    Self(
      cap: Int64(cap),
      currency: nil,
      each: nil,
      scope: scope,
      isPerCustomer: true,
      window: window,
      beyond: policy
    )
  }

  /// So many over all customers.
  ///
  /// - Parameters:
  ///   - cap: How many; 1 or more.
  ///   - scope: What is counted; this campaign by default.
  ///   - window: In which time; for ever by default.
  ///   - policy: What becomes of an issuance beyond it; it is refused by default.
  /// - Returns: A limit.
  public static func total(
    _ cap: Int,
    of scope: Scope = .campaign,
    in window: LimitWindow = .lifetime,
    beyond policy: OverLimitPolicy = .refuse
  ) -> Self {
    Self(
      cap: Int64(cap),
      currency: nil,
      each: nil,
      scope: scope,
      isPerCustomer: false,
      window: window,
      beyond: policy
    )
  }

  /// So much money for each customer.
  ///
  /// - Parameters:
  ///   - cap: How much; 1 minor unit or more.
  ///   - each: What one use takes, in the same currency; the offer's face value by default.
  ///   - scope: What is counted; this campaign by default.
  ///   - window: In which time; for ever by default.
  ///   - policy: What becomes of an issuance beyond it; it is refused by default.
  /// - Returns: A limit.
  public static func perCustomer(
    _ cap: Money,
    each: Money? = nil,
    of scope: Scope = .campaign,
    in window: LimitWindow = .lifetime,
    beyond policy: OverLimitPolicy = .refuse
  ) -> Self {
    Self(
      cap: cap.minorUnits,
      currency: cap.currency,
      each: each,
      scope: scope,
      isPerCustomer: true,
      window: window,
      beyond: policy
    )
  }

  /// So much money over all customers: a budget.
  ///
  /// - Parameters:
  ///   - cap: How much; 1 minor unit or more.
  ///   - each: What one use takes, in the same currency; the offer's face value by default.
  ///   - scope: What is counted; this campaign by default.
  ///   - window: In which time; for ever by default.
  ///   - policy: What becomes of an issuance beyond it; it is refused by default.
  /// - Returns: A limit.
  public static func total(
    _ cap: Money,
    each: Money? = nil,
    of scope: Scope = .campaign,
    in window: LimitWindow = .lifetime,
    beyond policy: OverLimitPolicy = .refuse
  ) -> Self {
    Self(
      cap: cap.minorUnits,
      currency: cap.currency,
      each: each,
      scope: scope,
      isPerCustomer: false,
      window: window,
      beyond: policy
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
      case .calendar(let period, let zone): " a \(period.rawValue)\(zone.inWords)"
      }
    let much = currency.map { Money(minorUnits: cap, currency: $0).description } ?? "\(cap)"
    let beyond = policy == .honourAndFlag ? ", honoured beyond" : ""
    return "\(much) \(isPerCustomer ? "per customer" : "in all") of \(counted)\(time)\(beyond)"
  }
}

/// The stretch of time in which a limit counts.
public enum LimitWindow: Sendable, Hashable, Codable {
  /// For ever.
  case lifetime
  /// The last so long before each use: a use counts until exactly that length has passed.
  case rolling(Duration)
  /// A calendar day, ISO week, month or year in a zone; in the customer's own by default.
  ///
  /// The customer's is the one that the bridge knows by `zoneOfCustomer`, or else ``BridgeSettings/zone``. Over all
  /// customers, uses of one date count together, wherever it is that date. Who moves to another zone keeps the dates'
  /// counts: a limit of one a day still allows one for each date that the customer's calendar shows.
  case calendar(CalendarPeriod, in: TimeZone? = nil)
}
