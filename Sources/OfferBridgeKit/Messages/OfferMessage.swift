public import Foundation

/// A message to an external system, as it was decided: it never changes, and keeps its key on every attempt.
public struct OfferMessage: Sendable, Hashable, Codable {
  /// The key by which the external system can recognise a repeat.
  ///
  /// Derived from tenant, customer, cause, sending campaign, provider and
  /// purpose: the same on every attempt, in every process, after every deploy.
  public var key: DerivedKey { content.value.key }
  /// Through whom it is delivered.
  public var provider: ProviderID { content.value.provider }
  /// Whom it is about.
  public var customer: CustomerID { content.value.customer }
  /// The campaign or observer that sends it.
  public var campaign: CampaignID { content.value.campaign }
  /// The variant that was encoded.
  public var variant: String { content.value.variant }
  /// The issued offer that it is about, or `nil`.
  public var issuedOffer: IssuedOffer.ID? { content.value.issuedOffer }
  /// The offer's name at the provider, or `nil`.
  public var replica: ReplicaName? { content.value.replica }
  /// The bytes to send: a JSON object of the variant's data points, encoded once.
  public var payload: [UInt8] { content.value.payload }
  /// The ledger's time of the decision.
  public var createdAt: Date { content.value.createdAt }

  private let content: Shared<Content>

  private struct Content: Sendable, Hashable, Codable {
    let key: DerivedKey
    let provider: ProviderID
    let customer: CustomerID
    let campaign: CampaignID
    let variant: String
    let issuedOffer: IssuedOffer.ID?
    let replica: ReplicaName?
    let payload: [UInt8]
    let createdAt: Date
  }

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
    content = Shared(
      Content(
        key: key,
        provider: provider,
        customer: customer,
        campaign: campaign,
        variant: variant,
        issuedOffer: issuedOffer,
        replica: replica,
        payload: payload,
        createdAt: createdAt
      )
    )
  }

  /// Reads one object with all of its fields.
  public init(from decoder: any Decoder) throws { content = try Shared(from: decoder) }

  /// Writes one object with all of its fields.
  public func encode(to encoder: any Encoder) throws { try content.encode(to: encoder) }
}
