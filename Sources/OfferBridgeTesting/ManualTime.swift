public import Foundation
import OfferBridgeKit

/// Time that stands still until a test moves it: for the ledger a date, for the delivery loop a clock.
///
/// ```swift
/// let time = ManualTime(Date(timeIntervalSince1970: 1_800_000_000))
/// let ledger = InMemoryOfferLedger(now: { time.now })
/// time.advance(by: .hours(2))
/// ```
public final class ManualTime: Sendable {
  private struct State {
    var now: Date
    var elapsed = Duration.zero
    var sleepers: [Int: (until: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    var nextSleeper = 0
  }

  private let state: Guarded<State>

  /// Time that stands at a date.
  ///
  /// - Parameter start: Where it stands; 1 January 2026, midnight UTC, by default.
  public init(_ start: Date = Date(timeIntervalSince1970: 1_767_225_600)) {
    state = Guarded(State(now: start))
  }

  /// The date that it is.
  public var now: Date { state.withLock { $0.now } }

  /// The clock that moves with it, for `run(on:signal:)`.
  public var clock: ManualClock { ManualClock(time: self) }

  /// Moves forward, and wakes every sleep that ends on the way.
  ///
  /// - Parameter length: How far; not negative.
  public func advance(by length: Duration) {
    let woken = state.withLock { state in
      state.now = Date(milliseconds: state.now.milliseconds.addingClamped(length.milliseconds))
      state.elapsed += length
      let due = state.sleepers.filter { $0.value.until <= state.elapsed }
      for sleeper in due.keys { state.sleepers[sleeper] = nil }
      return due.sorted { ($0.value.until, $0.key) < ($1.value.until, $1.key) }.map(\.value.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  /// Moves to a date.
  ///
  /// - Parameter date: Not before ``now``.
  public func advance(to date: Date) {
    advance(by: .milliseconds(date.milliseconds - now.milliseconds))
  }

  /// Returns once so many sleeps are under way: a loop under test has come to rest.
  ///
  /// A `run(on:signal:)` sleeps until a lane's next moment: a message is due, a time-out or a breaker's open time ends,
  /// a token comes back. A drain's time is a sleep too. So what is on its way is one as well: look at what was
  /// delivered, where that matters.
  ///
  /// - Parameter count: How many; 1 by default.
  public func whenSleeping(_ count: Int = 1) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.sleepers.count >= count { return true }
        state.watchers.append((count, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }

  fileprivate var elapsed: Duration { state.withLock { $0.elapsed } }

  fileprivate func sleep(until: Duration) async throws {
    let sleeper = state.withLock { state in
      state.nextSleeper += 1
      return state.nextSleeper
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        enum Start { case over, cancelled, asleep([CheckedContinuation<Void, Never>]) }
        let start = state.withLock { state -> Start in
          if Task.isCancelled { return .cancelled }
          if until <= state.elapsed { return .over }
          state.sleepers[sleeper] = (until, continuation)
          let seen = state.watchers.filter { $0.count <= state.sleepers.count }
          state.watchers.removeAll { $0.count <= state.sleepers.count }
          return .asleep(seen.map(\.continuation))
        }
        switch start {
        case .over: continuation.resume()
        case .cancelled: continuation.resume(throwing: CancellationError())
        case .asleep(let watchers): for watcher in watchers { watcher.resume() }
        }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: sleeper) }?.continuation
        .resume(throwing: CancellationError())
    }
  }
}

/// The clock of a ``ManualTime``.
public struct ManualClock: Clock {
  /// A moment of the clock: how far its time has been moved since the start.
  public struct Instant: InstantProtocol {
    let elapsed: Duration

    /// The moment that much later.
    public func advanced(by duration: Duration) -> Instant { Instant(elapsed: elapsed + duration) }
    /// How much later the other is.
    public func duration(to other: Instant) -> Duration { other.elapsed - elapsed }
    /// Whether the left is earlier.
    public static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.elapsed < rhs.elapsed }
  }

  let time: ManualTime

  /// The moment that it is.
  public var now: Instant { Instant(elapsed: time.elapsed) }
  /// A millisecond.
  public var minimumResolution: Duration { .milliseconds(1) }

  /// Waits until the time is moved that far, or throws when the task is cancelled.
  public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try await time.sleep(until: deadline.elapsed)
  }
}
