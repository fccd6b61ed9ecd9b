import Foundation

extension LedgerState {
  /// Writes a plan, node by node, as ``JourneyPlan`` says.
  package mutating func commit(_ plan: JourneyPlan, now: Int64) -> CommitAnswer {
    let hash = plan.trigger.id.rowHash
    let row = triggers.row(of: plan.trigger.id, hash)
    let known = row.map { triggers[$0] }
    if let known, known.record != plan.trigger {
      // Under another id of one customer it may be the same: whoever reads again is told.
      let ids = (known.record.customer, plan.trigger.customer)
      return ids.0 != ids.1 && areOne(ids.0, ids.1) ? .stale : .conflict
    }
    guard (known?.version ?? 0) == plan.triggerVersion, isStill(plan.survivor, of: plan.trigger.customer),
      now - plan.plannedAt.milliseconds <= JourneyPlan.longestAge.milliseconds
    else { return .stale }
    if known == nil && wasForgotten(plan) { return .conflict }

    begin(.commit, at: now)
    var trigger = known ?? TriggerRow(record: plan.trigger)
    let place = row ?? triggers.nextRow
    let before = trigger.nodes.count
    let at = plan.plannedAt.milliseconds
    // As many as there may be, those that are withheld among them, for they stay; a replay adds few or none.
    if known == nil { trigger.nodes.reserveCapacity(plan.nodes.count) }
    var answers: [NodeAnswer] = []
    answers.reserveCapacity(plan.nodes.count)
    var taken: [Int: Int] = [:]
    for (index, node) in plan.nodes.enumerated() {
      let answer = write(
        node,
        of: plan,
        in: &trigger,
        place,
        answers: answers,
        taken: taken,
        at: at,
        now: now
      )
      if let choice = node.choice, answer.stands { taken[choice] = index }
      answers.append(answer)
    }
    // A trigger that wrote nothing is remembered for its fingerprint.
    if known == nil || trigger.nodes.count > before {
      trigger.version += 1
      if trigger.nodes.isEmpty || trigger.nodes[before...].contains(where: { !$0.isWritten }) {
        trigger.lapsesAt = now.addingClamped(refusalRetention)
        lapsing.append(Lapse(moment: trigger.lapsesAt, trigger: plan.trigger.id))
      }
      if let row { triggers[row] = trigger } else { _ = triggers.append(trigger, hash) }
    }
    forget(by: now)
    return .committed(answers)
  }

  /// Whether the plan's customer goes by the id that they went by when it was made.
  private func isStill(_ survivor: CustomerID?, of customer: CustomerID) -> Bool {
    guard survivor != nil || !merged.isEmpty else { return true }
    return self.survivor(of: customer) == survivor ?? customer
  }

  /// Forgets some of what has lapsed: a little more than one commit can add, so that it never piles up.
  private mutating func forget(by now: Int64) {
    for _ in 0..<2 {
      guard let lapse = lapsing.first, lapse.moment <= now else { return }
      lapsing.removeFirst()
      guard let row = triggers.row(of: lapse.trigger) else { continue }
      triggers[row].forgetLapsed(at: now)
      if triggers[row].nodes.isEmpty && triggers[row].lapsesAt <= now {
        triggers.remove(row, leaving: .nothing)
      }
    }
  }

