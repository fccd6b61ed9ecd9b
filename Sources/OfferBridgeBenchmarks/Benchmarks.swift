import Foundation

/// Measures the bridge beside the same work written by hand, and prints a table or JSON.
///
/// `swift run -c release OfferBridgeBenchmarks [--quick] [--json] [--only
/// <row>]`. With `--json` the rows stand alone on the standard output. What
/// counts is the ratio: both sides of a row are timed in turns within one run.
@main
struct Benchmarks {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    #if os(Linux)
    if arguments.first == MemoryRows.childArgument, let side = arguments.last.flatMap(MemoryRows.Side.init) {
      print(try await MemoryRows.measure(side), terminator: "")
      return
    }
    #endif
    var plan: BenchmarkPlan = arguments.contains("--quick") ? .quick : .full
    if let index = arguments.firstIndex(of: "--only") { plan.only = arguments[(index + 1)...].first }
    let rows = try await rows(plan)
    print(arguments.contains("--json") ? try json(rows) : table(rows, plan))
  }

  private static func rows(_ plan: BenchmarkPlan) async throws -> [BenchmarkRow] {
    var rows = try await JourneyRows(plan: plan).rows()
    rows += try await RedemptionRows(plan: plan).rows()
    rows += try await RuleRows(plan: plan).rows()
    #if os(Linux)
    if plan.includes("memory.issued") { rows += try MemoryRows().rows() }
    #endif
    return rows
  }

  private static func json(_ rows: [BenchmarkRow]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(rows), as: UTF8.self)
  }
}
