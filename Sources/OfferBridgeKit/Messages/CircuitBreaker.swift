/// One lane's breaker as it stands: a value that is told what happens and when.
package struct CircuitBreaker: Sendable {
  /// The three states.
  package enum State: Sendable, Hashable {
    case closed
    case open(until: Duration)
    case halfOpen
  }

  package private(set) var state = State.closed
  /// Changes with the state: what was begun in another round says nothing about this one.
  package private(set) var round = 0

  private let settings: LaneBreaker
  private let provider: ProviderID
  /// The last attempts, the newest in the lowest bit; 1 for a failure.
  private var results: UInt64 = 0
  private var resultCount = 0
  private var failuresInRow = 0
  /// In the half-open state: how many were begun, and how many answered.
  private var begun = 0
  private var answered = 0
  /// How often it opened since it was closed.
  private var openings = 0

  package init(_ settings: LaneBreaker, of provider: ProviderID) {
    self.settings = settings
    self.provider = provider
  }

  /// Whether the open time is over, which is then the half-open state.
  package mutating func halfOpens(at now: Duration) -> Bool {
    guard case .open(let until) = state, until <= now else { return false }
    enter(.halfOpen)
    return true
  }

  /// How many attempts may begin; `nil` for any number.
  package var allowance: Int? {
    switch state {
    case .closed: nil
    case .open: 0
    case .halfOpen: settings.probes - begun
    }
  }

  /// So many attempts begin.
  package mutating func begin(_ count: Int) { begun += count }

  /// An attempt that was begun in a round ends without telling anything, as when it is cancelled.
  package mutating func forget(in round: Int) {
    if round == self.round, case .halfOpen = state { begun -= 1 }
  }

  /// An attempt that was begun in a round was answered; says whether that closes the breaker.
  package mutating func succeed(in round: Int) -> Bool {
    guard round == self.round else { return false }
    switch state {
    case .closed:
      note(failure: false)
      return false
    case .open: return false
    case .halfOpen:
      answered += 1
      guard answered == settings.probes else { return false }
      openings = 0
      enter(.closed)
      return true
    }
  }

  /// An attempt that was begun in a round failed; says for how long that opens the breaker, or `nil`.
  package mutating func fail(in round: Int, at now: Duration) -> Duration? {
    guard round == self.round else { return nil }
    switch state {
    case .closed:
      note(failure: true)
      guard failuresInRow >= settings.failures || isShareReached else { return nil }
    case .open: return nil
    case .halfOpen: break
    }
    let length = openTime
    openings += 1
    enter(.open(until: now + length))
    return length
  }

  private mutating func note(failure: Bool) {
    failuresInRow = failure ? failuresInRow + 1 : 0
    results = results << 1 | (failure ? 1 : 0)
    resultCount = min(resultCount + 1, 64)
  }

  private var isShareReached: Bool {
    guard let share = settings.share, resultCount >= settings.outOf else { return false }
    let last = settings.outOf == 64 ? results : results & (1 << UInt64(settings.outOf) - 1)
    return Double(last.nonzeroBitCount) >= share * Double(settings.outOf)
  }

  private var openTime: Duration {
    var length = settings.open
    for _ in 0..<min(openings, 40) where length < settings.cap { length = min(length * 2, settings.cap) }
    var derivation = KeyDerivation("breaker")
    derivation.add(provider.rawValue)
    derivation.add(Int64(openings))
    return length + length * (0.1 * derivation.key().share)
  }

  private mutating func enter(_ state: State) {
    self.state = state
    round += 1
    (results, resultCount, failuresInRow) = (0, 0, 0)
    (begun, answered) = (0, 0)
  }
}

extension DerivedKey {
  /// A share from 0 to below 1 that the key decides.
  var share: Double { Double(firstWord >> 11) / Double(1 << 53) }
}
