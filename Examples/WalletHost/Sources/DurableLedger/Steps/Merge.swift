import Foundation
package import OfferBridgeKit

// Content keeps the id that it was written under; whose a row is, is told by its column alone.
extension LedgerStep {
  /// Makes one customer of two, whether or not the ledger knows either of them yet.
  package func merge(_ customer: CustomerID, into other: CustomerID) throws -> MergeAnswer {
    for id in [customer, other] where try identity(of: id).isForgotten { return .forgotten(id) }
    let former = try survivor(of: customer)
    if former != customer { return .alreadyMerged(into: former) }
    let survivor = try survivor(of: other)
    if survivor == customer { return .circle(survivor: customer) }
    let lanes = try sharedLanes(customer, survivor)
    if let until = lanes.compactMap({ $0.inTwoHands(at: now) }).max() {
      return .busy(until: Date(milliseconds: until))
    }
    // Where one lease has run out, nobody may hold its message any more.
    for lane in lanes { try release(lane.endsFirst) }
    try tell(customer, mergedInto: survivor)

    let mine = (offers: try issued(to: customer), messages: try messages(of: customer))
    let events = try rows.events(of: customer).count
    try writeRows()
    try writeTrail()
    try rows.give(allOf: customer, to: survivor)
    try rows.write(survivor, of: customer)
    var standing = try standingRow()
    standing.names += 1
    write(standing)
    let joined = try joinCounters(of: customer, with: survivor, mine.offers, mine.messages)
    readAnew()

    let messages = try messages(of: survivor)
    for row in messages where row.stage.isOpen { move(row.lane) }
    let exceeded = try exceeded(joined, by: survivor, messages)
    try fold(survivor)
    return .merged(
      MergedCustomer(
        survivor: survivor,
        issuedOffers: mine.offers.count,
        messages: mine.messages.count,
        events: events,
        exceeded: exceeded
      )
    )
  }

  /// The lanes in which messages of both are leased, in the order of their providers' names.
  private func sharedLanes(_ customer: CustomerID, _ survivor: CustomerID) throws -> [SharedLane] {
    let theirs = try messages(of: survivor)
    return try messages(of: customer).compactMap { mine in
      guard let until = mine.stage.untilColumn,
        let other = theirs.first(where: {
          $0.message.provider == mine.message.provider && $0.stage.untilColumn != nil
        }), let otherUntil = other.stage.untilColumn
      else { return nil }
      return SharedLane(mine: mine, until: until, theirs: other, theirUntil: otherUntil)
    }
    .sorted { $0.mine.message.provider < $1.mine.message.provider }
  }

  /// Lets a message wait whose worker ended without a word, due as it was.
  private func release(_ row: MessageRow) throws {
    var row = row
    let move = try noteUnknown(&row)
    try wait(row, move)
  }
}

/// A provider's messages of two customers, one of each leased.
private struct SharedLane {
  let mine: MessageRow
  let until: Int64
  let theirs: MessageRow
  let theirUntil: Int64

  /// Until when both leases run, or `nil` where one has run out.
  func inTwoHands(at now: Int64) -> Int64? {
    until > now && theirUntil > now ? min(until, theirUntil) : nil
  }

  var endsFirst: MessageRow { until <= theirUntil ? mine : theirs }
}
