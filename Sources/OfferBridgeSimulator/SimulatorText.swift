import OfferBridgeTesting

/// The results in lines for a person.
enum SimulatorText {
  static func lines(of result: SimulatorResult) -> [String] {
    var lines = [
      "journeys    \(result.journeys), \(result.virtualSeconds) virtual seconds in \(Int(result.seconds)) seconds",
      "violations  \(result.violations)",
      "exhaustive  \(result.exhaustiveRuns) crashes and orders",
      "mutants     \(result.mutantsKilled) of \(result.mutantsPlanted) killed",
      "trace       \(result.traceHash), \(result.isSameInAnotherProcess ? "the same" : "ANOTHER") in another process",
      "unseen      \(result.unseenAnswers.isEmpty ? "nothing" : result.unseenAnswers.joined(separator: ", "))",
    ]
    lines += result.firstViolations
    lines += result.mutantsAlive.map { "alive: \($0)" }
    lines += result.seedsToKill.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map {
      "\($0.value) seed\($0.value == 1 ? "" : "s"): \($0.key)"
    }
    lines += result.faults.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return lines
  }

  /// One run: how it can be repeated, what it broke and what came before.
  static func lines(of report: SimulationReport, _ simulation: Simulation) -> [String] {
    var lines = ["\(simulation)", "trace \(String(report.traceHash, radix: 16))"]
    lines += report.violations.map { "\($0)" }
    if report.violations.isEmpty { lines.append("every promise was kept") }
    if !report.lastSteps.isEmpty { lines += ["the last steps:"] + report.lastSteps }
    if !report.violations.isEmpty, let small = simulation.shrunk() {
      lines += ["the smallest run that was found:", small.report.test ?? ""]
    }
    return lines
  }
}
