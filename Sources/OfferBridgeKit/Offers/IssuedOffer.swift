public import Foundation

/// An offer that was issued to one customer: ours, whatever becomes of its replicas.
///
/// It says why it exists (which campaign, on which trigger), where each
/// replica stands, and what the external systems reported of its redemption.
public struct IssuedOffer: Sendable, Hashable, Codable, Identifiable {
  /// Derived from tenant, campaign, customer, root trigger and offer, so that a repeat is the same one.
  public typealias ID = DerivedKey

  /// Its derived id.
  public var id: ID { facts.value.id }
  /// Which offer.
  public var offer: OfferID { facts.value.offer }
  /// Which revision of it.
  public var revision: Int { facts.value.revision }
  /// To whom.
  public var customer: CustomerID { facts.value.customer }
  /// The campaign that issued it.
  public var campaign: CampaignID { facts.value.campaign }
  /// The action or host event that the journey began with.
  public var trigger: TriggerID { facts.value.trigger }
  /// What the campaign heard: the trigger's own name, or that of an event further down the journey.
  public var heard: String { facts.value.heard }
  /// The ledger's time of the decision.
  public var issuedAt: Date { facts.value.issuedAt }
  /// The first moment at which it is over, or `nil`.
  public var expiresAt: Date? { facts.value.expiresAt }
  /// How often it may be redeemed.
  public var redeemable: RedemptionLimit { facts.value.redeemable }
  /// What it is worth in all, or `nil` where that is unknown.
  public var faceValue: Money? { facts.value.faceValue }
  /// Its unique code, or `nil` when the offer has none.
  public var code: OfferCode? { issuedCode?.code }
  /// The pool that its code is from, or `nil` when the offer has none.
  public var codePool: CodePoolID? { issuedCode?.pool }
  /// Its replicas, in the order of their providers' names.
  public var replicas: [Replica]
  /// What was redeemed of it so far.
  public var redeemed: RedemptionTally
  /// The end that we put to it, or `nil`.
  public var closure: OfferClosure? {
    get { closed?.value }
    set { closed = newValue.map { Shared($0) } }
  }

  var issuedCode: IssuedCode? { facts.value.code?.value }

  var isClosed: Bool { closed != nil }

  // Behind a pointer, for few are closed.
  private var closed: Shared<OfferClosure>?
  // What never changes, shared by all copies.
  private let facts: Shared<Facts>

  private struct Facts: Sendable, Hashable, Codable {
    let id: ID
    let offer: OfferID
    let revision: Int
    let customer: CustomerID
    let campaign: CampaignID
    let trigger: TriggerID
    let heard: String
    let issuedAt: Date
    let expiresAt: Date?
    let redeemable: RedemptionLimit
    let faceValue: Money?
    // Behind a pointer, for few have one.
    let code: Shared<IssuedCode>?
  }

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
    code: IssuedCode? = nil,
    replicas: [Replica],
    redeemed: RedemptionTally
  ) {
    facts = Shared(
      Facts(
        id: id,
        offer: offer,
        revision: revision,
        customer: customer,
        campaign: campaign,
        trigger: trigger,
        heard: heard,
        issuedAt: issuedAt,
        expiresAt: expiresAt,
        redeemable: redeemable,
        faceValue: faceValue,
        code: code.map { Shared($0) }
      )
    )
    self.replicas = replicas
    self.redeemed = redeemed
    closed = nil
  }

  /// Where the offer stands by itself, its replicas apart.
  public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
    /// It can be redeemed.
    case issued
    /// It was redeemed as often as it may be.
    case redeemed
    /// Its time is over.
    case expired
    /// It was taken back.
    case revoked
  }

  /// Where it stands at a moment.
  ///
  /// - Parameter moment: Usually the ledger's time.
  /// - Returns: `redeemed` wins over the others: what was used up did not lapse, and nothing of it was taken back.
  public func status(at moment: Date) -> Status {
    if redeemed.count >= redeemable.count { return .redeemed }
    switch closed?.value.kind {
    case .revoked: return .revoked
    case .expired: return .expired
    case nil: break
    }
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

/// A unique code, and where it is from.
package struct IssuedCode: Sendable, Hashable, Codable {
  package let code: OfferCode
  package let pool: CodePoolID

  package init(code: OfferCode, pool: CodePoolID) {
    self.code = code
    self.pool = pool
  }
}

extension IssuedOffer {
  private enum CodingKeys: CodingKey {
    case replicas, redeemed, closure
  }

  /// Reads one object with all of its fields.
  public init(from decoder: any Decoder) throws {
    facts = try Shared(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    replicas = try container.decode([Replica].self, forKey: .replicas)
    redeemed = try container.decode(RedemptionTally.self, forKey: .redeemed)
    closed = try container.decodeIfPresent(Shared<OfferClosure>.self, forKey: .closure)
  }

  /// Writes one object with all of its fields.
  public func encode(to encoder: any Encoder) throws {
    try facts.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(replicas, forKey: .replicas)
    try container.encode(redeemed, forKey: .redeemed)
    try container.encodeIfPresent(closed, forKey: .closure)
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
