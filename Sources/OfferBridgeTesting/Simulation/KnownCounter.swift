import OfferBridgeKit

/// The uses of one counter.
struct KnownCounter: Sendable {
  /// What is counted, for whom and when: a customer's is the survivor's.
  struct Name: Hashable, Sendable {
    let subject: String
    var owner: CustomerID?
    let period: String

    init(_ counter: LimitCounter, of owner: CustomerID) {
      subject = counter.subject
      self.owner = counter.customer.map { _ in owner }
      period = counter.period
    }
  }

  struct Use: Sendable, Equatable {
    let moment: Int64
    let amount: Int64
  }

  var total: Int64 = 0
  /// Those of a rolling window, in the order of their moments.
  private(set) var uses: [Use] = []

  /// How much of a rolling window is younger than a moment.
  func sum(after moment: Int64) -> Int64 {
    var sum: Int64 = 0
    for use in uses.reversed() {
      if use.moment <= moment { break }
      sum &+= use.amount
    }
    return sum
  }

  mutating func add(_ use: Use) {
    uses.insert(use, at: (uses.lastIndex { $0.moment <= use.moment } ?? -1) + 1)
  }

  mutating func remove(_ use: Use) {
    if let place = uses.lastIndex(of: use) { uses.remove(at: place) }
  }

  /// What another customer used, who is the same from now on.
  mutating func add(_ other: KnownCounter) {
    total &+= other.total
    for use in other.uses { add(use) }
  }
}
