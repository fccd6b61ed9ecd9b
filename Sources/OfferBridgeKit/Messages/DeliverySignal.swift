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
    var drainLimit: Duration?
    /// Every loop that runs, and how it is told to look again.
    var loops: [Int: @Sendable () -> Void] = [:]
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
  }

  private let state = Guarded(State())

  /// A signal for one ``OfferBridge/run(on:signal:)``.
  public init() {}

  /// Ends the loop's wait: something may be due.
  ///
  /// A call while the loop delivers is not lost; it looks again before it waits.
  public func wake() {
    let loops = state.withLock { state in state.loops.sorted { $0.key < $1.key }.map(\.value) }
    for wake in loops { wake() }
  }

  /// Stops the loop gracefully, and returns once it has stopped.
  ///
  /// No message is begun any more. Those on their way have the given time, by
  /// the loop's clock; then they are cancelled and released. A provider that
  /// goes on all the same is waited for: its message is due again when its lease
  /// has run out, and a host that must go may go. When no loop is running it
  /// returns at once, and a loop that is run later stops at once.
  ///
  /// A second call may cut the first one's time short, and not lengthen it.
  ///
  /// - Parameter limit: How long they have.
  public func drain(within limit: Duration) async {
    change { $0.drainLimit = min($0.drainLimit ?? limit, limit) }
    wake()
    await wait { $0.loops.isEmpty }
  }

  var isDraining: Bool { state.withLock { $0.drainLimit != nil } }

  /// A loop starts; answers what it is called until it stops.
  func start(_ wake: @escaping @Sendable () -> Void) -> Int {
    state.withLock { state in
      state.nextWaiter += 1
      state.loops[state.nextWaiter] = wake
      return state.nextWaiter
    }
  }

  func stop(_ loop: Int) { change { $0.loops[loop] = nil } }

  /// The time that a drain gives, once one is asked for that gives less; `nil` when the task is cancelled first.
  func drainLimit(below known: Duration? = nil) async -> Duration? {
    await wait { state in
      guard let limit = state.drainLimit else { return false }
      return known.map { limit < $0 } ?? true
    }
    return Task.isCancelled ? nil : state.withLock { $0.drainLimit }
  }

  /// Returns once the time of a drain is over, or the task is cancelled.
  func whenDrained(on clock: DeliveryClock) async {
    guard var limit = await drainLimit() else { return }
    var end = clock.now + limit.bounded
    while clock.now < end, !Task.isCancelled {
      let (known, length) = (limit, end - clock.now)
      let shorter = await withTaskGroup(of: Duration?.self) { group in
        group.addTask {
          try? await clock.sleep(for: length)
          return nil
        }
        group.addTask { await self.drainLimit(below: known) }
        let shorter = await group.next() ?? nil
        group.cancelAll()
        return shorter
      }
      guard let shorter else { return }
      limit = shorter
      end = min(end, clock.now + shorter.bounded)
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
