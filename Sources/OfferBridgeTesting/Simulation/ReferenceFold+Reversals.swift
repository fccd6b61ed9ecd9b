import Foundation
import OfferBridgeKit

// What reversals take of redemptions.
extension ReferenceFold {
  mutating func reverse(_ event: Int, _ id: String, _ part: ReversedPart?) -> RedemptionMatch {
    let target = target(id, of: event)
    for offer in offers.indices {
      guard let entry = counted[offer].firstIndex(where: { events[$0.event].event.id == target }) else {
        continue
      }
      let wasUndone = counted[offer][entry].isUndone
      let reasons = counted[offer][entry].reverse(part)
      if !wasUndone && counted[offer][entry].isUndone { mayClose(offer, event, after: entry) }
      let id = offers[offer].offer.id
      return reasons.isEmpty
        ? .applied(to: id) : .discrepant(reasons.sorted { $0.rawValue < $1.rawValue }, on: id)
    }
    return .parked(.reversalBeforeRedemption)
  }

  /// The last redemption that stood was undone: some offers are over then.
  private mutating func mayClose(_ offer: Int, _ event: Int, after entry: Int) {
    guard offers[offer].offer.reversal == .closes, standing(on: offer) == 0 else { return }
    let moment = max(events[event].moment, events[counted[offer][entry].event].moment)
    turns[offer].append(
      .end(OfferEnd(kind: .reversed, endedAt: Date(milliseconds: moment), event: events[event].event.id))
    )
  }
}

extension ReferenceFold.Counted {
  /// Takes what a reversal names, and tells what is wrong with it.
  fileprivate mutating func reverse(_ part: ReversedPart?) -> Set<RedemptionDiscrepancy> {
    if isUndone { return [.alreadyReversed] }
    var reasons: Set<RedemptionDiscrepancy> = []
    var wanted = left
    var isWhole = part == nil
    switch part {
    case nil: break
    case .amount(let some):
      wanted = some.minorUnits
      if amount == nil { return [.moreThanLeft] }
      if amount?.currency != some.currency { return [.otherCurrency] }
      isWhole = wanted >= left
    case .lines(let names):
      wanted = 0
      for name in names {
        let bytes = Array(name.utf8)
        guard let line = lines.firstIndex(where: { Array($0.name.utf8) == bytes }) else {
          reasons.insert(.unknownLine)
          continue
        }
        if reversedLines.contains(line) {
          reasons.insert(.alreadyReversed)
        } else {
          reversedLines.insert(line)
          wanted += parts[line]
        }
      }
      isWhole = wanted > 0 && wanted >= left && left > 0
      if !lines.isEmpty && reversedLines.count == lines.count { isWhole = true }
    }
    if wanted > left { reasons.insert(.moreThanLeft) }
    taken.append(min(wanted, left))
    isUndone = isWhole
    return reasons
  }

  /// The amount, spread over the lines: one unit after the other to the line that is owed most.
  private var parts: [Int64] {
    guard let amount else { return lines.map { _ in 0 } }
    let areAllNought = lines.allSatisfy { $0.weight == 0 }
    let weights = lines.map { areAllNought ? 1 : Int128($0.weight) }
    let total = weights.reduce(0, +)
    let all = Int128(amount.minorUnits)
    // So much at once that less than a unit is owed to each.
    var parts = weights.map { all * $0 / total }
    while parts.reduce(0, +) < all {
      let owed = lines.indices.map { all * weights[$0] - parts[$0] * total }
      guard let most = owed.max(), let line = owed.firstIndex(of: most) else { break }
      parts[line] += 1
    }
    return parts.map { Int64($0) }
  }
}
