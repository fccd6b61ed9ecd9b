/// What a customer can be given, and under which name each external system knows it.
///
/// ```swift
/// Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"], expires: .after(.days(30)))
/// ```
///
/// Changing an offer in the catalog changes what is issued from then on. What
/// was issued keeps its revision, its expiry and its warning.
public struct Offer: Sendable, Hashable, Codable, Identifiable {
  /// The offer's name, shared by its revisions.
  public let id: OfferID
  /// Which revision it is; recorded on what is issued.
  public let revision: Int
  /// The event that its issuance raises on the customer's profile, or `nil`.
  public let raises: String?
  /// Its counterpart in each external system that can hold it.
  public let replicas: [ProviderID: ReplicaName]
  /// When an issued one ends.
  public let expires: OfferExpiry
  /// The event that says that the end of an issued one is near, or `nil`.
  public let warns: ExpiryWarning?
  /// What becomes of the replicas of an issued one whose time is over.
  public let onExpiry: ExpiryPolicy
  /// How often an issued one may be redeemed.
  public let redeemable: RedemptionLimit
  /// How much an issued one is worth in all, or `nil` where that is the external system's affair.
  public let faceValue: Money?
  /// What becomes of an issued one when its redemptions are all wholly reversed.
  public let reversal: ReversalPolicy
  /// The pool from which each issued one is given a unique code, or `nil` when it has none.
  public let codes: CodePoolID?

  /// An offer.
  ///
  /// - Parameters:
  ///   - id: Its name.
  ///   - revision: Its revision, 1 by default.
  ///   - raises: The event that issuing it raises; none by default.
  ///   - replicas: Its counterpart by provider.
  ///   - expires: When an issued one ends; never by default.
  ///   - warns: The event that says that its end is near, and how long before; none by default.
  ///   - onExpiry: What becomes of its replicas when its time is over; they lapse by themselves by default.
  ///   - redeemable: How often an issued one may be redeemed; once by default.
  ///   - faceValue: What an issued one is worth; unknown by default.
  ///   - reversal: What becomes of an issued one when its redemptions are all wholly reversed; it can be redeemed
  ///     again by default.
  ///   - codes: The pool from which each issued one is given a unique code; it has none by default.
  public init(
    _ id: OfferID,
    revision: Int = 1,
    raises: String? = nil,
    replicas: [ProviderID: ReplicaName] = [:],
    expires: OfferExpiry = .never,
    warns: ExpiryWarning? = nil,
    onExpiry: ExpiryPolicy = .lapses,
    redeemable: RedemptionLimit = .once,
    faceValue: Money? = nil,
    reversal: ReversalPolicy = .reopens,
    codes: CodePoolID? = nil
  ) {
    self.id = id
    self.revision = revision
    self.raises = raises
    self.replicas = replicas
    self.expires = expires
    self.warns = warns
    self.onExpiry = onExpiry
    self.redeemable = redeemable
    self.faceValue = faceValue
    self.reversal = reversal
    self.codes = codes
  }
}

/// How often an issued offer may be redeemed.
///
/// A redemption beyond it is never refused: it is recorded as a discrepancy,
/// because the external system has the last word.
public enum RedemptionLimit: Sendable, Hashable, Codable {
  /// A single time.
  case once
  /// So many times, 1 or more.
  case times(Int)
  /// As often as the external system lets the customer.
  case unlimited

  package var count: Int {
    switch self {
    case .once: 1
    case .times(let count): count
    case .unlimited: .max
    }
  }
}

extension Int64 {
  /// The sum, or the nearest end where it would overflow.
  package func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
