import Dispatch
import Foundation
import Synchronization

/// Some connections, each with a thread of its own: libpq waits on the thread that calls it, and the threads that
/// Swift's tasks share must not wait.
///
/// What is asked for is done in the order in which it came, by the connections
/// that are free; what comes when none is waits its turn. A connection is opened when it
/// is first needed, and opened anew for the next one who needs it after it was lost.
final class ConnectionPool: Sendable {
  private let queue: JobQueue

  /// - Parameters:
  ///   - most: How many connections there are at most.
  ///   - open: Opens one.
  init(most: Int, open: @escaping @Sendable () throws -> PostgresConnection) {
    queue = JobQueue(most: max(1, most), open: open)
  }

  deinit { queue.close() }

  /// Ends the connections once all that was asked for is done; what is asked for after that throws.
  func close() { queue.close() }

  /// Does something on a thread of its own.
  ///
  /// - Parameter body: Gets what gives it its connection, which is opened where it is not there.
  /// - Returns: What the body returns.
  /// - Throws: What the body throws; `closed` where it was not begun.
  func run<Answer: Sendable>(
    _ body: @escaping @Sendable (ConnectionSlot) throws -> Answer
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      let isTaken = queue.add { slot in continuation.resume(with: Result { try body(slot) }) }
      if !isTaken { continuation.resume(throwing: PostgresLedgerError.closed) }
    }
  }
}

/// The place of one connection, of one thread.
final class ConnectionSlot {
  private let open: () throws -> PostgresConnection
  /// The connection, or `nil` while there is none.
  private(set) var connection: PostgresConnection?

  fileprivate init(open: @escaping () throws -> PostgresConnection) { self.open = open }

  /// The connection, which is opened where it is not there or was lost.
  func connected() throws -> PostgresConnection {
    if let connection, !connection.isLost { return connection }
    connection = nil
    let opened = try open()
    connection = opened
    return opened
  }

  /// Gives the connection up, whatever is under way on it.
  func drop() { connection = nil }
}

/// What is to be done, and the threads that do it.
private final class JobQueue: Sendable {
  typealias Job = @Sendable (ConnectionSlot) -> Void

  private struct State {
    var jobs: [Job] = []
    var threads = 0
    /// Threads that wait and to which no job was promised; never too many.
    var free = 0
    var isClosed = false
  }

  private let most: Int
  private let open: @Sendable () throws -> PostgresConnection
  private let state = Mutex(State())
  private let calls = DispatchSemaphore(value: 0)

  init(most: Int, open: @escaping @Sendable () throws -> PostgresConnection) {
    self.most = most
    self.open = open
  }

  /// - Returns: Whether it will be done: it is not closed.
  func add(_ job: @escaping Job) -> Bool {
    let (isTaken, isToStart) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      state.jobs.append(job)
      if state.free > 0 {
        state.free -= 1
        return (true, false)
      }
      guard state.threads < most else { return (true, false) }
      state.threads += 1
      return (true, true)
    }
    if isToStart { Thread.detachNewThread { self.work() } }
    if isTaken { calls.signal() }
    return isTaken
  }

  func close() {
    let threads = state.withLock { state in
      state.isClosed = true
      return state.threads
    }
    for _ in 0..<threads { calls.signal() }
  }

  private func work() {
    let slot = ConnectionSlot(open: open)
    while true {
      calls.wait()
      // Woken without a job, it is closed.
      guard let job = state.withLock({ $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }) else { return }
      job(slot)
      state.withLock { state in if state.jobs.isEmpty { state.free += 1 } }
    }
  }
}
