import Foundation

/// How many runs have a thread to themselves at once: as many as there are processors.
actor SimulationThreads {
  static let shared = SimulationThreads()

  private var free = max(1, ProcessInfo.processInfo.activeProcessorCount)
  private var waiting: [CheckedContinuation<Void, Never>] = []

  private func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func give() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }

  /// Does something long on a thread that no task waits for.
  func run<Answer: Sendable>(_ body: @escaping @Sendable () -> Answer) async -> Answer {
    await take()
    let answer = await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: body()) }
      // As much as a main thread has: tasks of a run are nested deeply.
      thread.stackSize = 8 << 20
      thread.start()
    }
    give()
    return answer
  }
}
