/// One round of sending after the other, until the task is cancelled.
///
/// A round that throws ends nothing: what it did not send is still there for
/// the next. A wallet that ended with its database's first fault would report
/// nothing more until somebody started it again.
enum NoticeRounds {
  /// How long it rests after a round in which there was nothing to send.
  static let rest = Duration.milliseconds(50)
  /// How long it rests after a round that threw; what a database has wrong is seldom over at once.
  static let restAfterFailure = Duration.seconds(1)

  /// Makes rounds, and returns once the task is cancelled.
  ///
  /// - Parameters:
  ///   - round: Sends what is due, and says how much that was.
  ///   - failed: Is told what a round threw; not where that is the cancellation.
  ///   - wait: Waits so long, or until the task is cancelled.
  static func run(
    _ round: () async throws -> Int,
    failed: (any Error) -> Void,
    wait: (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) async {
    while !Task.isCancelled {
      do {
        if try await round() == 0 { try await wait(rest) }
      } catch {
        // What was under way is cut off, and sent again once the wallet is back.
        if Task.isCancelled { return }
        failed(error)
        try? await wait(restAfterFailure)
      }
    }
  }
}
