import Foundation
package import OfferBridgeKit

/// What an external system reported, as it is kept.
package struct EventRow {
  package var event: ExternalEvent
  package let receivedAt: Int64
  /// The customer with whose others it is folded, or `nil` while nobody knows.
  package var customer: CustomerID?
  package var match: RedemptionMatch
  /// Whether something was taken out of it, so that a repeat is not told from another one of that id.
  package var isReworded: Bool

  package init(
    event: ExternalEvent,
    receivedAt: Int64,
    customer: CustomerID?,
    match: RedemptionMatch,
    isReworded: Bool = false
  ) {
    self.event = event
    self.receivedAt = receivedAt
    self.customer = customer
    self.match = match
    self.isReworded = isReworded
  }

  package var record: RedemptionRecord {
    RedemptionRecord(event: event, match: match, receivedAt: Date(milliseconds: receivedAt))
  }

  /// By its own time, a day from its start; then by the bytes of its source and of its id.
  func isBefore(_ other: Self) -> Bool {
    let (mine, theirs) = (event.time.orderedAt, other.event.time.orderedAt)
    if mine != theirs { return mine < theirs }
    let (id, otherID) = (event.id, other.event.id)
    if id.source != otherID.source { return id.source < otherID.source }
    return id.id.utf8.lexicographicallyPrecedes(otherID.id.utf8)
  }
}

/// What tells whose an event is.
package enum EventClue: Hashable {
  case customer(CustomerID)
  case issuedOffer(IssuedOffer.ID)
  case replica(ReplicaReference, at: ProviderID)
  case event(ExternalEventID)

  package init(of event: ExternalEvent) {
    switch event.content {
    case .redemption(let reference, _, _), .notice(_, of: let reference):
      switch reference {
      case .issuedOffer(let id): self = .issuedOffer(id)
      case .replica(let name): self = .replica(name, at: event.id.source)
      case .customer(let customer, _): self = .customer(customer)
      }
    case .reversal(let redemption, _):
      self = .event(ExternalEventID(source: event.id.source, id: redemption))
    }
  }
}

extension RedemptionTime {
  var orderedAt: Int64 {
    switch self {
    case .moment(let moment): moment.milliseconds
    case .day(let day, let zone): day.start(in: zone).milliseconds
    }
  }
}
