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
  /// What rows of one campaign share.
  var terms = Interned<IssuedOffer.Terms>()
  var envelopes = Interned<OfferMessage.Envelope>()
  /// One for each provider, in the order in which they were first sent to.
  var lanes: [Lane] = []

  var events = NamedRows<EventRow>()
  var references = NamedRows<ReferenceRow>()
  var parked = ParkedEvents()
  private var lastCustomer = nowhere
  /// The issued offers whose limit uses were given back and taken again, and so may stand above a limit.
  // A set beside the rows: few are ever in it, and none of the others is larger for it.
  var retaken: Set<Int32> = []
  /// The customers who were forgotten, by their rows.
  var forgotten: Set<Int32> = []
  /// The customers who were merged into others, by their rows.
  var merged = MergedRows()
  /// The events of which something was taken out, so that a repeat is not told from another one of that id.
  var reworded: Set<Int32> = []
  var trail = TrailNotes()
  var duplicates = 0
  var conflicts = 0

  package init(refusalRetention: Duration) {
    self.refusalRetention = refusalRetention.milliseconds
  }

  /// The row of a customer, made when there is none.
  mutating func row(of customer: CustomerID) -> Int32 {
    // A journey names its customer with every offer and message.
    if customers.has(lastCustomer), customers[lastCustomer].name == customer { return lastCustomer }
    let hash = customer.rowHash
    lastCustomer = merged.survivor(
      of: customers.row(of: customer, hash) ?? customers.append(CustomerRow(name: customer), hash)
    )
    return lastCustomer
  }

  /// The row that was asked for last may be another customer's by now.
  mutating func forgetLastCustomer() { lastCustomer = nowhere }
}

/// No row.
let nowhere: Int32 = -1

/// A customer, and the ends of the lists of what belongs to them.
struct CustomerRow: NamedRow {
  var name: CustomerID
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
  var references = Few<ReferenceKey>.none
  var uses: Few<KeptUse>
  /// Whose it is: of a customer who was merged, the survivor.
  var customer: Int32
  var next = nowhere

  /// The issued offer as it is read: a replica that a redemption proved is accepted.
  var current: IssuedOffer { offer.proven(by: evidence) }
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
      decided: trigger.map { decided($0, at: now) } ?? [],
      identity: merged.isEmpty ? nil : knownRow(of: query.customer).flatMap { identity(of: $0) }
    )
  }

  private func forEachIssued(of customer: CustomerID, _ body: (IssuedRow) -> Void) {
    guard let owner = knownRow(of: customer) else { return }
    var next = customers[owner].firstIssued
    while next != nowhere {
      let row = issued[next]
      body(row)
      next = row.next
    }
  }
}
