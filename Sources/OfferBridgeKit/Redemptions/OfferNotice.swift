public import Foundation

/// What the external system reports when it put an end to an offer there, or took that end back.
///
/// ```swift
/// OfferNotice(.revoked, id: "n-1", from: "wallet", of: .replica("W1"), at: moment)
/// ```
///
/// A revocation or an expiry ends the issued offer from its time on, a
/// reinstatement makes it live again: ``IssuedOffer/ended`` is what all that
/// was reported comes to. A redemption while it is ended counts, with a
/// discrepancy. Limit uses stay used, and messages are sent as they were: where
/// nothing is to be sent any more, close the issued offer.
///
/// One that names only a customer and a replica is about one issued offer: of
/// those that were issued by then, the first that is neither ended nor used up,
/// else the first; a reinstatement is about the first that is ended.
public struct OfferNotice: Sendable, Hashable, Codable {
  /// What became of the offer in the external system.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// It was taken back.
    case revoked
    /// Its time was over.
    case expired
    /// It can be redeemed again.
    case reinstated
  }

  /// What became of it.
  public let kind: Kind
  /// The external system's name for this notice; redemptions, reversals and notices of one source share their names.
  public let id: String
  /// The provider whose external system reports it; `nil` means the bridge's only one.
  public var source: ProviderID?
  /// What it is about.
  public let reference: RedemptionReference
  /// When that happened.
  public let time: RedemptionTime

  /// A notice.
  ///
  /// - Parameters:
  ///   - kind: What became of the offer.
  ///   - id: The external system's name for the notice, 1 to 256 UTF-8 bytes.
  ///   - source: The provider it comes from; may be left out where the bridge has exactly one.
  ///   - reference: What it is about.
  ///   - moment: When that happened, kept in whole milliseconds.
  public init(
    _ kind: Kind,
    id: String,
    from source: ProviderID? = nil,
    of reference: RedemptionReference,
    at moment: Date
  ) {
    self.init(kind, id: id, source: source, reference: reference, time: .moment(moment))
  }

  /// A notice of which only the day is known; it counts from the day's start.
  ///
  /// - Parameters:
  ///   - kind: What became of the offer.
  ///   - id: The external system's name for the notice, 1 to 256 UTF-8 bytes.
  ///   - source: The provider it comes from; may be left out where the bridge has exactly one.
  ///   - reference: What it is about.
  ///   - day: The day on a calendar of the zone.
  ///   - zone: The zone of that calendar.
  public init(
    _ kind: Kind,
    id: String,
    from source: ProviderID? = nil,
    of reference: RedemptionReference,
    on day: LocalDay,
    in zone: TimeZone
  ) {
    self.init(kind, id: id, source: source, reference: reference, time: .day(day, in: zone))
  }

  private init(
    _ kind: Kind,
    id: String,
    source: ProviderID?,
    reference: RedemptionReference,
    time: RedemptionTime
  ) {
    self.kind = kind
    self.id = id
    self.source = source
    self.reference = reference
    self.time = time
  }

  /// Reads a notice.
  ///
  /// - Parameter decoder: The decoder.
  /// - Throws: ``OfferBridgeError`` when an id or moment is unusable; what the decoder throws when it is no notice at
  ///   all.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decode(Kind.self, forKey: .kind),
      id: try container.decode(String.self, forKey: .id),
      source: try container.decodeIfPresent(ProviderID.self, forKey: .source),
      reference: try container.decode(RedemptionReference.self, forKey: .reference),
      time: try container.decode(RedemptionTime.self, forKey: .time)
    )
    _ = try content.checked(id, from: source, at: time)
  }

  /// What it reports.
  var content: ExternalEvent.Content { .notice(kind, of: reference) }
}
