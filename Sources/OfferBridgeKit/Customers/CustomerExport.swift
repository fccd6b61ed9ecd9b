public import Foundation

/// All that a ledger holds of one customer, for a person who asks what is known of them.
///
/// ```swift
/// let export = try await bridge.export(of: "ada")
/// try export.json().write(to: file)
/// ```
///
/// It holds unique codes and the bytes of every message: keep it as you would
/// keep those. Of other customers it holds nothing; who else redeemed an offer
/// of this one is left out, and the discrepancy `otherCustomer` stays.
public struct CustomerExport: Sendable, Hashable, Codable {
  /// Whose it is, by the id that they go by.
  public let customer: CustomerID
  /// The ids that were merged into it, in the order of their bytes; what was written under them is in the export.
  public let formerIDs: [CustomerID]
  /// What was issued to them, in the order of issuance.
  public let issuedOffers: [Issued]
  /// The messages about them, in the order in which they were committed.
  public let messages: [Message]
  /// What external systems reported of them, in the order of its own times, and how each stands.
  public let events: [RedemptionRecord]
  /// What the trail tells of them; each entry is written as its line, whose digests can be verified.
  public let trail: [TrailEntry]

  /// One issued offer.
  public struct Issued: Sendable, Hashable, Codable {
    /// The issued offer: its replicas, its tally, its closure and its code.
    public let issuedOffer: IssuedOffer
    /// What its issuance took from limits.
    public let limitUses: [LimitUse]
  }

  /// One message, its bytes as text.
  public struct Message: Sendable, Hashable, Codable {
    /// The key by which the external system can recognise a repeat.
    public let key: DerivedKey
    /// Through whom it is delivered.
    public let provider: ProviderID
    /// The campaign or observer that sends it.
    public let campaign: CampaignID
    /// What that campaign's rule said, or `nil` where that is not known.
    public let rule: RuleFingerprint?
    /// The variant that was encoded.
    public let variant: String
    /// The language of each data point that is said in one of several.
    public let languages: [String: String]
    /// The issued offer that it is about, or `nil`.
    public let issuedOffer: IssuedOffer.ID?
    /// The offer's name at the provider, or `nil`.
    public let replica: ReplicaName?
    /// What it says: the text of its bytes, or where they are none, the bytes in base64.
    public let payload: String
    /// Whether `payload` is base64.
    public let isBase64: Bool
    /// The ledger's time of the decision.
    public let createdAt: Date
    /// What it asks of the external system.
    public let purpose: OfferMessage.Purpose
    /// 1, and one more for each re-issue under a new key.
    public let generation: Int
    /// The action or host event that the journey began with, or `nil` where it is not known.
    public let trigger: TriggerID?
    /// Where it stands.
    public let state: MessageState
    /// How many attempts were begun since it was committed, or redriven under its key.
    public let attempts: Int
    /// Why the last attempt that failed did so, or `nil`.
    public let lastFailure: String?
    /// Each redrive of it, in their order.
    public let redrives: [RedriveRecord]
    /// Its next generation, or `nil`.
    public let nextGeneration: DerivedKey?
  }

  /// The export as one JSON document, for a person or for another system.
  ///
  /// Members are in the order of their names and moments in RFC 3339, so that the same contents make the same bytes.
  ///
  /// - Returns: The document's bytes.
  /// - Throws: What the encoder throws, for a number that JSON does not have.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var container = encoder.singleValueContainer()
      try container.encode(date.rfc3339)
    }
    return try encoder.encode(self)
  }
}

extension CustomerExport.Message {
  init(_ record: MessageRecord) {
    let message = record.message
    let text = String(validating: message.payload, as: UTF8.self)
    self.init(
      key: message.key,
      provider: message.provider,
      campaign: message.campaign,
      rule: message.rule,
      variant: message.variant,
      languages: message.languages,
      issuedOffer: message.issuedOffer,
      replica: message.replica,
      payload: text ?? Data(message.payload).base64EncodedString(),
      isBase64: text == nil,
      createdAt: message.createdAt,
      purpose: message.purpose,
      generation: message.generation,
      trigger: message.trigger,
      state: record.state,
      attempts: record.attempts,
      lastFailure: record.lastFailure,
      redrives: record.redrives,
      nextGeneration: record.nextGeneration
    )
  }
}

extension RedemptionRecord {
  /// The record without the name of another customer who redeemed.
  func told(to customer: CustomerIdentity) -> RedemptionRecord {
    guard case .redemption(let reference, let amount, let details?) = event.content,
      let other = details.customer, !customer.has(other)
    else { return self }
    let rest = RedemptionDetails(customer: nil, lines: details.lines, transaction: details.transaction)
    let content = ExternalEvent.Content.redemption(reference, amount: amount, rest)
    return RedemptionRecord(
      event: ExternalEvent(id: event.id, content: content, time: event.time),
      match: match,
      receivedAt: receivedAt
    )
  }
}
