import Foundation

// Rows stay where they are, and so does what is counted: only what is personal in them changes.
extension LedgerState {
  /// Takes out what is personal of one customer, as ``ForgettingLedger`` says.
  ///
  /// Every row is looked at once.
  mutating func forget(
    _ customer: CustomerID,
    of tenant: TenantID,
    now: Int64,
    chance: @escaping () -> DerivedKey
  ) -> ForgetAnswer {
    guard mentions(customer) else { return .unknownCustomer }
    let owner = row(of: customer)
    let ids = Set(identity(of: owner)?.all ?? [customer])
    let mine = rows(of: owner)
    if let until = longestLease(of: mine.messages), until > now {
      return .busy(until: Date(milliseconds: until))
    }
    let open = mine.messages.filter { !messages[$0].state.isFinal }
    begin(.forget, at: now)
    for row in open { endOpen(row) }
    let left = leftReplicas(of: mine.issued)
    trail.tell(.customer, owner, from: nil, to: .forgotten)
    // Entries are worked out from rows: each has to have its digest before the rows change.
    chain(trail.notes.count - trail.chain.count, of: tenant, salt: chance)
    let details = eraseEntries(of: owner)

    forgotten.insert(owner)
    var names = ForgottenNames(of: ids, chance: chance)
    customers.rename(owner) { $0.name = names.tombstone }
    // Each a name of its own: what was merged stays so, and nobody tells into whom.
    for former in merged.formers(of: owner) {
      customers.rename(former) { $0.name = CustomerID("forgotten \(chance())") }
    }
    forgetTriggers(&names)
    forgetCounters(names)
    for row in mine.issued { forget(issued: row, &names) }
    for row in mine.messages { forget(message: row, &names) }
    for place in details {
      trail.details[place] = trail.details[place].forgotten(as: names.tombstone) { names.trigger($0) }
    }
    forgetReferences(of: owner, names)
    forgetEvents(of: owner, &names)
    return .forgotten(
      ForgottenCustomer(
        issuedOffers: mine.issued.count,
        messages: mine.messages.count,
        withdrawn: open.count,
        events: mine.events.count,
        replicas: left
      )
    )
  }

  /// Chains as many entries as one page may, and answers whether there are more than another could.
  mutating func chainSome(of tenant: TenantID, salt: () -> DerivedKey) -> Bool {
    chain(Self.longestLook, of: tenant, salt: salt)
    return trail.notes.count - trail.chain.count > Self.longestLook
  }

  /// Whether a plan would write what a customer has who was forgotten, or more about it: an action that is reported
  /// again, or the end of an offer that was listed before.
  func wasForgotten(_ plan: JourneyPlan) -> Bool {
    guard !forgotten.isEmpty else { return false }
    if plan.trigger.id.kind == .expiry, let offer = DerivedKey(plan.trigger.id.id), isForgotten(offer) {
      return true
    }
    return plan.nodes.contains { node in
      if case .message(let message) = node.content, let offer = message.issuedOffer, isForgotten(offer) {
        return true
      }
      return isForgotten(node.key)
    }
  }

  /// Whether an issued offer or a message was somebody's who was forgotten.
  private func isForgotten(_ key: DerivedKey) -> Bool {
    let owner =
      issued.row(of: key).map { issued[$0].customer } ?? messages.row(of: key).map { messages[$0].customer }
    return owner.map { forgotten.contains($0) } ?? false
  }

  /// Takes out of a report what names a person or their basket; who it is about is known by other means.
  mutating func forgetPerson(in row: Int32) {
    if let event = events[row].event.withoutPerson { replace(row, event) }
  }

  /// Whether the customer's id stands anywhere.
  private func mentions(_ customer: CustomerID) -> Bool {
    customers.row(of: customer) != nil
      || triggers.indices.contains { triggers[Int32($0)].record.customer == customer }
      || events.indices.contains { events[Int32($0)].event.redeemer == customer }
      || trail.details.indices.contains {
        if case .refused(let refused) = trail.details[Int32($0)] {
          refused.value.customer == customer
        } else {
          false
        }
      }
  }

  private func rows(of owner: Int32) -> (issued: [Int32], messages: [Int32], events: [Int32]) {
    (

      list(customers[owner].firstIssued) { issued[$0].next },
      list(customers[owner].firstMessage) { messages[$0].nextOfCustomer },
      list(customers[owner].firstEvent) { events[$0].nextOfCustomer }
    )
  }

