import Foundation

struct MessageRow: Sendable {
  let message: OfferMessage
  let customer: Int32
  /// The issued offer's row, or nowhere.
  let issued: Int32
  let limits: [LimitUse]
  /// The order of commits, which breaks ties between equal moments.
  let sequence: Int64
  var state: State
  var due: Int64
  var attempts: Int32 = 0
  var fence: UInt64 = 0
  /// Changes with every state, so that older entries of the queues are void.
  var stamp: UInt32 = 0
  /// An attempt ended without an answer.
  var mayHaveArrived = false
  var isInLane = true
  var lastFailure: String?
  var nextInLane = nowhere
  var nextOfCustomer = nowhere

  enum State: Sendable {
    case waiting
    case leased(until: Int64)
    case accepted(ReplicaReference?)
    case rejected(String)
    case buried(String)
    /// A redemption proved that the external system has it.
    case confirmed

    var isFinal: Bool {
      switch self {
      case .waiting, .leased: false
      case .accepted, .rejected, .buried, .confirmed: true
      }
    }
  }

  var record: MessageRecord {
    let state: MessageState =
      switch state {
      case .waiting: .waiting(due: Date(milliseconds: due))
      case .leased(let until): .leased(until: Date(milliseconds: until))
      case .accepted(let reference): .accepted(reference)
      case .rejected(let reason): .rejected(reason: reason)
      case .buried(let reason): .buried(reason: reason)
      case .confirmed: .accepted(nil)
      }
    return MessageRecord(message: message, state: state, attempts: Int(attempts), lastFailure: lastFailure)
  }
}

/// One provider's queue.
///
/// Of a customer's messages only the earliest open one, the head, is in `waiting`.
struct Lane: Sendable {
  var waiting = DueHeap()
  var leases = DueHeap()
  /// The first and the last message of each customer who has an open one.
  var ends: [Int32: (head: Int32, tail: Int32)] = [:]
}

extension LedgerState {
  mutating func queue(_ message: OfferMessage, limits: [LimitUse], now: Int64) {
    let owner = row(of: message.customer)
    let issuedRow = message.issuedOffer.flatMap { issuedRows[$0] } ?? nowhere
    let row = messages.append(
      MessageRow(
        message: message,
        customer: owner,
        issued: issuedRow,
        limits: limits,
        sequence: Int64(messages.count),
        state: .waiting,
        due: now
      )
    )
    messageRows[message.key] = row
    if customers[owner].lastMessage == nowhere {
      customers[owner].firstMessage = row
    } else {
      messages[customers[owner].lastMessage].nextOfCustomer = row
    }
    customers[owner].lastMessage = row
    if issuedRow != nowhere {
      setReplica(of: row, to: .pending)
      if isProven(row) {
        messages[row].state = .confirmed
        messages[row].isInLane = false
        return
      }
    }
    enterLane(row)
  }

  /// Hands out what is due.
  package mutating func claim(_ query: ClaimQuery, now: Int64) -> ClaimAnswer {
    guard var lane = lanes.removeValue(forKey: query.provider) else {
      return ClaimAnswer(now: Date(milliseconds: now), claims: [], nextDue: nil)
    }
    defer { lanes[query.provider] = lane }
    let horizon = min(now, query.dueBy?.milliseconds ?? now)
    let until = now.addingClamped(query.lease.milliseconds)
    var claims: [Claim] = []
    while true {
      dropVoid(&lane.waiting)
      dropVoid(&lane.leases)
      guard claims.count < query.limit, let next = takeEarliest(of: &lane, by: horizon) else { break }
      if isProven(next) {
        // A redemption told what the worker that ended could not.
        lanes[query.provider] = lane
        confirm(next)
        lane = lanes.removeValue(forKey: query.provider) ?? Lane()
        continue
      }
      // The worker that held it ended without a word.
      if case .leased = messages[next].state { noteUnknown(next) }
      messages[next].fence += 1
      messages[next].attempts += 1
      messages[next].state = .leased(until: until)
      messages[next].stamp &+= 1
      let row = messages[next]
      lane.leases.insert(.init(moment: until, sequence: row.sequence, row: next, stamp: row.stamp))
      claims.append(
        Claim(
          message: row.message,
          lease: Lease(message: row.message.key, fence: row.fence, until: Date(milliseconds: until)),
          attempt: Int(row.attempts)
        )
      )
    }
    let nextDue = [lane.waiting.first?.moment, lane.leases.first?.moment].compactMap(\.self).min()
    return ClaimAnswer(
      now: Date(milliseconds: now),
      claims: claims,
      nextDue: nextDue.map(Date.init(milliseconds:))
    )
  }

