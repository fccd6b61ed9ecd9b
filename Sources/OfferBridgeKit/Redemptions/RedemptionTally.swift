/// What the external systems reported as redeemed of one issued offer, less what they reversed.
public struct RedemptionTally: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Redemptions that stand, discrepant ones and those of which a part is left included.
  public var count: Int
  /// Redemptions that were wholly reversed, at once or part by part.
  public var reversed: Int
  /// The sum of what is left of those that carry an amount, or `nil` when none ever did.
  ///
  /// In the currency of the offer's face value; where it has none, in that of the earliest redemption with an amount.
  public var amount: Money?

  /// Nothing redeemed.
  public static let none = RedemptionTally(count: 0, reversed: 0, amount: nil)

  /// A tally.
  ///
  /// - Parameters:
  ///   - count: Redemptions that stand.
  ///   - reversed: Redemptions that were wholly reversed.
  ///   - amount: The sum of what is left of them.
  public init(count: Int, reversed: Int, amount: Money? = nil) {
    self.count = count
    self.reversed = reversed
    self.amount = amount
  }

  /// Whether nothing was ever redeemed; what was reversed was.
  var isEmpty: Bool { count == 0 && reversed == 0 }

  /// Such as "1 redeemed, 1 reversed, 800 EUR minor units".
  public var description: String {
    "\(count) redeemed, \(reversed) reversed\(amount.map { ", \($0)" } ?? "")"
  }
}
