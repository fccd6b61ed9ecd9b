import Foundation

// The entries, worked out from the notes: only from what never changes, so that they are the same whenever they are.
extension LedgerState {
  /// Some entries of the trail; never more are chained or looked at than ``longestLook``.
  mutating func trail(_ query: TrailQuery, salt: () -> DerivedKey) -> TrailPage {
    if trail.chain.count < min(trail.notes.count, min(query.after, trail.notes.count) + Self.longestLook) {
      chain(Self.longestLook, of: query.tenant, salt: salt)
    }
    let start = min(query.after, trail.chain.count)
    if start < query.after {
      return TrailPage(entries: [], next: trail.chain.count < trail.notes.count ? query.after : nil)
    }
    guard let scope = rows(of: query.scope) else { return TrailPage(entries: [], next: nil) }
    let end = min(trail.chain.count, start + Self.longestLook)
    var entries: [TrailEntry] = []
    var place = start
    while place < end && entries.count < query.limit {
      if case .all = scope {
        let through = place + min(end - place, query.limit - entries.count)
        walk(place..<through, of: query.tenant) { entries.append($0) }
        place = through
      } else {
        if isAbout(scope, trail.notes[Int32(place)]) {
          walk(place..<place + 1, of: query.tenant) { entries.append($0) }
        }
        place += 1
      }
    }
    return TrailPage(entries: entries, next: place < trail.notes.count ? place : nil)
  }

  /// Chains so many entries more.
  mutating func chain(_ most: Int, of tenant: TenantID, salt: () -> DerivedKey) {
    let start = trail.chain.count
    var last = trail.chain.last ?? TrailAnchor.beginning(of: tenant).hash
    for place in start..<min(trail.notes.count, start + most) {
      if place % TrailChain.stride == 0 { _ = trail.chain.marks.append(last) }
      _ = trail.chain.salts.append(salt())
      last = entry(place, after: last).hash
    }
    trail.chain.last = last
  }

  /// Works out entries that are chained.
  private func walk(_ places: Range<Int>, of tenant: TenantID, _ body: (TrailEntry) -> Void) {
    guard !places.isEmpty else { return }
    let mark = places.lowerBound / TrailChain.stride
    var last = trail.chain.marks[Int32(mark)]
    for place in mark * TrailChain.stride..<places.upperBound {
      let entry = entry(place, after: last)
      last = entry.hash
      if place >= places.lowerBound { body(entry) }
    }
  }

  private func entry(_ place: Int, after previous: DerivedKey) -> TrailEntry {
    let note = trail.notes[Int32(place)]
    let salt = trail.chain.salts[Int32(place)]
    let (fact, personal) = told(note, salt: salt)
    if note.isOfNobody {
      return TrailEntry(after: TrailAnchor(count: place, hash: previous), fact, personal: nil)
    }
    if trail.chain.erased.contains(Int32(place)) {
      return TrailEntry(sequence: place + 1, fact: fact, personal: nil, commitment: salt, previous: previous)
    }
    return TrailEntry(after: TrailAnchor(count: place, hash: previous), fact, personal: personal)
  }

  func told(_ note: TrailNote, salt: DerivedKey) -> (TrailFact, TrailPersonal) {
    var fact = TrailFact(
      at: Date(milliseconds: note.moment),
      cause: note.cause ?? .commit,
      subject: note.subject ?? .offer,
      from: note.from,
      to: note.to
    )
    var personal = TrailPersonal(salt: salt)
    switch fact.subject {
    case .offer, .end: tell(offer: note.row, &fact, &personal)
    case .limitUses:
      tell(offer: note.row, &fact, &personal)
      // It never changes once it is issued.
      if fact.to == .overLimit {
        fact.why = issued[note.row].offer.overLimits.map(\.description).joined(separator: "; ")
      }
    case .replica: tell(replica: note, &fact, &personal)
    case .message: tell(message: note, &fact, &personal)
    case .event: tell(event: note, &fact, &personal)
    case .step: tell(step: note, &fact, &personal)
    case .customer:
      if note.to == .merged {
        personal.customer = customers[note.row].name
        personal.formerly = customers[note.other].name
      }
    }
    if let reason = reason(of: note, fact.subject) { personal.reason = reason }
    return (fact, personal)
  }

  private func detail(_ place: Int32) -> TrailDetail? { place == nowhere ? nil : trail.details[place] }

  private func reason(of note: TrailNote, _ subject: TrailSubject) -> String? {
    switch subject {
    case .offer, .message:
      if case .reason(let reason) = detail(note.other) { return reason }
      return nil
    case .end, .limitUses, .replica, .event, .step, .customer: return nil
    }
  }

