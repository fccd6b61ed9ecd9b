import Foundation

// What ends a message otherwise than its attempts do: evidence, and the closure of its issued offer.
extension LedgerState {
  /// Whether a redemption proved what the message is to bring about.
  func isProven(_ row: Int32) -> Bool {
    let issuedRow = messages[row].issued
    guard issuedRow != nowhere, issued[issuedRow].evidence != 0, messages[row].message.purpose == .issue,
      let index = replicaIndex(of: row)
    else { return false }
    return issued[issuedRow].evidence >> index & 1 == 1
  }

  /// Whether the message would bring to the customer what is closed.
  func isOfClosedOffer(_ row: Int32) -> Bool {
    let issuedRow = messages[row].issued
    return issuedRow != nowhere && issued[issuedRow].offer.isClosed && messages[row].message.purpose == .issue
  }

  /// Ends a message that is not to be attempted any more: it is proven, or its issued offer is closed.
  mutating func endOpen(_ row: Int32) {
    let before = TrailState(messages[row].state)
    var move = before == .leased ? noteUnknown(row) : .none
    let isHead = head(of: messages[row].customer, in: messages[row].lane) == row
    let isProven = isProven(row)
    messages[row].state = isProven ? .confirmed : .withdrawn
    messages[row].stamp &+= 1
    if !isProven { move = move.then(setReplica(of: row, to: .notSent(.offerClosed))) }
    tell(message: row, from: before, move)
    // One further back stays in the chain, and is passed over when its turn comes.
    if isHead { leaveLane(row) }
  }

  func forEachMessage(about issuedRow: Int32, _ body: (MessageRow) -> Void) {
    var row = customers[issued[issuedRow].customer].firstMessage
    while row != nowhere {
      if messages[row].issued == issuedRow { body(messages[row]) }
      row = messages[row].nextOfCustomer
    }
  }

  /// Ends or resumes the attempts of an issued offer's messages, as evidence and closure are now.
  mutating func reviewMessages(about issuedRow: Int32) {
    var row = customers[issued[issuedRow].customer].firstMessage
    while row != nowhere {
      if messages[row].issued == issuedRow {
        switch messages[row].state {
        case .waiting where isProven(row) || isOfClosedOffer(row):
          endOpen(row)
        case .confirmed where !isProven(row):
          let isToEnd = isOfClosedOffer(row)
          messages[row].state = isToEnd ? .withdrawn : .waiting
          let move = isToEnd ? setReplica(of: row, to: .notSent(.offerClosed)) : .none
          tell(message: row, from: .accepted, move)
          if !isToEnd && !messages[row].isInLane { enterLane(row) }
        default:
          break
        }
      }
      row = messages[row].nextOfCustomer
    }
  }
}
