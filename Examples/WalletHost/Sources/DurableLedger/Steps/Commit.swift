import Foundation
package import OfferBridgeKit

extension LedgerStep {
  /// Writes a plan, node by node, as `JourneyPlan` says.
  package func commit(_ plan: JourneyPlan) throws -> CommitAnswer {
    let known = try rows.trigger(plan.trigger.id)
    if let known, known.record != plan.trigger {
      // Under another id of one customer it may be the same: whoever reads again is told.
      let ids = (known.record.customer, plan.trigger.customer)
      return try ids.0 != ids.1 && survivor(of: ids.0) == survivor(of: ids.1) ? .stale : .conflict
    }
    guard (known?.version ?? 0) == plan.triggerVersion, try isStill(plan),
      now - plan.plannedAt.milliseconds <= JourneyPlan.longestAge.wholeMilliseconds
    else { return .stale }
    if try known == nil && wasForgotten(plan) { return .conflict }

    var trigger = known ?? TriggerRow(plan.trigger)
    let before = trigger.nodes.count
    var answers: [NodeAnswer] = []
    var taken: [Int: Int] = [:]
    for (index, node) in plan.nodes.enumerated() {
      let answer = try write(node, of: plan, in: &trigger, after: answers, taken: taken)
      if let choice = node.choice, answer.stands { taken[choice] = index }
      answers.append(answer)
    }
    // A trigger that wrote nothing is remembered for its fingerprint.
    if known == nil || trigger.nodes.count > before {
      trigger.version += 1
      if trigger.nodes.isEmpty || trigger.nodes[before...].contains(where: { $0.refusal != nil }) {
        trigger.lapsesAt = now.addingClamped(terms.refusalRetention)
      }
      try rows.write(trigger)
    }
    try forgetLapsed()
    return .committed(answers)
  }

  /// Forgets some of what has lapsed: a little more than one commit can add, so that it never piles up.
  private func forgetLapsed() throws {
    // What lapses does so after this step's time: where nothing has, nothing will have in the same step.
    if hasNoneLapsed { return }
    let lapsed = try rows.triggers(lapsedBy: now, limit: 2)
    hasNoneLapsed = lapsed.isEmpty && terms.refusalRetention > 0
    for var trigger in lapsed {
      trigger.nodes.removeAll { $0.hasLapsed(at: now) }
      trigger.lapsesAt = trigger.nodes.compactMap(\.lapsesAt).max()
      if trigger.nodes.isEmpty { try rows.remove(trigger.record.id) } else { try rows.write(trigger) }
    }
  }

  private func write(
    _ node: PlanNode,
    of plan: JourneyPlan,
    in trigger: inout TriggerRow,
    after answers: [NodeAnswer],
    taken: [Int: Int]
  ) throws -> NodeAnswer {
    if let parent = node.parent, !answers[parent].stands { return .parentNotWritten }
    if let choice = node.choice, let winner = taken[choice] {
      if case .message(let message) = node.content {
        try withhold(message, .outranked(message.campaign), node)
      }
      return .outranked(by: winner)
    }
    if case .withheld(let issued, let provider, let reason) = node.content {
      try withhold(issued, provider, reason, node)
      return .written
    }
    if let known = trigger.node(node.key, at: now) {
      return known.refusal.map { .refused($0) } ?? .replayed
    }
    if case .message(let message) = node.content, let closure = try closure(of: message) {
      try withhold(message, .offerClosed, node)
      return .offerClosed(closure)
    }
    let parent = node.parent.flatMap { trigger.node(plan.nodes[$0].key, at: now) }
    func remember(_ outcome: TriggerNode.Outcome) {
      trigger.nodes.append(
        TriggerNode(key: node.key, parent: parent?.key, campaign: node.campaign, outcome: outcome)
      )
    }
    let plannedAt = plan.plannedAt.milliseconds
    let limits = try kept(node.limits)
    let room = try room(for: limits, of: node, at: plannedAt)
    if case .none(let limit) = room {
      remember(.refused(limit, until: now.addingClamped(terms.refusalRetention)))
      try tell(node, refusedBy: limit, of: plan.trigger)
      if case .message(let message) = node.content {
        try withhold(message, .limitReached(message.campaign), node)
      }
      return .refused(limit)
    }
    try use(limits, at: plannedAt)
    switch node.content {
    case .issuance(var offer):
      if case .beyond(let excesses) = room { offer.overLimits = excesses }
      try issue(offer, limits)
      remember(.issued(offer.id))
    case .event(let name):
      try tell(node, raised: name, by: parent, of: plan.trigger)
      remember(.raised(name))
    case .message(let message):
      try queue(message, limits: limits)
      remember(.queued(message.provider))
    case .withheld: break
    }
    if case .beyond(let excesses) = room { return .writtenOver(excesses) }
    return .written
  }

  /// The closure of what a message would bring to the customer, or `nil`.
  private func closure(of message: OfferMessage) throws -> OfferClosure? {
    try message.issuedOffer.flatMap { try issued($0) }?.offer.closure
  }

  private func issue(_ offer: IssuedOffer, _ limits: [LimitUse]) throws {
    let row = IssuedRow(offer, of: try survivor(of: offer.customer), limits: limits)
    insert(row)
    try tell(row, .offer, from: nil, to: .issued)
    if !offer.overLimits.isEmpty { try tell(row, .limitUses, from: .held, to: .overLimit) }
    for event in try rows.events(awaiting: .issuedOffer(offer.id)) { try give(event, to: row.owner) }
    try fold(row.owner)
  }

  private func withhold(_ message: OfferMessage, _ reason: WithheldReason, _ node: PlanNode) throws {
    if let issued = message.issuedOffer { try withhold(issued, message.provider, reason, node) }
  }

  /// A reason replaces an earlier reason, and nothing that was sent.
  private func withhold(
    _ id: IssuedOffer.ID,
    _ provider: ProviderID,
    _ reason: WithheldReason,
    _ node: PlanNode
  ) throws {
    guard var row = try issued(id), case .notSent(let before) = row.offer.replica(at: provider)?.state,
      before != reason
    else { return }
    row.setReplica(at: provider, to: .notSent(reason))
    update(row)
    // One that is proven is not read as withheld.
    if case .notSent = row.replicaState(at: provider) {
      try tell(withheld: provider, of: row, reason, node)
    }
  }
}
