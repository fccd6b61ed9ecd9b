public import Foundation

/// A message to an external system, as it was decided: it never changes, and keeps its key on every attempt.
public struct OfferMessage: Sendable, Hashable, Codable {
  /// The key by which the external system can recognise a repeat.
  ///
  /// Derived from tenant, customer, cause, sending campaign, provider and
  /// purpose: the same on every attempt, in every process, after every deploy.
  public var key: DerivedKey { content.value.key }
  /// Through whom it is delivered.
  public var provider: ProviderID { envelope.value.provider }
  /// Whom it is about.
  public var customer: CustomerID { content.value.customer }
  /// The campaign or observer that sends it.
  public var campaign: CampaignID { envelope.value.campaign }
  /// What the campaign's rule said when it was decided, or `nil` where that is not known.
  public var rule: RuleFingerprint? { envelope.value.rule }
  /// The variant that was encoded.
  public var variant: String { envelope.value.variant }
  /// The language of each data point that is said in one of several, as ``Localised`` was given it.
  public var languages: [String: String] { content.value.languages ?? [:] }
  /// The issued offer that it is about, or `nil`.
  public var issuedOffer: IssuedOffer.ID? { content.value.issuedOffer }
  /// The offer's name at the provider, or `nil`.
  public var replica: ReplicaName? { envelope.value.replica }
  /// The bytes to send: a JSON object of the variant's data points, encoded once.
  public var payload: [UInt8] { content.value.payload.bytes }
  /// The ledger's time of the decision.
  public var createdAt: Date { content.value.createdAt }
  /// What it asks of the external system.
  public var purpose: Purpose { envelope.value.purpose }
  /// 1, and one more for each re-issue under a new key.
  public var generation: Int { Int(content.value.generation) }

  /// The action or host event that the journey began with, or `nil` where it is not known.
  public var trigger: TriggerID? { content.value.trigger }

  /// What a message asks of the external system.
  public enum Purpose: String, Sendable, Hashable, Codable {
    /// To give the customer something, or to tell them.
    case issue
    /// To take a replica out again.
    case recall
  }

  let content: Shared<Content>
  /// What all messages of one campaign about one replica have in common; a ledger keeps it once for them all.
  var envelope: Shared<Envelope>

  struct Content: Sendable, Hashable, Codable {
    let key: DerivedKey
    let customer: CustomerID
    let languages: [String: String]?
    let issuedOffer: IssuedOffer.ID?
    let payload: FrozenPayload
    let createdAt: Date
    let cause: JourneyCause
    let generation: Int32
    let trigger: TriggerID?
  }

  struct Envelope: Internable, Codable {
    let provider: ProviderID
    let campaign: CampaignID
    let variant: String
    let replica: ReplicaName?
    let purpose: Purpose
    let rule: RuleFingerprint?

    func isWritten(like other: Envelope) -> Bool { variant.utf8.elementsEqualFast(other.variant.utf8) }
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
    rule: RuleFingerprint? = nil,
    variant: String,
    languages: [String: String] = [:],
    issuedOffer: IssuedOffer.ID?,
    replica: ReplicaName?,
    payload: [UInt8],
    createdAt: Date,
    cause: JourneyCause,
    purpose: Purpose = .issue,
    generation: Int = 1,
    trigger: TriggerID? = nil
  ) {
    content = Shared(
      Content(
        key: key,
        customer: customer,
        languages: languages.isEmpty ? nil : languages,
        issuedOffer: issuedOffer,
        payload: FrozenPayload(payload),
        createdAt: createdAt,
        cause: cause,
        generation: Int32(clamping: generation),
        trigger: trigger
      )
    )
    envelope = Shared(
      Envelope(
        provider: provider,
        campaign: campaign,
        variant: variant,
        replica: replica,
        purpose: purpose,
        rule: rule
      )
    )
  }

  /// The next generation of the message: the same bytes, under a key of its own.
  ///
  /// - Parameters:
  ///   - tenant: The tenant.
  ///   - now: The ledger's time.
  /// - Returns: A message whose key is derived from the same parts, its generation one higher.
  public func reissued(in tenant: TenantID, at now: Date) -> OfferMessage {
    OfferMessage(
      key: .message(
        tenant: tenant,
        customer: customer,
        cause: content.value.cause,
        campaign: campaign,
        provider: provider,
        purpose: purpose,
        generation: generation + 1
      ),
      provider: provider,
      customer: customer,
      campaign: campaign,
      rule: rule,
      variant: variant,
      languages: languages,
      issuedOffer: issuedOffer,
      replica: replica,
      payload: payload,
      createdAt: now,
      cause: content.value.cause,
      purpose: purpose,
      generation: generation + 1,
      trigger: trigger
    )
  }

  /// The message to somebody who was forgotten: it says nothing any more.
  func forgotten(as customer: CustomerID, trigger tombstone: (TriggerID) -> TriggerID) -> OfferMessage {
    let cause =
      if case .trigger(let id) = content.value.cause { JourneyCause.trigger(tombstone(id)) } else {
        content.value.cause
      }
    var message = OfferMessage(
      key: key,
      provider: provider,
      customer: customer,
      campaign: campaign,
      variant: variant,
      issuedOffer: issuedOffer,
      replica: replica,
      payload: Array("{}".utf8),
      createdAt: createdAt,
      cause: cause,
      generation: generation,
      trigger: trigger.map(tombstone)
    )
    message.envelope = envelope
    return message
  }

  /// Reads one object with all of its fields.
  public init(from decoder: any Decoder) throws {
    content = try Shared(from: decoder)
    envelope = try Shared(from: decoder)
  }

  /// Writes one object with all of its fields.
  public func encode(to encoder: any Encoder) throws {
    try content.encode(to: encoder)
    try envelope.encode(to: encoder)
  }
}
