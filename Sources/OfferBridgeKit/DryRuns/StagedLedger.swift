import Foundation

/// What stands before the ledger in a dry run: a decision is made over it by the same steps as over the ledger itself.
///
/// Of the ledger behind it, only what changes nothing is called; a scratch
/// ledger is committed to as well.
final class StagedLedger: OfferLedger {
  private let stage: DryRun.Ledger
  private let live: any OfferLedger
  private let state = Guarded(State())

  private struct State {
    var known: [DecidedNode] = []
    var committed: (plan: JourneyPlan, answers: [NodeAnswer])?
    var isUnasked = false
  }

  init(_ stage: DryRun.Ledger, live: any OfferLedger) {
    self.stage = stage
    self.live = live
  }

  /// What would have been written, and whether no limit was asked; `nil` when nothing would be.
  var committed: (plan: JourneyPlan, answers: [NodeAnswer], isUnasked: Bool)? {
    state.withLock { state in state.committed.map { ($0.plan, $0.answers, state.isUnasked) } }
  }

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    switch stage {
    case .scratch(let ledger): return try await ledger.snapshot(query)
    case .live(let moment):
      let snapshot = try await live.snapshot(query).at(moment)
      state.withLock { $0.known = snapshot.decided }
      return snapshot
    }
  }

  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    var answers: [CommitAnswer] = []
    for plan in plans { answers.append(try await answer(to: plan)) }
    return answers
  }

  private func answer(to plan: JourneyPlan) async throws -> CommitAnswer {
    let answer: CommitAnswer
    var isUnasked = false
    switch stage {
    case .scratch(let ledger): answer = try await ledger.commit(plan)
    case .live:
      if let ledger = live as? any RehearsingLedger {
        answer = try await ledger.rehearse(plan)
      } else {
        answer = .committed(plan.answersWithoutLimits(known: state.withLock { $0.known }))
        isUnasked = true
      }
    }
    if case .committed(let answers) = answer {
      state.withLock {
        $0.committed = (plan, answers)
        $0.isUnasked = isUnasked
      }
    }
    return answer
  }

  // MARK: - What no decision calls

  private struct NotInADryRun: Error {}

  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer { throw NotInADryRun() }
  func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer] {
    throw NotInADryRun()
  }
  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    throw NotInADryRun()
  }
  func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    throw NotInADryRun()
  }
  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    throw NotInADryRun()
  }
  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer { throw NotInADryRun() }
  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    throw NotInADryRun()
  }
  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    throw NotInADryRun()
  }
  func page(_ query: PageQuery) async throws -> LedgerPage { throw NotInADryRun() }
  func trail(_ query: TrailQuery) async throws -> TrailPage { throw NotInADryRun() }
  func audit(tenant: TenantID) async throws -> LedgerAudit { throw NotInADryRun() }
}

extension LedgerSnapshot {
  /// The same as of another moment, or as it is.
  fileprivate func at(_ moment: Date?) -> LedgerSnapshot {
    guard let moment else { return self }
    return LedgerSnapshot(
      // A ledger's moments are whole milliseconds.
      now: Date(milliseconds: moment.milliseconds),
      issuedOffers: issuedOffers,
      trigger: trigger,
      triggerVersion: triggerVersion,
      decided: decided
    )
  }
}

extension JourneyPlan {
  /// What a commit would answer if every limit passed and no issued offer were closed meanwhile.
  func answersWithoutLimits(known: [DecidedNode]) -> [NodeAnswer] {
    let written = Set(known.filter(\.isWritten).map(\.key))
    var answers: [NodeAnswer] = []
    var taken: [Int: Int] = [:]
    for (index, node) in nodes.enumerated() {
      let answer: NodeAnswer
      if let parent = node.parent, !answers[parent].stands {
        answer = .parentNotWritten
      } else if let choice = node.choice, let winner = taken[choice] {
        answer = .outranked(by: winner)
      } else if case .withheld = node.content {
        answer = .written
      } else {
        answer = written.contains(node.key) ? .replayed : .written
      }
      if let choice = node.choice, answer.stands { taken[choice] = index }
      answers.append(answer)
    }
    return answers
  }
}
