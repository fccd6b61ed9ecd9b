import OfferBridgeKit

/// What a run keeps of itself: the trace, the answers that were seen, and what should not have been.
final class SimulationBook: Sendable {
  private struct State {
    var trace = SimulationTrace()
    var answers: [String: Int] = [:]
    var violations: [(promise: String, what: String)] = []
  }

  /// No more than so many are kept of a run: the first tells, the rest follow from it.
  private static let mostViolations = 8

  private let state = Guarded(State())

  /// What happened, when and to whom.
  func note(_ line: String) { state.withLock { $0.trace.add(line) } }

  /// That an answer was seen.
  func saw(_ answer: String) { state.withLock { $0.answers[answer, default: 0] += 1 } }

  func violate(_ promise: String, _ what: String) {
    state.withLock { state in
      guard state.violations.count < Self.mostViolations else { return }
      state.violations.append((promise, what))
    }
  }

  var isClean: Bool { state.withLock { $0.violations.isEmpty } }

  /// Writes what it has into a report.
  func write(into report: inout SimulationReport, of simulation: Simulation) {
    let state = state.withLock { $0 }
    report.answers = state.answers
    report.traceHash = state.trace.hash
    report.violations = state.violations.map {
      SimulationReport.Violation(simulation: simulation, promise: $0.promise, what: $0.what)
    }
    if !report.violations.isEmpty { report.lastSteps = state.trace.last }
  }
}
