import DurableLedger
import Foundation
import OfferBridgeKit
import PostgresOfferLedger

/// So many processes' ledgers over one empty schema in PostgreSQL, each with so many callers who commit plans.
struct PostgresCallers {
  let ledgers: Int
  let callers: Int
  /// How many plans one call brings.
  var plansPerCall = 1
  var isCoalesced = false

  var label: String {
    let each = plansPerCall > 1 ? ", \(plansPerCall) a call" : ""
    let who = ledgers == 1 ? "" : " of \(ledgers) ledgers"
    return "\(callers) caller\(callers == 1 ? "" : "s")\(who)\(each)\(isCoalesced ? ", coalesced" : "")"
  }

  /// Issues a second.
  func measure(_ plans: [JourneyPlan], at address: String) async throws -> Double {
    let schema = "bench_\(UUID().uuidString.replacing("-", with: "").lowercased())"
    var open: [PostgresOfferLedger] = []
    for _ in 0..<ledgers {
      open.append(
        try await PostgresOfferLedger(
          at: address,
          schema: schema,
          connections: isCoalesced ? 2 : callers,
          now: { PlanPress.moment }
        )
      )
    }
    let opened = open
    let stride = ledgers * callers
    let calls = Swift.stride(from: 0, to: plans.count, by: plansPerCall).map {
      Array(plans[$0..<min($0 + plansPerCall, plans.count)])
    }
    let begin = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (place, postgres) in opened.enumerated() {
        let ledger: any OfferLedger = isCoalesced ? CoalescingLedger(in: postgres) : postgres
        for caller in 0..<callers {
          group.addTask {
            let first = place * callers + caller
            for call in Swift.stride(from: first, to: calls.count, by: stride) {
              for case .stale in try await ledger.commit(calls[call]) { throw NotWritten() }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let length = begin.duration(to: .now)
    let audit = try await opened[0].audit(tenant: plans[0].tenant)
    guard audit.issued == plans.count, audit.isBalanced else { throw NotWritten() }
    for ledger in opened { ledger.close() }
    return Double(plans.count) / (length / .seconds(1))
  }
}

/// What pgbench reaches with one bare row a commit: the limit of whatever commits one by one on this server.
struct PostgresBench {
  let programs: String
  let address: String

  /// Commits a second.
  func measure(clients: Int, in folder: URL) throws -> Double {
    let table = "bare_\(UUID().uuidString.prefix(8).lowercased())"
    _ = try run(
      "psql",
      [
        "-qc", "CREATE TABLE \(table) (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, document TEXT)",
        address,
      ]
    )
    let script = folder.appending(path: "\(table).sql")
    let document = String(repeating: "x", count: 1024)
    try "INSERT INTO \(table) (document) VALUES ('\(document)');".write(
      to: script,
      atomically: true,
      encoding: .utf8
    )
    // By a count and not by a time: a signal would end it, and a child may have inherited that it is held back.
    let said = try run(
      "pgbench",
      [
        "-n", "-M", "prepared", "-t", "500", "-c", "\(clients)", "-f", script.path(percentEncoded: false),
        address,
      ]
    )
    guard let line = said.split(separator: "\n").first(where: { $0.hasPrefix("tps = ") }),
      let rate = Double(line.dropFirst(6).prefix { $0 != " " })
    else { throw NotWritten() }
    return rate
  }

  private func run(_ name: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: programs).appending(path: name)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw NotWritten() }
    return String(decoding: said, as: UTF8.self)
  }
}