  private func takeEarliest(of lane: inout Lane, by horizon: Int64) -> Int32? {
    let due = lane.waiting.first.flatMap { $0.moment <= horizon ? $0 : nil }
    let lapsed = lane.leases.first.flatMap { $0.moment <= horizon ? $0 : nil }
    switch (due, lapsed) {
    case (nil, nil): return nil
    case (let entry?, nil):
      lane.waiting.removeFirst()
      return entry.row
    case (nil, let entry?):
      lane.leases.removeFirst()
      return entry.row
    case (let entry?, let other?):
      if entry.isBefore(other) {
        lane.waiting.removeFirst()
        return entry.row
      }
      lane.leases.removeFirst()
      return other.row
    }
  }

  private func dropVoid(_ heap: inout DueHeap) {
    while let first = heap.first, messages[first.row].stamp != first.stamp { heap.removeFirst() }
  }

  /// Writes what came of one attempt, if its fence still holds.
  package mutating func settle(_ settlement: Settlement, now: Int64) -> SettleAnswer {
    guard let row = messageRows[settlement.lease.message],
      messages[row].fence == settlement.lease.fence
    else { return .lostLease }
    guard case .leased = messages[row].state else { return .alreadySettled }
    messages[row].stamp &+= 1
    switch settlement.outcome {
    case .accepted(let reference):
      finish(row, as: .accepted(reference), replica: .accepted(reference))
      learn(reference, of: row)
    case .rejected(let reason):
      messages[row].lastFailure = reason
      finish(row, as: .rejected(reason), replica: .rejected(reason: reason))
    case .buried(let reason, let isUnknown):
      messages[row].mayHaveArrived = messages[row].mayHaveArrived || isUnknown
      messages[row].lastFailure = reason
      finish(
        row,
        as: .buried(reason),
        replica: messages[row].mayHaveArrived ? .unknown : .rejected(reason: reason)
      )
    case .retry(let after, let failure, let isUnknown):
      messages[row].mayHaveArrived = messages[row].mayHaveArrived || isUnknown
      messages[row].lastFailure = failure
      setReplica(of: row, to: messages[row].mayHaveArrived ? .unknown : .pending)
      wait(row, until: now.addingClamped(after.milliseconds))
    case .released:
      noteUnknown(row)
      wait(row, until: messages[row].due)
    }
    return .settled
  }

  /// An attempt ended, and whether it arrived is not known.
  private mutating func noteUnknown(_ row: Int32) {
    messages[row].mayHaveArrived = true
    setReplica(of: row, to: .unknown)
  }

  private mutating func wait(_ row: Int32, until due: Int64) {
    messages[row].state = .waiting
    messages[row].due = due
    if isProven(row) { return confirm(row) }
    putInQueue(row)
  }

  private mutating func finish(_ row: Int32, as state: MessageRow.State, replica: Replica.State) {
    messages[row].state = state
    setReplica(of: row, to: replica)
    leaveLane(row)
  }

  /// Remembers the external system's name for a replica, and folds what waited for it.
  private mutating func learn(_ reference: ReplicaReference?, of row: Int32) {
    let issuedRow = messages[row].issued
    guard issuedRow != nowhere else { return }
    let owner = messages[row].customer
    if let reference {
      let key = ReferenceKey(provider: messages[row].message.provider, reference: reference)
      if references[key] == nil { references[key] = issuedRow }
      if !issued[issuedRow].references.contains(key) { issued[issuedRow].references.append(key) }
      for event in parked.take(reference: key) { attach(event, to: owner) }
    }
    fold(owner)
  }

