/// What is left of one redemption, while its reversals are gone through.
///
/// It never falls below nothing: what a reversal asks for beyond what is left
/// is cut, and said.
struct RedemptionRest: Sendable {
  /// What it was worth, or `nil` where that was not told.
  let amount: Money?
  /// What that was spread over.
  let lines: [RedemptionLine]

  /// Whether nothing is left of it, so that it counts no more.
  private(set) var isUndone = false
  /// How much of the amount is left.
  private(set) var left: Int64
  private var reversedLines: Set<Int> = []

  init(_ amount: Money?, _ lines: [RedemptionLine]) {
    self.amount = amount
    self.lines = lines
    left = amount?.minorUnits ?? 0
  }

  /// Takes a part, or all that is left.
  ///
  /// - Returns: The units that were taken, and what is wrong with the reversal.
  mutating func reverse(_ part: ReversedPart?) -> (minorUnits: Int64, reasons: [RedemptionDiscrepancy]) {
    if isUndone { return (0, [.alreadyReversed]) }
    switch part {
    case nil:
      isUndone = true
      return take(left)
    case .amount(let wanted): return reverse(wanted)
    case .lines(let names): return reverse(names)
    }
  }

  private mutating func reverse(_ wanted: Money) -> (Int64, [RedemptionDiscrepancy]) {
    // Of what was never told, no part can be told either.
    guard let amount else { return (0, [.moreThanLeft]) }
    guard wanted.currency == amount.currency else { return (0, [.otherCurrency]) }
    let taken = take(wanted.minorUnits)
    isUndone = left == 0
    return taken
  }

  private mutating func reverse(_ names: [String]) -> (Int64, [RedemptionDiscrepancy]) {
    // The split that was made at the redemption, for it depends on nothing else.
    let parts = amount?.split(over: lines) ?? []
    var reasons: [RedemptionDiscrepancy] = []
    var wanted: Int64 = 0
    for name in names {
      guard let line = lines.firstIndex(where: { $0.name.utf8.elementsEqualFast(name.utf8) }) else {
        if !reasons.contains(.unknownLine) { reasons.append(.unknownLine) }
        continue
      }
      guard reversedLines.insert(line).inserted else {
        if !reasons.contains(.alreadyReversed) { reasons.append(.alreadyReversed) }
        continue
      }
      // Each part once, so that they sum to no more than the amount.
      if amount != nil { wanted += parts[line].minorUnits }
    }
    let (units, cut) = take(wanted)
    isUndone = !lines.isEmpty && reversedLines.count == lines.count || units > 0 && left == 0
    return (units, reasons + cut)
  }

  private mutating func take(_ wanted: Int64) -> (Int64, [RedemptionDiscrepancy]) {
    let units = min(wanted, left)
    left -= units
    return (units, wanted > units ? [.moreThanLeft] : [])
  }
}
