import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// Simulates journeys until so many are done, and kills the mutants that show that it is not blind.
///
/// ```text
/// swift run -c release OfferBridgeSimulator --journeys 1000000 [--seed N] [--json]
/// swift run -c release OfferBridgeSimulator --run "OBSIM v1 seed=7 journeys=1000 processes=3 faults=all"
/// ```
///
/// The exit code is 0 when every promise was kept, every mutant killed and
/// the trace of another process the same.
@main
struct Simulator {
  static func main() async throws {
    let arguments: SimulatorArguments
    do {
      arguments = try SimulatorArguments(CommandLine.arguments.dropFirst())
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(2)
    }
    switch arguments.task {
    case .trace:
      print(await SimulationSweep(journeys: arguments.journeys, seed: arguments.seed).run().traceHash)
    case .run(let simulation):
      let report = simulation.run()
      print(SimulatorText.lines(of: report, simulation).joined(separator: "\n"))
      exit(report.violations.isEmpty ? 0 : 1)
    case .sweep:
      let result = try await SimulatorResult(arguments)
      print(arguments.isJSON ? try result.json() : SimulatorText.lines(of: result).joined(separator: "\n"))
      exit(result.isGood ? 0 : 1)
    }
  }
}
