/// The uses of one counter: a sum, or for a rolling window each use with its moment.
struct CounterRow: NamedRow {
  var name: LimitCounter
  /// What is used; of a rolling window, the total before the first of `uses`.
  var used: Int64 = 0
  /// In the order of their moments, each with the total up to it, itself included.
  // Totals, so that the sum of a window is a difference; they may wrap, their differences do not.
  var uses: [(moment: Int64, total: Int64)] = []
  /// How much of it, at most, merges brought: so much may stand above its limit.
  var brought: Int64 = 0

  /// What stands where one was that was added to another, until the place is used again.
  static let nothing = CounterRow(name: LimitCounter(subject: "", customer: nil, period: ""))

  /// How much counts at a moment.
  func count(in window: LimitWindow, at now: Int64) -> Int64 {
    guard case .rolling(let length) = window else { return used }
    return total(before: uses.count) &- total(before: uses(through: now.addingClamped(-length.milliseconds)))
  }

  mutating func use(_ amount: Int64, in window: LimitWindow, at now: Int64) {
    guard case .rolling(let length) = window else {
      used &+= amount
      return
    }
    // A plan that is older than this one may still come and look further back.
    let oldest = now.addingClamped(-length.milliseconds)
      .addingClamped(-JourneyPlan.longestAge.milliseconds)
    // Half of them at a time, so that many uses are not moved at each one.
    let ended = uses(through: oldest)
    if ended > uses.count / 2 {
      used = total(before: ended)
      uses.removeFirst(ended)
    }
    let index = uses(through: now)
    uses.insert((now, total(before: index)), at: index)
    add(amount, from: index)
  }

  /// Takes a use back; one of a rolling window that has passed by is of no account any more.
  mutating func giveBack(_ amount: Int64, in window: LimitWindow, at moment: Int64) {
    guard case .rolling = window else {
      used &-= amount
      return
    }
    var index = uses(through: moment) - 1
    while index >= 0, uses[index].moment == moment {
      if uses[index].total &- total(before: index) == amount {
        uses.remove(at: index)
        return add(-amount, from: index)
      }
      index -= 1
    }
  }

  /// Adds what another customer used, who is the same from now on.
  mutating func add(_ other: CounterRow) {
    guard !(uses.isEmpty && other.uses.isEmpty) else {
      used &+= other.used
      brought = brought.addingClamped(max(0, other.used))
      return
    }
    let theirs = other.amounts
    brought = theirs.reduce(brought) { $0.addingClamped($1.amount) }
    var sum: Int64 = 0
    // Of equal moments the order is of no account.
    uses = (amounts + theirs).sorted { $0.moment < $1.moment }.map { use in
      sum &+= use.amount
      return (moment: use.moment, total: sum)
    }
    used = 0
  }

  /// The uses of a rolling window, each with its own amount.
  private var amounts: [(moment: Int64, amount: Int64)] {
    uses.indices.map { (moment: uses[$0].moment, amount: uses[$0].total &- total(before: $0)) }
  }

  private func total(before index: Int) -> Int64 { index == 0 ? used : uses[index - 1].total }

  private mutating func add(_ amount: Int64, from index: Int) {
    for later in index..<uses.count { uses[later].total &+= amount }
  }

  /// How many uses there are up to a moment, itself included.
  private func uses(through moment: Int64) -> Int {
    var (low, high) = (0, uses.count)
    while low < high {
      let middle = (low + high) / 2
      if uses[middle].moment <= moment { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
