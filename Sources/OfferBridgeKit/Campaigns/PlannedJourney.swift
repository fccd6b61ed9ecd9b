/// A plan with the decisions that it was made of, before the ledger has answered.
struct PlannedJourney: Sendable {
  let plan: JourneyPlan
  private let decisions: [PlannedDecision]
  private let contexts: [RuleFacts]
  private let outcomes: [CampaignDecision.Outcome]
  private let listeners: [Listener]
  /// What the trigger decided for campaigns that hear it no more.
  private let leftovers: [DecidedNode]

  init(_ planner: JourneyPlanner) {
    plan = planner.plan
    decisions = planner.draft.decisions
    contexts = planner.draft.contexts
    outcomes = planner.draft.outcomes
    listeners = planner.wiring.all
    leftovers = Self.leftovers(of: planner)
  }

  private static func leftovers(of planner: JourneyPlanner) -> [DecidedNode] {
    // A new trigger has none.
    guard !planner.snapshot.decided.isEmpty else { return [] }
    let asked = Set(planner.draft.decisions.map { planner.wiring.all[Int($0.listener)].id })
    return planner.snapshot.decided.filter { node in node.campaign.map { !asked.contains($0) } ?? false }
  }

  /// The decisions once the ledger has answered for each node.
  func settled(by answers: [NodeAnswer], heard: String) -> Decisions {
    let make: @Sendable (Int) -> CampaignDecision = { index in
      index < decisions.count
        ? decision(decisions[index], answers)
        : leftover(leftovers[index - decisions.count], heard: heard)
    }
    let count = decisions.count + leftovers.count
    var notable: [Int32] = []
    for index in 0..<count where index >= decisions.count || isNotable(decisions[index], answers) {
      notable.append(Int32(index))
    }
    return Decisions(
      notable: notable,
      count: count,
      campaignAt: { index in
        index < decisions.count
          ? listeners[Int(decisions[index].listener)].id
          : leftovers[index - decisions.count].campaign ?? ""
      },
      make: make
    )
  }

  /// Whether it is told without being asked for; the same as its outcome says, without making it.
  private func isNotable(_ planned: PlannedDecision, _ answers: [NodeAnswer]) -> Bool {
    switch planned.step {
    case .notMet, .notEvaluable, .notRunning: false
    case .settled(let settled): outcomes[Int(settled)].isNotable
    case .node(let node): if case .parentNotWritten = answers[Int(node)] { false } else { true }
    }
  }

  private func decision(_ planned: PlannedDecision, _ answers: [NodeAnswer]) -> CampaignDecision {
    let outcome = outcome(of: planned.step, answers)
    var isReplay = planned.isReplay
    if case .node(let node) = planned.step, case .replayed = answers[Int(node)] { isReplay = true }
    let listener = listeners[Int(planned.listener)]
    let context = contexts[Int(planned.context)]
    return CampaignDecision(
      campaign: listener.id,
      heard: context.event.name,
      outcome: outcome,
      isReplay: isReplay,
      explain: { listener.rule.explain(context) },
      explainMessage: { listener.messageExplanation(in: context) },
      explainGroup: { groupExplanation(of: planned, answers) },
      explainOffer: { listener.offerExplanation(for: context.customerID) }
    )
  }

  /// How the exclusive group of a decision came to its winner, among those that heard the same.
  private func groupExplanation(of planned: PlannedDecision, _ answers: [NodeAnswer]) -> GroupExplanation? {
    guard let group = listeners[Int(planned.listener)].exclusiveGroup else { return nil }
    let contenders = decisions.filter {
      $0.context == planned.context && listeners[Int($0.listener)].exclusiveGroup == group
    }
    .map { (listener: listeners[Int($0.listener)], step: $0.step, outcome: outcome(of: $0.step, answers)) }
    let winner = contenders.first { $0.outcome.isActed }
    return GroupExplanation(
      group: group,
      winner: winner?.listener.id,
      contenders: contenders.map { contender in
        let priority = contender.listener.priority ?? 0
        var precedence: GroupExplanation.Precedence?
        if case .outranked = contender.outcome, let first = winner?.listener.priority {
          switch contender.step {
          // Who came first was known before anybody was asked.
          case .settled: precedence = .decidedBefore
          default:
            precedence =
              first > priority
              ? .higherPriority(first, over: priority) : .earlierInConfiguration(priority: priority)
          }
        }
        return .init(
          campaign: contender.listener.id,
          priority: priority,
          outcome: contender.outcome,
          precedence: precedence
        )
      }
    )
  }

  private func outcome(of step: PlannedDecision.Step, _ answers: [NodeAnswer]) -> CampaignDecision.Outcome {
    switch step {
    case .notMet: .notMet
    case .notEvaluable: .notEvaluable
    case .notRunning: .notRunning
    case .settled(let settled): outcomes[Int(settled)]
    case .node(let node): outcome(of: Int(node), answers)
    }
  }

  private func outcome(of node: Int, _ answers: [NodeAnswer]) -> CampaignDecision.Outcome {
    switch answers[node] {
    case .refused(let limit): return .limitReached(limit)
    case .parentNotWritten: return .parentNotWritten
    case .outranked(let winner): return .outranked(by: plan.nodes[winner].campaign ?? "")
    case .offerClosed(let closure): return .offerClosed(closure)
    case .written, .writtenOver, .replayed: break
    }
    switch plan.nodes[node].content {
    case .issuance(var offer):
      if case .writtenOver(let excesses) = answers[node] { offer.overLimits = excesses }
      return .issued(asCommitted(offer, answers))
    case .event(let name): return .raised(name)
    case .message(let message): return .queued(message.key, through: message.provider)
    case .withheld: return .notMet
    }
  }

  /// The issued offer with what the same commit said of its replicas.
  private func asCommitted(_ offer: IssuedOffer, _ answers: [NodeAnswer]) -> IssuedOffer {
    var offer = offer
    for (node, answer) in zip(plan.nodes, answers) {
      let provider: ProviderID
      let state: Replica.State
      switch (node.content, answer) {
      case (.message(let message), .written) where message.issuedOffer == offer.id:
        (provider, state) = (message.provider, .pending)
      case (.message(let message), .refused) where message.issuedOffer == offer.id:
        (provider, state) = (message.provider, .notSent(.limitReached(message.campaign)))
      case (.message(let message), .outranked) where message.issuedOffer == offer.id:
        (provider, state) = (message.provider, .notSent(.outranked(message.campaign)))
      case (.message(let message), .offerClosed) where message.issuedOffer == offer.id:
        (provider, state) = (message.provider, .notSent(.offerClosed))
      case (.withheld(let id, let at, let reason), .written) where id == offer.id:
        (provider, state) = (at, .notSent(reason))
      default: continue
      }
      if let index = offer.replicaIndex(at: provider), case .notSent = offer[replicaState: index] {
        offer[replicaState: index] = state
      }
    }
    return offer
  }

  private func leftover(_ node: DecidedNode, heard: String) -> CampaignDecision {
    let outcome: CampaignDecision.Outcome =
      switch node.outcome {
      case .issued(let offer): .issued(offer)
      case .raised(let event): .raised(event)
      case .queued(let provider): .queued(node.key, through: provider)
      case .refused(let limit): .limitReached(limit)
      }
    return CampaignDecision(
      campaign: node.campaign ?? "",
      heard: heard,
      outcome: outcome,
      isReplay: true,
      explain: { RuleExplanation(requirement: "decided before by a campaign that is gone", verdict: .met) }
    )
  }
}
