package import Foundation
import Synchronization

/// A process that stops in the midst of its work, as its parent sees it.
package final class StoppedProcess: Sendable {
  /// It ended, or could not be asked, before it stopped.
  package struct NotStopped: Error {}

  private let process: Process
  private let output = Pipe()

  /// Starts it, and returns once it has stopped.
  ///
  /// - Parameters:
  ///   - executable: One of this package; it lies beside the tests.
  ///   - arguments: What opens its ledger.
  ///   - work: What it does.
  /// - Throws: ``NotStopped``, or why it could not be started.
  package init(_ executable: URL, _ arguments: [String], _ work: StoppedWork) async throws {
    process = Process()
    process.executableURL = executable
    process.arguments = arguments + work.arguments
    process.standardOutput = output
    // A pipe that another process inherited would stay open when its own has ended.
    for handle in [output.fileHandleForReading, output.fileHandleForWriting] {
      _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
    try process.run()
    try output.fileHandleForWriting.close()
    let id = id_t(process.processIdentifier)
    let isStopped = await Self.onThread {
      var information = siginfo_t()
      while waitid(P_PID, id, &information, Int32(WSTOPPED | WEXITED | WNOWAIT)) != 0 {
        guard errno == EINTR else { return false }
      }
      return information.si_code == Int32(CLD_STOPPED)
    }
    guard isStopped else { throw NotStopped() }
  }

  deinit { kill() }

  /// Has it go on.
  package func goOn() { _ = Foundation.kill(process.processIdentifier, SIGCONT) }

  /// Ends it where it is.
  package func kill() {
    if process.isRunning { _ = Foundation.kill(process.processIdentifier, SIGKILL) }
  }

  /// What it said until its end, a line each.
  package func lines() async throws -> [String] {
    let data = try await Self.onThread { [output] in Result { try output.fileHandleForReading.readToEnd() } }
      .get()
    return String(decoding: data ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// What waits has a thread of its own.
  private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body()) }
    }
  }
}