  private func longestLease(of rows: [Int32]) -> Int64? {
    rows.compactMap { if case .leased(let until) = messages[$0].state { until } else { nil } }.max()
  }

  private func leftReplicas(of rows: [Int32]) -> [ForgottenCustomer.LeftReplica] {
    rows.flatMap { row in
      issued[row].current.replicas.filter(\.state.isLeftBehind).map {
        ForgottenCustomer.LeftReplica(issuedOffer: issued[row].offer.id, replica: $0)
      }
    }
  }

  /// Keeps of a customer's entries the commitments, where their salts were, and answers the places of their details.
  private mutating func eraseEntries(of owner: Int32) -> [Int32] {
    var details: [Int32] = []
    for place in (0..<trail.chain.count).lazy.map({ Int32($0) }) {
      let note = trail.notes[place]
      guard !note.isOfNobody, isAbout(.customer(owner), note) else { continue }
      if let detail = note.personalDetail { details.append(detail) }
      guard trail.chain.erased.insert(place).inserted else { continue }
      trail.chain.salts[place] = told(note, salt: trail.chain.salts[place]).1.commitment
    }
    return details
  }

  private mutating func forgetTriggers(_ names: inout ForgottenNames) {
    for row in triggers.indices.lazy.map({ Int32($0) })
    where names.customers.contains(triggers[row].record.customer) {
      let id = triggers[row].record.id
      // Not what stands where one was.
      guard triggers.row(of: id) == row else { continue }
      let record = TriggerRecord(
        id: names.trigger(id),
        customer: names.tombstone,
        fingerprint: names.chance()
      )
      triggers.rename(row) { $0.record = record }
    }
    guard lapsing.all.contains(where: { names.triggers[$0.trigger] != nil }) else { return }
    let lapses = lapsing.all
    lapsing = ChunkedQueue()
    for lapse in lapses {
      lapsing.append(
        Lapse(moment: lapse.moment, trigger: names.triggers[lapse.trigger] ?? lapse.trigger)
      )
    }
  }

  private mutating func forgetCounters(_ names: ForgottenNames) {
    for row in counters.indices.lazy.map({ Int32($0) }) {
      guard let customer = counters[row].name.customer, names.customers.contains(customer) else { continue }
      counters.rename(row) { $0.name = $0.name.of(names.tombstone) }
    }
  }

  private mutating func forget(issued row: Int32, _ names: inout ForgottenNames) {
    issued[row].offer = names.forgotten(issued[row].offer)
    issued[row].references = Few(
      issued[row].references.all.map { ReferenceKey(provider: $0.provider, reference: names.reference($0)) }
    )
  }

  private mutating func forget(message row: Int32, _ names: inout ForgottenNames) {
    let message = messages[row].message
    messages[row].message = names.forgotten(message)
    if messages[row].lastFailure != nil { messages[row].lastFailure = "" }
    messages[row].redrives = messages[row].redrives.map { names.forgotten($0) }
    switch messages[row].state {
    case .accepted(let reference?):
      let key = ReferenceKey(provider: message.provider, reference: reference)
      messages[row].state = .accepted(names.reference(key))
    case .rejected: messages[row].state = .rejected("")
    case .buried: messages[row].state = .buried("")
    case .waiting, .leased, .accepted(nil), .confirmed, .withdrawn: break
    }
  }

  private mutating func forgetReferences(of owner: Int32, _ names: ForgottenNames) {
    for (key, reference) in names.references {
      guard let row = references.row(of: key), issued[references[row].issued].customer == owner else {
        continue
      }
      let renamed = ReferenceRow(
        name: ReferenceKey(provider: key.provider, reference: reference),
        issued: references[row].issued
      )
      references.rename(row) { $0 = renamed }
    }
  }

  private mutating func forgetEvents(of owner: Int32, _ names: inout ForgottenNames) {
    for row in events.indices.lazy.map({ Int32($0) }) {
      if events[row].customer == owner {
        if let event = names.forgotten(events[row].event) { replace(row, event) }
      } else if let event = names.withoutRedeemer(
        events[row].event,
        // Whom an issued offer was not for, it was not for afterwards either.
        but: events[row].customer == nowhere ? nil : names.tombstone
      ) {
        replace(row, event)
      }
    }
  }

  private mutating func replace(_ row: Int32, _ event: ExternalEvent) {
    events[row].event = event
    reworded.insert(row)
  }
}
