import OfferBridgeKit

extension LedgerStep {
  /// Makes a customer's counters the survivor's, and says so in the rows that used them.
  ///
  /// - Returns: The counters that both had.
  func joinCounters(
    of customer: CustomerID,
    with survivor: CustomerID,
    _ offers: [IssuedRow],
    _ messages: [MessageRow]
  ) throws -> Set<LimitCounter> {
    func isTheirs(_ use: LimitUse) -> Bool { use.counter.customer == customer }
    var joined: Set<LimitCounter> = []
    let uses = try (offers.map(\.limits) + messages.map(\.limits)).flatMap { try $0.uses }.filter(isTheirs)
    for counter in Set(uses.map(\.counter)) {
      let target = counter.of(survivor)
      if try move(counter, to: target) { joined.insert(target) }
    }
    for var row in offers where try row.limits.uses.contains(where: isTheirs) {
      row.limits = StoredUses(try row.limits.uses.map { isTheirs($0) ? $0.of(survivor) : $0 })
      try rows.rewrite(row)
    }
    for var row in messages where try row.limits.uses.contains(where: isTheirs) {
      row.limits = StoredUses(try row.limits.uses.map { isTheirs($0) ? $0.of(survivor) : $0 })
      try rows.rewrite(row)
    }
    return joined
  }

  /// Adds what one counter counted to another, or has it be that one, where there is none.
  ///
  /// - Returns: Whether the other was there.
  @discardableResult
  func move(_ counter: LimitCounter, to target: LimitCounter) throws -> Bool {
    guard let used = try rows.used(of: counter) else { return false }
    let before = try rows.used(of: target)
    if let before {
      let rolling = try rows.sum(of: counter, after: .min)
      let brought = try rows.brought(to: target).addingClamped(max(0, used)).addingClamped(rolling)
      try rows.write(before &+ used, of: target)
      try rows.write(brought: brought, to: target)
    } else {
      try rows.write(used, of: target)
      try rows.write(brought: rows.brought(to: counter), to: target)
    }
    try rows.removeCounter(counter, leavingUsesTo: target)
    return before != nil
  }

  /// Which of the counters stand above all that was allowed to those who used them.
  func exceeded(
    _ counters: Set<LimitCounter>,
    by owner: CustomerID,
    _ messages: [MessageRow]
  ) throws -> [MergedCustomer.ExceededLimit] {
    if counters.isEmpty { return [] }
    var widest: [LimitCounter: CampaignLimit] = [:]
    let held = try issued(to: owner).filter(\.offer.holdsLimitUses).map(\.limits)
    for use in try (held + messages.map(\.limits)).flatMap({ try $0.uses })
    where counters.contains(use.counter) {
      if let known = widest[use.counter], known.cap >= use.limit.cap { continue }
      widest[use.counter] = use.limit
    }
    return try widest.compactMap { counter, limit in
      let used = try count(of: counter, in: limit.window, at: now)
      return used > limit.cap ? .init(limit: limit, counter: counter, used: used) : nil
    }
    .sorted { $0.counter.isBefore($1.counter) }
  }
}

extension LimitCounter {
  /// By the bytes of its subject and its period; both are one customer's.
  fileprivate func isBefore(_ other: Self) -> Bool {
    let (mine, theirs) = (Array(subject.utf8), Array(other.subject.utf8))
    if mine != theirs { return mine.lexicographicallyPrecedes(theirs) }
    return period.utf8.lexicographicallyPrecedes(other.period.utf8)
  }
}
