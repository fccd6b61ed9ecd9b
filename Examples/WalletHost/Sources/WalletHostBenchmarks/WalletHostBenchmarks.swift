import Foundation
import OfferBridgeKit

/// What the ledgers reach on this disk, and how much of it is their own:
/// `swift run -c release WalletHostBenchmarks [--quick] [--only WORDS] [FOLDER]`.
///
/// Over the server that `postgres.sh` started, where it was started by it, as well. With words, such as "PostgreSQL,
/// commit", what begins with them is measured beside bare calls, and nothing else; with "callers", what sharing a flush
/// brings.
@main struct WalletHostBenchmarks {
  let isQuick: Bool
  let only: String?
  let folder: URL
  /// Where the server listens, and its programs.
  let server: (address: String, programs: String)?

  static func main() async throws {
    var arguments = CommandLine.arguments.dropFirst()
    let isQuick = arguments.first == "--quick"
    if isQuick { arguments.removeFirst() }
    var only: String?
    if arguments.first == "--only" { only = arguments.dropFirst().first }
    if only != nil { arguments.removeFirst(2) }
    let parent = arguments.first.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
    let folder = parent.appending(path: "WalletHostBenchmarks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let variables = ProcessInfo.processInfo.environment
    let server = variables["OFFERBRIDGE_POSTGRES"].flatMap { address in
      variables["OFFERBRIDGE_POSTGRES_BIN"].map { (address, $0) }
    }
    let benchmarks = WalletHostBenchmarks(isQuick: isQuick, only: only, folder: folder, server: server)
    if only != "callers" { try await benchmarks.measureRatios() }
    if only == nil || only == "callers" { try await benchmarks.measureCallers() }
  }

  /// How often all is measured, one after the other in each round, for the disk is another one from minute to minute.
  private var rounds: Int { isQuick ? 1 : 5 }

  // MARK: - A ledger and bare calls

  private func measureRatios() async throws {
    var journeys: [[PressedJourney]] = []
    for tenant in 0..<4 {
      let customers = (0..<(isQuick ? 256 : 2048)).map { CustomerID("shopper-\(1_000_000 + $0)") }
      journeys.append(try await PlanPress.journeys(of: customers, tenant: TenantID("tenant-\(tenant)")))
    }
    var flushes: [Double] = []
    var sqlite = LedgerRatio.all.filter { isWanted("SQLite", $0) }
    var postgres = LedgerRatio.all.filter { server != nil && isWanted("PostgreSQL", $0) }
    for _ in 0..<rounds {
      flushes.append(try flushRate())
      for place in sqlite.indices {
        let loads = sqlite[place].loads(journeys, isQuick: isQuick)
        try await SQLiteRatios(folder: folder).measure(&sqlite[place], loads)
      }
      for place in postgres.indices {
        guard let server else { break }
        let loads = postgres[place].loads(journeys, isQuick: isQuick)
        try await PostgresRatios(address: server.address).measure(&postgres[place], loads)
      }
    }
    print("flushes of 4 KiB: \(flushes.formatted)\n")
    print("beside the same statements by the database's C interface")
    for each in sqlite { print(line("SQLite", each)) }
    for each in postgres { print(line("PostgreSQL", each)) }
    print("")
  }

  private func isWanted(_ database: String, _ ratio: LedgerRatio) -> Bool {
    only.map { "\(database), \(ratio.label)".hasPrefix($0) } ?? true
  }

  private func line(_ database: String, _ each: LedgerRatio) -> String {
    let name = "\(database), \(each.label)".padding(toLength: 56, withPad: " ", startingAt: 0)
    let (low, high) = (each.ratios.min() ?? 0, each.ratios.max() ?? 0)
    return name + String(format: "%8.0f/s of %8.0f/s", each.ledger.median, each.bare.median)
      + String(format: "  %.2f  (%.2f to %.2f)", each.ratios.median, low, high)
  }

  // MARK: - Many callers

  private func flushRate() throws -> Double { try FlushRate(folder: folder).measure(isQuick ? 128 : 1024) }

  /// What sharing a flush brings.
  private func measureCallers() async throws {
    let plans = try await PlanPress.plans(isQuick ? 512 : 4096)
    try await measureSQLiteCallers(plans)
    if let server { try await measurePostgresCallers(plans, server.address, programs: server.programs) }
  }

  private func measureSQLiteCallers(_ plans: [JourneyPlan]) async throws {
    let callers = [
      Callers(count: 1, isCoalesced: false), Callers(count: 1, isCoalesced: true),
      Callers(count: 64, isCoalesced: false), Callers(count: 64, isCoalesced: true),
    ]
    var flushes: [Double] = []
    var rates = callers.map { _ in [Double]() }
    for _ in 0..<rounds {
      flushes.append(try flushRate())
      for (place, each) in callers.enumerated() {
        let share = each.count == 1 ? plans.count / 8 : plans.count
        rates[place].append(try await each.measure(Array(plans.prefix(share)), in: folder))
      }
    }
    print(line("flushes of 4 KiB", flushes, to: nil))
    for (each, rate) in zip(callers, rates) { print(line("issues, \(each.label)", rate, to: rates[0])) }
    for milliseconds in [2, 5] { try await measureSlowCallers(plans, longer: milliseconds) }
  }

  /// The same where each flush takes so many milliseconds longer.
  private func measureSlowCallers(_ plans: [JourneyPlan], longer milliseconds: Int) async throws {
    let (one, many) = (Callers(count: 1, isCoalesced: false), Callers(count: 64, isCoalesced: true))
    var rates = (one: [Double](), many: [Double]())
    try SlowDisk.prolongFlushes(by: .milliseconds(milliseconds))
    for _ in 0..<rounds {
      rates.one.append(try await one.measure(Array(plans.prefix(plans.count / 8)), in: folder))
      rates.many.append(try await many.measure(plans, in: folder))
    }
    try SlowDisk.prolongFlushes(by: .zero)
    print(line("issues, \(one.label), flushes \(milliseconds) ms longer", rates.one, to: rates.one))
    print(line("issues, \(many.label), flushes \(milliseconds) ms longer", rates.many, to: rates.one))
  }

  private func measurePostgresCallers(
    _ plans: [JourneyPlan],
    _ address: String,
    programs: String
  ) async throws {
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
    for _ in 0..<rounds {
      for clients in [1, 4] {
        bare[clients, default: []].append(try bench.measure(clients: clients, in: folder))
      }
      for (place, each) in callers.enumerated() {
        let isSingle = each.plansPerCall == 1 && !each.isCoalesced
        let share = isSingle ? plans.count / 8 : plans.count
        rates[place].append(try await each.measure(Array(plans.prefix(share)), at: address))
      }
    }
    let single = bare[1, default: []]
    for clients in [1, 4] {
      print(line("pgbench, a row a commit, \(clients)", bare[clients, default: []], to: single))
    }
    for (each, rates) in zip(callers, rates) { print(line("PostgreSQL, \(each.label)", rates, to: single)) }
  }

  private func line(_ what: String, _ rates: [Double], to one: [Double]?) -> String {
    let name = what.padding(toLength: 56, withPad: " ", startingAt: 0)
    let ratio = one.map { String(format: "%.1fx", rates.median / $0.median) } ?? ""
    return name + String(format: "%8.0f/s  ", rates.median)
      + ratio.padding(toLength: 6, withPad: " ", startingAt: 0)
      + String(format: "(%.0f to %.0f)", rates.min() ?? 0, rates.max() ?? 0)
  }
}

extension [Double] {
  fileprivate var median: Double { sorted()[count / 2] }

  fileprivate var formatted: String {
    String(format: "%.0f/s (%.0f to %.0f)", median, self.min() ?? 0, self.max() ?? 0)
  }
}
