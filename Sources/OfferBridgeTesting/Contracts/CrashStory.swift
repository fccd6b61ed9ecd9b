import OfferBridgeKit

/// An offer's life from its issuance to its end, told by somebody who loses one answer on the way and calls again.
struct CrashStory {
  let trial: LedgerTrial
  let ledger: FailingLedger

  init(_ trial: LedgerTrial, named name: String, failing call: Int, _ side: FailingLedger.Side) {
    ledger = FailingLedger(trial.ledger, failing: call, side)
    self.trial = LedgerTrial(trial, ledger: ledger, tenant: TenantID(name))
  }

  /// What there is in the end, whatever was lost on the way.
  struct Ending: Equatable {
    var states: [String]
    var tallies: [RedemptionTally]
    var generations: [Int]
    var closures: [OfferClosure.Kind?]
    var redrives: [Int]
    var matches: [RedemptionMatch]
    var issued: Int
    var messages: Int
    var applied: Int
    var third: CommitAnswer
  }

  /// Calls until it goes through.
  private func insist<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    do {
      return try await body()
    } catch is FailingLedger.Failure {
      trial.steps.note("the answer is lost: once more")
      return try await body()
    }
  }

  /// Reads and plans anew each time, as the bridge does.
  private func commit(_ name: String, to customer: CustomerID, _ limit: CampaignLimit) async throws
    -> CommitAnswer
  {
    try await insist {
      let version = try await trial.snapshot(name, of: customer).triggerVersion
      return try await trial.commit(
        trial.plan(name, to: customer, limits: [limit], version: version, redeemable: .times(2))
      )
    }
  }

  /// Delivers all that is open; what a lost answer handed out comes again when its lease has run out.
  private func deliver(_ outcome: Settlement.Outcome) async throws {
    while true {
      let answer = try await insist { try await trial.claim() }
      for claim in answer.claims {
        _ = try await insist { try await trial.extend(claim, by: .seconds(120)) }
        _ = try await insist { try await trial.settle(claim, outcome) }
      }
      guard let next = answer.nextDue else { return }
      if answer.claims.isEmpty { trial.time.advance(to: next) }
    }
  }

  func tell() async throws -> Ending {
    let limit = CampaignLimit.total(2)
    let (first, second) = (LedgerTrial.id("a"), LedgerTrial.id("b"))
    _ = try await commit("a", to: "ada", limit)
    _ = try await commit("b", to: "bob", limit)
    let early = trial.reversal("v-1", of: "r-1")
    _ = try await insist { try await trial.reconcile(early) }
    try await deliver(.rejected(reason: "no"))
    for (id, mode) in [(first, MessageRedrive.Mode.sameKey), (second, .newGeneration)] {
      let message = try await trial.message(about: id).message
      _ = try await insist { try await trial.redrive(message, mode) }
    }
    try await deliver(.accepted("W"))
    let events = [
      trial.redemption("r-1", of: .issuedOffer(first), 5),
      trial.redemption("r-2", of: .issuedOffer(first), 5),
    ]
    for event in events { _ = try await insist { try await trial.reconcile(event) } }
    let recall = trial.message(about: try await trial.issued(second), .recall)
    _ = try await insist { try await trial.close(second, .givenBack, recalls: [recall]) }
    try await deliver(.accepted(nil))
    // The use that was given back is there for one other, and for no more.
    _ = try await commit("c", to: "cleo", limit)
    let third = try await commit("d", to: "dora", limit)
    var records: [IssuedOfferRecord] = []
    for name in ["a", "b", "c"] { records.append(try await trial.record(LedgerTrial.id(name))) }
    var matches: [RedemptionMatch] = []
    for event in events + [early] { matches.append(try await trial.match(event)) }
    let audit = try await trial.audit()
    return Ending(
      states: records.flatMap {
        $0.messages.map(\.state.name.rawValue) + $0.issuedOffer.replicas.map(\.state.description)
      },
      tallies: records.map(\.issuedOffer.redeemed),
      generations: records.flatMap { $0.messages.map(\.message.generation) },
      closures: records.map(\.issuedOffer.closure?.kind),
      redrives: records.flatMap { $0.messages.map(\.redrives.count) },
      matches: matches,
      issued: audit.issued,
      messages: audit.messages,
      applied: audit.applied,
      third: third
    )
  }
}
