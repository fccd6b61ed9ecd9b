import Foundation
import OfferBridgeKit

// Each step tells what it changes, in the order in which it does.
extension LedgerStep {
  private func fact(_ subject: TrailSubject, from: TrailState?, to: TrailState) -> TrailFact {
    TrailFact(at: Date(milliseconds: now), cause: cause, subject: subject, from: from, to: to)
  }

  private func about(_ offer: IssuedOffer, _ fact: inout TrailFact) -> TrailPersonal {
    fact.issuedOffer = offer.id
    fact.offer = offer.offer
    fact.campaign = offer.campaign
    fact.rule = offer.rule
    var personal = TrailPersonal(salt: terms.salt(), customer: offer.customer)
    personal.trigger = offer.trigger
    return personal
  }

  /// Tells of an issued offer, its end in the external system, or its limit uses.
  func tell(
    _ row: IssuedRow,
    _ subject: TrailSubject,
    from: TrailState?,
    to: TrailState,
    because reason: String? = nil
  ) throws {
    var fact = fact(subject, from: from, to: to)
    var personal = about(row.offer, &fact)
    if to == .overLimit { fact.why = row.offer.overLimits.map(\.description).joined(separator: "; ") }
    personal.reason = reason
    try append(fact, personal, of: row.owner)
  }

  /// Tells that a replica is not sent, for another reason than before.
  func tell(
    withheld provider: ProviderID,
    of row: IssuedRow,
    _ reason: WithheldReason,
    _ node: PlanNode
  ) throws {
    var fact = fact(.replica, from: .notSent, to: .notSent)
    var personal = about(row.offer, &fact)
    fact.provider = provider
    fact.campaign = node.campaign
    fact.rule = node.rule
    fact.why = reason.word
    personal.reason = reason.description
    try append(fact, personal, of: row.owner)
  }

  /// Tells of the replicas that stand otherwise for what proves them now.
  func tell(proofsOf row: IssuedRow, before: [ProviderID]) throws {
    for replica in row.offer.replicas {
      let (was, isProven) = (before.contains(replica.provider), row.proven.contains(replica.provider))
      guard was != isProven else { continue }
      let unproven = TrailState(replica.state)
      let proven: TrailState = unproven == .recalled ? .recalled : .accepted
      guard proven != unproven else { continue }
      var fact = fact(.replica, from: was ? proven : unproven, to: was ? unproven : proven)
      let personal = about(row.offer, &fact)
      fact.provider = replica.provider
      try append(fact, personal, of: row.owner)
    }
  }

  /// Tells that a message moved, and its replica with it.
  func tell(
    _ row: MessageRow,
    from: TrailState?,
    _ move: ReplicaMove,
    because reason: String? = nil,
    reference: ReplicaReference? = nil
  ) throws {
    let message = row.message
    var fact = fact(.message, from: from, to: TrailState(row.stage))
    fact.message = message.key
    fact.issuedOffer = message.issuedOffer
    fact.campaign = message.campaign
    fact.rule = message.rule
    fact.provider = message.provider
    fact.name = message.variant
    if message.purpose == .recall { fact.why = message.purpose.rawValue }
    if move.from != move.to { (fact.replicaFrom, fact.replicaTo) = (move.from, move.to) }
    var personal = TrailPersonal(salt: terms.salt(), customer: message.customer)
    personal.trigger = message.trigger
    personal.reason = reason
    personal.reference = reference
    try append(fact, personal, of: row.owner)
  }

  /// Tells how an event stands.
  func tell(_ row: EventRow, from: TrailState?) throws {
    guard let state = TrailState(row.match) else { return }
    var fact = fact(.event, from: from, to: state)
    var personal = TrailPersonal(salt: terms.salt())
    row.event.tell(&fact, &personal)
    switch row.match {
    case .discrepant(let reasons, _): fact.why = reasons.map(\.rawValue).joined(separator: " ")
    case .parked(let reason): fact.why = reason.rawValue
    case .applied, .duplicate, .conflict: break
    }
    if let id = row.match.issuedOffer, let offer = try issued(id)?.offer {
      fact.issuedOffer = offer.id
      fact.offer = offer.offer
      personal.customer = offer.customer
    }
    try append(fact, personal, of: row.customer, about: row.event.id)
  }

  /// Tells that a customer was merged into another.
  func tell(_ customer: CustomerID, mergedInto survivor: CustomerID) throws {
    var personal = TrailPersonal(salt: terms.salt(), customer: survivor)
    personal.formerly = customer
    try append(fact(.customer, from: nil, to: .merged), personal, of: survivor)
  }

  /// Tells that somebody was forgotten, and nothing personal.
  func tellForgotten(as tombstone: CustomerID) throws {
    try append(fact(.customer, from: nil, to: .forgotten), nil, of: tombstone)
  }

  /// Tells that a limit refused a step.
  func tell(_ node: PlanNode, refusedBy limit: CampaignLimit, of trigger: TriggerRecord) throws {
    try tell(node, to: .refused, of: trigger) { $0.why = limit.description }
  }

  /// Tells that an event was raised, by what was issued or by an observer.
  func tell(_ node: PlanNode, raised name: String, by parent: TriggerNode?, of trigger: TriggerRecord) throws
  {
    try tell(node, to: .raised, of: trigger) { fact in
      fact.name = name
      if case .issued(let id) = parent?.outcome { fact.issuedOffer = id }
    }
  }

  private func tell(
    _ node: PlanNode,
    to state: TrailState,
    of trigger: TriggerRecord,
    _ details: (inout TrailFact) -> Void
  ) throws {
    var fact = fact(.step, from: nil, to: state)
    fact.step = node.key
    fact.campaign = node.campaign
    fact.rule = node.rule
    details(&fact)
    var personal = TrailPersonal(salt: terms.salt(), customer: trigger.customer)
    personal.trigger = trigger.id
    try append(fact, personal, of: survivor(of: trigger.customer))
  }
}

extension ExternalEvent {
  /// What it says by itself, whatever it is matched with.
  fileprivate func tell(_ fact: inout TrailFact, _ personal: inout TrailPersonal) {
    fact.provider = id.source
    personal.redemption = id.id
    switch content {
    case .redemption(let reference, let amount, _):
      fact.name = "redemption"
      fact.amount = amount
      personal.name(reference)
    case .reversal(_, let part):
      fact.name = "reversal"
      if case .amount(let amount) = part { fact.amount = amount }
    case .notice(let kind, let reference):
      fact.name = kind.rawValue
      personal.name(reference)
    }
  }
}

extension TrailPersonal {
  fileprivate mutating func name(_ reference: RedemptionReference) {
    switch reference {
    case .issuedOffer: break
    case .replica(let name): self.reference = name
    case .customer(let customer, _): self.customer = customer
    }
  }
}
