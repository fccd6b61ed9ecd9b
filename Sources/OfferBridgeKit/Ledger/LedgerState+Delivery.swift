import Foundation

extension LedgerState {
  /// Hands out what is due.
  package mutating func claim(_ query: ClaimQuery, now: Int64) -> ClaimAnswer {
    guard let lane = lanes.firstIndex(where: { $0.provider == query.provider }) else {
      return ClaimAnswer(now: Date(milliseconds: now), claims: [], nextDue: nil)
    }
    begin(.claim, at: now)
    let horizon = min(now, query.dueBy?.milliseconds ?? now)
    let until = now.addingClamped(query.lease.milliseconds)
    var claims: [Claim] = []
    while true {
      dropVoid(lane, \.waiting)
      dropVoid(lane, \.leases)
      guard claims.count < query.limit, let next = lanes[lane].takeEarliest(by: horizon) else { break }
      if isProven(next) || isOfClosedOffer(next) {
        // A redemption told what the worker that ended could not, or there is nothing to be told any more.
        endOpen(next)
        continue
      }
      // The worker that held it ended without a word.
      let before = TrailState(messages[next].state)
      let move = before == .leased ? noteUnknown(next) : .none
      messages[next].fence += 1
      messages[next].attempts += 1
      let firstAttemptedAt = messages[next].firstAttemptedAt ?? now
      messages[next].firstAttemptedAt = firstAttemptedAt
      messages[next].state = .leased(until: until)
      tell(message: next, from: before, move)
      messages[next].stamp &+= 1
      lanes[lane].leases.insert(entry(of: next, at: until))
      let row = messages[next]
      claims.append(
        Claim(
          message: row.message,
          lease: Lease(message: row.message.key, fence: row.fence, until: Date(milliseconds: until)),
          attempt: Int(row.attempts),
          firstAttemptedAt: Date(milliseconds: firstAttemptedAt),
          openSince: row.openSince
        )
      )
    }
    let nextDue = lanes[lane].nextDue
    return ClaimAnswer(
      now: Date(milliseconds: now),
      claims: claims,
      nextDue: nextDue.map(Date.init(milliseconds:))
    )
  }

  @inline(__always)
  private mutating func dropVoid(_ lane: Int, _ queue: WritableKeyPath<Lane, DueQueue>) {
    while let first = lanes[lane][keyPath: queue].first, messages[first.row].stamp != first.stamp {
      lanes[lane][keyPath: queue].removeFirst()
    }
  }

  /// Prolongs a lease, if its fence still holds.
  package mutating func extend(_ lease: Lease, by length: Duration, now: Int64) -> ExtendAnswer {
    guard let row = messages.row(of: lease.message), messages[row].fence == lease.fence else {
      return .lostLease
    }
    guard case .leased(let before) = messages[row].state else { return .alreadySettled }
    let until = max(before, now.addingClamped(length.milliseconds))
    messages[row].state = .leased(until: until)
    messages[row].stamp &+= 1
    let entry = entry(of: row, at: until)
    lanes[Int(messages[row].lane)].leases.insert(entry)
    return .extended(Lease(message: lease.message, fence: lease.fence, until: Date(milliseconds: until)))
  }

  /// Writes what came of one attempt, if its fence still holds.
  package mutating func settle(_ settlement: Settlement, now: Int64) -> SettleAnswer {
    guard let row = messages.row(of: settlement.lease.message),
      messages[row].fence == settlement.lease.fence
    else { return .lostLease }
    guard case .leased = messages[row].state else { return .alreadySettled }
    begin(.settle, at: now)
    messages[row].stamp &+= 1
    switch settlement.outcome {
    case .accepted(let reference):
      finish(row, as: .accepted(reference), replica: .accepted(reference))
      learn(reference, of: row)
    case .rejected(let reason):
      messages[row].lastFailure = reason
      // The external system says that it does not have it.
      messages[row].mayHaveArrived = false
      noteNotThere(row)
      finish(row, as: .rejected(reason), replica: .rejected(reason: reason), because: reason)
    case .buried(let reason, let isUnknown):
      messages[row].mayHaveArrived = messages[row].mayHaveArrived || isUnknown
      messages[row].lastFailure = reason
      noteNotThere(row)
      finish(
        row,
        as: .buried(reason),
        replica: messages[row].mayHaveArrived ? .unknown : .rejected(reason: reason),
        because: reason
      )
    case .retry(let after, let failure, let isUnknown):
      messages[row].mayHaveArrived = messages[row].mayHaveArrived || isUnknown
      messages[row].lastFailure = failure
      noteNotThere(row)
      let move = setReplica(of: row, to: messages[row].mayHaveArrived ? .unknown : .pending)
      wait(row, until: now.addingClamped(after.milliseconds), move, because: failure)
    case .released(wasHanded: true):
      wait(row, until: messages[row].due, noteUnknown(row))
    case .released(wasHanded: false):
      messages[row].attempts -= 1
      noteNotThere(row)
      wait(row, until: messages[row].due, .none)
    }
    return .settled
  }