  private func tell(offer row: Int32, _ fact: inout TrailFact, _ personal: inout TrailPersonal) {
    let offer = issued[row].offer
    fact.issuedOffer = offer.id
    fact.offer = offer.offer
    fact.campaign = offer.campaign
    fact.rule = offer.rule
    personal.customer = offer.customer
    personal.trigger = offer.trigger
  }

  private func tell(replica note: TrailNote, _ fact: inout TrailFact, _ personal: inout TrailPersonal) {
    tell(offer: note.row, &fact, &personal)
    let index: Int
    switch note.extra {
    case 0: index = Int(note.other)
    default: index = Int(note.extra) - 1
    }
    fact.provider = issued[note.row].offer.replicaPlace(index).provider
    guard note.extra != 0, case .withheld(let withheld) = detail(note.other) else { return }
    let reason = withheld.value.reason
    fact.campaign = withheld.value.campaign
    fact.rule = withheld.value.rule
    fact.why = reason.word
    personal.reason = reason.description
  }

  private func tell(message note: TrailNote, _ fact: inout TrailFact, _ personal: inout TrailPersonal) {
    let row = messages[note.row]
    let message = row.message
    fact.message = message.key
    fact.issuedOffer = message.issuedOffer
    fact.campaign = message.campaign
    fact.rule = message.rule
    fact.provider = message.provider
    fact.name = message.variant
    if message.purpose == .recall { fact.why = message.purpose.rawValue }
    let move = ReplicaMove(bits: note.extra)
    (fact.replicaFrom, fact.replicaTo) = (move.from, move.to)
    personal.customer = message.customer
    personal.trigger = message.trigger
    // What was accepted stays so. Without a settlement a redemption proved it, and what the row says came later.
    if note.cause == .settle, note.from == .leased, note.to == .accepted, case .accepted(let name) = row.state
    {
      personal.reference = name
    }
  }

  private func tell(event note: TrailNote, _ fact: inout TrailFact, _ personal: inout TrailPersonal) {
    let event = events[note.row].event
    fact.provider = event.id.source
    personal.redemption = event.id.id
    switch event.content {
    case .redemption(let reference, let amount, _):
      fact.name = "redemption"
      fact.amount = amount
      personal.name(reference)
    case .reversal(_, let part):
      fact.name = "reversal"
      if case .amount(let amount) = part { fact.amount = amount }
    case .notice(let kind, let reference):
      fact.name = kind.rawValue
      personal.name(reference)
    }
    var about = note.other == nowhere ? nil : Optional(note.other)
    if note.extra == 1 {
      about = nil
      guard case .match(let match) = detail(note.other) else { return }
      switch match {
      case .discrepant(let reasons, let id):
        fact.why = reasons.map(\.rawValue).joined(separator: " ")
        about = issued.row(of: id)
      case .parked(let reason): fact.why = reason.rawValue
      case .applied, .duplicate, .conflict: break
      }
    }
    guard let about else { return }
    fact.issuedOffer = issued[about].offer.id
    fact.offer = issued[about].offer.offer
    personal.customer = issued[about].offer.customer
  }

  private func tell(step note: TrailNote, _ fact: inout TrailFact, _ personal: inout TrailPersonal) {
    if note.to == .refused {
      guard case .refused(let refused) = detail(note.other) else { return }
      fact.step = refused.value.key
      fact.campaign = refused.value.campaign
      fact.rule = refused.value.rule
      fact.why = refused.value.limit.description
      personal.customer = refused.value.customer
      personal.trigger = refused.value.trigger
      return
    }
    guard let (trigger, node) = raised(note) else { return }
    personal.customer = trigger.record.customer
    personal.trigger = trigger.record.id
    fact.step = key(of: node)
    fact.campaign = campaign(of: node)
    if case .kept(let step) = node.step {
      fact.rule = step.value.rule
      if case .raised(let name) = step.value.outcome { fact.name = name }
    }
    if node.parent != nowhere, case .issued(let row) = trigger.nodes[Int(node.parent)].step {
      fact.issuedOffer = issued[row].offer.id
    }
  }

  /// The node of an event that was raised, and its trigger.
  func raised(_ note: TrailNote) -> (TriggerRow, TriggerRow.Node)? {
    guard note.to == .raised else { return nil }
    let trigger = triggers[note.row]
    // Of its nodes only refusals are ever forgotten: what was written keeps its place among the written.
    var written = 0
    for node in trigger.nodes where node.isWritten {
      if written == Int(note.other) { return (trigger, node) }
      written += 1
    }
    return nil
  }
}

extension TrailPersonal {
  fileprivate mutating func name(_ reference: RedemptionReference) {
    switch reference {
    case .issuedOffer: break
    case .replica(let name): self.reference = name
    case .customer(let customer, _): self.customer = customer
    }
  }
}
