import Foundation

struct EventRow: NamedRow {
  var name: ExternalEventID { event.id }
  let event: ExternalEvent
  let orderedAt: Int64
  /// The customer it is folded with, or nowhere.
  var customer = nowhere
  var match: RedemptionMatch
  var nextOfCustomer = nowhere

  var entry: RedemptionFold.Entry { .init(event: event, orderedAt: orderedAt) }
  var record: RedemptionRecord { RedemptionRecord(event: event, match: match) }
}

/// An external system's name for a replica, which is its own alone.
struct ReferenceKey: Hashable, Sendable, Codable {
  let provider: ProviderID
  let reference: ReplicaReference
}

/// An external system's name for a replica, and the row of the issued offer that it is of.
struct ReferenceRow: NamedRow {
  let name: ReferenceKey
  let issued: Int32
}

/// Events whose customer is not known yet, by what will tell.
struct ParkedEvents: Sendable {
  var byIssuedOffer: [DerivedKey: [Int32]] = [:]
  var byReference: [ReferenceKey: [Int32]] = [:]
  var byRedemption: [ExternalEventID: [Int32]] = [:]

  mutating func take(issuedOffer id: DerivedKey) -> [Int32] {
    byIssuedOffer.isEmpty ? [] : byIssuedOffer.removeValue(forKey: id) ?? []
  }

  mutating func take(reference: ReferenceKey) -> [Int32] {
    byReference.isEmpty ? [] : byReference.removeValue(forKey: reference) ?? []
  }

  mutating func take(redemption: ExternalEventID) -> [Int32] {
    byRedemption.isEmpty ? [] : byRedemption.removeValue(forKey: redemption) ?? []
  }
}

extension LedgerState {
  /// Takes in one event, once, and folds it with what is known of its customer.
  package mutating func reconcile(_ event: ExternalEvent, now: Int64) -> RedemptionMatch {
    let hash = event.id.rowHash
    if let row = events.row(of: event.id, hash) {
      if events[row].event == event {
        duplicates += 1
        return .duplicate
      }
      conflicts += 1
      return .conflict
    }
    let row = events.append(
      EventRow(event: event, orderedAt: event.time.orderedAt, match: .parked(.unknownOffer)),
      hash
    )
    begin(.reconcile, at: now)
    trail.received = row
    if let owner = owner(of: event) {
      attach(row, to: owner)
      fold(owner)
    } else {
      park(row)
    }
    tellReceived()
    return events[row].match
  }

  /// How an event stands now.
  package func match(of id: ExternalEventID) -> RedemptionMatch? {
    events.row(of: id).map { events[$0].match }
  }

  private mutating func owner(of event: ExternalEvent) -> Int32? {
    switch event.content {
    case .redemption(.issuedOffer(let id), _, _), .notice(_, of: .issuedOffer(let id)):
      return issued.row(of: id).map { issued[$0].customer }
    case .redemption(.replica(let reference), _, _), .notice(_, of: .replica(let reference)):
      return references.row(of: ReferenceKey(provider: event.id.source, reference: reference)).map {
        issued[references[$0].issued].customer
      }
    case .redemption(.customer(let id, _), _, _), .notice(_, of: .customer(let id, _)):
      return row(of: id)
    case .reversal(let redemption, _):
      let target = ExternalEventID(source: event.id.source, id: redemption)
      return events.row(of: target).map { events[$0].customer }.flatMap { $0 == nowhere ? nil : $0 }
    }
  }

  mutating func park(_ row: Int32) {
    let event = events[row].event
    switch event.content {
    case .redemption(.issuedOffer(let id), _, _), .notice(_, of: .issuedOffer(let id)):
      parked.byIssuedOffer[id, default: []].append(row)
    case .redemption(.replica(let reference), _, _), .notice(_, of: .replica(let reference)):
      parked.byReference[ReferenceKey(provider: event.id.source, reference: reference), default: []].append(
        row
      )
    case .redemption(.customer, _, _), .notice(_, of: .customer):
      break
    case .reversal(let redemption, _):
      events[row].match = .parked(.reversalBeforeRedemption)
      let target = ExternalEventID(source: event.id.source, id: redemption)
      parked.byRedemption[target, default: []].append(row)
    }
  }

  /// Puts an event among its customer's, and with it the reversals that waited for it.
  mutating func attach(_ row: Int32, to owner: Int32) {
    if parked.byRedemption.isEmpty { return append(event: row, to: owner) }
    // A list and no recursion: how long a chain of reversals is, the external system decides.
    var open = [row]
    while let row = open.popLast() {
      append(event: row, to: owner)
      open += parked.take(redemption: events[row].event.id).reversed()
    }
  }

  mutating func append(event row: Int32, to owner: Int32) {
    events[row].customer = owner
    if customers[owner].lastEvent == nowhere {
      customers[owner].firstEvent = row
    } else {
      events[customers[owner].lastEvent].nextOfCustomer = row
    }
    customers[owner].lastEvent = row
  }
}
