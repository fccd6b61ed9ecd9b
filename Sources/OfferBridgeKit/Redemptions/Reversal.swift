public import Foundation

/// What the external system reports when a redemption was undone, all of it or a part.
///
/// ```swift
/// Reversal(id: "v-1", of: "r-1", at: moment)
/// Reversal(id: "v-2", of: "r-2", only: .lines(["tea"]), at: moment)
/// ```
///
/// It gives back what its redemption used, once; it may come before its
/// redemption and then waits for it. What is more than is left of the
/// redemption is cut, and a discrepancy.
public struct Reversal: Sendable, Hashable, Codable {
  /// The external system's name for this reversal.
  ///
  /// Redemptions, reversals and notices of one source share their names: where
  /// the external system gives a reversal its redemption's id, put a word before it.
  public let id: String
  /// The provider whose external system reports it; `nil` means the bridge's only one.
  public var source: ProviderID?
  /// The id of the redemption that is undone, from the same source.
  public let redemption: String
  /// What of it is undone; `nil` for all that is left.
  public let part: ReversedPart?
  /// When it was undone.
  public let time: RedemptionTime

  /// A reversal.
  ///
  /// - Parameters:
  ///   - id: The external system's name for it, 1 to 256 UTF-8 bytes.
  ///   - source: The provider it comes from; may be left out where the bridge has exactly one.
  ///   - redemption: The redemption's id.
  ///   - part: What of it is undone; all that is left by default.
  ///   - moment: When, kept in whole milliseconds.
  public init(
    id: String,
    from source: ProviderID? = nil,
    of redemption: String,
    only part: ReversedPart? = nil,
    at moment: Date
  ) {
    self.init(id: id, source: source, redemption: redemption, part: part, time: .moment(moment))
  }

  /// A reversal of which only the day is known.
  ///
  /// - Parameters:
  ///   - id: The external system's name for it, 1 to 256 UTF-8 bytes.
  ///   - source: The provider it comes from; may be left out where the bridge has exactly one.
  ///   - redemption: The redemption's id.
  ///   - part: What of it is undone; all that is left by default.
  ///   - day: The day on a calendar of the zone.
  ///   - zone: The zone of that calendar.
  public init(
    id: String,
    from source: ProviderID? = nil,
    of redemption: String,
    only part: ReversedPart? = nil,
    on day: LocalDay,
    in zone: TimeZone
  ) {
    self.init(id: id, source: source, redemption: redemption, part: part, time: .day(day, in: zone))
  }

  private init(
    id: String,
    source: ProviderID?,
    redemption: String,
    part: ReversedPart?,
    time: RedemptionTime
  ) {
    self.id = id
    self.source = source
    self.redemption = redemption
    self.part = part
    self.time = time
  }

  /// Reads a reversal; one written without a part is of all that is left.
  ///
  /// - Parameter decoder: The decoder.
  /// - Throws: ``OfferBridgeError`` when an id, moment, amount or line is unusable; what the decoder throws when it is
  ///   no reversal at all.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try container.decode(String.self, forKey: .id),
      source: try container.decodeIfPresent(ProviderID.self, forKey: .source),
      redemption: try container.decode(String.self, forKey: .redemption),
      part: try container.decodeIfPresent(ReversedPart.self, forKey: .part),
      time: try container.decode(RedemptionTime.self, forKey: .time)
    )
    _ = try content.checked(id, from: source, at: time)
  }

  /// What it reports.
  var content: ExternalEvent.Content { .reversal(of: redemption, part) }
}

/// What of a redemption is undone, where it is not all that is left.
public enum ReversedPart: Sendable, Hashable, Codable, CustomStringConvertible {
  /// So much of its amount, 0 or more, in the redemption's currency.
  case amount(Money)
  /// The lines of those names, each with its part of the amount as it was split when it was redeemed.
  case lines([String])

  /// Such as "500 EUR minor units", or "tea, milk".
  public var description: String {
    switch self {
    case .amount(let amount): "\(amount)"
    case .lines(let names): names.joined(separator: ", ")
    }
  }

  /// Whether both say the same, names compared by their bytes.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    switch (lhs, rhs) {
    case (.amount(let amount), .amount(let other)): amount == other
    case (.lines(let names), .lines(let others)):
      names.count == others.count && zip(names, others).allSatisfy { $0.utf8.elementsEqualFast($1.utf8) }
    case (.amount, .lines), (.lines, .amount): false
    }
  }
}
