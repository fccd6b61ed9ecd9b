package import OfferBridgeKit

extension LedgerStep {
  /// Writes what came of one attempt, if its fence still holds.
  package func settle(_ settlement: Settlement) throws -> SettleAnswer {
    let lease = settlement.lease
    guard var row = try message(lease.message), UInt64(row.fence) == lease.fence else { return .lostLease }
    guard case .leased = row.stage else { return .alreadySettled }
    switch settlement.outcome {
    case .accepted(let reference):
      row.stage = .accepted(reference)
      try finish(row, replica: .accepted(reference), reference: reference)
      try learn(reference, of: row)
    case .rejected(let reason):
      row.lastFailure = reason
      // The external system says that it does not have it.
      row.mayHaveArrived = false
      row.firstAttemptedAt = nil
      row.stage = .rejected(reason)
      try finish(row, replica: .rejected(reason: reason), because: reason)
    case .buried(let reason, let isUnknown):
      row.noteEnd(of: reason, isUnknown: isUnknown)
      row.stage = .buried(reason)
      try finish(row, replica: row.mayHaveArrived ? .unknown : .rejected(reason: reason), because: reason)
    case .retry(let after, let failure, let isUnknown):
      row.noteEnd(of: failure, isUnknown: isUnknown)
      row.due = now.addingClamped(after.wholeMilliseconds)
      let move = try setReplica(of: row, to: row.mayHaveArrived ? .unknown : .pending)
      try wait(row, move, because: failure)
    case .released(wasHanded: true):
      let move = try noteUnknown(&row)
      try wait(row, move)
    case .released(wasHanded: false):
      row.attempts -= 1
      if !row.mayHaveArrived { row.firstAttemptedAt = nil }
      try wait(row, .none)
    }
    return .settled
  }

  private func finish(
    _ row: MessageRow,
    replica: Replica.State,
    reference: ReplicaReference? = nil,
    because reason: String? = nil
  ) throws {
    let move = try setReplica(of: row, to: replica)
    try tell(row, from: .leased, move, because: reason, reference: reference)
    self.move(row.lane)
  }

  /// Remembers the external system's name for a replica, and folds what waited for it.
  private func learn(_ reference: ReplicaReference?, of row: MessageRow) throws {
    guard let issued = row.issuedOffer else { return }
    let (provider, customer) = (row.message.provider, row.owner)
    if let reference, row.message.purpose == .issue {
      try writeRows()
      try rows.insert(reference, at: provider, of: issued)
      for event in try rows.events(awaiting: .replica(reference, at: provider)) {
        try give(event, to: customer)
      }
    }
    try fold(customer)
  }
}

extension MessageRow {
  /// An attempt failed: where none may have arrived, the next one is the first again.
  fileprivate mutating func noteEnd(of failure: String, isUnknown: Bool) {
    mayHaveArrived = mayHaveArrived || isUnknown
    lastFailure = failure
    if !mayHaveArrived { firstAttemptedAt = nil }
  }
}
