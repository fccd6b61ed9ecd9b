import Foundation

/// What is redeemed of one copy, while the events that count on it are gone through.
struct RunningTally: Sendable {
  private(set) var redeemed = RedemptionTally.none
  // In 128 bits, so that a sum beyond the largest amount comes back.
  private var sum: Int128 = 0

  /// Counts a redemption, and says what is wrong with it, its replica's state left aside.
  ///
  /// - Parameters:
  ///   - amount: How much it was worth.
  ///   - time: When.
  ///   - copy: What it counts on.
  ///   - customer: Who redeemed, where that is told.
  ///   - end: The end that the external system has put to the copy by then.
  /// - Returns: Whether its amount is summed, and what is wrong with it, each once.
  mutating func redeem(
    _ amount: Money?,
    at time: RedemptionTime,
    of copy: IssuedOffer,
    by customer: CustomerID? = nil,
    after end: OfferEnd.Kind? = nil
  ) -> (isSummed: Bool, reasons: [RedemptionDiscrepancy]) {
    var found: [RedemptionDiscrepancy] = []
    if time.isBeforeIssue(of: copy) { found.append(.beforeIssue) }
    if end == .expired || time.isAtOrAfter(copy.expiresAt) { found.append(.afterExpiry) }
    if end == .revoked || end == .reversed || copy.isRevoked(by: time) { found.append(.afterClosure) }
    if let customer, customer != copy.customer { found.append(.otherCustomer) }
    var isSummed = false
    if let amount {
      let currency = copy.faceValue?.currency ?? redeemed.amount?.currency ?? amount.currency
      isSummed = currency == amount.currency
      if isSummed { add(Int128(amount.minorUnits), currency) } else { found.append(.otherCurrency) }
    }
    redeemed.count += 1
    let isOverValue = copy.faceValue.map { sum > Int128($0.minorUnits) } ?? false
    if redeemed.count > copy.redeemable.count || isOverValue { found.append(.overLimit) }
    return (isSummed, found)
  }

  /// Takes so many units of a redemption back.
  mutating func takeBack(_ minorUnits: Int64) {
    if let amount = redeemed.amount { add(-Int128(minorUnits), amount.currency) }
  }

  /// Takes the count of a redemption back of which nothing is left.
  mutating func undo() {
    redeemed.count -= 1
    redeemed.reversed += 1
  }

  private mutating func add(_ units: Int128, _ currency: String) {
    sum += units
    redeemed.amount = Money(minorUnits: Int64(clamping: sum), currency: currency)
  }
}

extension RedemptionMatch {
  /// A redemption that counts on the copy, with whatever is wrong with it.
  init(_ reasons: [RedemptionDiscrepancy], on copy: IssuedOffer.ID) {
    self =
      reasons.isEmpty
      ? .applied(to: copy)
      : .discrepant(reasons.sorted { $0.rawValue < $1.rawValue }, on: copy)
  }
}

extension IssuedOffer {
  /// Whether it was taken back by then.
  func isRevoked(by time: RedemptionTime) -> Bool {
    guard let closure, closure.kind == .revoked else { return false }
    return time.isAtOrAfter(closure.closedAt)
  }
}

// In milliseconds once: a duration counts attoseconds in 128 bits, which are slow to divide.
private let clockTolerance = Redemption.clockTolerance.milliseconds

extension RedemptionTime {
  /// The moment by which events are ordered: a day counts from its start.
  var orderedAt: Int64 {
    switch self {
    case .moment(let moment): moment.milliseconds
    case .day(let day, let zone): day.start(in: zone).milliseconds
    }
  }

  /// A day is early only when it is an earlier day than the issuance's, on the same calendar.
  func isBeforeIssue(of offer: IssuedOffer) -> Bool {
    switch self {
    case .moment(let moment):
      moment.milliseconds < offer.issuedAt.milliseconds - clockTolerance
    case .day(let day, let zone):
      day < LocalDay(of: offer.issuedAt, in: zone)
    }
  }

  /// A day is late only when it begins at or after the moment.
  func isAtOrAfter(_ end: Date?) -> Bool {
    guard let end else { return false }
    return orderedAt >= end.milliseconds
  }
}
