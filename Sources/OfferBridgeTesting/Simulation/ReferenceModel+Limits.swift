import OfferBridgeKit

// Counters are the lists of their uses.
extension ReferenceModel {
  /// By how much a limit would be passed by another use, below 1 where there is room; `nil` when nobody could count it.
  func excess(of use: LimitUse, by owner: CustomerID, at moment: Int64) -> Int64? {
    let counter = KnownCounter.Name(use.counter, of: owner)
    let (sum, isOver) = count(of: counter, in: use.limit.window, at: moment)
      .addingReportingOverflow(use.amount)
    return isOver ? nil : sum - use.limit.cap
  }

  /// How much counts at a moment: of a rolling window all that is younger than its length, what is yet to come too.
  func count(of counter: KnownCounter.Name, in window: LimitWindow, at moment: Int64) -> Int64 {
    guard let known = counters[counter] else { return 0 }
    guard case .rolling(let length) = window else { return known.total }
    return known.sum(after: Self.later(moment, .milliseconds(-length.milliseconds)))
  }

  mutating func use(_ uses: [LimitUse], by owner: CustomerID, at moment: Int64) {
    for use in once(uses) {
      let counter = KnownCounter.Name(use.counter, of: owner)
      counters[counter, default: KnownCounter()].total &+= use.amount
      guard case .rolling = use.limit.window else { continue }
      counters[counter]?.add(.init(moment: moment, amount: use.amount))
    }
  }

  /// Gives back what an issuance took, or takes it again, when that changed.
  mutating func limits(of place: Int, changeFrom usedLimits: Bool) {
    let offer = offers[place]
    switch (usedLimits, offer.usesLimits) {
    case (true, false):
      giveBack(offer.limits, by: offer.owner, usedAt: offer.offer.issuedAt.milliseconds)
      retaken.remove(place)
    case (false, true):
      use(offer.limits, by: offer.owner, at: offer.offer.issuedAt.milliseconds)
      retaken.insert(place)
    case (true, true), (false, false): break
    }
  }

  /// How many counters stand above their limits for ever or for their calendar period; and how many rolling ones may.
  var countersAboveLimits: (certain: Int, rolling: Int) {
    var caps: [KnownCounter.Name: (cap: Int64, isRolling: Bool)] = [:]
    func look(at uses: [LimitUse], by owner: CustomerID) {
      for use in uses {
        let counter = KnownCounter.Name(use.counter, of: owner)
        let known = caps[counter]?.cap ?? 0
        let isRolling = if case .rolling = use.limit.window { true } else { false }
        caps[counter] = (max(known, use.limit.cap), isRolling)
      }
    }
    for offer in offers where offer.usesLimits { look(at: offer.limits, by: offer.owner) }
    for message in messages { look(at: message.limits, by: message.owner) }
    // What was honoured beyond a limit when it was issued is no news.
    var honoured: [KnownCounter.Name: Int64] = [:]
    for place in offers.indices where offers[place].usesLimits && !retaken.contains(place) {
      let above = offers[place].offer.overLimits.map(\.limit)
      for use in once(offers[place].limits)
      where offers[place].limits.contains(where: { $0.counter == use.counter && above.contains($0.limit) }) {
        honoured[.init(use.counter, of: offers[place].owner), default: 0] += use.amount
      }
    }
    let above = caps.filter { counter, limit in
      limit.isRolling || (counters[counter]?.total ?? 0) > limit.cap + (honoured[counter] ?? 0)
    }
    let rolling = above.count { $0.value.isRolling }
    return (above.count - rolling, rolling)
  }

  private mutating func giveBack(_ uses: [LimitUse], by owner: CustomerID, usedAt moment: Int64) {
    for use in once(uses) {
      let counter = KnownCounter.Name(use.counter, of: owner)
      counters[counter]?.total &-= use.amount
      counters[counter]?.remove(.init(moment: moment, amount: use.amount))
    }
  }

  /// A counter that a node names twice is used once.
  private func once(_ uses: [LimitUse]) -> [LimitUse] {
    var counted: Set<LimitCounter> = []
    return uses.filter { counted.insert($0.counter).inserted }
  }
}
