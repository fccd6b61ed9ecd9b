import Foundation
package import OfferBridgeKit

extension LedgerStep {
  /// Hands out what is due.
  package func claim(_ query: ClaimQuery) throws -> ClaimAnswer {
    let until = now.addingClamped(query.lease.wholeMilliseconds)
    let horizon = min(now, query.dueBy?.milliseconds ?? now)
    var claims: [Claim] = []
    while claims.count < query.limit, let more = try claimSome(query, until: until, horizon, after: claims) {
      claims += more
    }
    try writeRows()
    return ClaimAnswer(
      now: Date(milliseconds: now),
      claims: claims,
      nextDue: try rows.nextTurn(at: query.provider).map { Date(milliseconds: $0) }
    )
  }

  /// Hands out what has the turn now, up to a message that ends instead and so lets another one have it; `nil` when
  /// there is none any more.
  private func claimSome(
    _ query: ClaimQuery,
    until: Int64,
    _ horizon: Int64,
    after earlier: [Claim]
  ) throws -> [Claim]? {
    try writeRows()
    let limit = query.limit - earlier.count
    let turns = met(try rows.turns(at: query.provider, by: horizon, limit: limit))
    var claims: [Claim] = []
    for row in turns {
      // Under a lease that is over at once it is due again, for the next call.
      if earlier.contains(where: { $0.lease.message == row.message.key }) { continue }
      // What waits was ended when it was proven or closed; only who held it could not be told.
      if row.stage != .waiting, try isToEnd(row) {
        try end(row)
        return claims
      }
      claims.append(try lease(row, until: until))
    }
    return claims.isEmpty ? nil : claims
  }

  private func lease(_ row: MessageRow, until: Int64) throws -> Claim {
    var row = row
    let before = TrailState(row.stage)
    // The worker that held it ended without a word.
    let move = before == .leased ? try noteUnknown(&row) : .none
    let firstAttemptedAt = row.firstAttemptedAt ?? now
    row.fence += 1
    row.attempts += 1
    row.firstAttemptedAt = firstAttemptedAt
    row.stage = .leased(until: until)
    update(row)
    try tell(row, from: before, move)
    return Claim(
      message: row.message,
      lease: Lease(
        message: row.message.key,
        fence: UInt64(row.fence),
        until: Date(milliseconds: until)
      ),
      attempt: row.attempts,
      firstAttemptedAt: Date(milliseconds: firstAttemptedAt),
      openSince: row.openSince
    )
  }

  /// Prolongs a lease, if its fence still holds.
  package func extend(_ lease: Lease, by length: Duration) throws -> ExtendAnswer {
    guard var row = try message(lease.message), UInt64(row.fence) == lease.fence else { return .lostLease }
    guard case .leased(let before) = row.stage else { return .alreadySettled }
    let until = max(before, now.addingClamped(length.wholeMilliseconds))
    row.stage = .leased(until: until)
    update(row)
    return .extended(Lease(message: lease.message, fence: lease.fence, until: Date(milliseconds: until)))
  }
}
