/// One tenant's ledger without what can be worked out again: rows name each other by id, tables are sorted.
struct SavedState: Sendable, Hashable, Codable {
  struct Customer: Sendable, Hashable, Codable {
    let id: CustomerID
    /// The places of their events among all, in the order in which they were known to be theirs.
    let events: [Int]
  }

  struct Issued: Sendable, Hashable, Codable {
    let offer: IssuedOffer
    let evidence: UInt64
    let references: [ReferenceKey]
    let limits: [LimitUse]
    /// Written where it is so only.
    let isRetaken: Bool?
  }

  struct Trigger: Sendable, Hashable, Codable {
    let record: TriggerRecord
    let version: Int
    let lapsesAt: Int64
    let nodes: [Node]
  }

  struct Node: Sendable, Hashable, Codable {
    enum Outcome: Sendable, Hashable, Codable {
      case issued
      case raised(String)
      case queued(ProviderID)
      case refused(CampaignLimit, until: Int64)
    }

    let key: DerivedKey
    let parent: DerivedKey?
    let campaign: CampaignID?
    let rule: RuleFingerprint?
    let outcome: Outcome
  }

  struct Counter: Sendable, Hashable, Codable {
    let counter: LimitCounter
    let used: Int64
    let moments: [Int64]
    let totals: [Int64]
    /// Written where merges brought something only.
    let brought: Int64?
  }

  struct Message: Sendable, Hashable, Codable {
    let message: OfferMessage
    let limits: [LimitUse]
    let state: MessageRow.State
    let due: Int64
    let attempts: Int32
    let fence: UInt64
    let firstAttemptedAt: Int64?
    let mayHaveArrived: Bool
    let lastFailure: String?
    let redrives: [RedriveRecord]
    let nextGeneration: DerivedKey?
  }

  struct Event: Sendable, Hashable, Codable {
    let event: ExternalEvent
    let match: RedemptionMatch
    /// `nil` in what was saved before it was kept.
    let receivedAt: Int64?
  }

  struct Reference: Sendable, Hashable, Codable {
    let key: ReferenceKey
    let issuedOffer: IssuedOffer.ID
  }

  /// Those who were forgotten, and the events of which something was taken out, by their places.
  struct Forgotten: Sendable, Hashable, Codable {
    let customers: [Int32]
    let events: [Int32]
  }

  /// One customer who was merged into another, by their places.
  struct Merged: Sendable, Hashable, Codable {
    let customer: Int32
    let survivor: Int32
  }

  let customers: [Customer]
  let issued: [Issued]
  let triggers: [Trigger]
  let counters: [Counter]
  let lapsing: [Lapse]
  let messages: [Message]
  /// One customer's open messages to one provider each, from the head on.
  let lanes: [[DerivedKey]]
  let events: [Event]
  let references: [Reference]
  let duplicates: Int
  let conflicts: Int
  /// Missing where an earlier library saved it.
  let trail: SavedTrail?
  /// Missing where nobody was.
  let forgotten: Forgotten?
  /// Missing where nobody was.
  let merged: [Merged]?
}

extension SavedState {
  init(_ state: LedgerState) {
    customers = state.customers.indices.map { row in
      let customer = state.customers[Int32(row)]
      let events = Array(
        sequence(first: customer.firstEvent) { state.events[$0].nextOfCustomer }.prefix { $0 != nowhere }
      )
      return Customer(id: customer.name, events: events.map(Int.init))
    }
    issued = state.issued.indices.map { row in
      let issued = state.issued[Int32(row)]
      return Issued(
        offer: issued.offer,
        evidence: issued.evidence,
        references: issued.references.all,
        limits: state.uses(issued.uses),
        isRetaken: state.retaken.contains(Int32(row)) ? true : nil
      )
    }
    triggers = state.triggers.named
      .sorted { $0.record.id.isBefore($1.record.id) }
      .map {
        Trigger(record: $0.record, version: $0.version, lapsesAt: $0.lapsesAt, nodes: state.saved($0))
      }
    counters = state.counters.named.sorted { $0.name.isBefore($1.name) }.map { row in
      Counter(
        counter: row.name,
        used: row.used,
        moments: row.uses.map(\.moment),
        totals: row.uses.map(\.total),
        brought: row.brought == 0 ? nil : row.brought
      )
    }
    lapsing = state.lapsing.all
    messages = state.messages.indices.map { row in
      let message = state.messages[Int32(row)]
      return Message(
        message: message.message,
        limits: state.uses(Few(message.uses)),
        state: message.state,
        due: message.due,
        attempts: message.attempts,
        fence: message.fence,
        firstAttemptedAt: message.firstAttemptedAt,
        mayHaveArrived: message.mayHaveArrived,
        lastFailure: message.lastFailure,
        redrives: message.redrives,
        nextGeneration: message.successor == nowhere ? nil : state.messages[message.successor].message.key
      )
    }
    lanes = state.lanes.flatMap(\.heads.rows).sorted().map { head in
      sequence(first: head) { state.messages[$0].nextInLane }.prefix { $0 != nowhere }
        .map { state.messages[$0].message.key }
    }
    events = state.events.indices.map { row in
      let event = state.events[Int32(row)]
      return Event(event: event.event, match: event.match, receivedAt: event.receivedAt)
    }
    references = state.references.named.sorted { $0.name.isBefore($1.name) }
      .map { Reference(key: $0.name, issuedOffer: state.issued[$0.issued].offer.id) }
    duplicates = state.duplicates
    conflicts = state.conflicts
    trail = SavedTrail(state)
    forgotten =
      state.forgotten.isEmpty
      ? nil : Forgotten(customers: state.forgotten.sorted(), events: state.reworded.sorted())
    merged =
      state.merged.isEmpty
      ? nil : state.merged.pairs.map { Merged(customer: $0.row, survivor: $0.survivor) }
  }
}

extension LedgerState {
  private func rule(of node: TriggerRow.Node) -> RuleFingerprint? {
    if case .kept(let step) = node.step { step.value.rule } else { nil }
  }

  fileprivate func saved(_ trigger: TriggerRow) -> [SavedState.Node] {
    zip(trigger.nodes, decided(trigger, at: .min)).map { node, decided in
      let outcome: SavedState.Node.Outcome =
        switch decided.outcome {
        case .issued: .issued
        case .raised(let event): .raised(event)
        case .queued(let provider): .queued(provider)
        case .refused(let limit): .refused(limit, until: node.lapsesAt)
        }
      return SavedState.Node(
        key: decided.key,
        parent: decided.parent,
        campaign: decided.campaign,
        rule: rule(of: node),
        outcome: outcome
      )
    }
  }
}

// By bytes, as everywhere: texts that only look the same are two.
extension TriggerID {
  func isBefore(_ other: Self) -> Bool {
    kind == other.kind ? id.isBefore(other.id) : kind.rawValue < other.kind.rawValue
  }
}

extension LimitCounter {
  func isBefore(_ other: Self) -> Bool {
    if !subject.utf8.elementsEqualFast(other.subject.utf8) { return subject.isBefore(other.subject) }
    if !period.utf8.elementsEqualFast(other.period.utf8) { return period.isBefore(other.period) }
    guard let theirs = other.customer else { return false }
    return customer.map { $0 < theirs } ?? true
  }
}

extension ReferenceKey {
  fileprivate func isBefore(_ other: Self) -> Bool {
    provider == other.provider ? reference < other.reference : provider < other.provider
  }
}

extension String {
  fileprivate func isBefore(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
