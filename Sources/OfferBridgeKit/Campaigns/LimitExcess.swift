/// By how much an issuance stood above a limit that honours what comes beyond it.
///
/// ```swift
/// for excess in issued.overLimits { print("owed beyond the budget: \(excess)") }
/// // owed beyond the budget: 10 in all of the campaign, honoured beyond: 3 above
/// ```
public struct LimitExcess: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The limit.
  public let limit: CampaignLimit
  /// How much stood above its cap once the issuance had its use, that use included: 1 or more, in uses or minor units.
  ///
  /// Of the uses beyond a limit of 10 uses the first says 1, the next one 2, as long as none is given back.
  public let amount: Int64

  /// An excess.
  ///
  /// - Parameters:
  ///   - limit: The limit.
  ///   - amount: How much stood above its cap; 1 or more.
  public init(_ limit: CampaignLimit, amount: Int64) {
    self.limit = limit
    self.amount = amount
  }

  /// Such as "10 in all of the campaign, honoured beyond: 3 above".
  public var description: String {
    "\(limit): \(limit.currency.map { "\(Money(minorUnits: amount, currency: $0))" } ?? "\(amount)") above"
  }
}
