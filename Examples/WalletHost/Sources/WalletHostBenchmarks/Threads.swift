import Foundation

/// Does each on a thread of its own, as who waits for a database must.
func onThreads<Value: Sendable>(_ bodies: [@Sendable () throws -> Value]) async throws -> [Value] {
  try await withThrowingTaskGroup(of: (Int, Value).self) { group in
    for (place, body) in bodies.enumerated() {
      group.addTask {
        try await withCheckedThrowingContinuation { continuation in
          Thread.detachNewThread { continuation.resume(with: Result { (place, try body()) }) }
        }
      }
    }
    var found: [(Int, Value)] = []
    for try await each in group { found.append(each) }
    return found.sorted { $0.0 < $1.0 }.map(\.1)
  }
}
