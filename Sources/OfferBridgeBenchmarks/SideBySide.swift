/// Two ways of doing one thing, timed in turns, so that a noisy machine is noisy for both.
struct SideBySide {
  let name: String
  let against: String
  let rounds: Int
  /// How many times the thing is done in a round.
  let count: Int

  /// Prepares afresh, does the thing `count` times, checks it, and answers how long the doing alone took.
  typealias Round = () async throws -> Duration

  /// The nanoseconds of one time: medians, after one round of each that does not count where rounds are short.
  func row(ours: Round, theirs: Round) async throws -> BenchmarkRow {
    if count < 100_000 {
      _ = try await theirs()
      _ = try await ours()
    }
    var mine: [Double] = []
    var others: [Double] = []
    for round in 0..<rounds {
      // Who goes first changes, for the second finds another allocator and cache than the first.
      if round.isMultiple(of: 2) {
        mine.append(nanoseconds(try await ours()))
        others.append(nanoseconds(try await theirs()))
      } else {
        others.append(nanoseconds(try await theirs()))
        mine.append(nanoseconds(try await ours()))
      }
    }
    return BenchmarkRow(
      name: name,
      value: mine.median,
      unit: "ns",
      comparison: .init(against: against, value: others.median),
      minimum: mine.min()
    )
  }

  private func nanoseconds(_ length: Duration) -> Double { length / .nanoseconds(count) }
}

/// How long the body takes.
func timed(_ body: () async throws -> Void) async rethrows -> Duration {
  let clock = ContinuousClock()
  let start = clock.now
  try await body()
  return clock.now - start
}

extension [Double] {
  var median: Double {
    let ordered = sorted()
    guard !ordered.isEmpty else { return .nan }
    let middle = ordered.count / 2
    return ordered.count.isMultiple(of: 2) ? (ordered[middle - 1] + ordered[middle]) / 2 : ordered[middle]
  }
}
