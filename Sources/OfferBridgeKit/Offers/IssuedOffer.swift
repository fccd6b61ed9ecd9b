public import Foundation

/// An offer that was issued to one customer: ours, whatever becomes of its replicas.
///
/// It says why it exists (which campaign, on which trigger), where each
/// replica stands, and what the external systems reported of its redemption.
public struct IssuedOffer: Sendable, Hashable, Codable, Identifiable {
  /// Derived from tenant, campaign, customer, root trigger and offer, so that a repeat is the same one.
  public typealias ID = DerivedKey

  /// Its derived id.
  public let id: ID
  /// Which offer.
  public let offer: OfferID
  /// Which revision of it.
  public let revision: Int
  /// To whom.
  public let customer: CustomerID
  /// The campaign that issued it.
  public let campaign: CampaignID
  /// The action or host event that the journey began with.
  public let trigger: TriggerID
  /// What the campaign heard: the trigger's own name, or that of an event further down the journey.
  public let heard: String
  /// The ledger's time of the decision.
  public let issuedAt: Date
  /// The first moment at which it is over, or `nil`.
  public let expiresAt: Date?
  /// How often it may be redeemed.
  public let redeemable: RedemptionLimit
  /// What it is worth in all, or `nil` where that is unknown.
  public let faceValue: Money?
  /// Its replicas, in the order of their providers' names.
  public var replicas: [Replica]
  /// What was redeemed of it so far.
  public var redeemed: RedemptionTally

  package init(
    id: ID,
    offer: OfferID,
    revision: Int,
    customer: CustomerID,
    campaign: CampaignID,
    trigger: TriggerID,
    heard: String,
    issuedAt: Date,
    expiresAt: Date?,
    redeemable: RedemptionLimit,
    faceValue: Money?,
    replicas: [Replica],
    redeemed: RedemptionTally
  ) {
    self.id = id
    self.offer = offer
    self.revision = revision
    self.customer = customer
    self.campaign = campaign
    self.trigger = trigger
    self.heard = heard
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.redeemable = redeemable
    self.faceValue = faceValue
    self.replicas = replicas
    self.redeemed = redeemed
  }

  /// Where the offer stands by itself, its replicas apart.
  public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
    /// It can be redeemed.
    case issued
    /// It was redeemed as often as it may be.
    case redeemed
    /// Its time is over.
    case expired
  }

  /// Where it stands at a moment.
  ///
  /// - Parameter moment: Usually the ledger's time.
  /// - Returns: `redeemed` wins over `expired`: what was used up did not lapse.
  public func status(at moment: Date) -> Status {
    if redeemed.count >= redeemable.count { return .redeemed }
    if let expiresAt, moment >= expiresAt { return .expired }
    return .issued
  }

  /// The replica at a provider, or `nil` when the offer has none there.
  public func replica(at provider: ProviderID) -> Replica? {
    replicas.first { $0.provider == provider }
  }

  /// Such as "app-open-reward issued it on app_opened (action a-1)".
  public var why: String {
    "\(campaign) issued it on \(heard) (\(trigger))"
  }
}

/// What the external systems reported as redeemed of one issued offer, less what they reversed.
public struct RedemptionTally: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Redemptions that stand, discrepant ones included.
  public var count: Int
  /// Redemptions that were reversed.
  public var reversed: Int
  /// The sum of those that stand and carry an amount, or `nil` when none ever did.
  ///
  /// In the currency of the offer's face value; where it has none, in that of the earliest redemption with an amount.
  public var amount: Money?

  /// Nothing redeemed.
  public static let none = RedemptionTally(count: 0, reversed: 0, amount: nil)

  /// A tally.
  ///
  /// - Parameters:
  ///   - count: Redemptions that stand.
  ///   - reversed: Redemptions that were reversed.
  ///   - amount: The sum of those that stand.
  public init(count: Int, reversed: Int, amount: Money? = nil) {
    self.count = count
    self.reversed = reversed
    self.amount = amount
  }

  /// Such as "1 redeemed, 1 reversed, 800 EUR minor units".
  public var description: String {
    "\(count) redeemed, \(reversed) reversed\(amount.map { ", \($0)" } ?? "")"
  }
}
