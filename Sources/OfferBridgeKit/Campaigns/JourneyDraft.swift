/// What a planner has put down so far: the nodes of the plan, and what each campaign decided.
struct JourneyDraft: Sendable {
  /// The keys that the trigger's earlier commits wrote or refused.
  private let known: [DerivedKey]

  private(set) var nodes: [PlanNode] = []
  private(set) var decisions: [PlannedDecision] = []
  /// What was heard, one for each time that listeners were asked.
  private(set) var contexts: [RuleFacts] = []
  /// The outcomes that say more than a word.
  private(set) var outcomes: [CampaignDecision.Outcome] = []
  /// Whether something would be written that is not there yet.
  private(set) var isNews = false
  private var refused: [DerivedKey] = []
  /// The replicas that a campaign gave a reason for: the first one's stands, so that a repeat comes to the same.
  private var withheld: [IssuedOffer.ID: Set<ProviderID>] = [:]

  init(known: [DerivedKey]) { self.known = known }

  /// Whether the step is part of the journey: planned, written before, or refused before.
  func has(_ key: DerivedKey) -> Bool { nodes.contains { $0.key == key } || refused.contains(key) }

  /// Takes note of a step that is part of the journey, and of no plan: a limit refused it at an earlier commit.
  mutating func noteRefusal(of key: DerivedKey) { refused.append(key) }

  /// Takes a context, and answers the number by which decisions name it.
  mutating func begin(_ context: RuleFacts) -> Int32 {
    contexts.append(context)
    return Int32(contexts.count - 1)
  }

  /// Adds a node, and answers its index.
  mutating func add(_ node: PlanNode) -> Int {
    if !known.contains(node.key) { isNews = true }
    nodes.append(node)
    return nodes.count - 1
  }

  /// Puts down an outcome that no ledger can change.
  mutating func decide(
    _ listener: Listener,
    at place: JourneyPlace,
    _ outcome: CampaignDecision.Outcome,
    isReplay: Bool = false
  ) {
    let step: PlannedDecision.Step
    switch outcome {
    case .notMet: step = .notMet
    case .notEvaluable: step = .notEvaluable
    case .notRunning: step = .notRunning
    default:
      step = .settled(Int32(outcomes.count))
      outcomes.append(outcome)
    }
    decisions.append(.init(listener: listener.index, context: place.number, step: step, isReplay: isReplay))
  }

  /// Puts down that the outcome is what becomes of a node.
  mutating func decide(
    _ listener: Listener,
    at place: JourneyPlace,
    node: Int,
    isReplay: Bool = false
  ) {
    decisions.append(
      .init(listener: listener.index, context: place.number, step: .node(Int32(node)), isReplay: isReplay)
    )
  }

  /// Puts down why nothing is sent about an issued offer through a provider.
  mutating func withhold(
    _ issued: IssuedOffer,
    at provider: ProviderID,
    _ reason: WithheldReason,
    by listener: Listener,
    parent: Int?
  ) {
    guard case .notSent(let before) = issued.replica(at: provider)?.state,
      withheld[issued.id, default: []].insert(provider).inserted,
      reason != before
    else { return }
    nodes.append(
      PlanNode(
        key: issued.id,
        parent: parent,
        campaign: listener.id,
        rule: listener.rule.fingerprint,
        content: .withheld(issued.id, provider, reason)
      )
    )
    isNews = true
  }
}

/// Where in a journey something is heard.
struct JourneyPlace: Sendable {
  let context: RuleFacts
  /// The number by which decisions name the context.
  let number: Int32
  /// What the steps taken here go back to.
  let cause: JourneyCause
  /// The node that raised what is heard, or `nil` at the beginning.
  let parent: Int?
  /// How many events came before.
  let depth: Int
  /// The exclusive group's number, for those who are in one.
  var choice: Int?
}

/// A decision before the ledger has answered: settled by itself, or by what becomes of a node.
// Small and of one concrete type, for most are never looked at: a generic one with its outcome inside was two thirds
// of the time of a year's replay, in metadata and copies alone.
struct PlannedDecision: Sendable {
  enum Step: Sendable {
    case notMet, notEvaluable, notRunning
    /// By the outcome at that place.
    case settled(Int32)
    /// By what becomes of that node.
    case node(Int32)
  }

  let listener: Int32
  let context: Int32
  let step: Step
  let isReplay: Bool
}
