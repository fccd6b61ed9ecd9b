import Foundation

/// Measures the bridge beside the same work written by hand, and prints a table or JSON.
///
/// `swift run -c release OfferBridgeBenchmarks [--quick] [--json] [--only
/// <row>]`. With `--json` the rows stand alone on the standard output. What
/// counts is the ratio: both sides of a row are timed in turns within one run.
/// With `--agreement <count>` it measures nothing, and checks that all forms
/// of a rule agree, as ``RuleAgreement`` says.
@main
struct Benchmarks {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    #if os(Linux)
    if arguments.first == MemoryRows.childArgument, let side = arguments.last.flatMap(MemoryRows.Side.init) {
      print(try await MemoryRows.measure(side), terminator: "")
      return
    }
    if arguments.first == StatementMemory.childArgument {
      print(try await StatementMemory.measure(Array(arguments.dropFirst())), terminator: "")
      return
    }
    #endif
    if let count = value(of: "--agreement", in: arguments).flatMap(Int.init) {
      let seed = value(of: "--seed", in: arguments).flatMap(UInt64.init) ?? 1
      try agree(count, seed: seed)
      return
    }
    var plan: BenchmarkPlan = arguments.contains("--quick") ? .quick : .full
    plan.only = value(of: "--only", in: arguments)
    let rows = try await rows(plan)
    print(arguments.contains("--json") ? try json(rows) : table(rows, plan))
  }

  private static func value(of option: String, in arguments: ArraySlice<String>) -> String? {
    arguments.firstIndex(of: option).flatMap { arguments[($0 + 1)...].first }
  }

  private static func agree(_ count: Int, seed: UInt64) throws {
    var agreement = RuleAgreement(seed: seed)
    do {
      let seen = try agreement.run(count)
      let verdicts = seen.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      print("\(count) evaluations of seed \(seed) agree: \(verdicts)")
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }

  private static func rows(_ plan: BenchmarkPlan) async throws -> [BenchmarkRow] {
    var rows = try await JourneyRows(plan: plan).rows()
    rows += try await LedgerRows(plan: plan).rows()
    rows += try await DeliveryRows(plan: plan).rows()
    rows += try await RedemptionRows(plan: plan).rows()
    rows += try await StatementRows(plan: plan).rows()
    rows += try await RuleRows(plan: plan).rows()
    #if os(Linux)
    if plan.includes("memory.issued") { rows += try MemoryRows().rows() }
    if plan.includes("memory.statement") { rows.append(try StatementMemory.row()) }
    #endif
    return rows
  }

  private static func json(_ rows: [BenchmarkRow]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(rows), as: UTF8.self)
  }
}
