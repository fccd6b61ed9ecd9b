import Foundation

/// One tenant's ledger as a value: every transition is a synchronous function from state and command to answer.
///
/// ``InMemoryOfferLedger`` guards it with a lock. It knows values only: no
/// waiting, no clock, no chance; the time of each step is passed in, in
/// milliseconds.
package struct LedgerState: Sendable {
  /// How long a limit's refusal is repeated.
  let refusalRetention: Int64

  var customers = NamedRows<CustomerRow>()
  var issued = NamedRows<IssuedRow>()
  var triggers = NamedRows<TriggerRow>()
  var counters = NamedRows<CounterRow>()
  /// The triggers with something to forget, in the order of when.
  var lapsing = ChunkedQueue<Lapse>()

  var messages = NamedRows<MessageRow>()
  /// One for each provider, in the order in which they were first sent to.
  var lanes: [Lane] = []

  var events = NamedRows<EventRow>()
  var references = NamedRows<ReferenceRow>()
  var parked = ParkedEvents()
  var duplicates = 0
  var conflicts = 0

  package init(refusalRetention: Duration) {
    self.refusalRetention = refusalRetention.milliseconds
  }

  /// The row of a customer, made when there is none.
  mutating func row(of customer: CustomerID) -> Int32 {
    let hash = customer.rowHash
    return customers.row(of: customer, hash) ?? customers.append(CustomerRow(name: customer), hash)
  }
}

/// No row.
let nowhere: Int32 = -1

/// A customer, and the ends of the lists of what belongs to them.
struct CustomerRow: NamedRow {
  let name: CustomerID
  var firstIssued = nowhere
  var lastIssued = nowhere
  var firstMessage = nowhere
  var lastMessage = nowhere
  var firstEvent = nowhere
  var lastEvent = nowhere
}

struct IssuedRow: NamedRow {
  var name: DerivedKey { offer.id }
  /// Its replicas' states are what deliveries said; `evidence` is kept apart.
  var offer: IssuedOffer
  /// A bit for each replica that a redemption proved.
  var evidence: UInt64 = 0
  /// The external systems' names for its replicas, which may have several.
  var references: [ReferenceKey] = []
  let limits: [LimitUse]
  let customer: Int32
  var next = nowhere

  /// The issued offer as it is read: a replica that a redemption proved is accepted.
  var current: IssuedOffer { offer.proven(by: evidence) }
}

struct TriggerRow: NamedRow {
  var name: TriggerID { record.id }
  let record: TriggerRecord
  var version = 0
  var nodes: [Node] = []
  /// From when on it may be forgotten, if nothing of it was written.
  var lapsesAt: Int64 = 0

  struct Node: Sendable {
    let key: DerivedKey
    let parent: DerivedKey?
    let campaign: CampaignID?
    let outcome: Outcome
  }

  enum Outcome: Sendable {
    case issued(Int32)
    case raised(String)
    case queued(ProviderID)
    // Behind a pointer: it is rare, and would make every node twice as large.
    indirect case refused(CampaignLimit, until: Int64)
  }

  /// What stands where a trigger was, until another takes its place.
  static let nothing = TriggerRow(
    record: TriggerRecord(id: TriggerID(.action, ""), customer: "", fingerprint: DerivedKey((0, 0, 0, 0)))
  )

  func node(_ key: DerivedKey, at now: Int64) -> Node? {
    nodes.last { $0.key == key && !$0.hasLapsed(at: now) }
  }
}

/// When something of a trigger is to be forgotten: its refusals, or all of it.
struct Lapse: Sendable, Hashable, Codable {
  let moment: Int64
  let trigger: TriggerID
}

extension TriggerRow.Node {
  func hasLapsed(at now: Int64) -> Bool {
    if case .refused(_, let until) = outcome { until <= now } else { false }
  }

  var isWritten: Bool {
    if case .refused = outcome { false } else { true }
  }
}

extension LedgerState {
  /// Reads what a decision needs.
  package func snapshot(_ query: SnapshotQuery, now: Int64) -> LedgerSnapshot {
    let trigger = triggers.row(of: query.trigger).map { triggers[$0] }
    var mine: [IssuedOffer] = []
    if !query.offers.isEmpty {
      forEachIssued(of: query.customer) { row in
        if query.offers.contains(row.offer.offer) { mine.append(row.current) }
      }
    }
    return LedgerSnapshot(
      now: Date(milliseconds: now),
      issuedOffers: mine,
      trigger: trigger?.record,
      triggerVersion: trigger?.version ?? 0,
      decided: (trigger?.nodes ?? []).filter { !$0.hasLapsed(at: now) }.map(decided)
    )
  }

  private func decided(_ node: TriggerRow.Node) -> DecidedNode {
    let outcome: DecidedNode.Outcome =
      switch node.outcome {
      case .issued(let row): .issued(issued[row].current)
      case .raised(let event): .raised(event)
      case .queued(let provider): .queued(provider)
      case .refused(let limit, _): .refused(limit)
      }
    return DecidedNode(key: node.key, parent: node.parent, campaign: node.campaign, outcome: outcome)
  }

  private func forEachIssued(of customer: CustomerID, _ body: (IssuedRow) -> Void) {
    guard let owner = customers.row(of: customer) else { return }
    var next = customers[owner].firstIssued
    while next != nowhere {
      let row = issued[next]
      body(row)
      next = row.next
    }
  }
}
