import DurableLedger
import OfferBridgeKit

/// What a step will ask for, as far as what it is given names it: all of it is loaded in one round trip.
///
/// Nothing depends on it but the number of round trips: what is not named here
/// is read when it is asked for.
struct StepNames {
  var triggers: Set<TriggerID> = []
  var issued: Set<IssuedOffer.ID> = []
  var messages: Set<DerivedKey> = []
  var events: Set<ExternalEventID> = []
  /// What events may wait for that are nobody's yet.
  var clues: Set<EventClue> = []
  var counters: Set<LimitCounter> = []
  /// What an external system calls replicas of which it is asked whose they are.
  var replicas: Set<EventClue> = []
  /// What an external system calls the replica that it made by a message, by the message.
  var references: [DerivedKey: ReplicaReference] = [:]
  /// Those whose events are folded.
  var customers: Set<CustomerID> = []
  /// The ids that may be another's by now.
  var ids: Set<CustomerID> = []
  /// What a plan would write, and what it is about: it may be of somebody who was forgotten.
  var keys: Set<DerivedKey> = []
  /// Whether something may be forgotten.
  var isForgetting = false

  init() {}

  /// What commits of these plans touch.
  init(of plans: [JourneyPlan]) {
    isForgetting = true
    for plan in plans {
      triggers.insert(plan.trigger.id)
      ids.insert(plan.trigger.customer)
      keys.formUnion(plan.keys)
      for node in plan.nodes {
        counters.formUnion(node.limits.map(\.counter))
        switch node.content {
        case .issuance(let offer):
          clues.insert(.issuedOffer(offer.id))
          customers.insert(offer.customer)
          ids.insert(offer.customer)
          issued.insert(offer.id)
        case .message(let message):
          ids.insert(message.customer)
          if let id = message.issuedOffer { issued.insert(id) }
        case .withheld(let id, _, _): issued.insert(id)
        case .event: break
        }
      }
    }
  }

  /// What settlements of these touch.
  init(of settlements: [Settlement]) {
    for settlement in settlements {
      messages.insert(settlement.lease.message)
      if case .accepted(let reference?) = settlement.outcome {
        references[settlement.lease.message] = reference
      }
    }
  }

  /// What prolonging these touches.
  init(of leases: [Lease]) { messages = Set(leases.map(\.message)) }

  /// What receiving these touches.
  init(of received: [ExternalEvent]) {
    for event in received {
      events.insert(event.id)
      clues.insert(.event(event.id))
      let clue = EventClue(of: event)
      switch clue {
      case .customer(let customer):
        customers.insert(customer)
        ids.insert(customer)
      case .issuedOffer(let id): issued.insert(id)
      case .event(let id): events.insert(id)
      case .replica: replicas.insert(clue)
      }
    }
  }
}
