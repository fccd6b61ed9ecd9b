import Foundation
import OfferBridgeKit

/// The ledger's clock of a run: virtual time that may jump and stand still.
final class SimulatedLedgerClock: Sendable {
  private struct State {
    var offset: Int64 = 0
    var frozenAt: Int64?
  }

  /// The evening before the clocks of Berlin are put forward, so that a day of 23 hours is among those that are counted.
  static let start = Date(milliseconds: 1_774_733_400_000)  // 2026-03-28T21:30:00Z
  static let zone = TimeZone(identifier: "Europe/Berlin") ?? .gmt

  private let executor: SimulatedExecutor
  private let state = Guarded(State())

  init(_ executor: SimulatedExecutor) { self.executor = executor }

  var milliseconds: Int64 {
    state.withLock { $0.frozenAt ?? Self.start.milliseconds + executor.now + $0.offset }
  }

  var now: Date { Date(milliseconds: milliseconds) }

  /// Jumps by so many milliseconds, forward or back.
  func jump(by length: Int64) { state.withLock { $0.offset += length } }

  func freeze() {
    let moment = milliseconds
    state.withLock { $0.frozenAt = moment }
  }

  /// Goes on from where it stood; what has passed meanwhile is missed.
  func thaw() {
    let passed = Self.start.milliseconds + executor.now
    state.withLock { state in
      guard let frozenAt = state.frozenAt else { return }
      state.offset = frozenAt - passed
      state.frozenAt = nil
    }
  }
}

/// The clock that a process waits on; it may be too fast or too slow.
package struct SimulatedClock: Clock {
  package struct Instant: InstantProtocol {
    let milliseconds: Int64

    package func advanced(by duration: Duration) -> Instant {
      Instant(milliseconds: milliseconds.addingClamped(duration.milliseconds))
    }
    package func duration(to other: Instant) -> Duration { .milliseconds(other.milliseconds - milliseconds) }
    package static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.milliseconds < rhs.milliseconds }
  }

  let executor: SimulatedExecutor
  /// How much longer than it should a wait is, in percent: 50 for half as long.
  let pace: Int64

  package init(executor: SimulatedExecutor, pace: Int64) {
    self.executor = executor
    self.pace = pace
  }

  package var now: Instant { Instant(milliseconds: executor.now * 100 / pace) }
  package var minimumResolution: Duration { .milliseconds(1) }

  package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    // Rounded up: on a fast clock a wait of one millisecond would be none, and come again for ever.
    await executor.sleep(for: (max(0, now.duration(to: deadline).milliseconds) * pace + 99) / 100)
    try Task.checkCancellation()
  }
}
