package import Foundation
package import OfferBridgeKit

// Whoever is forgotten owns what they had under a name of nobody's; what stood of them is told without it.
extension ReferenceModel {
  /// The word that stands here for every name that a ledger draws by chance.
  static let somebody = "forgotten"

  /// A customer was forgotten.
  ///
  /// - Parameters:
  ///   - customer: Who was to be forgotten.
  ///   - answer: What the ledger said.
  ///   - now: The ledger's time of the call.
  package mutating func forgot(_ customer: CustomerID, _ answer: ForgetAnswer, at now: Date) {
    let (call, owner) = ("forgetting \(customer)", person(customer))
    let theirs = messages.indices.filter { messages[$0].owner == owner }
    let leases = theirs.compactMap { if case .leased(let until) = messages[$0].stage { until } else { nil } }
    let refusal: ForgetAnswer? =
      if !mentioned.contains(customer) {
        .unknownCustomer
      } else if let until = leases.max(), until > now.milliseconds {
        .busy(until: Date(milliseconds: until))
      } else {
        nil
      }
    guard case .forgotten(let seen) = answer else {
      return expect(call, "\(refusal.map { "\($0)" } ?? "forgotten")", seen: "\(answer)")
    }
    if let refusal { return note(Self.difference(call, refusal, "forgotten")) }
    let open = theirs.filter { messages[$0].isOpen }
    let known = customers[owner] ?? KnownCustomer()
    expect(
      "\(call): how much there was",
      [known.offers.count, theirs.count, open.count, known.events.count],
      seen: [seen.issuedOffers, seen.messages, seen.withdrawn, seen.events]
    )
    for place in open {
      if isFirst(place) { cancel(place) }
      end(place)
    }
    let left = known.offers.flatMap { place in
      offers[place].current.replicas.filter(\.mayBeLeft).map {
        ForgottenCustomer.LeftReplica(issuedOffer: offers[place].offer.id, replica: $0)
      }
    }
    expect("\(call): what is left in wallets", left, seen: seen.replicas)
    forget(owner, [owner] + (formers[owner] ?? []))
  }

  private mutating func forget(_ owner: CustomerID, _ ids: [CustomerID]) {
    let tombstone = CustomerID("\(Self.somebody) \(tombstones.count)")
    tombstones.insert(tombstone)
    rename(owner, to: tombstone)
    for id in formers.removeValue(forKey: owner) ?? [] { survivors[id] = nil }
    mentioned.subtract(ids)
    gone.formUnion(ids)
    for (name, trigger) in triggers where ids.contains(trigger.record.customer) {
      lostTriggers.append(trigger)
      triggers[name] = nil
    }
    for (name, counter) in counters where name.owner == owner {
      counters[name] = nil
      var theirs = name
      theirs.owner = tombstone
      counters[theirs] = counter
    }
    // A wallet's names lead to nobody any more.
    for (clue, owner) in owners where owner == tombstone {
      if case .replica = clue { owners[clue] = nil }
    }
    for place in offers.indices where offers[place].owner == tombstone {
      offers[place].offer.closure = offers[place].offer.closure.map {
        OfferClosure(kind: $0.kind, reason: "", closedAt: $0.closedAt, limitUses: $0.limitUses)
      }
    }
    for place in messages.indices where messages[place].owner == tombstone {
      if messages[place].lastFailure != nil { messages[place].lastFailure = "" }
      switch messages[place].stage {
      case .ended(.rejected): messages[place].stage = .ended(.rejected(reason: ""))
      case .ended(.buried): messages[place].stage = .ended(.buried(reason: ""))
      case .waiting, .leased, .ended, .confirmed: break
      }
    }
    for place in events.indices {
      if events[place].customer == tombstone {
        erase(place, of: ids)
      } else if let redeemer = events[place].event.redeemer, ids.contains(redeemer) {
        // Whose it was not, it is not afterwards either.
        let other = events[place].customer == nil ? nil : CustomerID(Self.somebody)
        retell(place) { $0.by(other, keepsTransaction: true) }
        events[place].event = events[place].event.by(other.map { _ in tombstone }, keepsTransaction: true)
      }
    }
  }

  /// Takes the names of whoever was forgotten out of a report of theirs; of a reversal there is none.
  private mutating func erase(_ place: Int, of ids: [CustomerID]) {
    let event = events[place].event
    if case .reversal = event.content { return }
    let redeemer = event.redeemer.flatMap { ids.contains($0) ? nil : $0 }
    events[place].event = event.by(redeemer)
    retell(place) { $0.by(redeemer).erased(of: Set(ids)) }
  }

