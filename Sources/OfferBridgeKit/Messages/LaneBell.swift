/// Wakes a lane at the earliest of the moments that it asked for.
///
/// One sleep at a time, however many moments were asked for: a later one is not kept, for the lane looks again when the
/// bell rings, and asks anew.
final class LaneBell: Sendable {
  private struct State {
    var moment: Duration?
    var waiter: CheckedContinuation<Void, Never>?
    var hasRung = false
    var isOver = false
  }

  private let state = Guarded(State())

  /// Rings then, if it would not ring before.
  func ring(at moment: Duration) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if let earlier = state.moment, earlier <= moment { return nil }
      state.moment = moment
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Keeps ringing until the task is cancelled.
  func keep(on clock: DeliveryClock, _ ring: @Sendable () -> Void) async {
    while !Task.isCancelled {
      let moment = state.withLock { $0.moment }
      guard let moment else {
        await untilChanged(from: nil)
        continue
      }
      await withDiscardingTaskGroup { group in
        group.addTask {
          // A day at most: the lane looks again, and a clock need not know longer sleeps.
          try? await clock.sleep(for: min(moment - clock.now, .days(1)))
          self.state.withLock { state in
            defer { state.waiter = nil }
            if state.moment == moment { (state.moment, state.hasRung) = (nil, true) }
            return state.waiter
          }?.resume()
        }
        await self.untilChanged(from: moment)
        group.cancelAll()
      }
      let hasRung = state.withLock { state in
        defer { state.hasRung = false }
        return state.hasRung
      }
      if hasRung, !Task.isCancelled { ring() }
    }
  }

  /// Returns once another moment is asked for, none is any more, or the task is cancelled.
  private func untilChanged(from moment: Duration?) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.isOver || state.moment != moment { return true }
          state.waiter = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { state in
        state.isOver = true
        defer { state.waiter = nil }
        return state.waiter
      }?.resume()
    }
  }
}
