/// Where work goes on that outlives the cancellation of its task: a simulation keeps it on its own thread.
package enum OutlivingWork {
  // Written out: the macro of it is not to be had where the sources are checked for another platform.
  package static let executor = TaskLocal<(any TaskExecutor)?>(wrappedValue: nil)
}

/// Does it to its end though the task is cancelled, or has been.
func outlivingCancellation<Answer: Sendable>(
  _ body: @escaping @Sendable () async throws -> Answer
) async throws -> Answer {
  try await unbound(body).value
}

/// Does it though the task is cancelled, or has been; whoever waits for it waits no longer than the limit.
func outlivingCancellation(
  for limit: Duration,
  on clock: DeliveryClock,
  _ body: @escaping @Sendable () async -> Void
) async {
  let (ends, end) = AsyncStream.makeStream(of: Void.self)
  let work = unbound {
    await body()
    end.yield()
  }
  let watch = unbound {
    try? await clock.sleep(for: limit)
    end.yield()
  }
  // In a task of its own: one that is cancelled would not wait for a stream.
  try? await outlivingCancellation { for await _ in ends { break } }
  work.cancel()
  watch.cancel()
}

// The one place where work leaves the caller's task: a cancelled one cannot wait for what still has to be written.
private func unbound<Answer: Sendable>(
  _ body: @escaping @Sendable () async throws -> Answer
) -> Task<Answer, any Error> {
  Task(executorPreference: OutlivingWork.executor.get()) { try await body() }
}