  /// What deliveries said of a replica; one that was accepted stays so.
  private mutating func setReplica(of row: Int32, to state: Replica.State) {
    let issuedRow = messages[row].issued
    guard issuedRow != nowhere, let index = replicaIndex(of: row) else { return }
    if !issued[issuedRow].offer.replicas[index].isAccepted {
      issued[issuedRow].offer.replicas[index].state = state
    }
  }

  private func replicaIndex(of row: Int32) -> Int? {
    let provider = messages[row].message.provider
    return issued[messages[row].issued].offer.replicas.firstIndex { $0.provider == provider }
  }

  // MARK: Lanes

  /// Puts a message among its customer's in the order of their commits, but never before one that is on its way.
  private mutating func enterLane(_ row: Int32) {
    let provider = messages[row].message.provider
    let owner = messages[row].customer
    let sequence = messages[row].sequence
    messages[row].isInLane = true
    messages[row].nextInLane = nowhere
    guard let (head, tail) = lanes[provider]?.ends[owner] else {
      lanes[provider, default: Lane()].ends[owner] = (row, row)
      return putInQueue(row)
    }
    if messages[tail].sequence < sequence {
      messages[tail].nextInLane = row
      lanes[provider]?.ends[owner]?.tail = row
      return
    }
    // One that is to be sent after all, and older than others.
    if case .waiting = messages[head].state, sequence < messages[head].sequence {
      messages[head].stamp &+= 1
      messages[row].nextInLane = head
      lanes[provider]?.ends[owner]?.head = row
      return putInQueue(row)
    }
    var before = head
    var after = messages[head].nextInLane
    while after != nowhere, messages[after].sequence < sequence {
      before = after
      after = messages[after].nextInLane
    }
    messages[before].nextInLane = row
    messages[row].nextInLane = after
    if after == nowhere { lanes[provider]?.ends[owner]?.tail = row }
  }

  private mutating func putInQueue(_ row: Int32) {
    messages[row].stamp &+= 1
    let entry = DueHeap.Entry(
      moment: messages[row].due,
      sequence: messages[row].sequence,
      row: row,
      stamp: messages[row].stamp
    )
    lanes[messages[row].message.provider, default: Lane()].waiting.insert(entry)
  }

  /// Takes a settled head out, and lets the customer's next open message be the head.
  private mutating func leaveLane(_ row: Int32) {
    let provider = messages[row].message.provider
    messages[row].isInLane = false
    var next = messages[row].nextInLane
    while next != nowhere && messages[next].state.isFinal {
      messages[next].isInLane = false
      next = messages[next].nextInLane
    }
    if next == nowhere {
      lanes[provider]?.ends[messages[row].customer] = nil
    } else {
      lanes[provider]?.ends[messages[row].customer]?.head = next
      putInQueue(next)
    }
  }

  // MARK: Evidence

  private func isProven(_ row: Int32) -> Bool {
    let issuedRow = messages[row].issued
    guard issuedRow != nowhere, let index = replicaIndex(of: row) else { return false }
    return issued[issuedRow].evidence >> index & 1 == 1
  }

  private mutating func confirm(_ row: Int32) {
    let isHead = isHead(row)
    messages[row].state = .confirmed
    messages[row].stamp &+= 1
    // One further back stays in the chain, and is passed over when its turn comes.
    if isHead { leaveLane(row) }
  }

  /// Stops or resumes the attempts of an issued offer's messages when redemptions prove a replica, or no longer do.
  mutating func applyEvidence(to issuedRow: Int32) {
    var row = customers[issued[issuedRow].customer].firstMessage
    while row != nowhere {
      if messages[row].issued == issuedRow {
        switch (messages[row].state, isProven(row)) {
        case (.waiting, true):
          confirm(row)
        case (.confirmed, false):
          messages[row].state = .waiting
          if !messages[row].isInLane { enterLane(row) }
        default:
          break
        }
      }
      row = messages[row].nextOfCustomer
    }
  }

  private func isHead(_ row: Int32) -> Bool {
    lanes[messages[row].message.provider]?.ends[messages[row].customer]?.head == row
  }
}
