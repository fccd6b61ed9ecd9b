import OfferBridgeKit

// How a message gets into its lane, and what ends it otherwise than its attempts do: a proof, and the closure of its
// issued offer.
extension LedgerStep {
  /// Commits a message: it waits in its lane, unless a redemption has proved already what it is for.
  func queue(_ message: OfferMessage, limits: [LimitUse] = []) throws {
    let about = try message.issuedOffer.flatMap { try issued($0)?.offer.id }
    let owner = try survivor(of: message.customer)
    var row = MessageRow(
      message,
      of: owner,
      about: about,
      limits: StoredUses(limits),
      stage: .waiting,
      due: now
    )
    insert(row)
    let move = try setReplica(of: row, to: .pending)
    if try isProven(row) {
      row.stage = .confirmed
      update(row)
    }
    try tell(row, from: nil, move)
  }

  /// Whether a redemption proved what a message is to bring about.
  func isProven(_ row: MessageRow) throws -> Bool {
    guard row.message.purpose == .issue, let id = row.issuedOffer else { return false }
    return try issued(id)?.proven.contains(row.message.provider) ?? false
  }

  /// The closure of what a message would bring to the customer, or `nil`.
  func closure(of row: MessageRow) throws -> OfferClosure? {
    guard row.message.purpose == .issue, let id = row.issuedOffer else { return nil }
    return try issued(id)?.offer.closure
  }

  func isToEnd(_ row: MessageRow) throws -> Bool {
    try isProven(row) || closure(of: row) != nil
  }

  /// Ends a message that is not to be attempted any more: it is proven, or its issued offer is closed.
  func end(_ row: MessageRow) throws {
    var row = row
    let before = TrailState(row.stage)
    var move = before == .leased ? try noteUnknown(&row) : .none
    let isProven = try isProven(row)
    row.stage = isProven ? .confirmed : .withdrawn
    update(row)
    if !isProven { move = move.then(try setReplica(of: row, to: .notSent(.offerClosed))) }
    try tell(row, from: before, move)
    self.move(row.lane)
  }

  /// Lets a message wait whose attempt ended without an end.
  func wait(_ row: MessageRow, _ move: ReplicaMove, because reason: String? = nil) throws {
    var row = row
    row.stage = .waiting
    update(row)
    try tell(row, from: .leased, move, because: reason)
    if try isToEnd(row) { try end(row) }
    self.move(row.lane)
  }

  /// Ends or resumes the attempts of an issued offer's messages, as proofs and closure are now.
  func reviewMessages(about issued: IssuedOffer.ID) throws {
    for var row in try messages(about: issued) {
      switch row.stage {
      case .waiting:
        if try isToEnd(row) { try end(row) }
      case .confirmed:
        // Nothing blank is ever sent.
        if try isProven(row) || identity(of: row.owner).isForgotten { continue }
        let isToEnd = try isToEnd(row)
        row.stage = isToEnd ? .withdrawn : .waiting
        update(row)
        let move = isToEnd ? try setReplica(of: row, to: .notSent(.offerClosed)) : .none
        try tell(row, from: .accepted, move)
        self.move(row.lane)
      case .leased, .accepted, .rejected, .buried, .withdrawn: continue
      }
    }
  }
}
