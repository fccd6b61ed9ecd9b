import Foundation
import OfferBridgeKit

/// What sharing a flush brings on this disk: `swift run -c release WalletHostBenchmarks [--quick] [FOLDER]`.
@main struct WalletHostBenchmarks {
  static func main() async throws {
    var arguments = CommandLine.arguments.dropFirst()
    let isQuick = arguments.first == "--quick"
    if isQuick { arguments.removeFirst() }
    let parent = arguments.first.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
    let folder = parent.appending(path: "WalletHostBenchmarks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    let plans = try await PlanPress.plans(isQuick ? 512 : 4096)
    let callers = [
      Callers(count: 1, isCoalesced: false), Callers(count: 1, isCoalesced: true),
      Callers(count: 64, isCoalesced: false), Callers(count: 64, isCoalesced: true),
    ]
    var flushes: [Double] = []
    var rates = callers.map { _ in [Double]() }
    // One after the other in each round, for the disk is another one from minute to minute.
    for _ in 0..<(isQuick ? 1 : 5) {
      flushes.append(try FlushRate(folder: folder).measure(isQuick ? 128 : 1024))
      for (place, each) in callers.enumerated() {
        let share = each.count == 1 ? plans.count / 8 : plans.count
        rates[place].append(try await each.measure(Array(plans.prefix(share)), in: folder))
      }
    }
    let single = rates[0].median
    print(line("flushes of 4 KiB", flushes.median, "", flushes))
    for (each, rates) in zip(callers, rates) {
      let ratio = String(format: "%.1fx", rates.median / single)
      print(line("issues, \(each.label)", rates.median, ratio, rates))
    }
    try await measurePostgres(plans, isQuick: isQuick, in: folder)
  }

  /// The same over the server that `postgres.sh` started, where there is one.
  private static func measurePostgres(_ plans: [JourneyPlan], isQuick: Bool, in folder: URL) async throws {
    let variables = ProcessInfo.processInfo.environment
    guard let address = variables["OFFERBRIDGE_POSTGRES"],
      let programs = variables["OFFERBRIDGE_POSTGRES_BIN"]
    else { return }
    let bench = PostgresBench(programs: programs, address: address)
    let callers = [
      PostgresCallers(ledgers: 1, callers: 1),
      PostgresCallers(ledgers: 4, callers: 1),
      PostgresCallers(ledgers: 1, callers: 1, plansPerCall: 64),
      PostgresCallers(ledgers: 4, callers: 1, plansPerCall: 64),
      PostgresCallers(ledgers: 1, callers: 1, plansPerCall: 256),
      PostgresCallers(ledgers: 1, callers: 64, isCoalesced: true),
      PostgresCallers(ledgers: 4, callers: 64, isCoalesced: true),
    ]
    var bare: [Int: [Double]] = [1: [], 4: []]
    var rates = callers.map { _ in [Double]() }
    for _ in 0..<(isQuick ? 1 : 5) {
      for clients in [1, 4] {
        bare[clients, default: []].append(try bench.measure(clients: clients, in: folder))
      }
      for (place, each) in callers.enumerated() {
        let isSingle = each.plansPerCall == 1 && !each.isCoalesced
        let share = isSingle ? plans.count / 8 : plans.count
        rates[place].append(try await each.measure(Array(plans.prefix(share)), at: address))
      }
    }
    let single = bare[1, default: []].median
    for clients in [1, 4] {
      let rates = bare[clients, default: []]
      let ratio = String(format: "%.1fx", rates.median / single)
      print(line("pgbench, a row a commit, \(clients)", rates.median, ratio, rates))
    }
    for (each, rates) in zip(callers, rates) {
      let ratio = String(format: "%.1fx", rates.median / single)
      print(line("PostgreSQL, \(each.label)", rates.median, ratio, rates))
    }
  }

  private static func line(_ what: String, _ rate: Double, _ ratio: String, _ all: [Double]) -> String {
    let (low, high) = (all.min() ?? 0, all.max() ?? 0)
    let name = what.padding(toLength: 56, withPad: " ", startingAt: 0)
    return name + String(format: "%8.0f/s  %6@  (%.0f to %.0f)", rate, ratio as NSString, low, high)
  }
}

extension [Double] {
  fileprivate var median: Double { sorted()[count / 2] }
}
