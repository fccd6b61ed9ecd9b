import Foundation

/// One lane of one `run`: claims what is due as places become free, and minds time-outs, rate and breaker.
///
/// Each place is a task that attempts one message after the other. The loop
/// hands out claims and waits; it never waits for an attempt.
final class LaneLoop: Sendable {
  struct State {
    var lane: LaneState
    var idle: [(place: Int, continuation: CheckedContinuation<LaneState.Handed?, Never>)] = []
    var keepers: [Keeper] = []
    var alarms: [Duration] = []
    var sleeper: CheckedContinuation<Void, Never>?
    var wakes = 0
    var failure: (any Error)?
    var isClosed = false
  }

  /// Who waits for a place's call to be given up.
  enum Keeper {
    case none
    case waiting(CheckedContinuation<LaneState.Handed?, Never>)
    case told(LaneState.Handed?)
  }

  let work: LaneWork
  let clock: DeliveryClock
  private let signal: DeliverySignal
  let state: Guarded<State>

  init(_ work: LaneWork, _ settings: LaneSettings, on clock: DeliveryClock, _ signal: DeliverySignal) {
    self.work = work
    self.clock = clock
    self.signal = signal
    state = Guarded(
      State(lane: LaneState(settings, of: work.id, timeout: work.provider.timeout))
    )
  }

  /// Runs until the signal drains or the task is cancelled.
  func run() async throws {
    try await withThrowingDiscardingTaskGroup { places in
      try await withThrowingDiscardingTaskGroup { alarms in
        try await withTaskCancellationHandler {
          defer {
            alarms.cancelAll()
            close()
          }
          try await coordinate(&places, &alarms)
        } onCancel: {
          wake()
        }
      }
    }
  }

  /// Looks again: something may be due, or free.
  func wake() { state.withLock { $0.wake() }?.resume() }

  // MARK: The loop

  private func coordinate(
    _ places: inout ThrowingDiscardingTaskGroup<any Error>,
    _ alarms: inout ThrowingDiscardingTaskGroup<any Error>
  ) async throws {
    while true {
      let seen = state.withLock { $0.wakes }
      if let failure = state.withLock({ $0.failure }) { throw failure }
      if Task.isCancelled { return }
      let now = clock.now
      giveUp(at: now)
      var next = state.withLock { $0.lane.nextTimeout }
      if signal.isDraining {
        close()
        if next == nil { return }
      } else {
        tell(state.withLock { $0.lane.look(at: now) })
        let room = state.withLock { $0.lane.room(at: now) }
        if room.count > 0 {
          let answer = try await work.claim(room.count)
          let moment = clock.now
          for claim in answer.claims { begin(claim, at: answer.now, moment, &places) }
          if answer.claims.count == room.count { continue }
          if let due = answer.nextDue {
            let wait = Duration.milliseconds(max(0, due.milliseconds - answer.now.milliseconds))
            next = min(next ?? moment + wait, moment + wait)
          }
          // What began just now has its time from now on.
          next = [next, state.withLock { $0.lane.nextTimeout }].compactMap(\.self).min()
        } else if let until = room.until {
          next = min(next ?? until, until)
        }
      }
      if let next { ring(at: next, &alarms) }
      await rest(after: seen)
    }
  }

  /// Hands a claim to a place that is idle, or to a new one.
  private func begin(
    _ claim: Claim,
    at now: Date,
    _ moment: Duration,
    _ places: inout ThrowingDiscardingTaskGroup<any Error>
  ) {
    let (place, handed, idle) = state.withLock { state in
      let idle = state.idle.popLast()
      let (place, handed) = state.lane.begin(claim, in: idle?.place, at: now, moment)
      if idle == nil { state.keepers.append(.none) }
      return (place, handed, idle?.continuation)
    }
    if let idle {
      idle.resume(returning: handed)
    } else {
      places.addTask { try await self.keep(place, handed) }
    }
  }

  private func giveUp(at now: Duration) {
    let overdue = state.withLock { state in
      state.lane.giveUp(at: now).map { overdue in
        (overdue.handed, overdue.change, state.tell(overdue.place, overdue.handed))
      }
    }
    for (handed, change, keeper) in overdue {
      keeper?.resume(returning: handed)
      tell(change)
    }
  }

  private func ring(at moment: Duration, _ alarms: inout ThrowingDiscardingTaskGroup<any Error>) {
    let isNew = state.withLock { state in
      // One that rings earlier makes the loop look, and set the next.
      if state.alarms.contains(where: { $0 <= moment }) { return false }
      state.alarms.append(moment)
      return true
    }
    guard isNew else { return }
    alarms.addTask {
      try? await self.clock.sleep(for: moment - self.clock.now)
      self.state.withLock { state in
        state.alarms.removeAll { $0 == moment }
        return state.wake()
      }?.resume()
    }
  }

  private func rest(after seen: Int) async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.wakes != seen { return true }
        state.sleeper = continuation
        return false
      }
      if isOver { continuation.resume() }
    }
  }

  /// Lets every place end once it is idle.
  private func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [] }
      return state.idle.map(\.continuation)
    }
    for continuation in idle { continuation.resume(returning: nil) }
  }

  func tell(_ change: LaneState.Change) {
    switch change {
    case .none: break
    case .opened(let length): work.reports.tell(.laneOpened(work.id, for: length))
    case .halfOpened: work.reports.tell(.laneHalfOpened(work.id))
    case .closed: work.reports.tell(.laneClosed(work.id))
    }
  }
}

extension LaneLoop.State {
  mutating func wake() -> CheckedContinuation<Void, Never>? {
    wakes += 1
    defer { sleeper = nil }
    return sleeper
  }

  /// Tells a place's keeper, who is to be resumed outside the lock; only the first word counts.
  mutating func tell(
    _ place: Int,
    _ handed: LaneState.Handed?
  ) -> CheckedContinuation<LaneState.Handed?, Never>? {
    switch keepers[place] {
    case .told: return nil
    case .none:
      keepers[place] = .told(handed)
      return nil
    case .waiting(let continuation):
      keepers[place] = .told(handed)
      return continuation
    }
  }
}
