public import Foundation

/// What the external system reports when a customer redeemed.
///
/// ```swift
/// Redemption(id: "r-1", from: "wallet", of: .issuedOffer(id), at: moment)
/// Redemption(id: "r-2", of: .customer("ada", replica: "TEN"), on: day, in: newYork)
/// Redemption(id: "r-3", of: .replica("W1"), by: "ada", at: moment, amount: twoEuros,
///            lines: [RedemptionLine("tea", weight: 300), RedemptionLine("milk", weight: 100)])
/// ```
///
/// Redemptions may come in any order and any number of times: what counts is
/// the set of them. (tenant, source, id) is one event; the same id from the
/// same source with other content is a conflict, and changes nothing.
///
/// What is decoded is checked as the bridge checks it: an id, amount, moment
/// or list of lines that cannot be used throws ``OfferBridgeError``.
public struct Redemption: Sendable, Hashable, Codable {
  /// The external system's name for this redemption.
  public let id: String
  /// The provider whose external system reports it; `nil` means the bridge's only one.
  public var source: ProviderID?
  /// What was redeemed.
  public let reference: RedemptionReference
  /// Who redeemed it, or `nil` where that is not told; another than the issued offer's customer is a discrepancy.
  public let customer: CustomerID?
  /// The transaction that it was redeemed in, whose reservation of the offer it ends; `nil` where that is not told.
  public let transaction: TransactionID?
  /// When.
  public let time: RedemptionTime
  /// How much it was worth, or `nil` where that is not told.
  public let amount: Money?
  /// What the amount was spread over, such as the lines of a basket; none where that is not told.
  ///
  /// Each has its part of the amount, by ``Money/split(over:)``, once and for all: a reversal may name lines.
  public let lines: [RedemptionLine]

  /// A redemption at a moment.
  ///
  /// - Parameters:
  ///   - id: The external system's name for it, 1 to 256 UTF-8 bytes.
  ///   - source: The provider it comes from; may be left out where the bridge has exactly one.
  ///   - reference: What was redeemed.
  ///   - customer: Who redeemed it; not told by default.
  ///   - transaction: In which transaction, such as a basket's; not told by default.
  ///   - moment: When, kept in whole milliseconds.
  ///   - amount: How much it was worth, 0 or more.
  ///   - lines: What the amount was spread over, each name once; not told by default.
  public init(
    id: String,
    from source: ProviderID? = nil,
    of reference: RedemptionReference,
    by customer: CustomerID? = nil,
    for transaction: TransactionID? = nil,
    at moment: Date,
    amount: Money? = nil,
    lines: [RedemptionLine] = []
  ) {
    self.init(
      id: id,
      source: source,
      reference: reference,
      customer: customer,
      transaction: transaction,
      time: .moment(moment),
      amount: amount,
      lines: lines
    )
  }

  /// A redemption of which only the day is known.
  ///
  /// - Parameters:
  ///   - id: The external system's name for it, 1 to 256 UTF-8 bytes.
  ///   - source: The provider it comes from; may be left out where the bridge has exactly one.
  ///   - reference: What was redeemed.
  ///   - customer: Who redeemed it; not told by default.
  ///   - transaction: In which transaction, such as a basket's; not told by default.
  ///   - day: The day on a calendar of the zone.
  ///   - zone: The zone of that calendar.
  ///   - amount: How much it was worth, 0 or more.
  ///   - lines: What the amount was spread over, each name once; not told by default.
  public init(
    id: String,
    from source: ProviderID? = nil,
    of reference: RedemptionReference,
    by customer: CustomerID? = nil,
    for transaction: TransactionID? = nil,
    on day: LocalDay,
    in zone: TimeZone,
    amount: Money? = nil,
    lines: [RedemptionLine] = []
  ) {
    self.init(
      id: id,
      source: source,
      reference: reference,
      customer: customer,
      transaction: transaction,
      time: .day(day, in: zone),
      amount: amount,
      lines: lines
    )
  }

  private init(
    id: String,
    source: ProviderID?,
    reference: RedemptionReference,
    customer: CustomerID?,
    transaction: TransactionID?,
    time: RedemptionTime,
    amount: Money?,
    lines: [RedemptionLine]
  ) {
    self.id = id
    self.source = source
    self.reference = reference
    self.customer = customer
    self.transaction = transaction
    self.time = time
    self.amount = amount
    self.lines = lines
  }

  /// Reads a redemption; one written without lines, a customer or a transaction has none.
  ///
  /// - Parameter decoder: The decoder.
  /// - Throws: ``OfferBridgeError`` when an id, moment, amount or line is unusable; what the decoder throws when it is
  ///   no redemption at all.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try container.decode(String.self, forKey: .id),
      source: try container.decodeIfPresent(ProviderID.self, forKey: .source),
      reference: try container.decode(RedemptionReference.self, forKey: .reference),
      customer: try container.decodeIfPresent(CustomerID.self, forKey: .customer),
      transaction: try container.decodeIfPresent(TransactionID.self, forKey: .transaction),
      time: try container.decode(RedemptionTime.self, forKey: .time),
      amount: try container.decodeIfPresent(Money.self, forKey: .amount),
      lines: try container.decodeIfPresent([RedemptionLine].self, forKey: .lines) ?? []
    )
    _ = try content.checked(id, from: source, at: time)
  }

  /// What it reports.
  var content: ExternalEvent.Content {
    .redemption(
      reference,
      amount: amount,
      RedemptionDetails(customer: customer, lines: lines, transaction: transaction)
    )
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
