public import Foundation

/// What the external system reports when a customer redeemed.
///
/// ```swift
/// Redemption(id: "r-1", from: "wallet", of: .issuedOffer(id), at: moment)
/// Redemption(id: "r-2", of: .customer("ada", replica: "TEN"), on: day, in: newYork)
/// ```
///
/// Redemptions may come in any order and any number of times: what counts is
/// the set of them. (tenant, source, id) is one event; the same id from the
/// same source with other content is a conflict, and changes nothing.
public struct Redemption: Sendable, Hashable, Codable {
  /// The external system's name for this redemption.
  public let id: String
  /// The provider whose external system reports it; `nil` means the bridge's only one.
  public var source: ProviderID?
  /// What was redeemed.
  public let reference: RedemptionReference
  /// When.
  public let time: RedemptionTime
  /// How much it was worth, or `nil` where that is not told.
  public let amount: Money?

  /// A redemption at a moment.
  ///
  /// - Parameters:
  ///   - id: The external system's name for it, 1 to 256 UTF-8 bytes.
  ///   - source: The provider it comes from; may be left out where the bridge has exactly one.
  ///   - reference: What was redeemed.
  ///   - moment: When, kept in whole milliseconds.
  ///   - amount: How much it was worth, 0 or more.
  public init(
    id: String,
    from source: ProviderID? = nil,
    of reference: RedemptionReference,
    at moment: Date,
    amount: Money? = nil
  ) {
    self.init(id: id, source: source, reference: reference, time: .moment(moment), amount: amount)
  }

  /// A redemption of which only the day is known.
  ///
  /// - Parameters:
  ///   - id: The external system's name for it, 1 to 256 UTF-8 bytes.
  ///   - source: The provider it comes from; may be left out where the bridge has exactly one.
  ///   - reference: What was redeemed.
  ///   - day: The day on a calendar of the zone.
  ///   - zone: The zone of that calendar.
  ///   - amount: How much it was worth, 0 or more.
  public init(
    id: String,
    from source: ProviderID? = nil,
    of reference: RedemptionReference,
    on day: LocalDay,
    in zone: TimeZone,
    amount: Money? = nil
  ) {
    self.init(id: id, source: source, reference: reference, time: .day(day, in: zone), amount: amount)
  }

  private init(
    id: String,
    source: ProviderID?,
    reference: RedemptionReference,
    time: RedemptionTime,
    amount: Money?
  ) {
    self.id = id
    self.source = source
    self.reference = reference
    self.time = time
    self.amount = amount
  }

  /// How much earlier than the issuance a moment may be and still count as in time: five minutes.
  ///
  /// Two clocks are never the same. A redemption on a day needs none: the day of the issuance is in time.
  public static let clockTolerance = Duration.minutes(5)
}

/// What a redemption names as redeemed.
public enum RedemptionReference: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Our id, which the external system was given with the message and echoes.
  case issuedOffer(IssuedOffer.ID)
  /// The external system's own name for the customer's replica, as its acknowledgement gave it.
  case replica(ReplicaReference)
  /// The customer, and the offer's name in the external system.
  case customer(CustomerID, replica: ReplicaName)

  /// Such as "TEN of ada".
  public var description: String {
    switch self {
    case .issuedOffer(let id): "issued offer \(id)"
    case .replica(let reference): "replica \(reference)"
    case .customer(let customer, let replica): "\(replica) of \(customer)"
    }
  }
}

/// When the external system says that something happened.
public enum RedemptionTime: Sendable, Hashable, Codable, CustomStringConvertible {
  /// At a moment.
  case moment(Date)
  /// On a day of a zone's calendar, at a time that is not told.
  case day(LocalDay, in: TimeZone)

  /// Such as "2026-11-22T12:00:00Z", or "2026-11-22 in Europe/Oslo".
  public var description: String {
    switch self {
    case .moment(let moment): moment.rfc3339
    case .day(let day, let zone): "\(day) in \(zone.identifier)"
    }
  }
}

/// What the external system reports when a redemption was undone.
///
/// It gives back what its redemption used, once; it may come before its
/// redemption and then waits for it.
public struct Reversal: Sendable, Hashable, Codable {
  /// The external system's name for this reversal.
  ///
  /// Redemptions and reversals of one source share their names: where the
  /// external system gives a reversal its redemption's id, put a word before it.
  public let id: String
  /// The provider whose external system reports it; `nil` means the bridge's only one.
  public var source: ProviderID?
  /// The id of the redemption that is undone, from the same source.
  public let redemption: String
  /// When it was undone.
  public let time: RedemptionTime

  /// A reversal.
  ///
  /// - Parameters:
  ///   - id: The external system's name for it, 1 to 256 UTF-8 bytes.
  ///   - source: The provider it comes from; may be left out where the bridge has exactly one.
  ///   - redemption: The redemption's id.
  ///   - moment: When, kept in whole milliseconds.
  public init(id: String, from source: ProviderID? = nil, of redemption: String, at moment: Date) {
    self.id = id
    self.source = source
    self.redemption = redemption
    time = .moment(moment)
  }

  /// A reversal of which only the day is known.
  ///
  /// - Parameters:
  ///   - id: The external system's name for it, 1 to 256 UTF-8 bytes.
  ///   - source: The provider it comes from; may be left out where the bridge has exactly one.
  ///   - redemption: The redemption's id.
  ///   - day: The day on a calendar of the zone.
  ///   - zone: The zone of that calendar.
  public init(
    id: String,
    from source: ProviderID? = nil,
    of redemption: String,
    on day: LocalDay,
    in zone: TimeZone
  ) {
    self.id = id
    self.source = source
    self.redemption = redemption
    time = .day(day, in: zone)
  }
}

/// The name of one inbound event: its source and the source's id for it.
public struct ExternalEventID: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The provider whose external system reported it.
  public let source: ProviderID
  /// The external system's name for it.
  public let id: String

  /// A name.
  ///
  /// - Parameters:
  ///   - source: The provider whose external system reported it.
  ///   - id: The external system's name for it.
  public init(source: ProviderID, id: String) {
    self.source = source
    self.id = id
  }

  /// Such as "wallet/r-1".
  public var description: String { "\(source)/\(id)" }

  /// Whether both are written with the same bytes.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.source == rhs.source && lhs.id.utf8.elementsEqualFast(rhs.id.utf8)
  }

  /// Feeds the bytes of both.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(source)
    var text = id
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// What an external system reported, checked and with its source known.
///
/// Two are equal when names are the same bytes, and moments the same date.
public struct ExternalEvent: Sendable, Hashable, Codable {
  /// What it reports.
  public enum Content: Sendable, Hashable, Codable {
    /// A customer redeemed.
    case redemption(RedemptionReference, amount: Money?)
    /// The redemption of that id, from the same source, was undone.
    case reversal(of: String)

    /// Whether both say the same, names compared by their bytes.
    public static func == (lhs: Self, rhs: Self) -> Bool {
      switch (lhs, rhs) {
      case (.redemption(let reference, let amount), .redemption(let other, let otherAmount)):
        reference == other && amount == otherAmount
      case (.reversal(let id), .reversal(let other)): id.utf8.elementsEqualFast(other.utf8)
      case (.redemption, .reversal), (.reversal, .redemption): false
      }
    }
  }

  /// Its name.
  public let id: ExternalEventID
  /// What it reports.
  public let content: Content
  /// When that happened.
  public let time: RedemptionTime

  package init(id: ExternalEventID, content: Content, time: RedemptionTime) {
    self.id = id
    self.content = content
    self.time = time
  }
}
