import Foundation
package import OfferBridgeKit

// Rows stay where they are, and so does what is counted: only what is personal in them changes.
extension LedgerStep {
  /// Takes out of everything what is personal of one customer, whichever of their ids is given.
  package func forget(_ customer: CustomerID) throws -> ForgetAnswer {
    let identity = try identity(of: customer)
    let owner = identity.survivor
    let ids = Set(identity.all)
    let triggers = try rows.triggers(of: ids)
    let redeemed = try rows.events(redeemedBy: ids)
    let isKnown =
      try identity != IdentityRow(customer) || !triggers.isEmpty || !redeemed.isEmpty || isTold(of: owner)
    guard isKnown else { return .unknownCustomer }
    let held = try messages(of: owner)
    if let until = held.compactMap(\.stage.untilColumn).max(), until > now {
      return .busy(until: Date(milliseconds: until))
    }
    let open = held.filter(\.stage.isOpen)
    for row in open { try end(row) }

    let mine = (offers: try issued(to: owner), messages: try messages(of: owner))
    let events = try rows.events(of: owner)
    let references = try rows.references(of: owner)
    var names = ForgottenNames(of: ids, chance: terms.salt)
    try eraseTrail(of: owner)
    try rename(identity, to: names.tombstone)
    try tellForgotten(as: names.tombstone)
    for trigger in triggers { try forget(trigger, &names) }
    try forgetCounters(of: mine.offers.map(\.limits) + mine.messages.map(\.limits), names)
    for row in mine.offers { try forget(row, references[row.offer.id] ?? [:], &names) }
    for row in mine.messages { try forget(row, &names) }
    for row in events { if let event = names.forgotten(row.event) { try rewrite(row, event) } }
    for row in redeemed where row.customer != owner {
      // Whom an issued offer was not for, it was not for afterwards either.
      let other = row.customer == nil ? nil : names.tombstone
      if let event = names.withoutRedeemer(row.event, but: other) { try rewrite(row, event) }
    }
    readAnew()
    return .forgotten(
      ForgottenCustomer(
        issuedOffers: mine.offers.count,
        messages: mine.messages.count,
        withdrawn: open.count,
        events: events.count,
        replicas: leftReplicas(of: mine.offers)
      )
    )
  }

  private func isTold(of owner: CustomerID) throws -> Bool {
    try !rows.entries(.customer(owner), after: 0, limit: 1).isEmpty
  }

  private func leftReplicas(of offers: [IssuedRow]) -> [ForgottenCustomer.LeftReplica] {
    offers.flatMap { row in
      row.current.replicas.filter(\.state.isLeftBehind).map {
        ForgottenCustomer.LeftReplica(issuedOffer: row.offer.id, replica: $0)
      }
    }
  }

  /// Keeps the commitments of a customer's entries, and the chain with them.
  private func eraseTrail(of owner: CustomerID) throws {
    try writeRows()
    try writeTrail()
    var after = 0
    while true {
      let entries = try rows.entries(.customer(owner), after: after, limit: 512)
      guard let last = entries.last else { return }
      for entry in entries where entry.personal != nil { try rows.rewrite(entry.erased) }
      after = last.sequence
    }
  }

  /// Puts a name in the place of all of a customer's ids: what was merged is apart again, and nobody's.
  private func rename(_ identity: IdentityRow, to tombstone: CustomerID) throws {
    try rows.give(allOf: identity.survivor, to: tombstone)
    var standing = try standingRow()
    let known = identity.formerIDs + (identity.isForgotten ? [identity.survivor] : [])
    for id in known { try rows.removeName(id) }
    try rows.write(nil, of: tombstone)
    standing.names += 1 - known.count
    write(standing)
  }

  private func forget(_ trigger: TriggerRow, _ names: inout ForgottenNames) throws {
    try rows.remove(trigger.record.id)
    let record = TriggerRecord(
      id: names.trigger(trigger.record.id),
      customer: names.tombstone,
      fingerprint: terms.salt()
    )
    try rows.write(
      TriggerRow(record: record, version: trigger.version, nodes: trigger.nodes, lapsesAt: trigger.lapsesAt)
    )
  }

  /// Every counter of a customer's was used by a row of theirs.
  private func forgetCounters(of uses: [StoredUses], _ names: ForgottenNames) throws {
    for counter in Set(try uses.flatMap { try $0.uses }.map(\.counter)) where names.has(counter) {
      try move(counter, to: counter.of(names.tombstone))
    }
  }

  private func forget(
    _ row: IssuedRow,
    _ references: [ProviderID: Set<ReplicaReference>],
    _ names: inout ForgottenNames
  ) throws {
    var row = row
    for (provider, references) in references {
      for reference in references {
        let name = names.reference(reference, at: provider)
        try rows.rename(reference, at: provider, of: row.offer.id, to: name)
      }
    }
    row.offer = names.forgotten(row.offer)
    row.limits = StoredUses(names.forgotten(try row.limits.uses))
    try rows.rewrite(row)
  }

  private func forget(_ row: MessageRow, _ names: inout ForgottenNames) throws {
    var row = row
    row.message = names.forgotten(row.message)
    row.limits = StoredUses(names.forgotten(try row.limits.uses))
    if row.lastFailure != nil { row.lastFailure = "" }
    row.redrives = row.redrives.map { names.forgotten($0) }
    switch row.stage {
    case .accepted(let reference?):
      row.stage = .accepted(names.reference(reference, at: row.message.provider))
    case .rejected: row.stage = .rejected("")
    case .buried: row.stage = .buried("")
    case .waiting, .leased, .accepted(nil), .confirmed, .withdrawn: break
    }
    try rows.rewrite(row)
    try rows.update(row)
  }

  private func rewrite(_ row: EventRow, _ event: ExternalEvent) throws {
    var row = row
    row.event = event
    row.isReworded = true
    try rows.rewrite(row)
  }
}

extension ForgottenNames {
  fileprivate func has(_ counter: LimitCounter) -> Bool {
    counter.customer.map { customers.contains($0) } ?? false
  }

  fileprivate func forgotten(_ uses: [LimitUse]) -> [LimitUse] {
    uses.map { has($0.counter) ? $0.of(tombstone) : $0 }
  }
}