  /// An attempt ended, and whether it arrived is not known.
  mutating func noteUnknown(_ row: Int32) -> ReplicaMove {
    messages[row].mayHaveArrived = true
    return setReplica(of: row, to: .unknown)
  }

  /// An attempt ended and did not arrive: where none before it may have, the next one is the first again.
  private mutating func noteNotThere(_ row: Int32) {
    if !messages[row].mayHaveArrived { messages[row].firstAttemptedAt = nil }
  }

  mutating func wait(_ row: Int32, until due: Int64, _ move: ReplicaMove, because reason: String? = nil) {
    messages[row].state = .waiting
    messages[row].due = due
    tell(message: row, from: .leased, move, because: reason)
    if isProven(row) || isOfClosedOffer(row) { return endOpen(row) }
    let next = messages[row].nextInLane
    guard next != nowhere, next < row else { return putInQueue(row) }
    // An earlier one was redriven while this one was on its way.
    leaveLane(row)
    enterLane(row)
  }

  private mutating func finish(
    _ row: Int32,
    as state: MessageRow.State,
    replica: Replica.State,
    because reason: String? = nil
  ) {
    messages[row].state = state
    let move = setReplica(of: row, to: replica)
    tell(message: row, from: .leased, move, because: reason)
    leaveLane(row)
  }

  /// Remembers the external system's name for a replica, and folds what waited for it.
  private mutating func learn(_ reference: ReplicaReference?, of row: Int32) {
    let issuedRow = messages[row].issued
    guard issuedRow != nowhere else { return }
    let owner = messages[row].customer
    if let reference, messages[row].message.purpose == .issue {
      let key = ReferenceKey(provider: messages[row].message.provider, reference: reference)
      let hash = key.rowHash
      if references.row(of: key, hash) == nil {
        _ = references.append(ReferenceRow(name: key, issued: issuedRow), hash)
      }
      if !issued[issuedRow].references.contains(where: { $0 == key }) {
        issued[issuedRow].references.append(key)
      }
      for event in parked.take(reference: key) { attach(event, to: owner) }
    }
    fold(owner)
  }

  /// What deliveries say of a replica once one of its messages says this; one that was accepted stays so until it is
  /// recalled.
  mutating func setReplica(of row: Int32, to state: Replica.State) -> ReplicaMove {
    let issuedRow = messages[row].issued
    guard issuedRow != nowhere, let index = replicaIndex(of: row) else { return .none }
    let read = replicaState(index, of: issuedRow)
    setReplica(index, of: issuedRow, by: row, to: state)
    return ReplicaMove(from: read, to: replicaState(index, of: issuedRow))
  }

  private mutating func setReplica(_ index: Int, of issuedRow: Int32, by row: Int32, to state: Replica.State)
  {
    if messages[row].message.purpose == .recall {
      // Until it is known to be out, it is where it was.
      if case .accepted = state { issued[issuedRow].offer[replicaState: index] = .recalled }
      return
    }
    let before = issued[issuedRow].offer[replicaState: index]
    switch (before, state) {
    case (.accepted, _), (.recalled, _):
      break
    case (.unknown, .pending), (.unknown, .rejected), (.unknown, .notSent), (.pending, .rejected),
      (.pending, .notSent):
      issued[issuedRow].offer[replicaState: index] = othersSay(about: row) ?? state
    default:
      issued[issuedRow].offer[replicaState: index] = state
    }
  }

  /// What the messages that would bring a replica leave open about it, or `nil`.
  private func othersSay(about row: Int32) -> Replica.State? {
    let provider = messages[row].message.provider
    var (mayHaveArrived, isOpen) = (false, false)
    forEachMessage(about: messages[row].issued) { other in
      guard other.message.provider == provider, other.message.purpose == .issue else { return }
      mayHaveArrived = mayHaveArrived || other.mayHaveArrived
      isOpen = isOpen || !other.state.isFinal
    }
    return mayHaveArrived ? .unknown : isOpen ? .pending : nil
  }

  func replicaIndex(of row: Int32) -> Int? {
    issued[messages[row].issued].offer.replicaIndex(at: messages[row].message.provider)
  }
}
