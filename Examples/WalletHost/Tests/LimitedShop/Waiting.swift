/// Waits until something is so.
///
/// What never is ends with the test's time limit, which cancels its task.
///
/// - Parameter isSo: Is asked again and again.
/// - Throws: What it throws, and `CancellationError`.
package func waitUntil(_ isSo: () async throws -> Bool) async throws {
  while try await !isSo() {
    try Task.checkCancellation()
    await Task.yield()
  }
}
