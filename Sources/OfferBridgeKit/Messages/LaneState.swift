import Foundation

/// One lane as it stands: its tokens, its breaker, and what is on its way in which place.
///
/// It neither waits nor asks: it is told what happens, and when.
struct LaneState: Sendable {
  /// A message in a place.
  struct Handed: Sendable {
    let claim: Claim
    /// The ledger's time of the claim.
    let now: Date
    let begunAt: Duration
    /// By the run's clock, no later than the ledger's end of it.
    let leaseEnd: Duration
    /// The breaker's round.
    var round = 0
  }

  /// What happened to the breaker.
  enum Change: Sendable, Equatable { case none, opened(for: Duration), halfOpened, closed }

  /// How many messages may begin, or when that may change; `nil` for the end of an attempt.
  struct Room: Sendable, Equatable {
    let count: Int
    let until: Duration?
  }

  private let atOnce: Int
  private let timeout: Duration
  private var bucket: TokenBucket?
  private var breaker: CircuitBreaker?
  /// Each place that was ever taken; `nil` where nothing is on its way.
  private var places: [Handed?] = []
  /// How many places are taken, also by calls that were given up and have not returned.
  private var taken = 0

  init(_ settings: LaneSettings, of provider: ProviderID, timeout: Duration) {
    atOnce = settings.atOnce
    self.timeout = timeout.bounded
    bucket = settings.rate.map { TokenBucket($0) }
    breaker = settings.breaker.map { CircuitBreaker($0, of: provider) }
  }

  /// Lets the breaker's open time end.
  mutating func look(at now: Duration) -> Change {
    breaker?.halfOpens(at: now) == true ? .halfOpened : .none
  }

  /// How many may begin now.
  func room(at now: Duration) -> Room {
    let free = atOnce - taken
    if free <= 0 { return Room(count: 0, until: nil) }
    if case .open(let until) = breaker?.state { return Room(count: 0, until: until) }
    let count = min(free, breaker?.allowance ?? free)
    if count <= 0 { return Room(count: 0, until: nil) }
    guard let bucket else { return Room(count: count, until: nil) }
    let tokens = bucket.available(at: now)
    return tokens > 0
      ? Room(count: min(count, tokens), until: nil) : Room(count: 0, until: bucket.next(after: now))
  }

  /// Puts a claim in a place: the given one that is free, or a new one.
  mutating func begin(_ handed: Handed, in place: Int?) -> (Int, Handed) {
    bucket?.take(1, at: handed.begunAt)
    breaker?.begin(1)
    taken += 1
    var handed = handed
    handed.round = breaker?.round ?? 0
    if let place {
      places[place] = handed
      return (place, handed)
    }
    places.append(handed)
    return (places.count - 1, handed)
  }

  /// Whether an attempt that ends is still waited for; what it says of the provider counts if so.
  mutating func end(_ place: Int, _ health: LaneWork.End.Health, at now: () -> Duration) -> Change? {
    guard let handed = places[place] else { return nil }
    places[place] = nil
    switch health {
    case .answered: return breaker?.succeed(in: handed.round) == true ? .closed : Change.none
    case .failed: return fail(handed, at: now())
    case .untold:
      breaker?.forget(in: handed.round)
      return Change.none
    }
  }

  /// A place can be taken again.
  mutating func free() { taken -= 1 }

  /// Gives up what has taken longer than it may; the calls keep their places until they return.
  mutating func giveUp(at now: Duration) -> [(place: Int, handed: Handed, change: Change)] {
    var overdue: [(place: Int, handed: Handed, change: Change)] = []
    for (place, handed) in places.enumerated() {
      guard let handed, handed.begunAt + timeout <= now else { continue }
      places[place] = nil
      overdue.append((place, handed, fail(handed, at: now)))
    }
    return overdue
  }

  /// When the next attempt has taken its time, or `nil` when none is on its way.
  var nextTimeout: Duration? {
    var first: Duration?
    for case let handed? in places { first = min(first ?? handed.begunAt, handed.begunAt) }
    return first.map { $0 + timeout }
  }

  private mutating func fail(_ handed: Handed, at now: Duration) -> Change {
    breaker?.fail(in: handed.round, at: now).map { .opened(for: $0) } ?? .none
  }
}
