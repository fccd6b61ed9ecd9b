import Foundation

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
  /// Commits a message: it waits in its lane, unless a redemption has proved already what it is for.
  @discardableResult
  mutating func queue(_ message: OfferMessage, limits: [LimitUse] = [], now: Int64) -> Int32 {
    let owner = row(of: message.customer)
    let issuedRow = message.issuedOffer.flatMap { issuedRows[$0] } ?? nowhere
    let row = append(
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
    if issuedRow != nowhere {
      setReplica(of: row, to: .pending)
      if isProven(row) {
        messages[row].state = .confirmed
        messages[row].isInLane = false
        return row
      }
    }
    enterLane(row)
    return row
  }

  /// Puts a message among all, and among its customer's.
  mutating func append(_ message: MessageRow) -> Int32 {
    let owner = message.customer
    let row = messages.append(message)
    messageRows[message.message.key] = row
    if customers[owner].lastMessage == nowhere {
      customers[owner].firstMessage = row
    } else {
      messages[customers[owner].lastMessage].nextOfCustomer = row
    }
    customers[owner].lastMessage = row
    return row
  }

  /// Puts a message in its customer's lane, in the order of their commits, but never before one that is on its way.
  mutating func enterLane(_ row: Int32) {
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

  func entry(of row: Int32, at moment: Int64) -> DueHeap.Entry {
    .init(moment: moment, sequence: messages[row].sequence, row: row, stamp: messages[row].stamp)
  }

  mutating func putInQueue(_ row: Int32) {
    messages[row].stamp &+= 1
    let entry = entry(of: row, at: messages[row].due)
    lanes[messages[row].message.provider, default: Lane()].waiting.insert(entry)
  }

  /// Takes a settled head out, and lets the customer's next open message be the head.
  mutating func leaveLane(_ row: Int32) {
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
}
