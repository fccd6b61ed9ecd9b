package import Foundation
package import OfferBridgeKit

extension ReferenceModel {
  /// Events were reconciled.
  ///
  /// - Parameters:
  ///   - reported: The events.
  ///   - answers: What the ledger said of each.
  ///   - now: The ledger's time of the call.
  package mutating func reconciled(_ reported: [ExternalEvent], _ answers: [RedemptionMatch], at now: Date) {
    guard areMatched("reconcile", reported.count, answers.count) else { return }
    for (event, answer) in zip(reported, answers) {
      expect("reconcile \(event.id)", take(event, at: now), seen: answer)
    }
  }

  private mutating func take(_ event: ExternalEvent, at now: Date) -> RedemptionMatch {
    if let known = eventPlaces[event.id] {
      if events[known].event == event || events[known].told != nil {
        duplicates += 1
        return .duplicate
      }
      conflicts += 1
      return .conflict
    }
    let place = events.count
    var reason = ParkedReason.unknownOffer
    if case .reversal = event.content { reason = .reversalBeforeRedemption }
    events.append(
      KnownEvent(
        event: event,
        receivedAt: Date(milliseconds: now.milliseconds),
        moment: event.time.moment,
        match: .parked(reason)
      )
    )
    eventPlaces[event.id] = place
    if let redeemer = event.redeemer { mention(redeemer) }
    switch event.clue {
    case .customer(let customer):
      mention(customer)
      give(place, to: person(customer))
    case .name(let clue):
      guard let customer = owners[clue] else {
        parked[clue, default: []].append(place)
        return events[place].match
      }
      give(place, to: customer)
    }
    if let customer = events[place].customer { fold(customer) }
    return events[place].match
  }

  /// A name leads to the first customer who has it, and what waited for it is theirs.
  mutating func learn(_ clue: Clue, is customer: CustomerID) {
    if owners[clue] == nil { owners[clue] = customer }
    for place in parked.removeValue(forKey: clue) ?? [] { give(place, to: customer) }
  }

  private mutating func give(_ place: Int, to customer: CustomerID) {
    var given = [place]
    while let next = given.popLast() {
      events[next].customer = customer
      if tombstones.contains(customer) { forgetPerson(in: next) }
      customers[customer, default: KnownCustomer()].events.append(next)
      let clue = Clue.redemption(events[next].event.id)
      owners[clue] = customer
      given += (parked.removeValue(forKey: clue) ?? []).reversed()
    }
  }

  /// Works out what a customer's events come to, and ends or resumes what that decides.
  mutating func fold(_ customer: CustomerID) {
    guard let known = customers[customer], !known.events.isEmpty else { return }
    let places = known.offers.sorted { left, right in
      let (a, b) = (offers[left].offer, offers[right].offer)
      return a.issuedAt != b.issuedAt ? a.issuedAt < b.issuedAt : a.id < b.id
    }
    let folded = ReferenceFold(of: known.events.map { events[$0] }, over: places.map { offers[$0] }) {
      [survivors] id in
      survivors[id] ?? id == customer
    }
    for (index, place) in known.events.enumerated() { events[place].match = folded.matches[index] }
    var changed: [Int] = []
    for (index, place) in places.enumerated() {
      let usedLimits = offers[place].usesLimits
      offers[place].tally = folded.tallies[index]
      offers[place].ended = folded.ends[index]
      limits(of: place, changeFrom: usedLimits)
      if offers[place].proven != folded.proven[index] { changed.append(place) }
      offers[place].proven = folded.proven[index]
    }
    for place in changed { review(place) }
  }
}

extension ExternalEvent {
  fileprivate enum Whose {
    case customer(CustomerID)
    case name(Clue)
  }

  /// What tells whose it is.
  fileprivate var clue: Whose {
    switch content {
    case .redemption(.issuedOffer(let id), _, _), .notice(_, .issuedOffer(let id)): .name(.issuedOffer(id))
    case .redemption(.replica(let reference), _, _), .notice(_, .replica(let reference)):
      .name(.replica(reference, at: id.source))
    case .redemption(.customer(let customer, _), _, _), .notice(_, .customer(let customer, _)):
      .customer(customer)
    case .reversal(let redemption, _): .name(.redemption(ExternalEventID(source: id.source, id: redemption)))
    }
  }
}

extension RedemptionTime {
  /// The moment by which events are ordered: a day counts from its start in its zone.
  var moment: Int64 {
    switch self {
    case .moment(let moment): moment.milliseconds
    case .day(let day, let zone): day.start(in: zone).milliseconds
    }
  }
}
