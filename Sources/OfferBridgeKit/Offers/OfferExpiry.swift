public import Foundation

/// When an issued offer ends; the end is the first moment at which it is over.
public enum OfferExpiry: Sendable, Hashable, Codable {
  /// It does not.
  case never
  /// At a moment.
  case at(Date)
  /// A length after its issuance; days have 24 hours.
  case after(Duration)
  /// With a local day, that day included; on the customer's wall calendar where no zone is named.
  ///
  /// The customer's is the one that the bridge knows by `zoneOfCustomer`, or else ``BridgeSettings/zone``. It is worked
  /// out once, at the issuance, and moves with nobody who travels.
  case endOf(LocalDay, in: TimeZone? = nil)
  /// With the local day so many days after that of its issuance, that day included: 0 is the day itself.
  ///
  /// On the customer's wall calendar where no zone is named, as for a day.
  case endOfDay(after: Int, in: TimeZone? = nil)
  /// At the earliest of several; those that never end are passed over.
  case earliest([OfferExpiry])

  /// The first moment at which an offer issued then is over, or `nil` when it does not end.
  package func moment(issuedAt: Date, in zone: TimeZone) -> Date? {
    switch self {
    case .never: nil
    case .at(let moment): Date(milliseconds: moment.milliseconds)
    case .after(let length): Date(milliseconds: issuedAt.milliseconds.addingClamped(length.milliseconds))
    case .endOf(let day, let named): day.interval(in: named ?? zone).upperBound
    case .endOfDay(let count, let named):
      LocalDay(of: issuedAt, in: named ?? zone).adding(days: count).interval(in: named ?? zone).upperBound
    case .earliest(let all): all.compactMap { $0.moment(issuedAt: issuedAt, in: zone) }.min()
    }
  }

  /// Whether it ends at all.
  var ends: Bool {
    switch self {
    case .never: false
    case .at, .after, .endOf, .endOfDay: true
    case .earliest(let all): all.contains(where: \.ends)
    }
  }
}

/// That the end of an issued offer is near: as which event it is raised, and how long before.
///
/// ```swift
/// Offer("ten-off", expires: .after(.days(30)), warns: .before(.days(3), as: "ten_off_expiring"))
///
/// Campaign("reminder", on: .event("ten_off_expiring"), rule: Everyone(), outcome: .send(card, through: "wallet"))
/// ```
///
/// The library does not wait: ``OfferBridge/warnOfExpiring(after:limit:)`` raises
/// what is due, each issued offer's once. A campaign that hears it has the issued
/// offer at hand, as one that hears its issuance.
public struct ExpiryWarning: Sendable, Hashable, Codable {
  /// How long before the end; days have 24 hours.
  public let lead: Duration
  /// The event's name.
  public let event: String

  /// A warning so long before the end.
  ///
  /// - Parameters:
  ///   - lead: How long before; at least a millisecond. Of what lives shorter, it is due at once.
  ///   - event: The name of the event that is raised.
  /// - Returns: What an ``Offer`` takes as `warns:`.
  public static func before(_ lead: Duration, as event: String) -> Self { Self(lead: lead, event: event) }
}

/// What becomes of the replicas of an issued offer whose time is over.
public enum ExpiryPolicy: String, Sendable, Hashable, Codable, CaseIterable {
  /// The external systems know the end themselves: nothing is sent.
  case lapses
  /// They are asked to take the replicas out, by ``OfferBridge/recallExpired(saying:limitUses:after:limit:)``.
  case recalls
}
