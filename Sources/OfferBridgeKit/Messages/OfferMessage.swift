public import Foundation

/// A message to an external system, as it was decided: it never changes, and keeps its key on every attempt.
public struct OfferMessage: Sendable, Hashable, Codable {
  /// The key by which the external system can recognise a repeat.
  ///
  /// Derived from tenant, customer, cause, sending campaign, provider and
  /// purpose: the same on every attempt, in every process, after every deploy.
  public let key: DerivedKey
  /// Through whom it is delivered.
  public let provider: ProviderID
  /// Whom it is about.
  public let customer: CustomerID
  /// The campaign or observer that sends it.
  public let campaign: CampaignID
  /// The variant that was encoded.
  public let variant: String
  /// The issued offer that it is about, or `nil`.
  public let issuedOffer: IssuedOffer.ID?
  /// The offer's name at the provider, or `nil`.
  public let replica: ReplicaName?
  /// The bytes to send: a JSON object of the variant's data points, encoded once.
  public let payload: [UInt8]
  /// The ledger's time of the decision.
  public let createdAt: Date

  /// What the bytes are: `application/json`.
  public var contentType: String { "application/json" }

  /// The bytes as text.
  public var payloadText: String { String(decoding: payload, as: UTF8.self) }

  package init(
    key: DerivedKey,
    provider: ProviderID,
    customer: CustomerID,
    campaign: CampaignID,
    variant: String,
    issuedOffer: IssuedOffer.ID?,
    replica: ReplicaName?,
    payload: [UInt8],
    createdAt: Date
  ) {
    self.key = key
    self.provider = provider
    self.customer = customer
    self.campaign = campaign
    self.variant = variant
    self.issuedOffer = issuedOffer
    self.replica = replica
    self.payload = payload
    self.createdAt = createdAt
  }
}
