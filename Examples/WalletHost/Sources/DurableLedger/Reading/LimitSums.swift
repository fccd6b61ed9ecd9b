import OfferBridgeKit

/// What the live issuances and the messages took from limits, summed anew.
struct LimitSums {
  private struct Sum {
    var total: Int64 = 0
    let window: LimitWindow
    var cap: Int64
    // How much of it may stand above the limit.
    var retaken: Int64 = 0
    var honoured: Int64 = 0
  }

  let now: Int64
  private var sums: [LimitCounter: Sum] = [:]

  init(now: Int64) { self.now = now }

  mutating func take(_ row: IssuedRow) throws {
    guard row.offer.holdsLimitUses else { return }
    take(
      try row.limits.uses,
      at: row.offer.issuedAt.milliseconds,
      isRetaken: row.isRetaken,
      beyond: row.offer.overLimits.map(\.limit)
    )
  }

  mutating func take(_ row: MessageRow) throws {
    take(try row.limits.uses, at: row.message.createdAt.milliseconds)
  }

  private mutating func take(
    _ uses: [LimitUse],
    at moment: Int64,
    isRetaken: Bool = false,
    beyond: [CampaignLimit] = []
  ) {
    for use in uses.eachCounterOnce {
      let limit = use.limit
      var sum = sums[use.counter] ?? Sum(window: limit.window, cap: limit.cap)
      sum.cap = max(sum.cap, limit.cap)
      if isRetaken {
        sum.retaken = sum.retaken.addingClamped(use.amount)
      } else if uses.contains(where: { $0.counter == use.counter && beyond.contains($0.limit) }) {
        // A counter that is named twice is used once, and may be above either cap.
        sum.honoured = sum.honoured.addingClamped(use.amount)
      }
      if sum.window.counts(moment, at: now) { sum.total &+= use.amount }
      sums[use.counter] = sum
    }
  }

  /// Compares a counter that is kept with what was taken from it, and strikes it off.
  mutating func compare<Rows: LedgerRows>(
    _ counter: LimitCounter,
    _ used: Int64,
    _ brought: Int64,
    _ rows: Rows,
    into audit: inout LedgerAudit
  ) throws {
    guard let sum = sums.removeValue(forKey: counter) else {
      let rolling = try rows.sum(of: counter, after: .min)
      // Of a rolling window, what is kept was given back when no use is left.
      if used != 0 || rolling != 0 {
        audit.imbalances.append("Limit \(counter.subject): \(used &+ rolling) uses by nothing.")
      }
      return
    }
    let kept: Int64
    if case .rolling(let length) = sum.window {
      kept = try rows.sum(of: counter, after: now.addingClamped(-length.wholeMilliseconds))
    } else {
      kept = used
    }
    if kept != sum.total {
      audit.imbalances.append("Limit \(counter.subject): \(kept) uses are kept, \(sum.total) were taken.")
    }
    let cap = sum.cap.addingClamped(sum.honoured)
    if sum.total > cap.addingClamped(sum.retaken).addingClamped(brought) {
      audit.imbalances.append("Limit \(counter.subject): \(sum.total) uses, where \(cap) are allowed.")
    } else if sum.total > cap {
      audit.limitsExceeded += 1
    }
  }

  /// What was taken from counters that are not kept.
  func compareRest(into audit: inout LedgerAudit) {
    for subject in sums.keys.map(\.subject).sorted() {
      audit.imbalances.append("Limit \(subject): uses were taken that are not kept.")
    }
  }
}

extension LimitWindow {
  /// Whether a use of that moment counts now; what is yet to come does.
  fileprivate func counts(_ moment: Int64, at now: Int64) -> Bool {
    guard case .rolling(let length) = self else { return true }
    return moment > now.addingClamped(-length.wholeMilliseconds)
  }
}
