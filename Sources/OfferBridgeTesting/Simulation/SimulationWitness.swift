import Foundation
import OfferBridgeKit

/// Sees every call to the ledger as it takes effect, and checks what was promised of it.
final class SimulationWitness: Sendable {
  struct State {
    /// How long an external system wants to be left alone with a message, since its last attempt.
    var asked: [DerivedKey: (attempt: Int, length: Duration)] = [:]
    /// Which attempt of a message was the last that was handed out.
    var attempts: [DerivedKey: Int] = [:]
    /// Until when a message is not to be handed out, for that reason.
    var notBefore: [DerivedKey: Int64] = [:]
    /// Which attempt the wallet took a message in, by the end of its lease.
    var taken: [DerivedKey: Date] = [:]
    /// What a wallet was still at when it was last heard.
    var underWay: Set<DerivedKey> = []
    /// Where and when a look-up of a message last ended without saying whether it is there.
    var unanswered: [DerivedKey: LookUpEnd] = [:]
    var messages: [DerivedKey] = []
    var accepted: Set<DerivedKey> = []
    var buriedOrRejected: [DerivedKey] = []
    var issued: [IssuedOffer.ID] = []
    /// When what was issued ends.
    var ends: [IssuedOffer.ID: Date] = [:]
    var issuances: [Issuance: IssuedOffer.ID] = [:]
    var warnings: Set<Warning> = []
  }

  let book: SimulationBook
  private let clock: SimulatedLedgerClock
  let state = Guarded(State())
  private let model: Guarded<ReferenceModel>

  init(_ book: SimulationBook, _ clock: SimulatedLedgerClock, refusalRetention: Duration) {
    self.book = book
    self.clock = clock
    model = Guarded(ReferenceModel(tenant: SimulatedWorld.tenant, refusalRetention: refusalRetention))
  }

  /// Works the answer out beside the ledger, and tells the book what differs.
  func expect(_ body: (inout ReferenceModel, Date) -> Void) {
    let faults = model.withLock { model in
      let before = model.faults.count
      body(&model, clock.now)
      return Array(model.faults.dropFirst(before))
    }
    for fault in faults { book.violate("oracle", fault) }
  }

  /// What is known beside the ledger.
  func ask<Answer: Sendable>(_ body: (ReferenceModel) -> Answer) -> Answer { model.withLock { body($0) } }

  /// What differs in the end between the ledger and what it should have come to.
  func differences(from ledger: any OfferLedger) async throws -> [String] {
    try await model.withLock { $0 }.compare(with: ledger)
  }

  /// Everything that was issued, in the order in which it was.
  var issued: [IssuedOffer.ID] { state.withLock { $0.issued } }
  /// Every message that was committed, in that order.
  var messages: [DerivedKey] { state.withLock { $0.messages } }
  /// What was settled as accepted.
  var accepted: Set<DerivedKey> { state.withLock { $0.accepted } }
  /// Messages that ended in vain.
  var endedInVain: [DerivedKey] { state.withLock { $0.buriedOrRejected } }

  func note(_ life: SimulatedLife, _ what: String) {
    book.note("\(clock.milliseconds) p\(life.number) \(what)")
  }

  /// That a wallet said "not now" to an attempt.
  func askedToComeAgain(_ key: DerivedKey, attempt: Int, after length: Duration) {
    state.withLock { state in
      // What a worker is told whose lease is lost, nobody else can know.
      if state.attempts[key] == attempt { state.asked[key] = (attempt, length) }
    }
  }

  func snapshot(_ query: SnapshotQuery, _ snapshot: LedgerSnapshot, _ life: SimulatedLife) {
    let differences = model.withLock { $0.snapshotTaken(query, snapshot, at: clock.now) }
    for difference in differences { book.violate("oracle", difference) }
    // A name by chance is another one in each run.
    let name = query.customer.isByChance ? "of nobody" : query.trigger.id.description
    note(life, "snapshot \(name) v\(snapshot.triggerVersion), \(snapshot.decided.count) decided")
  }

