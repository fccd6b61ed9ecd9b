import OfferBridgeKit
import OfferBridgeTesting

@main
struct Main {
  static func main() async {
    let journeys = Int(CommandLine.arguments.dropFirst().first ?? "") ?? 10_000
    let seed = UInt64(CommandLine.arguments.dropFirst(2).first ?? "") ?? 1
    let clock = ContinuousClock()
    var report = SimulationReport?.none
    let time = await clock.measure { report = await SimulationSweep(journeys: journeys, seed: seed).run() }
    guard let report else { return }
    print(
      "journeys \(report.journeys) runs \(report.runs) jobs \(report.jobs) virtual \(report.virtualMilliseconds / 1000) s in \(time) hash \(report.traceHash)"
    )
    print("effects \(report.effects) beyond \(report.effectsBeyondMemory)")
    print("unseen", report.unseenAnswers)
    print("faults", report.faults.map { "\($0.key.rawValue) \($0.value)" }.sorted())
    for violation in report.violations.prefix(20) { print(violation.simulation, violation) }
    for line in report.lastSteps { print("   ", line) }
  }
}
