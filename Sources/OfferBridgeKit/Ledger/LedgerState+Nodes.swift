// A trigger's nodes, put down and read back: their keys stand in the rows of what they wrote.
extension LedgerState {
  func key(of node: TriggerRow.Node) -> DerivedKey {
    switch node.step {
    case .issued(let row): issued[row].offer.id
    case .queued(let row): messages[row].message.key
    case .kept(let step): step.value.key
    }
  }

  /// The place of the node with that key, or `nil`.
  func place(of key: DerivedKey, in trigger: TriggerRow, at now: Int64) -> Int? {
    trigger.nodes.lastIndex { self.key(of: $0) == key && !$0.hasLapsed(at: now) }
  }

  /// Puts down what became of a node.
  func remember(
    _ outcome: TriggerRow.KeptStep.Outcome,
    of key: DerivedKey,
    _ campaign: CampaignID?,
    _ rule: RuleFingerprint?,
    parent: DerivedKey?,
    in trigger: inout TriggerRow
  ) {
    let step: TriggerRow.Step =
      switch outcome {
      case .issued(let row) where issued[row].offer.id == key && issued[row].offer.campaign == campaign:
        .issued(row)
      case .queued(let row)
      where messages[row].message.key == key && messages[row].message.campaign == campaign:
        .queued(row)
      default:
        .kept(Shared(.init(key: key, campaign: campaign, rule: rule, outcome: outcome)))
      }
    let parent = parent.flatMap { parent in trigger.nodes.lastIndex { self.key(of: $0) == parent } }
    trigger.nodes.append(.init(step: step, parent: parent.map(Int32.init) ?? nowhere))
  }

  /// The trigger's nodes as they are read.
  func decided(_ trigger: TriggerRow, at now: Int64) -> [DecidedNode] {
    trigger.nodes.filter { !$0.hasLapsed(at: now) }.map { node in
      DecidedNode(
        key: key(of: node),
        parent: parent(of: node, in: trigger),
        campaign: campaign(of: node),
        outcome: outcome(of: node)
      )
    }
  }

  func parent(of node: TriggerRow.Node, in trigger: TriggerRow) -> DerivedKey? {
    node.parent == nowhere ? nil : key(of: trigger.nodes[Int(node.parent)])
  }

  func campaign(of node: TriggerRow.Node) -> CampaignID? {
    switch node.step {
    case .issued(let row): issued[row].offer.campaign
    case .queued(let row): messages[row].message.campaign
    case .kept(let step): step.value.campaign
    }
  }

  private func outcome(of node: TriggerRow.Node) -> DecidedNode.Outcome {
    switch node.step {
    case .issued(let row): .issued(issued[row].current)
    case .queued(let row): .queued(messages[row].message.provider)
    case .kept(let step):
      switch step.value.outcome {
      case .issued(let row): .issued(issued[row].current)
      case .queued(let row): .queued(messages[row].message.provider)
      case .raised(let event): .raised(event)
      case .refused(let limit, _): .refused(limit)
      }
    }
  }
}
