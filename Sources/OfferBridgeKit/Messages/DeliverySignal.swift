import Foundation

/// How a host speaks to the loop that delivers its messages.
///
/// One signal serves one loop, from its start to its drain; a loop that failed
/// may be run again under the same signal.
///
/// ```swift
/// _ = try await bridge.respond(to: action)
/// signal.wake()                              // a message may be due at once
/// await signal.drain(within: .seconds(10))   // on the way out
/// ```
public final class DeliverySignal: Sendable {
  private struct State {
    var calls = 0
    var drainLimit: Duration?
    var running = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
  }

  private let state = Guarded(State())

  /// A signal for one ``OfferBridge/run(on:signal:)``.
  public init() {}

  /// Ends the loop's wait: something may be due.
  ///
  /// A call while the loop delivers is not lost; it looks again before it waits.
  public func wake() { change { $0.calls += 1 } }

  /// Stops the loop gracefully, and returns once it has stopped.
  ///
  /// No message is begun any more. Those on their way have the given time, by
  /// the loop's clock; then they are cancelled and released. When no loop is
  /// running it returns at once, and a loop that is run later stops at once.
  ///
  /// - Parameter limit: How long they have.
  public func drain(within limit: Duration) async {
    change {
      $0.drainLimit = limit
      $0.calls += 1
    }
    await wait { $0.running == 0 }
  }

  var calls: Int { state.withLock { $0.calls } }
  var isDraining: Bool { state.withLock { $0.drainLimit != nil } }

  func markStarted() { change { $0.running += 1 } }

  func markStopped() { change { $0.running -= 1 } }

  /// The time that a drain gives, once one is asked for; `nil` when the task is cancelled first.
  func drainLimit() async -> Duration? {
    await wait { $0.drainLimit != nil }
    return state.withLock { $0.drainLimit }
  }

  /// Waits until a call after `seen`, until the due moment, or until the task is cancelled.
  func wait(
    after seen: Int,
    until due: Date?,
    from now: Date?,
    on clock: some Clock<Duration>
  ) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.wait { $0.calls != seen } }
      if let due, let now {
        let length = Duration.milliseconds(max(0, due.milliseconds - now.milliseconds))
        group.addTask { try? await clock.sleep(for: length) }
      }
      await group.next()
      group.cancelAll()
    }
  }

  /// Returns once the condition holds or the task is cancelled.
  private func wait(until holds: @escaping @Sendable (borrowing State) -> Bool) async {
    while !Task.isCancelled && !state.withLock({ holds($0) }) {
      let waiter = state.withLock { state in
        state.nextWaiter += 1
        return state.nextWaiter
      }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let isOver = state.withLock { state in
            // Cancelled or changed between the look and here: there is nothing to wait for.
            if Task.isCancelled || holds(state) { return true }
            state.waiting[waiter] = continuation
            return false
          }
          if isOver { continuation.resume() }
        }
      } onCancel: {
        state.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume()
      }
    }
  }

  private func change(_ body: (inout sending State) -> Void) {
    let woken = state.withLock { state in
      body(&state)
      // Who waited first is woken first.
      let woken = state.waiting.sorted { $0.key < $1.key }.map(\.value)
      state.waiting = [:]
      return woken
    }
    for continuation in woken { continuation.resume() }
  }
}
