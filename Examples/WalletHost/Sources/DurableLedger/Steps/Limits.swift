import OfferBridgeKit

/// Whether limits have room for what a node takes.
enum Room {
  case enough
  /// The first limit that refuses it.
  case none(CampaignLimit)
  /// Limits have no room, and honour it.
  case beyond([LimitExcess])
}

extension LedgerStep {
  /// Whether limits have room for what a node takes from them; only an issuance is honoured beyond one.
  func room(for limits: [LimitUse], of node: PlanNode, at moment: Int64) throws -> Room {
    let isIssuance = if case .issuance = node.content { true } else { false }
    var excesses: [LimitExcess] = []
    for use in limits {
      let limit = use.limit
      let (sum, isOver) = try count(of: use.counter, in: limit.window, at: moment)
        .addingReportingOverflow(use.amount)
      if !isOver && sum <= limit.cap { continue }
      guard isIssuance, !isOver, limit.policy == .honourAndFlag else { return .none(limit) }
      excesses.append(LimitExcess(limit, amount: sum - limit.cap))
    }
    return excesses.isEmpty ? .enough : .beyond(excesses)
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
    let held: TrailState = row.offer.overLimits.isEmpty ? .held : .overLimit
    try tell(row, .limitUses, from: isHeld ? .givenBack : held, to: isHeld ? held : .givenBack)
    let moment = row.offer.issuedAt.milliseconds
    let uses = try row.limits.uses
    if isHeld { try use(uses, at: moment) } else { try giveBack(uses, usedAt: moment) }
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
