import Foundation

// Each step tells the trail what it changes, in the order in which it does.
extension LedgerState {
  /// Begins a step: what is told from now on goes back to it.
  mutating func begin(_ cause: TrailCause, at now: Int64) {
    trail.cause = cause
    trail.moment = now
  }

  /// Where a replica stands as it is read.
  @inline(__always)
  func replicaState(_ index: Int, of row: Int32) -> TrailState {
    let state = TrailState(issued[row].offer[replicaState: index])
    let isProven = issued[row].evidence >> index & 1 == 1
    return isProven && state != .recalled ? .accepted : state
  }

  /// Tells that a message moved, and its replica with it.
  mutating func tell(
    message row: Int32,
    from: TrailState?,
    _ move: ReplicaMove,
    because reason: String? = nil
  ) {
    let detail = reason.map { trail.detail(.reason($0)) } ?? nowhere
    trail.tell(
      .message,
      row,
      from: from,
      to: TrailState(messages[row].state),
      other: detail,
      extra: move.bits
    )
  }

  // The row of the copy it was applied to is looked up by its id, where it is not given.
  /// Puts down how an event stands, and tells it where it stood otherwise.
  mutating func match(_ row: Int32, _ match: RedemptionMatch, on copy: Int32? = nil) {
    let isNew = trail.received == row
    guard isNew || events[row].match != match else { return }
    let before = isNew ? nil : TrailState(events[row].match)
    events[row].match = match
    tell(event: row, from: before, on: copy)
  }

  /// Tells how an event stands that was received just now, unless a fold has.
  mutating func tellReceived() {
    if trail.received != nowhere { tell(event: trail.received, from: nil) }
  }

  private mutating func tell(event row: Int32, from: TrailState?, on copy: Int32? = nil) {
    if trail.received == row { trail.received = nowhere }
    let match = events[row].match
    guard let state = TrailState(match) else { return }
    if case .applied(let id) = match {
      trail.tell(.event, row, from: from, to: state, other: copy ?? issued.row(of: id) ?? nowhere)
    } else {
      let detail = trail.detail(.match(match))
      trail.tell(.event, row, from: from, to: state, other: detail, extra: 1)
    }
  }

  /// Takes over what proves an issued offer's replicas, and tells of those that stand otherwise for it.
  mutating func prove(_ row: Int32, by evidence: UInt64) {
    let changed = issued[row].evidence ^ evidence
    issued[row].evidence = evidence
    for index in 0..<min(64, issued[row].offer.replicaCount) where changed >> index & 1 == 1 {
      let after = replicaState(index, of: row)
      let state = TrailState(issued[row].offer[replicaState: index])
      let before = evidence >> index & 1 == 1 ? state : state == .recalled ? .recalled : .accepted
      if before != after { trail.tell(.replica, row, from: before, to: after, other: Int32(index)) }
    }
  }

  /// Tells that a replica is not sent, for another reason than before.
  mutating func tell(withheld index: Int, of row: Int32, _ reason: WithheldReason, _ node: PlanNode) {
    let detail = trail.detail(
      .withheld(Shared(.init(reason: reason, campaign: node.campaign, rule: node.rule)))
    )
    trail.tell(
      .replica,
      row,
      from: .notSent,
      to: .notSent,
      other: detail,
      extra: UInt8(truncatingIfNeeded: index + 1)
    )
  }

  /// Tells that a limit refused a step.
  mutating func tell(_ node: PlanNode, refusedBy limit: CampaignLimit, of trigger: TriggerRecord) {
    let detail = trail.detail(
      .refused(
        Shared(
          .init(
            trigger: trigger.id,
            customer: trigger.customer,
            key: node.key,
            campaign: node.campaign,
            rule: node.rule,
            limit: limit
          )
        )
      )
    )
    trail.tell(.step, nowhere, from: nil, to: .refused, other: detail)
  }

  /// Tells how an event was raised: the trigger's row, and its place among the nodes that were written.
  mutating func tellRaised(_ trigger: Int32, _ nodes: [TriggerRow.Node]) {
    trail.tell(.step, trigger, from: nil, to: .raised, other: Int32(nodes.count { $0.isWritten }))
  }
}