  /// Takes out of a report who redeemed, and in which transaction: it is about somebody who was forgotten.
  mutating func forgetPerson(in place: Int) {
    guard case .redemption(_, _, let details?) = events[place].event.content,
      details.customer != nil || details.transaction != nil
    else { return }
    events[place].event = events[place].event.by(nil)
    retell(place) { $0.by(nil) }
  }

  private mutating func retell(_ place: Int, _ change: (ExternalEvent) -> ExternalEvent) {
    events[place].told = change(events[place].told ?? events[place].event)
  }

  /// Whether a message was to somebody who was forgotten.
  func isOfSomebodyForgotten(_ message: DerivedKey) -> Bool {
    messagePlaces[message].map { tombstones.contains(messages[$0].owner) } ?? false
  }

  /// Whether a plan would write what somebody has who was forgotten, or more about it.
  func isOfSomebodyForgotten(_ plan: JourneyPlan) -> Bool {
    var about: [DerivedKey] = plan.nodes.map(\.key)
    for case .message(let message) in plan.nodes.map(\.content) {
      if let offer = message.issuedOffer { about.append(offer) }
    }
    if plan.trigger.id.kind == .expiry, let offer = DerivedKey(plan.trigger.id.id) { about.append(offer) }
    return about.contains { isOfSomebodyForgotten($0) || isIssuedToSomebodyForgotten($0) }
  }

  func isIssuedToSomebodyForgotten(_ offer: IssuedOffer.ID) -> Bool {
    offerPlaces[offer].map { tombstones.contains(offers[$0].owner) } ?? false
  }
}

extension Replica {
  /// Whether the external system has it, or may have it.
  fileprivate var mayBeLeft: Bool {
    switch state {
    case .accepted, .unknown: true
    case .notSent, .pending, .rejected, .recalled: false
    }
  }
}

extension ExternalEvent {
  /// Who redeemed, where that is told.
  var redeemer: CustomerID? {
    if case .redemption(_, _, let details?) = content { details.customer } else { nil }
  }

  /// The same report with another redeemer, or none.
  fileprivate func by(_ redeemer: CustomerID?, keepsTransaction: Bool = false) -> ExternalEvent {
    guard case .redemption(let reference, let amount, let details) = content else { return self }
    let told = RedemptionDetails(
      customer: redeemer,
      lines: details?.lines ?? [],
      transaction: keepsTransaction ? details?.transaction : nil
    )
    return ExternalEvent(id: id, content: .redemption(reference, amount: amount, told), time: time)
  }

  /// The same report with a word in the place of each name of whoever was forgotten.
  fileprivate func erased(of ids: Set<CustomerID>) -> ExternalEvent {
    told {
      ids.contains($0)
    } replica: { _ in
      true
    }
  }

  /// The same report with that word in the place of each name that a ledger drew by chance.
  var withoutChance: ExternalEvent {
    let prefix = "\(ReferenceModel.somebody) "
    return told {
      $0.rawValue.hasPrefix(prefix)
    } replica: {
      $0.rawValue.hasPrefix(prefix)
    }
  }

  private func told(
    customer isCustomer: (CustomerID) -> Bool,
    replica isReplica: (ReplicaReference) -> Bool
  ) -> ExternalEvent {
    func word(_ id: CustomerID) -> CustomerID { isCustomer(id) ? CustomerID(ReferenceModel.somebody) : id }
    func word(_ reference: RedemptionReference) -> RedemptionReference {
      switch reference {
      case .issuedOffer: reference
      case .replica(let name):
        isReplica(name) ? .replica(ReplicaReference(ReferenceModel.somebody)) : reference
      case .customer(let id, let replica): .customer(word(id), replica: replica)
      }
    }
    let told: Content =
      switch content {
      case .redemption(let reference, let amount, let details):
        .redemption(
          word(reference),
          amount: amount,
          details.flatMap {
            RedemptionDetails(
              customer: $0.customer.map(word),
              lines: $0.lines,
              transaction: $0.transaction
            )
          }
        )
      case .notice(let kind, let reference): .notice(kind, of: word(reference))
      case .reversal: content
      }
    return ExternalEvent(id: id, content: told, time: time)
  }
}
