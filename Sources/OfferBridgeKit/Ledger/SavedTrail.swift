/// What was told, as notes that name rows by their places in the saved tables.
struct SavedTrail: Sendable, Hashable, Codable {
  struct Detail: Sendable, Hashable, Codable {
    var reason: String?
    var match: RedemptionMatch?
    var withheld: TrailDetail.Withheld?
    var refused: TrailDetail.Refused?
  }

  /// Eight numbers a note.
  let notes: [Int64]
  let details: [Detail]
  /// One for each entry that is chained.
  let salts: [DerivedKey]
  /// The digest of the last of these.
  let last: DerivedKey?
  /// The places of those that are erased, whose commitments stand where their salts were; missing where there is none.
  let erased: [Int32]?
}

extension SavedTrail {
  init(_ state: LedgerState) {
    // Triggers are saved in the order of their ids, and theirs are the only rows that move.
    let triggers = state.triggers.named.sorted { $0.record.id.isBefore($1.record.id) }
    var places: [TriggerID: Int64] = [:]
    for (place, trigger) in triggers.enumerated() { places[trigger.record.id] = Int64(place) }
    let trail = state.trail
    var numbers: [Int64] = []
    numbers.reserveCapacity(trail.notes.count * 8)
    for index in trail.notes.indices {
      let note = trail.notes[Int32(index)]
      let isRaised = note.subject == .step && note.to == .raised
      let row = isRaised ? places[state.triggers[note.row].record.id] ?? -1 : Int64(note.row)
      numbers += [
        note.moment, Int64(note.cause?.rawValue ?? 0), Int64(note.subject?.rawValue ?? 0), row,
        note.from.map { Int64($0.rawValue) } ?? -1, Int64(note.to.rawValue), Int64(note.other),
        Int64(note.extra),
      ]
    }
    notes = numbers
    details = trail.details.indices.map { Detail(trail.details[Int32($0)]) }
    salts = trail.chain.salts.indices.map { trail.chain.salts[Int32($0)] }
    last = trail.chain.last
    erased = trail.chain.erased.isEmpty ? nil : trail.chain.erased.sorted()
  }
}

extension SavedTrail.Detail {
  init(_ detail: TrailDetail) {
    switch detail {
    case .reason(let reason): self.init(reason: reason)
    case .match(let match): self.init(match: match)
    case .withheld(let withheld): self.init(withheld: withheld.value)
    case .refused(let refused): self.init(refused: refused.value)
    }
  }

  var detail: TrailDetail? {
    if let reason { return .reason(reason) }
    if let match { return .match(match) }
    if let withheld { return .withheld(Shared(withheld)) }
    return refused.map { .refused(Shared($0)) }
  }
}

extension LedgerState {
  /// Takes over what was told, and chains again what was chained: one that was edited is not worked with.
  mutating func restore(_ saved: SavedTrail?, of tenant: TenantID) throws(OfferBridgeError) {
    guard let saved else { return }
    guard saved.notes.count.isMultiple(of: 8), saved.salts.count <= saved.notes.count / 8 else {
      throw .damaged("a trail whose entries are cut short")
    }
    for detail in saved.details {
      guard let detail = detail.detail else { throw .damaged("a trail with an empty detail") }
      _ = trail.details.append(detail)
    }
    for start in stride(from: 0, to: saved.notes.count, by: 8) {
      guard let note = TrailNote(saved.notes[start..<start + 8]), isSound(note) else {
        throw .damaged("a trail that tells of what is not there")
      }
      _ = trail.notes.append(note)
    }
    trail.chain.erased = Set(saved.erased ?? [])
    guard trail.chain.erased.allSatisfy({ saved.salts.indices.contains(Int($0)) }) else {
      throw .damaged("a trail without what it erased")
    }
    var salts = saved.salts.makeIterator()
    while trail.chain.count < saved.salts.count {
      chain(min(Self.longestLook, saved.salts.count - trail.chain.count), of: tenant) {
        salts.next() ?? DerivedKey((0, 0, 0, 0))
      }
    }
    if trail.chain.last != saved.last { throw .damaged("a trail whose chain is broken") }
  }

  /// Whether all that a note points at is there.
  private func isSound(_ note: TrailNote) -> Bool {
    func hasDetail(_ place: Int32) -> Bool { place >= 0 && Int(place) < trail.details.count }
    switch note.subject {
    case .offer, .end, .limitUses:
      return issued.has(note.row) && note.extra == 0 && (note.other == nowhere || hasDetail(note.other))
    case .replica:
      guard issued.has(note.row) else { return false }
      let index = note.extra == 0 ? Int(note.other) : Int(note.extra) - 1
      return (0..<issued[note.row].offer.replicaCount).contains(index)
        && (note.extra == 0 || hasDetail(note.other))
    case .message: return messages.has(note.row) && (note.other == nowhere || hasDetail(note.other))
    case .event:
      guard events.has(note.row) else { return false }
      return note.extra == 1 ? hasDetail(note.other) : note.other == nowhere || issued.has(note.other)
    case .step:
      guard note.extra == 0 else { return false }
      return note.to == .refused ? hasDetail(note.other) : triggers.has(note.row)
    case .customer:
      guard customers.has(note.row), note.extra == 0 else { return false }
      return note.to == .merged ? customers.has(note.other) : note.other == nowhere
    case nil: return false
    }
  }
}

extension TrailNote {
  fileprivate init?(_ numbers: ArraySlice<Int64>) {
    let at = numbers.startIndex
    func byte(_ index: Int) -> UInt8? { UInt8(exactly: numbers[at + index]) }
    guard let cause = byte(1).flatMap(TrailCause.init(rawValue:)),
      let subject = byte(2).flatMap(TrailSubject.init(rawValue:)),
      let row = Int32(exactly: numbers[at + 3]),
      let to = byte(5).flatMap(TrailState.init(rawValue:)),
      let other = Int32(exactly: numbers[at + 6]),
      let extra = byte(7)
    else { return nil }
    let from = byte(4).flatMap(TrailState.init(rawValue:))
    guard from != nil || numbers[at + 4] == -1 else { return nil }
    self.init(at: numbers[at], cause, subject, row, from: from, to: to, other: other, extra: extra)
  }
}
