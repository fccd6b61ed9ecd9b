public import Foundation

/// What a campaign heard: a customer's action, or an event on the profile.
public struct HeardEvent: Sendable, Hashable {
  /// Where it came from.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// The customer acted.
    case action
    /// The host reported it.
    case hostEvent
    /// The campaign's schedule: it began by the clock.
    case schedule
    /// An issuance or an observer raised it.
    case raised
    /// The issuance itself, as a scope observer hears it.
    case issuance
  }

  /// Where it came from.
  public let kind: Kind
  /// Its name: "app_opened".
  public let name: String
  /// When it happened; for a derived one, the ledger's time of the decision.
  public let occurredAt: Date
  /// What else is known of it; that of an issuance carries `offer` and `campaign`, that of an observer
  /// what the observer heard.
  public let attributes: Attributes
  private let cause: JourneyCause

  /// The host's id of it, or the derived one's 43 characters.
  public var id: String { cause.id }

  package init(kind: Kind, name: String, cause: JourneyCause, occurredAt: Date, attributes: Attributes) {
    self.kind = kind
    self.name = name
    self.cause = cause
    self.occurredAt = occurredAt
    self.attributes = attributes
  }

  /// Something past, or a part of the event, in its place.
  func looking(at name: String, _ attributes: Attributes, at moment: Date) -> HeardEvent {
    HeardEvent(kind: kind, name: name, cause: cause, occurredAt: moment, attributes: attributes)
  }

  /// "action" for what the customer did, "event" for the rest.
  var noun: String { kind == .action ? "action" : "event" }
}
