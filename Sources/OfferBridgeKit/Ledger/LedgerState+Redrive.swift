import Foundation

extension LedgerState {
  /// Lets a message that ended in vain be tried again.
  package mutating func redrive(_ redrive: MessageRedrive, tenant: TenantID, now: Int64) -> RedriveAnswer {
    guard let row = messages.row(of: redrive.message) else { return .unknownMessage }
    let successor = messages[row].successor
    if successor != nowhere { return .superseded(by: messages[successor].message.key) }
    switch messages[row].state {
    case .waiting, .leased: return .alreadyOpen
    case .accepted, .confirmed, .withdrawn: return .refused(messages[row].told)
    case .rejected, .buried: break
    }
    if isProven(row) { return .refused(.accepted(nil)) }
    if isOfClosedOffer(row), let closure = issued[messages[row].issued].offer.closure {
      return .offerClosed(closure)
    }
    begin(.redrive, at: now)
    let before = TrailState(messages[row].state)
    messages[row].redrives.append(
      RedriveRecord(
        redrivenAt: Date(milliseconds: now),
        mode: redrive.mode,
        reason: redrive.reason,
        attempts: Int(messages[row].attempts),
        state: messages[row].told
      )
    )
    switch redrive.mode {
    case .sameKey:
      messages[row].state = .waiting
      messages[row].due = now
      messages[row].attempts = 0
      messages[row].stamp &+= 1
      let move = setReplica(of: row, to: .pending)
      tell(message: row, from: before, move, because: redrive.reason)
      enterLane(row)
      return .redriven(redrive.message)
    case .newGeneration:
      tell(message: row, from: before, .none, because: redrive.reason)
      let message = messages[row].message.reissued(in: tenant, at: Date(milliseconds: now))
      let next = queue(message, now: now)
      messages[row].successor = next
      return .redriven(message.key)
    }
  }
}
