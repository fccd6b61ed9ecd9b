import Foundation
import Synchronization

/// A process that is stopped for a while, and started again after it was killed.
final class DemoProcess: Sendable {
  private let executable: URL
  private let environment: [String: String]
  private let log: URL
  private let running = Mutex<Process?>(nil)

  init(_ name: String, _ environment: [String: String], log: URL) {
    // The three are built into one folder.
    executable = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: name)
    self.environment = environment
    self.log = log
  }

  func start() throws {
    let process = Process()
    process.executableURL = executable
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
    let output = try FileHandle(forWritingTo: log)
    try output.seekToEnd()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    running.withLock { $0 = process }
  }

  /// As a power cut does: nothing is finished.
  func kill() {
    running.withLock { process in
      guard let ended = process else { return }
      Foundation.kill(ended.processIdentifier, SIGKILL)
      ended.waitUntilExit()
      process = nil
    }
  }

  /// Holds it where it is for that long, as a machine does that is short of memory or put to sleep.
  func hold(for time: Duration) async throws {
    guard let id = running.withLock({ $0?.processIdentifier }) else { return }
    _ = Foundation.kill(id, SIGSTOP)
    defer { _ = Foundation.kill(id, SIGCONT) }
    try await Task.sleep(for: time)
  }

  /// Asks it to stop, and waits until it has.
  func stop() {
    running.withLock { process in
      guard let ended = process else { return }
      ended.terminate()
      ended.waitUntilExit()
      process = nil
    }
  }
}
