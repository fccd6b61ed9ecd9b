import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// What all of it came to, as it is printed and encoded.
struct SimulatorResult: Encodable {
  /// How many journeys were begun.
  let journeys: Int
  /// In how many runs, and how many jobs were run in them.
  let runs: Int
  let jobs: Int
  /// How often a promise was broken, exhaustive runs included.
  let violations: Int
  /// The first of what was broken, each with the line of its run.
  let firstViolations: [String]
  /// Ways of crashing and orders of events that were tried, all there are.
  let exhaustiveRuns: Int
  let mutantsKilled: Int
  let mutantsPlanted: Int
  /// For each mutant that was killed, how many seeds it took.
  let seedsToKill: [String: Int]
  /// Those that were not.
  let mutantsAlive: [String]
  let seconds: Double
  let virtualSeconds: Int64
  /// The digest of all that happened, the same for the same seed in every process.
  let traceHash: String
  /// Whether another process, with another order of its dictionaries, came to the same digest.
  let isSameInAnotherProcess: Bool
  let unseenAnswers: [String]
  /// How often each class of fault struck.
  let faults: [String: Int]
  /// How often each answer was seen.
  let answers: [String: Int]
  /// Effects in wallets, each once; and those under a key that the wallet had forgotten.
  let effects: Int
  let effectsBeyondMemory: Int

  init(_ arguments: SimulatorArguments) async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let report = await SimulationSweep(journeys: arguments.journeys, seed: arguments.seed).run()
    let inMemory = LedgerUnderTest { now in InMemoryOfferLedger(now: now) }
    // Each of the two goes one way after the other, beside the mutants that are killed on the other processors.
    async let crashed = ExhaustiveRuns.crashes(of: inMemory)
    async let ordered = ExhaustiveRuns.orders(of: inMemory)
    let deaths = await SimulationMutant.killAll()
    let (crashes, orders) = try await (crashed, ordered)
    isSameInAnotherProcess = try await Self.isSameInAnotherProcess(arguments)
    let all =
      report.violations.map { "\($0.simulation): \($0)" } + crashes.violations + orders.violations
    (journeys, runs, jobs) = (report.journeys, report.runs, report.jobs)
    violations = all.count
    firstViolations = Array(all.prefix(10))
    exhaustiveRuns = crashes.runs + orders.runs
    seedsToKill = deaths.compactMapValues(\.self)
    mutantsAlive = deaths.filter { $0.value == nil }.map(\.key).sorted()
    mutantsKilled = seedsToKill.count
    mutantsPlanted = deaths.count
    let time = start.duration(to: clock.now)
    seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    virtualSeconds = report.virtualMilliseconds / 1000
    traceHash = String(report.traceHash, radix: 16)
    unseenAnswers = report.unseenAnswers
    answers = report.answers
    effects = report.effects
    effectsBeyondMemory = report.effectsBeyondMemory
    var faults: [String: Int] = [:]
    for (fault, count) in report.faults { faults[fault.rawValue] = count }
    self.faults = faults
  }

  var isGood: Bool { violations == 0 && mutantsAlive.isEmpty && isSameInAnotherProcess }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// A hundredth of the journeys here and in a process of its own, whose dictionaries have another order.
  private static func isSameInAnotherProcess(_ arguments: SimulatorArguments) async throws -> Bool {
    let journeys = max(1_000, arguments.journeys / 100)
    let child = Process()
    child.executableURL = Bundle.main.executableURL
    child.arguments = [
      SimulatorArguments.traceOption, "--journeys", "\(journeys)", "--seed", "\(arguments.seed)",
    ]
    let output = Pipe()
    child.standardOutput = output
    try child.run()
    let ours = await SimulationSweep(journeys: journeys, seed: arguments.seed).run().traceHash
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    child.waitUntilExit()
    return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) == "\(ours)"
  }
}
