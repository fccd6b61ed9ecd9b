/// The clock that `run` was given: how much of its time has passed, and a way to wait on it.
struct DeliveryClock: Sendable {
  private let passed: @Sendable () -> Duration
  private let wait: @Sendable (Duration) async throws -> Void

  init<C: Clock>(_ clock: C) where C.Duration == Duration {
    let start = clock.now
    let grain = max(clock.minimumResolution, .nanoseconds(1))
    passed = { start.duration(to: clock.now) }
    wait = { try await clock.sleep(for: $0.roundedUp(to: grain)) }
  }

  /// Since the run began.
  var now: Duration { passed() }

  /// Waits for at least that long, or throws when the task is cancelled.
  ///
  /// A day at a time: not every clock knows sleeps of years.
  func sleep(for length: Duration) async throws {
    var left = length.bounded
    repeat {
      try await wait(min(max(.zero, left), .days(1)))
      left -= .days(1)
    } while left > .zero
  }
}

extension Duration {
  /// The same length, or the longest that a number of seconds can say: sums of a few of those are still lengths.
  var bounded: Duration { min(max(self, .seconds(Int64.min)), .seconds(Int64.max)) }

  /// The next multiple: a clock that only knows whole milliseconds must not wake before the time.
  fileprivate func roundedUp(to grain: Duration) -> Duration {
    let ratio = self / grain
    guard ratio < 1e15 else { return self }
    let count = Int(ratio)
    if grain * count >= self { return grain * count }
    return grain * (count + 1)
  }
}