  private mutating func write(
    _ node: PlanNode,
    of plan: JourneyPlan,
    in trigger: inout TriggerRow,
    _ triggerRow: Int32,
    answers: [NodeAnswer],
    taken: [Int: Int],
    at: Int64,
    now: Int64
  ) -> NodeAnswer {
    if let parent = node.parent, !answers[parent].stands { return .parentNotWritten }
    if let choice = node.choice, let winner = taken[choice] {
      if case .message(let message) = node.content { withhold(message, .outranked(message.campaign), node) }
      return .outranked(by: winner)
    }
    if case .withheld(let issued, let provider, let reason) = node.content {
      withhold(issued, provider, reason, node)
      return .written
    }
    if let place = place(of: node.key, in: trigger, at: now) {
      return trigger.nodes[place].refusal.map { .refused($0) } ?? .replayed
    }
    if case .message(let message) = node.content, let closure = closure(of: message) {
      withhold(message, .offerClosed, node)
      return .offerClosed(closure)
    }
    let parent = node.parent.map { plan.nodes[$0].key }
    let room = room(for: node.limits, ofIssuance: node.isIssuance, at: at)
    if case .none(let limit) = room {
      let outcome = TriggerRow.KeptStep.Outcome.refused(limit, until: now.addingClamped(refusalRetention))
      remember(outcome, of: node.key, node.campaign, node.rule, parent: parent, in: &trigger)
      tell(node, refusedBy: limit, of: plan.trigger)
      if case .message(let message) = node.content {
        withhold(message, .limitReached(message.campaign), node)
      }
      return .refused(limit)
    }
    let uses = keep(node.limits)
    use(uses, at: at)
    let outcome: TriggerRow.KeptStep.Outcome
    switch node.content {
    case .issuance(var offer):
      if case .beyond(let excesses) = room { offer.overLimits = excesses }
      outcome = .issued(issue(offer, uses))
    case .event(let name):
      outcome = .raised(name)
      tellRaised(triggerRow, trigger.nodes)
    case .message(let message): outcome = .queued(queue(message, uses, now: now))
    case .withheld: return .written
    }
    remember(outcome, of: node.key, node.campaign, node.rule, parent: parent, in: &trigger)
    if case .beyond(let excesses) = room { return .writtenOver(excesses) }
    return .written
  }

  /// The closure of what a message would bring to the customer, or `nil`.
  private func closure(of message: OfferMessage) -> OfferClosure? {
    message.issuedOffer.flatMap { issued.row(of: $0) }.flatMap { issued[$0].offer.closure }
  }

  private mutating func issue(_ offer: IssuedOffer, _ uses: Few<KeptUse>) -> Int32 {
    let owner = row(of: offer.customer)
    let row = append(IssuedRow(offer: offer, uses: uses, customer: owner))
    trail.tell(.offer, row, from: nil, to: .issued)
    if !offer.overLimits.isEmpty { trail.tell(.limitUses, row, from: .held, to: .overLimit) }
    for event in parked.take(issuedOffer: offer.id) { attach(event, to: owner) }
    fold(owner)
    return row
  }

  /// Puts an issued offer among all, and among its customer's.
  mutating func append(_ issuedRow: consuming IssuedRow) -> Int32 {
    let owner = issuedRow.customer
    issuedRow.offer.terms = terms.one(issuedRow.offer.terms)
    let row = issued.append(issuedRow)
    if customers[owner].lastIssued == nowhere {
      customers[owner].firstIssued = row
    } else {
      issued[customers[owner].lastIssued].next = row
    }
    customers[owner].lastIssued = row
    return row
  }

  private mutating func withhold(_ message: OfferMessage, _ reason: WithheldReason, _ node: PlanNode) {
    if let issued = message.issuedOffer { withhold(issued, message.provider, reason, node) }
  }

  /// A reason replaces an earlier reason, and nothing that was sent.
  private mutating func withhold(
    _ offer: IssuedOffer.ID,
    _ provider: ProviderID,
    _ reason: WithheldReason,
    _ node: PlanNode
  ) {
    guard let row = issued.row(of: offer),
      let index = issued[row].offer.replicaIndex(at: provider),
      case .notSent(let before) = issued[row].offer[replicaState: index], before != reason
    else { return }
    issued[row].offer[replicaState: index] = .notSent(reason)
    // One that is proven is not read as withheld.
    if replicaState(index, of: row) == .notSent { tell(withheld: index, of: row, reason, node) }
  }
}
