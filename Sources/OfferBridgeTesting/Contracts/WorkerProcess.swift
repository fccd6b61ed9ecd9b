#if os(macOS) || os(Linux)
import Dispatch
import Foundation
import OfferBridgeKit

/// One process under way: what it was told, what it said, and its end.
final class WorkerProcess {
  let order: WorkOrder
  /// Complete lines, as it wrote them.
  private(set) var lines: [String] = []
  private(set) var isKilled = false
  /// Whether nothing more is read of it.
  private(set) var hasEnded = false
  private var isOver = false
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let exit = DispatchSemaphore(value: 0)
  /// What it wrote of a line that has not ended.
  private(set) var rest = Data()

  // A pipe that another process inherited would stay open when its own has ended: one start at a time.
  private static let starts = Guarded(())

  init(_ ledger: LedgerProcess, _ order: WorkOrder) throws {
    self.order = order
    process.executableURL = ledger.executable
    process.arguments = ledger.arguments
    process.standardInput = input
    process.standardOutput = output
    process.terminationHandler = { [exit] _ in exit.signal() }
    // Written before anybody can close the other end, which would be the end of this process.
    try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(order) + Data("\n".utf8))
  }

  /// Starts them all, or ends those that it started.
  static func start(_ ledger: LedgerProcess, _ orders: [WorkOrder]) throws -> [WorkerProcess] {
    try starts.withLock { _ in
      var workers: [WorkerProcess] = []
      do {
        for order in orders {
          let worker = try WorkerProcess(ledger, order)
          for handle in worker.handles { _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC) }
          #if os(Linux)
          // F_SETPIPE_SZ: a pipe of some ten lines, for a process must not run far ahead of who counts them.
          _ = fcntl(worker.descriptor, 1031, 4096)
          #endif
          try worker.process.run()
          workers.append(worker)
        }
      } catch {
        for worker in workers { worker.end() }
        throw error
      }
      return workers
    }
  }

  private var handles: [FileHandle] {
    [input, output].flatMap { [$0.fileHandleForReading, $0.fileHandleForWriting] }
  }

  var descriptor: Int32 { output.fileHandleForReading.fileDescriptor }

  /// Ends its standard input, for which it waits.
  func go() { try? input.fileHandleForWriting.close() }

  /// Kills it, as no process can prevent; what it wrote before can still be read.
  func kill() {
    isKilled = true
    signal()
  }

  private func signal() {
    if process.isRunning { _ = Foundation.kill(process.processIdentifier, SIGKILL) }
  }

  /// Ends it, and waits for no one: a child of its own may have its pipe, and go on.
  func end() {
    signal()
    close()
  }

  /// Reads what is there, and waits if nothing is; the end of its output is its end.
  ///
  /// - Returns: How many lines there are more.
  func read() -> Int {
    let before = lines.count
    let data = output.fileHandleForReading.availableData
    if data.isEmpty {
      // One that only closed its output works no more; to one that is ending by itself this does nothing.
      signal()
      isOver = exit.wait(timeout: .now() + .seconds(10)) == .success
      close()
      return 0
    }
    // Looked for in what is new alone: a line may be long, and come in many parts.
    var part = data[...]
    while let end = part.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(String(decoding: rest + part[..<end], as: UTF8.self))
      rest = Data()
      part = part[(end + 1)...]
    }
    rest += part
    return lines.count - before
  }

  private func close() {
    hasEnded = true
    for handle in handles { try? handle.close() }
  }

  /// How it ended, in words.
  var ending: String {
    guard isOver else { return "still at work" }
    let how = process.terminationReason == .exit ? "exit status" : "signal"
    return "ended with \(how) \(process.terminationStatus) after \(lines.count) lines"
  }

  var endedWell: Bool { isOver && process.terminationReason == .exit && process.terminationStatus == 0 }
}

/// Three processes at work on one store, until each is killed or has ended.
struct WorkerRound: Sendable {
  /// When one is killed: at that line of its own, and so many lines of anybody's later.
  struct Kill: Sendable {
    let line: Int
    let later: Int
  }

  let ledger: LedgerProcess
  let orders: [WorkOrder]
  /// One for each order, or none at all.
  let kills: [Kill]

  /// What one process left.
  struct Trace: Sendable {
    let order: WorkOrder
    let lines: [String]
    /// Why it was not as it should be, or `nil`.
    let fault: String?
    let ending: String
  }

  /// Runs on a thread of its own, for it waits for pipes.
  func run() async throws -> [Trace] {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try runHere() }) }
    }
  }

  private func runHere() throws -> [Trace] {
    let workers = try WorkerProcess.start(ledger, orders)
    let trouble = runToTheEnd(workers)
    let endings = workers.map(\.ending)
    var faults = workers.map { worker -> String? in
      let endedItself = !worker.isKilled && !(worker.order.finishes && worker.endedWell)
      return endedItself ? "by itself it \(worker.ending)" : nil
    }
    if let trouble {
      for (index, worker) in workers.enumerated() where !worker.hasEnded {
        worker.end()
        faults[index] = trouble
      }
    }
    return workers.indices.map {
      Trace(order: orders[$0], lines: workers[$0].lines, fault: faults[$0], ending: endings[$0])
    }
  }

  /// Reads from all and kills whose line has come, until they have ended.
  ///
  /// - Returns: Why those that have not will not; `nil` when all have.
  private func runToTheEnd(_ workers: [WorkerProcess]) -> String? {
    // Far more than there is to do; one that was killed writes no more than its pipe holds.
    let most = 1000 + 100 * ledger.rounds
    let longest = 1 << 20
    var total = 0
    var dues: [Int?] = workers.map { _ in nil }
    var haveGone = false
    while true {
      let living = workers.filter { !$0.hasEnded }
      if living.isEmpty { return nil }
      guard let ready = readable(living) else { return "not ended, and nothing within \(ledger.patience)" }
      for worker in ready {
        total += worker.read()
        if worker.lines.count > most { return "not ended after \(most) lines" }
        if worker.rest.count > longest { return "not ended, in a line of more than \(longest) bytes" }
        let index = worker.order.worker - 1
        if kills.indices.contains(index), dues[index] == nil, worker.lines.count > kills[index].line {
          dues[index] = total + kills[index].later
        }
      }
      if !haveGone, workers.allSatisfy({ $0.hasEnded || !$0.lines.isEmpty }) {
        haveGone = true
        for worker in workers { worker.go() }
      }
      for (worker, due) in zip(workers, dues) where !worker.isKilled && !worker.hasEnded {
        if let due, total >= due { worker.kill() }
      }
    }
  }

  /// Those that have something to read, or have ended; `nil` when the patience is over.
  private func readable(_ workers: [WorkerProcess]) -> [WorkerProcess]? {
    var polled = workers.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    let patience = Int32(clamping: ledger.patience.milliseconds)
    while true {
      let count = poll(&polled, nfds_t(polled.count), patience)
      if count > 0 { return zip(workers, polled).filter { $0.1.revents != 0 }.map(\.0) }
      // A signal to this process is nobody's silence.
      if count == 0 || errno != EINTR { return nil }
    }
  }
}
#endif
