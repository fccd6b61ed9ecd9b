extension LedgerState {
  /// Makes the state that was saved; what was leased is due again, for nobody holds it any more.
  ///
  /// - Throws: ``OfferBridgeError`` with code `savedLedgerDamaged` when its parts do not fit together.
  init(
    restoring saved: SavedState,
    of tenant: TenantID,
    refusalRetention: Duration,
    now: Int64
  ) throws(OfferBridgeError) {
    self.init(refusalRetention: refusalRetention)
    for customer in saved.customers { _ = row(of: customer.id) }
    for pair in saved.merged ?? [] {
      guard customers.has(pair.customer), customers.has(pair.survivor), pair.customer != pair.survivor,
        !merged.isMerged(pair.customer), !merged.isMerged(pair.survivor)
      else { throw .damaged("a customer who was merged into nobody") }
      merged.merge(pair.customer, into: pair.survivor)
    }
    forgetLastCustomer()
    // Uses name counters' rows, and triggers those of what they issued and queued.
    for counter in saved.counters { try restore(counter) }
    for issued in saved.issued { restore(issued) }
    for message in saved.messages { try restore(message) }
    for trigger in saved.triggers { try restore(trigger) }
    for lapse in saved.lapsing { lapsing.append(lapse) }
    try link(saved.messages)
    for lane in saved.lanes { try restore(lane) }
    for event in saved.events { restore(event) }
    for customer in saved.customers { try attach(customer.events, to: row(of: customer.id)) }
    for row in events.indices where events[Int32(row)].customer == nowhere { park(Int32(row)) }
    for reference in saved.references {
      guard let row = issued.row(of: reference.issuedOffer) else {
        throw .damaged("a reference without its offer")
      }
      references.append(ReferenceRow(name: reference.key, issued: row))
    }
    // After the events: what was taken out of them once is not taken out again.
    if let saved = saved.forgotten {
      guard saved.customers.allSatisfy({ customers.has($0) }), saved.events.allSatisfy({ events.has($0) })
      else { throw .damaged("somebody who was forgotten and is not there") }
      forgotten = Set(saved.customers)
      reworded = Set(saved.events)
    }
    try restore(saved.trail, of: tenant)
    duplicates = saved.duplicates
    conflicts = saved.conflicts
    begin(.restore, at: now)
    dueAgain()
    // Every row is counted anew: a file that was cut short or edited is not worked with.
    if let imbalance = audit(now: now).imbalances.first { throw .damaged(imbalance) }
  }

  private mutating func restore(_ saved: SavedState.Issued) {
    let owner = row(of: saved.offer.customer)
    let row = append(
      IssuedRow(
        offer: saved.offer,
        evidence: saved.evidence,
        references: Few(saved.references),
        uses: keep(saved.limits),
        customer: owner
      )
    )
    if saved.isRetaken ?? false { retaken.insert(row) }
  }

  private mutating func restore(_ saved: SavedState.Trigger) throws(OfferBridgeError) {
    guard (0..<1 << 31).contains(saved.version) else {
      throw .damaged("a trigger with more commits than there can be")
    }
    var trigger = TriggerRow(record: saved.record, version: saved.version, lapsesAt: saved.lapsesAt)
    for node in saved.nodes {
      let outcome: TriggerRow.KeptStep.Outcome
      switch node.outcome {
      case .issued:
        guard let row = issued.row(of: node.key) else { throw .damaged("a trigger without what it issued") }
        outcome = .issued(row)
      case .raised(let event): outcome = .raised(event)
      case .queued:
        guard let row = messages.row(of: node.key) else { throw .damaged("a trigger without what it queued") }
        outcome = .queued(row)
      case .refused(let limit, let until): outcome = .refused(limit, until: until)
      }
      remember(outcome, of: node.key, node.campaign, node.rule, parent: node.parent, in: &trigger)
    }
    triggers.append(trigger)
  }

  private mutating func restore(_ saved: SavedState.Counter) throws(OfferBridgeError) {
    guard saved.moments.count == saved.totals.count else {
      throw .damaged("a limit's uses without their amounts")
    }
    counters.append(
      CounterRow(
        name: saved.counter,
        used: saved.used,
        uses: zip(saved.moments, saved.totals).map { (moment: $0, total: $1) },
        brought: saved.brought ?? 0
      )
    )
  }

  private mutating func restore(_ saved: SavedState.Message) throws(OfferBridgeError) {
    // Numbers that nobody counts up to in earnest, and that must not run over later.
    guard (0...1_000_000).contains(saved.attempts), saved.fence < 1 << 62,
      saved.redrives.allSatisfy({ (0...1_000_000).contains($0.attempts) })
    else { throw .damaged("a message with more attempts than there can be") }
    var message = MessageRow(
      message: saved.message,
      customer: row(of: saved.message.customer),
      issued: saved.message.issuedOffer.flatMap { issued.row(of: $0) } ?? nowhere,
      lane: lane(of: saved.message.provider),
      uses: keep(saved.limits).all,
      state: saved.state,
      due: saved.due
    )
    message.attempts = saved.attempts
    message.fence = saved.fence
    message.firstAttemptedAt = saved.firstAttemptedAt
    message.mayHaveArrived = saved.mayHaveArrived
    message.isInLane = false
    message.lastFailure = saved.lastFailure
    message.redrives = saved.redrives
    _ = append(message)
  }

  private mutating func link(_ saved: [SavedState.Message]) throws(OfferBridgeError) {
    for (row, message) in saved.enumerated() {
      guard let next = message.nextGeneration else { continue }
      guard let successor = messages.row(of: next) else {
        throw .damaged("a message without its next generation")
      }
      messages[Int32(row)].successor = successor
    }
  }

  /// One customer's open messages to one provider, from the head on.
  private mutating func restore(_ lane: [DerivedKey]) throws(OfferBridgeError) {
    let rows = lane.compactMap { messages.row(of: $0) }
    guard rows.count == lane.count, let head = rows.first, let tail = rows.last,
      !messages[head].state.isFinal
    else { throw .damaged("a lane without its messages") }
    let (number, owner) = (messages[head].lane, messages[head].customer)
    for (row, next) in zip(rows, rows.dropFirst() + [nowhere]) {
      guard !messages[row].isInLane, messages[row].lane == number,
        messages[row].customer == owner
      else { throw .damaged("a message in two lanes") }
      messages[row].isInLane = true
      messages[row].nextInLane = next
    }
    guard self.head(of: owner, in: number) == nil else { throw .damaged("a customer with two lanes") }
    lanes[Int(number)].heads.insert(Lane.hash(owner), head)
    messages[head].tail = tail
    if case .waiting = messages[head].state { putInQueue(head) }
  }

  private mutating func restore(_ saved: SavedState.Event) {
    events.append(
      EventRow(
        event: saved.event,
        orderedAt: saved.event.time.orderedAt,
        receivedAt: saved.receivedAt ?? saved.event.time.orderedAt,
        match: saved.match
      )
    )
  }

  private mutating func attach(_ rows: [Int], to owner: Int32) throws(OfferBridgeError) {
    for row in rows {
      guard events.indices.contains(row), events[Int32(row)].customer == nowhere else {
        throw .damaged("an event of two customers, or of none")
      }
      append(event: Int32(row), to: owner)
    }
  }

  private mutating func dueAgain() {
    for row in messages.indices.lazy.map({ Int32($0) }) {
      guard case .leased = messages[row].state else { continue }
      wait(row, until: messages[row].due, noteUnknown(row))
    }
  }
}

extension OfferBridgeError {
  static func damaged(_ what: String) -> Self { Self(.savedLedgerDamaged(what)) }
}
