import Foundation

/// One lane of one `run`: claims what is due as places become free, and minds time-outs, rate, breaker and ledger.
///
/// Each place is a task that attempts one message after the other. The loop
/// hands out claims and waits; it never waits for an attempt, nor for the ledger.
final class LaneLoop: Sendable {
  struct State {
    var lane: LaneState
    var idle: [(place: Int, continuation: CheckedContinuation<LaneState.Handed?, Never>)] = []
    var keepers: [Keeper] = []
    var claiming = LaneClaiming()
    var outage = LedgerOutage()
    var sleeper: CheckedContinuation<Void, Never>?
    var wakes = 0
    var failure: OfferBridgeError?
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
  private let stop: LaneStop
  private let bell = LaneBell()
  let state: Guarded<State>

  init(_ work: LaneWork, _ settings: LaneSettings, on clock: DeliveryClock, _ stop: LaneStop) {
    self.work = work
    self.clock = clock
    self.stop = stop
    state = Guarded(
      State(lane: LaneState(settings, of: work.id, timeout: work.provider.timeout))
    )
  }

  /// Runs until it is told to stop, the task is cancelled or the ledger cannot be worked with.
  func run() async throws(OfferBridgeError) {
    await withDiscardingTaskGroup { tasks in
      await withDiscardingTaskGroup { alarms in
        await withTaskCancellationHandler {
          alarms.addTask { await self.bell.keep(on: self.clock) { self.wake() } }
          await coordinate(&tasks)
          close()
          alarms.cancelAll()
        } onCancel: {
          wake()
        }
      }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  /// Looks again: something may be due, or free.
  func wake() { state.withLock { $0.wake() }?.resume() }

  /// Ends this lane and all others, for this reason if there is none yet.
  func fail(_ error: OfferBridgeError) {
    state.withLock { $0.failure = $0.failure ?? error }
    stop.ask()
  }

  // MARK: The loop

  private func coordinate(_ tasks: inout DiscardingTaskGroup) async {
    while true {
      let seen = state.withLock { $0.wakes }
      let now = clock.now
      giveUp(at: now)
      let due = takeIn(at: now, mayBegin: !isOver, &tasks)
      // Taking in may have ended it, and what began just now has its time from now on.
      let nextTimeout = state.withLock { $0.lane.nextTimeout }
      var next = [due, nextTimeout].compactMap(\.self).min()
      if isOver {
        close()
        if state.withLock({ !$0.claiming.isUnderWay }), nextTimeout == nil || Task.isCancelled { return }
      } else {
        tell(state.withLock { $0.lane.look(at: now) })
        let until = ask(at: now, seen, &tasks)
        next = [next, until].compactMap(\.self).min()
      }
      if let next { bell.ring(at: next) }
      await rest(after: seen)
    }
  }

  private var isOver: Bool { Task.isCancelled || stop.isAsked }

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
