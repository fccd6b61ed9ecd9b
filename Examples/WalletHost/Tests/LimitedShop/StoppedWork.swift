import Foundation
package import OfferBridgeKit
import OfferBridgeTesting
import Synchronization

/// The work of a process that stops in the midst of it, as by `kill -STOP`, and knows nothing of that when it goes on.
///
/// Where it stops is exact: in a step that it decides on, with what it has locked; or with a message in its hands.
package enum StoppedWork: Sendable {
  /// One visit of that shopper, stopped in its step.
  case visit(Int)
  /// Those shoppers' visits, one after the other, stopped in the step of the third.
  case visits(Range<Int>)
  /// The delivery of one message, claimed for that long, stopped before the wallet gets it.
  case delivery(lease: Duration)

  /// As the arguments of a process.
  package var arguments: [String] {
    switch self {
    case .visit(let number): ["visit", "\(number)"]
    case .visits(let numbers): ["visits", "\(numbers.lowerBound)", "\(numbers.upperBound)"]
    case .delivery(let lease): ["delivery", "\(lease / .milliseconds(1))"]
    }
  }

  package init?(_ arguments: some Collection<String>) {
    let numbers = arguments.dropFirst().compactMap { Double($0).map { Int($0) } }
    switch (arguments.first, numbers.count) {
    case ("visit", 1): self = .visit(numbers[0])
    case ("visits", 2) where numbers[0] <= numbers[1]: self = .visits(numbers[0]..<numbers[1])
    case ("delivery", 1): self = .delivery(lease: .milliseconds(numbers[0]))
    default: return nil
    }
  }

  /// Does the work, and prints a line for each thing that is done.
  ///
  /// - Parameter open: Opens the ledger, which takes its chance from what it is given.
  package func run(
    _ open: (_ chance: @escaping @Sendable () -> UInt64) async throws -> any OfferLedger
  ) async {
    do {
      let countdown = StepCountdown()
      let ledger = try await open { countdown.chance() }
      switch self {
      case .visit(let number): try await visit(number..<number + 1, stoppingIn: number, ledger, countdown)
      case .visits(let numbers):
        try await visit(numbers, stoppingIn: numbers.lowerBound + 2, ledger, countdown)
      case .delivery(let lease): try await deliver(for: lease, ledger)
      }
      WorkerVoice.say("done")
    } catch {
      let cause = (error as? OfferBridgeError)?.underlyingError ?? error
      WorkerVoice.say("it threw \(cause)")
    }
  }

  private func visit(
    _ numbers: Range<Int>,
    stoppingIn stop: Int,
    _ ledger: any OfferLedger,
    _ countdown: StepCountdown
  ) async throws {
    let shop = try await LimitedShop(over: ledger, FakeWallet("wallet"))
    for number in numbers {
      if number == stop { countdown.begin() }
      try await shop.visit(number, at: Date())
      WorkerVoice.say("visit \(number)")
    }
  }

  private func deliver(for lease: Duration, _ ledger: any OfferLedger) async throws {
    let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 1, lease: lease)
    guard let claim = try await ledger.claim(query).claims.first else { return WorkerVoice.say("nothing") }
    WorkerVoice.stop()
    // What it sends comes late; its parent is the wire to the wallet.
    let bytes = try JSONEncoder().encode(claim.message)
    WorkerVoice.say("sends \(String(decoding: bytes, as: UTF8.self))")
    let settlement = Settlement(lease: claim.lease, outcome: .accepted("late"))
    for answer in try await ledger.settle([settlement], tenant: "main") { WorkerVoice.say("\(answer)") }
  }
}

/// Stops the process the second time that a step asks for chance: it has told something by then, and is not at its end.
private final class StepCountdown: Sendable {
  private let left = Mutex<Int?>(nil)

  func begin() { left.withLock { $0 = 2 } }

  func chance() -> UInt64 {
    let isToStop = left.withLock { left in
      guard let now = left else { return false }
      left = now > 1 ? now - 1 : nil
      return now == 1
    }
    if isToStop { WorkerVoice.stop() }
    return .random(in: .min ... .max)
  }
}

/// What a process says, a line at once and in one piece.
private enum WorkerVoice {
  static func say(_ line: String) {
    try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
  }

  /// Stops this process, until somebody has it go on: by a signal to this very thread, which goes no step further.
  static func stop() { _ = raise(SIGSTOP) }
}
