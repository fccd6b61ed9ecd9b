import OfferBridgeKit

extension LedgerStep {
  /// The first limit that another use would break.
  func refusingLimit(_ uses: [LimitUse], at moment: Int64) throws -> CampaignLimit? {
    for use in uses {
      let limit = use.limit
      let (sum, isOver) = try count(of: use.counter, in: limit.window, at: moment)
        .addingReportingOverflow(use.amount)
      if isOver || sum > limit.cap { return limit }
    }
    return nil
  }

  /// How much of a counter counts at a moment; of a rolling window what is yet to come, too.
  func count(of counter: LimitCounter, in window: LimitWindow, at moment: Int64) throws -> Int64 {
    guard case .rolling(let length) = window else { return try used(of: counter) ?? 0 }
    return try rows.sum(of: counter, after: moment.addingClamped(-length.wholeMilliseconds))
  }

  private func used(of counter: LimitCounter) throws -> Int64? {
    if let known = counters[counter] { return known }
    return try rows.used(of: counter)
  }

  /// Takes what a node takes; a counter that it names twice is used once, by the first amount.
  func use(_ uses: [LimitUse], at moment: Int64) throws {
    for use in uses.eachCounterOnce {
      guard case .rolling(let length) = use.limit.window else {
        counters[use.counter] = try (used(of: use.counter) ?? 0) &+ use.amount
        continue
      }
      if try rows.used(of: use.counter) == nil { try rows.write(0, of: use.counter) }
      try rows.insert(use.amount, at: moment, of: use.counter)
      // A plan that is older than this one may still come and look further back.
      let oldest = moment.addingClamped(-length.wholeMilliseconds)
        .addingClamped(-JourneyPlan.longestAge.wholeMilliseconds)
      try rows.removeUses(of: use.counter, through: oldest)
    }
  }

  /// Gives back what an issuance took from limits, or takes it again, whatever the limits: the external system has the
  /// last word.
  func limitUses(of row: inout IssuedRow, become isHeld: Bool) throws {
    try tell(row.offer, .limitUses, from: isHeld ? .givenBack : .held, to: isHeld ? .held : .givenBack)
    let moment = row.offer.issuedAt.milliseconds
    if isHeld { try use(row.limits, at: moment) } else { try giveBack(row.limits, usedAt: moment) }
    row.isRetaken = isHeld
  }

  private func giveBack(_ uses: [LimitUse], usedAt moment: Int64) throws {
    for use in uses.eachCounterOnce {
      if case .rolling = use.limit.window {
        try rows.remove(use.amount, at: moment, of: use.counter)
      } else {
        counters[use.counter] = try (used(of: use.counter) ?? 0) &- use.amount
      }
    }
  }
}

extension [LimitUse] {
  /// The uses without those of a counter that an earlier one names.
  var eachCounterOnce: [LimitUse] {
    if count < 2 { return self }
    var seen: Set<LimitCounter> = []
    return filter { seen.insert($0.counter).inserted }
  }
}
