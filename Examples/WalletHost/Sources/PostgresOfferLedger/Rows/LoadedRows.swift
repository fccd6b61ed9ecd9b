import DurableLedger
import OfferBridgeKit

/// What a step has read, as it is after what it wrote, so that nothing is asked for twice.
///
/// A key that is there was read; what was not found is there as `nil` or as an
/// empty list. Of a row that the step has changed, the step knows the latest
/// content itself: of a list of such, it needs to know which there are.
struct LoadedRows {
  var triggers: [TriggerID: TriggerRow?] = [:]
  var issued: [IssuedOffer.ID: IssuedRow?] = [:]
  var messages: [DerivedKey: MessageRow?] = [:]
  var events: [ExternalEventID: EventRow?] = [:]
  var used: [LimitCounter: Int64?] = [:]
  /// By what they wait for.
  var waitingEvents: [EventClue: [EventRow]] = [:]
  /// By customer.
  var issuedOffers: [CustomerID: [IssuedRow]] = [:]
  var customersEvents: [CustomerID: [EventRow]] = [:]
  var references: [CustomerID: [IssuedOffer.ID: [ProviderID: Set<ReplicaReference>]]] = [:]
  /// Whose a replica is, by what an external system calls it.
  var owners: [EventClue: CustomerID?] = [:]
  /// By the issued offer that they are about.
  var messagesAbout: [IssuedOffer.ID: [MessageRow]] = [:]
  var identities: [CustomerID: IdentityRow] = [:]
  /// The keys of issued offers and messages of which it was asked whether they are of somebody who was forgotten, and
  /// those that are.
  var keys: Set<DerivedKey> = []
  var forgottenKeys: Set<DerivedKey> = []
  var standing: StandingRow?
  /// When the first trigger lapses of all that do, at the earliest; the outer `nil` where nobody asked.
  var firstLapse: Int64??

  // MARK: - What was written

  mutating func put(_ trigger: TriggerRow) {
    triggers[trigger.record.id] = .some(trigger)
    if let lapse = trigger.lapsesAt, let first = firstLapse { firstLapse = .some(min(first ?? lapse, lapse)) }
  }

  mutating func insert(_ row: IssuedRow) {
    issued[row.offer.id] = .some(row)
    issuedOffers[row.owner]?.append(row)
  }

  mutating func insert(_ row: MessageRow) {
    messages[row.message.key] = .some(row)
    if let id = row.issuedOffer { messagesAbout[id]?.append(row) }
  }

  mutating func insert(_ row: EventRow, awaiting clue: EventClue?) {
    events[row.event.id] = .some(row)
    if let clue { waitingEvents[clue]?.append(row) }
  }

  mutating func put(_ match: RedemptionMatch, of id: ExternalEventID) {
    change(id) { $0.match = match }
  }

  mutating func rewrite(_ row: EventRow) {
    change(row.event.id) { known in
      known.event = row.event
      known.isReworded = row.isReworded
    }
  }

  mutating func give(_ id: ExternalEventID, to customer: CustomerID) {
    change(id) { $0.customer = customer }
    guard let row = events[id] ?? nil else {
      // Nobody has read it: read anew whatever it may stand in.
      customersEvents[customer] = nil
      waitingEvents = [:]
      return
    }
    customersEvents[customer]?.append(row)
    waitingEvents[EventClue(of: row.event)]?.removeAll { $0.event.id == id }
  }

  private mutating func change(_ id: ExternalEventID, _ body: (inout EventRow) -> Void) {
    guard var row = events[id] ?? nil else {
      events[id] = nil
      customersEvents = [:]
      return
    }
    body(&row)
    events[id] = .some(row)
    guard let customer = row.customer,
      let place = customersEvents[customer]?.firstIndex(where: { $0.event.id == id })
    else { return }
    customersEvents[customer]?[place] = row
  }

  // MARK: - What was read

  /// Takes over events that were read in a list, but for what is known of them already.
  mutating func met(_ rows: [EventRow]) -> [EventRow] {
    rows.map { row in
      if let known = events[row.event.id] ?? nil { return known }
      events[row.event.id] = .some(row)
      return row
    }
  }

  mutating func met(_ rows: [IssuedRow]) -> [IssuedRow] {
    rows.map { row in
      if let known = issued[row.offer.id] ?? nil { return known }
      issued[row.offer.id] = .some(row)
      return row
    }
  }

  mutating func met(_ rows: [MessageRow]) -> [MessageRow] {
    rows.map { row in
      if let known = messages[row.message.key] ?? nil { return known }
      messages[row.message.key] = .some(row)
      return row
    }
  }
}
