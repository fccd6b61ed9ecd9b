import OfferBridgeKit

/// One process from its start to its end, after which nothing that it still does has an effect.
///
/// What was sent before the end may still arrive: an end does not call back
/// what is on its way.
final class SimulatedLife: Sendable {
  /// What a call of a process ends with that has itself ended.
  struct Crash: Error {}

  private struct State {
    var isAlive = true
    var pausedUntil: Int64 = 0
    var watcher: UnsafeContinuation<Void, Never>?
  }

  /// Which life of the run it is, from 1.
  let number: Int
  private let executor: SimulatedExecutor
  private let state = Guarded(State())

  init(_ number: Int, _ executor: SimulatedExecutor) {
    self.number = number
    self.executor = executor
  }

  var isAlive: Bool { state.withLock { $0.isAlive } }

  /// Lets one step begin: at once, when the pause is over, or never.
  func begin() async throws(Crash) {
    while true {
      let wait = state.withLock { $0.pausedUntil } - executor.now
      guard wait > 0, isAlive else { break }
      await executor.sleep(for: wait)
      // Cancelled, and still paused: who is cancelled goes on at once.
      if Task.isCancelled { break }
    }
    try check()
  }

  func check() throws(Crash) {
    guard isAlive else { throw Crash() }
  }

  func pause(for length: Int64) {
    let until = executor.now + length
    state.withLock { $0.pausedUntil = max($0.pausedUntil, until) }
  }

  func end() {
    let watcher = state.withLock { state in
      state.isAlive = false
      defer { state.watcher = nil }
      return state.watcher
    }
    watcher?.resume()
  }

  /// Returns once it has ended; one task alone may wait for it.
  func whenOver() async {
    await withUnsafeContinuation { continuation in
      let isOver = state.withLock { state in
        if state.isAlive { state.watcher = continuation }
        return !state.isAlive
      }
      if isOver { continuation.resume() }
    }
  }
}
