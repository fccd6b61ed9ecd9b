import Foundation
package import OfferBridgeKit

extension LedgerStep {
  /// Lets a message that ended in vain be tried again.
  package func redrive(_ redrive: MessageRedrive) throws -> RedriveAnswer {
    guard var row = try message(redrive.message) else { return .unknownMessage }
    if let next = row.nextGeneration { return .superseded(by: next) }
    switch row.stage {
    case .waiting, .leased: return .alreadyOpen
    case .accepted, .confirmed, .withdrawn: return .refused(row.state)
    case .rejected, .buried: break
    }
    if try identity(of: row.owner).isForgotten { return .refused(row.state) }
    if try isProven(row) { return .refused(.accepted(nil)) }
    if let closure = try closure(of: row) { return .offerClosed(closure) }
    let before = TrailState(row.stage)
    row.redrives.append(
      RedriveRecord(
        redrivenAt: Date(milliseconds: now),
        mode: redrive.mode,
        reason: redrive.reason,
        attempts: row.attempts,
        state: row.state
      )
    )
    switch redrive.mode {
    case .sameKey:
      row.stage = .waiting
      row.due = now
      row.attempts = 0
      let move = try setReplica(of: row, to: .pending)
      try tell(row, from: before, move, because: redrive.reason)
      self.move(row.lane)
      return .redriven(redrive.message)
    case .newGeneration:
      let message = row.message.reissued(in: tenant, at: Date(milliseconds: now))
      row.nextGeneration = message.key
      update(row)
      try tell(row, from: before, .none, because: redrive.reason)
      try queue(message)
      return .redriven(message.key)
    }
  }
}