  func commit(_ plans: [JourneyPlan], _ answers: [CommitAnswer], _ life: SimulatedLife) {
    expect { $0.committed(plans, answers, at: $1) }
    for (plan, answer) in zip(plans, answers) {
      book.saw(answer.name)
      guard case .committed(let nodes) = answer else {
        note(life, "\(answer.name) \(plan.trigger.id.id)")
        continue
      }
      note(life, "commit \(plan.trigger.id.id) \(nodes.map { $0.name.dropFirst(5) })")
      for (node, answer) in zip(plan.nodes, nodes) {
        book.saw(answer.name)
        switch (node.content, answer) {
        case (.issuance(let offer), .written), (.issuance(let offer), .writtenOver):
          state.withLock { $0.issued.append(offer.id) }
          issued(offer)
        case (.message(let message), .written):
          state.withLock { $0.messages.append(message.key) }
          warned(plan, node)
          guard message.payloadText.contains(SimulatedShop.secret) else { break }
          book.violate("I15", "the payload of \(message.key) has what no data point names")
        default: break
        }
      }
    }
  }

  func claim(_ query: ClaimQuery, _ answer: ClaimAnswer, _ life: SimulatedLife) {
    expect { $0.claimed(query, answer, at: $1) }
    book.saw(answer.claims.isEmpty ? "claim.none" : "claim.some")
    let claimed = answer.claims.map {
      "\($0.message.key.description.prefix(6)) f\($0.lease.fence) a\($0.attempt)"
    }
    note(life, "claim \(query.limit) of \(query.provider) \(claimed)")
    for claim in answer.claims {
      let early = state.withLock { state in
        state.asked[claim.message.key] = nil
        state.attempts[claim.message.key] = claim.attempt
        return state.notBefore.removeValue(forKey: claim.message.key)
      }
      if let early, early > answer.now.milliseconds {
        book.violate("I14", "message \(claim.message.key) was handed out before its wallet wants it again")
      }
    }
  }

  func extend(_ leases: [Lease], _ length: Duration, _ answers: [ExtendAnswer], _ life: SimulatedLife) {
    expect { $0.extended(leases, by: length, answers, at: $1) }
    for (lease, answer) in zip(leases, answers) {
      book.saw(answer.name)
      note(life, "\(answer.name) \(lease.message.description.prefix(6)) f\(lease.fence)")
    }
  }

  func settle(_ settlements: [Settlement], _ answers: [SettleAnswer], _ life: SimulatedLife) {
    expect { $0.settled(settlements, answers, at: $1) }
    for (settlement, answer) in zip(settlements, answers) {
      book.saw(answer.name)
      book.saw(settlement.outcome.name)
      let (key, outcome) = (settlement.lease.message, settlement.outcome)
      note(life, "\(answer.name) \(key.description.prefix(6)) f\(settlement.lease.fence) \(outcome.name)")
      guard answer == .settled else { continue }
      checkDoubt(settlement)
      state.withLock { state in
        switch outcome {
        case .accepted: state.accepted.insert(key)
        case .rejected, .buried: state.buriedOrRejected.append(key)
        case .retry(_, let failure, _):
          // An answer that came after the time-out was not heard.
          if failure.hasPrefix("no answer") { state.asked[key] = nil }
          guard let asked = state.asked.removeValue(forKey: key) else { break }
          state.notBefore[key] = clock.milliseconds + asked.length.milliseconds
        case .released: break
        }
      }
    }
  }

  func redrive(_ redrive: MessageRedrive, _ answer: RedriveAnswer, _ life: SimulatedLife) {
    expect { $0.redriven(redrive, answer, at: $1) }
    book.saw(answer.name)
    note(life, "\(answer.name) \(redrive.message.description.prefix(6)) \(redrive.mode)")
    guard case .redriven(let key) = answer else { return }
    state.withLock { state in
      state.notBefore[key] = nil
      if key != redrive.message { state.messages.append(key) }
    }
  }

  func reconcile(_ events: [ExternalEvent], _ answers: [RedemptionMatch], _ life: SimulatedLife) {
    expect { $0.reconciled(events, answers, at: $1) }
    for (event, answer) in zip(events, answers) {
      book.saw(answer.name)
      for reason in answer.reasons { book.saw(reason) }
      note(life, "\(answer.name) \(event.id)")
    }
  }

  func close(_ closing: OfferClosing, _ answer: CloseAnswer, _ life: SimulatedLife) {
    expect { $0.closed(closing, answer, at: $1) }
    book.saw(answer.name)
    note(life, "\(answer.name) \(closing.issuedOffer.description.prefix(6)) \(closing.kind)")
  }
}
