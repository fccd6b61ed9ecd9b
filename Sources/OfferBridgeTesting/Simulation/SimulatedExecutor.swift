import Foundation
import OfferBridgeKit

/// Runs every job of a simulation on one thread, the next one chosen by chance; when none is ready, time moves on.
///
/// What is awaited within it stays within it: tasks of groups, actors, streams and continuations inherit it. A task
/// that is made without it, or a sleep on a system's clock, comes back from another thread: such jobs are counted,
/// for they make a run differ from the next. Where that is meant, as of a database, nothing else runs meanwhile.
package final class SimulatedExecutor: TaskExecutor {
  fileprivate struct State {
    var ready: [UnownedJob] = []
    var chance: Seeded
    var alarms = AlarmQueue()
    var sleepers: [Int: UnsafeContinuation<Void, Never>] = [:]
    var lastSleeper = 0
    var now: Int64 = 0
    var isHurrying = false
    var jobs = 0
    /// How many jobs were run since time has moved.
    var jobsNow = 0
    var foreignJobs = 0
    var thread: ObjectIdentifier?
    /// What was ready when a call to the outside began; nothing of it runs until that is over.
    var held: [UnownedJob] = []
    var isOutside = false
  }

  private let state: Guarded<State>
  /// Wakes the one thread when a job comes from outside.
  private let arrival = DispatchSemaphore(value: 0)
  /// How many jobs may follow one another in one millisecond.
  fileprivate static let mostJobsAtOnce = 500_000
  /// How long the outside may take, in real time.
  private static let longestAnswer = DispatchTimeInterval.seconds(30)

  /// An executor at the beginning of its time.
  ///
  /// - Parameter seed: What the order of jobs depends on, and nothing else does.
  package init(seed: UInt64) {
    state = Guarded(State(chance: Seeded(seed)))
  }

  /// The milliseconds that have passed.
  package var now: Int64 { state.withLock { $0.now } }
  /// How many jobs were run.
  package var jobs: Int { state.withLock { $0.jobs } }
  /// How many jobs came from other threads: 0, or nothing can be said of the next run.
  package var foreignJobs: Int { state.withLock { $0.foreignJobs } }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isFromOutside = state.withLock { state in
      state.ready.append(job)
      if state.thread == ObjectIdentifier(Thread.current) { return false }
      if !state.isOutside { state.foreignJobs += 1 }
      return true
    }
    if isFromOutside { arrival.signal() }
  }

  /// Calls something that may answer from another thread, such as a database; until it does, nothing else runs.
  func outside<Answer>(_ body: () async throws -> Answer) async rethrows -> Answer {
    state.withLock { state in
      state.isOutside = true
      swap(&state.held, &state.ready)
    }
    defer {
      state.withLock { state in
        state.isOutside = false
        state.ready = state.held + state.ready
        state.held = []
      }
    }
    return try await body()
  }

  /// Runs it, and all that it starts, to the end.
  ///
  /// - Returns: Whether it came to its end; if not, it waits for something that nothing will bring.
  package func drive(_ body: @escaping @Sendable () async -> Void) -> Bool {
    let isDone = Guarded(false)
    state.withLock { $0.thread = ObjectIdentifier(Thread.current) }
    Task(executorPreference: self) {
      await OutlivingWork.executor.withValue(self) { await body() }
      isDone.withLock { $0 = true }
    }
    while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    return isDone.withLock { $0 }
  }

  /// The next job, once time has moved to where there is one.
  private func next() -> UnownedJob? {
    while true {
      let woken: UnsafeContinuation<Void, Never>?
      switch state.withLock({ $0.step() }) {
      case .run(let job): return job
      case .nothing: return nil
      case .wait:
        guard arrival.wait(timeout: .now() + Self.longestAnswer) == .success else { return nil }
        continue
      case .wake(let sleeper): woken = sleeper
      }
      woken?.resume()
    }
  }

  /// Waits for so many milliseconds, or until the task is cancelled.
  package func sleep(for length: Int64) async {
    let sleeper = state.withLock { state in
      state.lastSleeper += 1
      return state.lastSleeper
    }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let isOver = state.withLock { state in
          // Cancelled between the call and here: there is nobody left to wake.
          if Task.isCancelled || state.isHurrying { return true }
          state.sleepers[sleeper] = continuation
          state.alarms.insert(sleeper, at: state.now.addingReportingOverflow(max(0, length)).partialValue)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: sleeper) }?.resume()
    }
    await letOthersGoOnInAHurry()
  }

  /// Waits for so many milliseconds, whether or not the task is cancelled.
  package func sleepThrough(for length: Int64) async {
    await withUnsafeContinuation { continuation in
      let isOver = state.withLock { state in
        if state.isHurrying { return true }
        state.lastSleeper += 1
        state.sleepers[state.lastSleeper] = continuation
        state.alarms.insert(state.lastSleeper, at: state.now + max(0, length))
        return false
      }
      if isOver { continuation.resume() }
    }
    await letOthersGoOnInAHurry()
  }

  // A wait that is over at once suspends nothing: who waits again and again would keep the one thread for ever, and
  // what it waits for could not happen.
  private func letOthersGoOnInAHurry() async {
    if state.withLock({ $0.isHurrying }) { await Task.yield() }
  }

  /// Ends every wait, now and from now on: the run is over.
  func hurry() {
    let woken = state.withLock { state in
      state.isHurrying = true
      let woken = state.sleepers.sorted { $0.key < $1.key }.map(\.value)
      state.sleepers = [:]
      return woken
    }
    for continuation in woken { continuation.resume() }
  }
}

extension SimulatedExecutor.State {
  fileprivate enum Step {
    case run(UnownedJob)
    case wake(UnsafeContinuation<Void, Never>?)
    case wait
    case nothing
  }

  fileprivate mutating func step() -> Step {
    if !ready.isEmpty {
      jobs += 1
      jobsNow += 1
      // Somebody asks again and again, and waits for nothing, or for a millisecond each time.
      if jobsNow > SimulatedExecutor.mostJobsAtOnce { return .nothing }
      // The last one takes its place: what is ready has no order.
      let chosen = ready.count == 1 ? 0 : Int(chance.next() % UInt64(ready.count))
      ready.swapAt(chosen, ready.count - 1)
      return .run(ready.removeLast())
    }
    if isOutside { return .wait }
    guard let alarm = alarms.popFirst() else { return .nothing }
    // One that was cancelled leaves its alarm behind, which moves no time.
    guard let sleeper = sleepers.removeValue(forKey: alarm.sleeper) else { return .wake(nil) }
    if alarm.at > now { jobsNow = 0 }
    now = max(now, alarm.at)
    return .wake(sleeper)
  }
}
