import Foundation

/// One provider's queue.
///
/// Of a customer's messages only the earliest open one, the head, is in `waiting`.
struct Lane: Sendable {
  let provider: ProviderID
  var waiting = DueQueue()
  var leases = DueQueue()
  /// The first open message of each customer who has one, by the customer's row; it knows the last one.
  var heads = RowIndex()

  /// The earliest moment at which something is due or a lease runs out.
  var nextDue: Int64? {
    guard let due = waiting.first?.moment else { return leases.first?.moment }
    return leases.first.map { min(due, $0.moment) } ?? due
  }

  /// Takes out what is due first, of what waits or whose lease ran out.
  mutating func takeEarliest(by horizon: Int64) -> Int32? {
    let due = waiting.first.flatMap { $0.moment <= horizon ? $0 : nil }
    let lapsed = leases.first.flatMap { $0.moment <= horizon ? $0 : nil }
    guard let entry = due ?? lapsed else { return nil }
    if let lapsed, due.map({ !$0.isBefore(lapsed) }) ?? true {
      leases.removeFirst()
      return lapsed.row
    }
    waiting.removeFirst()
    return entry.row
  }

  /// Rows are counted up, so that a multiplication is enough of a hash.
  static func hash(_ customer: Int32) -> UInt32 {
    UInt32(truncatingIfNeeded: (UInt64(UInt32(bitPattern: customer)) &* 0x9E37_79B9_7F4A_7C15) >> 32)
  }
}

extension LedgerState {
  /// Commits a message: it waits in its lane, unless a redemption has proved already what it is for.
  @discardableResult
  mutating func queue(_ message: OfferMessage, _ uses: Few<KeptUse> = .none, now: Int64) -> Int32 {
    let owner = row(of: message.customer)
    let issuedRow = message.issuedOffer.flatMap { issued.row(of: $0) } ?? nowhere
    let row = append(
      MessageRow(
        message: message,
        customer: owner,
        issued: issuedRow,
        lane: lane(of: message.provider),
        uses: uses.all,
        state: .waiting,
        due: now
      )
    )
    if issuedRow != nowhere {
      let move = setReplica(of: row, to: .pending)
      let isProven = isProven(row)
      if isProven {
        messages[row].state = .confirmed
        messages[row].isInLane = false
      }
      tell(message: row, from: nil, move)
      if isProven { return row }
    } else {
      tell(message: row, from: nil, .none)
    }
    enterLane(row)
    return row
  }

  /// Puts a message among all, and among its customer's.
  mutating func append(_ message: consuming MessageRow) -> Int32 {
    let owner = message.customer
    message.message.envelope = envelopes.one(message.message.envelope)
    let row = messages.append(message)
    if customers[owner].lastMessage == nowhere {
      customers[owner].firstMessage = row
    } else {
      messages[customers[owner].lastMessage].nextOfCustomer = row
    }
    customers[owner].lastMessage = row
    return row
  }

  /// The number of a provider's lane, made when there is none.
  mutating func lane(of provider: ProviderID) -> Int32 {
    if let lane = lanes.firstIndex(where: { $0.provider == provider }) { return Int32(lane) }
    lanes.append(Lane(provider: provider))
    return Int32(lanes.count - 1)
  }

  /// The first of a customer's open messages in a lane, or `nil`.
  func head(of customer: Int32, in lane: Int32) -> Int32? {
    lanes[Int(lane)].heads.row(Lane.hash(customer)) { messages[$0].customer == customer }
  }

  private mutating func putAhead(_ row: Int32, of head: Int32?, tail: Int32) {
    let (lane, hash) = (Int(messages[row].lane), Lane.hash(messages[row].customer))
    if let head { lanes[lane].heads.remove(hash, head) }
    lanes[lane].heads.insert(hash, row)
    messages[row].tail = tail
  }

  /// Puts a message in its customer's lane, in the order of their commits, but never before one that is on its way.
  mutating func enterLane(_ row: Int32) {
    messages[row].isInLane = true
    messages[row].nextInLane = nowhere
    guard let head = head(of: messages[row].customer, in: messages[row].lane) else {
      putAhead(row, of: nil, tail: row)
      return putInQueue(row)
    }
    let tail = messages[head].tail
    if tail < row {
      messages[tail].nextInLane = row
      messages[head].tail = row
      return
    }
    // One that is to be sent after all, and older than others.
    if case .waiting = messages[head].state, row < head {
      messages[head].stamp &+= 1
      messages[row].nextInLane = head
      putAhead(row, of: head, tail: tail)
      return putInQueue(row)
    }
    var before = head
    var after = messages[head].nextInLane
    while after != nowhere, after < row {
      before = after
      after = messages[after].nextInLane
    }
    messages[before].nextInLane = row
    messages[row].nextInLane = after
    if after == nowhere { messages[head].tail = row }
  }

  func entry(of row: Int32, at moment: Int64) -> DueEntry {
    .init(moment: moment, row: row, stamp: messages[row].stamp)
  }

  mutating func putInQueue(_ row: Int32) {
    messages[row].stamp &+= 1
    lanes[Int(messages[row].lane)].waiting.insert(entry(of: row, at: messages[row].due))
  }

  /// Takes a settled head out, and lets the customer's next open message be the head.
  mutating func leaveLane(_ row: Int32) {
    messages[row].isInLane = false
    var next = messages[row].nextInLane
    while next != nowhere && messages[next].state.isFinal {
      messages[next].isInLane = false
      next = messages[next].nextInLane
    }
    if next == nowhere {
      lanes[Int(messages[row].lane)].heads.remove(Lane.hash(messages[row].customer), row)
    } else {
      putAhead(next, of: row, tail: messages[row].tail)
      putInQueue(next)
    }
  }
}
