public import Foundation

// The base of every context, apart from the profile, so that operands over it are compiled once and not once a
// profile type.
/// The facts of a decision that are the same whatever the host's profile type.
///
/// A rule is given them as part of its ``RuleContext``.
public class RuleFacts: @unchecked Sendable {
  /// Who the decision is about.
  public final let customerID: CustomerID
  /// What was heard: the action, or the event that an issuance, an observer or the host raised.
  public final let event: HeardEvent
  /// What the journey began with, attributes included; the same as ``event`` at its first step.
  public final let origin: HeardEvent
  /// What the customer did and was issued before.
  public final let history: RuleHistory
  /// The issued offer that the event is about, or `nil` where there is none.
  public final let issuedOffer: IssuedOffer?
  /// The ledger's time of the decision.
  public final let now: Date
  /// The zone of what names none, such as `now.month`: the customer's, or else ``BridgeSettings/zone``.
  public final let zone: TimeZone

  init(
    customerID: CustomerID,
    event: HeardEvent,
    origin: HeardEvent,
    history: RuleHistory,
    issuedOffer: IssuedOffer?,
    now: Date,
    zone: TimeZone
  ) {
    self.customerID = customerID
    self.event = event
    self.origin = origin
    self.history = history
    self.issuedOffer = issuedOffer
    self.now = now
    self.zone = zone
  }

  /// The same journey one step on: another event, and the offer that was just issued in the history.
  package func hearing(_ event: HeardEvent, issuing issued: IssuedOffer?) -> RuleFacts {
    preconditionFailure("facts are made with a profile, as a context")
  }
}

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
public final class RuleContext<Customer: Sendable>: RuleFacts, @unchecked Sendable {
  @usableFromInline let storage: UnsafePointer<Customer>
  private let profile: CustomerProfile<Customer>

  package init(
    profile: CustomerProfile<Customer>,
    customerID: CustomerID,
    event: HeardEvent,
    origin: HeardEvent,
    history: RuleHistory,
    issuedOffer: IssuedOffer?,
    now: Date,
    zone: TimeZone = .gmt
  ) {
    self.profile = profile
    self.storage = UnsafePointer(profile.storage)
    super.init(
      customerID: customerID,
      event: event,
      origin: origin,
      history: history,
      issuedOffer: issuedOffer,
      now: now,
      zone: zone
    )
  }

  /// The customer's profile.
  @inlinable
  public var customer: Customer {
    @inline(__always) _read { yield storage.pointee }
  }

  /// The same journey one step on: another event, and the offer that was just issued in the history.
  package override func hearing(_ event: HeardEvent, issuing issued: IssuedOffer?) -> RuleContext {
    RuleContext(
      profile: profile,
      customerID: customerID,
      event: event,
      origin: origin,
      history: issued.map(history.adding) ?? history,
      issuedOffer: issued ?? issuedOffer,
      now: now,
      zone: zone
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
