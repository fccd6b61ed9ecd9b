import Foundation
import OfferBridgeKit

/// Operations at random on one ledger, and an account of them that knows nothing of how a ledger works.
struct RandomOperations {
  private var chance: Seeded
  private var number = 0
  private var leases: [Claim] = []
  private var issued = 0
  private var closed = 0
  private var messages = 0
  private var attempts = 0
  private var received = 0
  private var duplicates = 0
  private var conflicts = 0
  /// Uses that were taken and not given back.
  private var uses = 0

  private static let limits = [
    CampaignLimit.total(25), .perCustomer(4, in: .rolling(.minutes(5))),
    .total(.euros(60), of: .programme, in: .calendar(.day, in: .gmt)),
  ]

  init(seed: UInt64) { chance = Seeded(seed) }

  private mutating func some() -> String { "\(Int.random(in: 1...max(1, number), using: &chance))" }

  mutating func next(on trial: LedgerTrial) async throws {
    number += 1
    trial.time.advance(by: .milliseconds(Int.random(in: 0...4000, using: &chance)))
    switch Int.random(in: 0..<13, using: &chance) {
    case 0..<4: try await issue(on: trial)
    case 4..<6:
      let query = ClaimQuery(tenant: trial.tenant, provider: "wallet", limit: 3, lease: .seconds(20))
      let claims = try await trial.ledger.claim(query).claims
      attempts += claims.count
      leases += claims
    case 6..<9: try await settle(on: trial)
    case 9..<11: try await report(on: trial)
    case 11: try await close(on: trial)
    default:
      let id = LedgerTrial.id(some())
      guard let record = try await trial.ledger.record(of: id, tenant: trial.tenant),
        let last = record.messages.last
      else { return }
      let mode: MessageRedrive.Mode = Bool.random(using: &chance) ? .sameKey : .newGeneration
      let command = MessageRedrive(last.message.key, mode: mode, reason: "chance")
      if case .redriven = try await trial.ledger.redrive(command, tenant: trial.tenant),
        mode == .newGeneration
      {
        messages += 1
      }
    }
  }

  private mutating func issue(on trial: LedgerTrial) async throws {
    let customer = CustomerID("c-\(Int.random(in: 0..<5, using: &chance))")
    let plan = trial.plan(
      "\(number)",
      to: customer,
      limits: Self.limits,
      redeemable: .times(2),
      faceValue: .euros(Int64.random(in: 0...4, using: &chance))
    )
    let repeated = Bool.random(using: &chance)
    let answers = try await trial.ledger.commit(repeated ? [plan, plan] : [plan])
    if repeated { try trial.expect("the same plan again", answers[1], is: .stale) }
    guard answers[0].isWritten else { return }
    issued += 1
    messages += 1
    uses += 1
  }

  private mutating func settle(on trial: LedgerTrial) async throws {
    guard !leases.isEmpty else { return }
    let claim = leases.remove(at: Int.random(in: leases.indices, using: &chance))
    let outcomes: [Settlement.Outcome] = [
      .accepted(ReplicaReference("W \(claim.message.variant)")), .accepted(nil), .rejected(reason: "no"),
      .released(wasHanded: true), .released(wasHanded: false),
      .retry(after: .seconds(9), failure: "busy", isUnknown: false),
      .buried(reason: "spent", isUnknown: true),
    ]
    let outcome = outcomes[Int.random(in: outcomes.indices, using: &chance)]
    let settlement = Settlement(lease: claim.lease, outcome: outcome)
    let answers = try await trial.ledger.settle([settlement, settlement], tenant: trial.tenant)
    if outcome == .released(wasHanded: false), answers.first == .settled { attempts -= 1 }
    if Bool.random(using: &chance) { leases.append(claim) }
  }

  private mutating func report(on trial: LedgerTrial) async throws {
    let contents: [ExternalEvent.Content] = [
      .redemption(.issuedOffer(LedgerTrial.id(some())), amount: .euros(1)),
      .redemption(.replica(ReplicaReference("W \(some())")), amount: nil),
      .redemption(.customer("c-1", replica: "TEN"), amount: .euros(2)), .reversal(of: some()),
      .reversal(of: some(), .amount(.euros(1))),
      .notice(.expired, of: .issuedOffer(LedgerTrial.id(some()))),
      .notice(.reinstated, of: .replica(ReplicaReference("W \(some())"))),
    ]
    let content = contents[Int.random(in: contents.indices, using: &chance)]
    let event = trial.event(some(), content, after: .seconds(Int.random(in: -9...9, using: &chance)))
    let events = Bool.random(using: &chance) ? [event, event] : [event]
    let answers = try await trial.ledger.reconcile(events, tenant: trial.tenant)
    received += answers.count
    duplicates += answers.count { $0 == .duplicate }
    conflicts += answers.count { $0 == .conflict }
  }

  private mutating func close(on trial: LedgerTrial) async throws {
    let id = LedgerTrial.id(some())
    guard let record = try await trial.ledger.record(of: id, tenant: trial.tenant) else { return }
    let recall = trial.message(about: record.issuedOffer, .recall)
    let givesBack = Bool.random(using: &chance)
    let closing = OfferClosing(
      id,
      as: .revoked,
      reason: "chance",
      limitUses: givesBack ? .givenBack : .kept,
      recalls: [recall]
    )
    if case .closed = try await trial.ledger.close(closing, tenant: trial.tenant) {
      closed += 1
      if givesBack { uses -= 1 }
    }
    let after = try await trial.record(id).messages
    messages += after.count - record.messages.count
  }

  /// The ledger's sums against the account.
  func compare(with audit: LedgerAudit, _ trial: LedgerTrial) async throws {
    try trial.expect("issued offers", audit.issued, is: issued)
    try trial.expect("closed ones", audit.closed, is: closed)
    try trial.expect("messages", audit.messages, is: messages)
    try trial.expect("attempts", audit.attempts, is: attempts)
    try trial.expect("events received", audit.received, is: received)
    try trial.expect("duplicates", audit.duplicates, is: duplicates)
    try trial.expect("conflicts", audit.conflicts, is: conflicts)
    try trial.expect("at most 25 uses that stand", uses <= 25, seen: uses)
    var tallies = 0
    for customer in 0..<5 {
      for offer in try await trial.list(.issuedOffers(of: CustomerID("c-\(customer)"))).issuedOffers {
        try trial.expect("a tally of 0 or more", offer.redeemed.count >= 0, seen: offer.redeemed)
        tallies += offer.redeemed.count + 2 * offer.redeemed.reversed
      }
    }
    // Each that counts adds one: a redemption that stands, or both halves of one that does not, or a reversal too many.
    try trial.expect("tallies within what counts", tallies <= audit.applied + audit.discrepant, seen: tallies)
  }
}
