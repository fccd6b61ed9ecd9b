import Dispatch
import OfferBridgeKit

extension MessageProviderContract {
  /// What happens when the time is over.
  static let cancellationChecks: [ContractCheck<MessageProviderUnderTest>] = [
    .init("deliver.endsWhenCancelledBeforehand") { subject, steps in
      let stand = try await subject.accepting(steps)
      await withTaskGroup(of: Void.self) { group in
        group.cancelAll()
        // An answer or an error: both are an end.
        group.addTask { _ = try? await stand.deliver(.example("a")) }
      }
      let replicas = try await stand.replicas()
      try steps.expect("one replica at most", replicas <= 1, seen: replicas)
      try await stand.accepted(.example("a"), 2, steps)
      try steps.expect("replicas after another attempt", try await stand.replicas(), is: 1)
    },
    .init("deliver.endsWhenCancelled") { subject, steps in
      let stand = try await subject.stand(.hanging)
      _ = try await cancelled(stand, subject, steps)
    },
    .init("deliver.cancelledIsUnknown") { subject, steps in
      let stand = try await subject.stand(.hanging)
      if case .success(let answer) = try await cancelled(stand, subject, steps) {
        throw steps.violation(expected: "a cancelled attempt throws", seen: "\(answer)")
      }
    },
    .init("deliver.sendsNothingAfterCancellation") { subject, steps in
      let stand = try await subject.stand(.hanging)
      _ = try await stand.arrived()
      _ = try await cancelled(stand, subject, steps)
      try await stand.pass?(stand.provider.timeout * 3)
      for _ in 0..<1_000 { await Task.yield() }
      let count = try await stand.arrived().count
      try steps.expect("one arrival at most", count <= 1, seen: count)
    },
    .init("deliver.endsByItsTimeout") { subject, steps in
      let stand = try await subject.stand(.hanging)
      guard let pass = stand.pass else { throw NotClaimed() }
      let attempt = RunningAttempt(stand)
      defer { attempt.cancel() }
      try await attempt.arrives(stand, subject)
      try await pass(stand.provider.timeout)
      guard let end = await attempt.end(subject) else {
        throw steps.violation(expected: "an attempt ends by its time-out", seen: "it goes on")
      }
      if case .success(let answer) = end {
        throw steps.violation(expected: "an attempt that times out throws", seen: "\(answer)")
      }
    },
    .init("deliver.blocksNoThread") { subject, steps in
      let stand = try await subject.stand(.hanging)
      let thread = OneThread()
      let attempt = RunningAttempt(stand, on: thread)
      defer { attempt.cancel() }
      try await attempt.arrives(stand, subject)
      let isFree = Guarded(false)
      let other = Task(executorPreference: thread) { isFree.withLock { $0 = true } }
      defer { other.cancel() }
      guard await subject.inTime({ isFree.withLock { $0 } }) else {
        throw steps.violation(
          expected: "the thread is free while an answer is awaited",
          seen: "it is blocked"
        )
      }
    },
  ]

  /// How an attempt ends that is cancelled when the external system has it.
  private static func cancelled(
    _ stand: WalletStand,
    _ subject: MessageProviderUnderTest,
    _ steps: ContractSteps
  ) async throws -> Result<DeliveryAnswer, any Error> {
    let attempt = RunningAttempt(stand)
    try await attempt.arrives(stand, subject)
    attempt.cancel()
    guard let end = await attempt.end(subject) else {
      throw steps.violation(expected: "a cancelled attempt ends", seen: "it goes on")
    }
    steps.note("cancelled: \(end)")
    return end
  }
}

/// An attempt that goes on beside its check, and may never end.
private final class RunningAttempt: Sendable {
  private let task: Task<Void, Never>
  private let result: Guarded<Result<DeliveryAnswer, any Error>?>

  init(_ stand: WalletStand, on executor: (any TaskExecutor)? = nil) {
    let result = Guarded<Result<DeliveryAnswer, any Error>?>(nil)
    self.result = result
    task = Task(executorPreference: executor) {
      do {
        let answer = try await stand.deliver(.example("a"))
        result.withLock { $0 = .success(answer) }
      } catch {
        result.withLock { $0 = .failure(error) }
      }
    }
  }

  func cancel() { task.cancel() }

  /// Waits until the external system has it, as far as that is seen.
  func arrives(_ stand: WalletStand, _ subject: MessageProviderUnderTest) async throws {
    guard let arrivals = stand.arrivals else {
      for _ in 0..<100 { await Task.yield() }
      return
    }
    _ = try await subject.inTime { try await !arrivals().isEmpty }
  }

  /// How it ended, or `nil` when it did not in time.
  func end(_ subject: MessageProviderUnderTest) async -> Result<DeliveryAnswer, any Error>? {
    _ = await subject.inTime { result.withLock { $0 != nil } }
    return result.withLock { $0 }
  }
}

/// Runs all jobs on one thread, so that one that waits there is noticed.
private final class OneThread: TaskExecutor {
  private let queue = DispatchQueue(label: "MessageProviderContract")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
