public import Foundation

// One pointer is passed to every clause. A struct of this size would be copied and its strings retained at each
// opaque call: a hand-written closure over one took 46 ns instead of 8.
// Unchecked because of the raw pointer alone: what it points at is written once, before any clause sees it,
// and lives as long as `profile`, which is held here.
/// All that a rule may look at, collected before it is asked.
///
/// A rule never waits: the customer, what was heard, the history and the
/// ledger's time stand here as they were when the decision began. In tests,
/// `RuleContext.example(…)` of `OfferBridgeTesting` makes one in a line.
///
/// It holds a customer's data; treat what you print from it as such.
public final class RuleContext<Customer: Sendable>: @unchecked Sendable {
  @usableFromInline let storage: UnsafePointer<Customer>
  private let profile: CustomerProfile<Customer>

  /// Who the decision is about.
  public let customerID: CustomerID
  /// What was heard: the action, or the event that an issuance, an observer or the host raised.
  public let event: HeardEvent
  /// What the journey began with, attributes included; the same as ``event`` at its first step.
  public let origin: HeardEvent
  /// What the customer did and was issued before.
  public let history: RuleHistory
  /// The issued offer that the event is about, or `nil` where there is none.
  public let issuedOffer: IssuedOffer?
  /// The ledger's time of the decision.
  public let now: Date

  package init(
    profile: CustomerProfile<Customer>,
    customerID: CustomerID,
    event: HeardEvent,
    origin: HeardEvent,
    history: RuleHistory,
    issuedOffer: IssuedOffer?,
    now: Date
  ) {
    self.profile = profile
    self.storage = UnsafePointer(profile.storage)
    self.customerID = customerID
    self.event = event
    self.origin = origin
    self.history = history
    self.issuedOffer = issuedOffer
    self.now = now
  }

  /// The customer's profile.
  @inlinable
  public var customer: Customer {
    @inline(__always) _read { yield storage.pointee }
  }

  /// The same journey one step on: another event, and the offer that was just issued in the history.
  package func hearing(_ event: HeardEvent, issuing issued: IssuedOffer?) -> RuleContext {
    RuleContext(
      profile: profile,
      customerID: customerID,
      event: event,
      origin: origin,
      history: issued.map(history.adding) ?? history,
      issuedOffer: issued ?? issuedOffer,
      now: now
    )
  }
}

// Unchecked: the memory is written in `init` and never again.
/// One customer's profile at an address that stays, so that clauses read its properties by offset.
package final class CustomerProfile<Customer: Sendable>: @unchecked Sendable {
  let storage: UnsafeMutablePointer<Customer>

  package init(_ customer: Customer) {
    storage = .allocate(capacity: 1)
    storage.initialize(to: customer)
  }

  deinit {
    storage.deinitialize(count: 1)
    storage.deallocate()
  }
}

/// What a campaign heard: a customer's action, or an event on the profile.
public struct HeardEvent: Sendable, Hashable {
  /// Where it came from.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// The customer acted.
    case action
    /// The host reported it.
    case hostEvent
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

  /// "action" for what the customer did, "event" for the rest.
  var noun: String { kind == .action ? "action" : "event" }
}

/// What rules can look back at.
public struct RuleHistory: Sendable {
  /// The actions that the rules of this decision asked for, each once, the present one included.
  ///
  /// Empty when no rule asked for any.
  public let actions: [CustomerAction]
  /// The offers issued to the customer before, oldest first, then those of this journey's earlier steps.
  public let issuedOffers: [IssuedOffer]

  package init(actions: [CustomerAction], issuedOffers: [IssuedOffer]) {
    self.actions = actions
    self.issuedOffers = issuedOffers
  }

  package func adding(_ issued: IssuedOffer) -> RuleHistory {
    RuleHistory(actions: actions, issuedOffers: issuedOffers + [issued])
  }
}
