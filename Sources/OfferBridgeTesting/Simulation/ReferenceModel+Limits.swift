import OfferBridgeKit

// Counters are the lists of their uses.
extension ReferenceModel {
  /// Whether a limit lets another use pass.
  func hasRoom(for use: LimitUse, at moment: Int64) -> Bool {
    let (sum, isOver) = count(of: use.counter, in: use.limit.window, at: moment)
      .addingReportingOverflow(use.amount)
    return !isOver && sum <= use.limit.cap
  }

  /// How much counts at a moment: of a rolling window all that is younger than its length, what is yet to come too.
  func count(of counter: LimitCounter, in window: LimitWindow, at moment: Int64) -> Int64 {
    guard let known = counters[counter] else { return 0 }
    guard case .rolling(let length) = window else { return known.total }
    return known.sum(after: Self.later(moment, .milliseconds(-length.milliseconds)))
  }

  mutating func use(_ uses: [LimitUse], at moment: Int64) {
    for use in once(uses) {
      counters[use.counter, default: KnownCounter()].total &+= use.amount
      guard case .rolling = use.limit.window else { continue }
      counters[use.counter]?.add(.init(moment: moment, amount: use.amount))
    }
  }

  mutating func giveBack(_ uses: [LimitUse], usedAt moment: Int64) {
    for use in once(uses) {
      counters[use.counter]?.total &-= use.amount
      counters[use.counter]?.remove(.init(moment: moment, amount: use.amount))
    }
  }

  /// A counter that a node names twice is used once.
  private func once(_ uses: [LimitUse]) -> [LimitUse] {
    var counted: Set<LimitCounter> = []
    return uses.filter { counted.insert($0.counter).inserted }
  }
}
