import DurableLedger
import Foundation
import GRDB
import OfferBridgeKit
import SQLiteOfferLedger

/// `SQLiteOfferLedger` beside the same statements in a bare loop.
///
/// SQLite has one writer: of four clients, each waits for the others, and what the bare loop reaches with one client is
/// what it reaches with four.
struct SQLiteRatios {
  let folder: URL

  func measure(_ ratio: inout LedgerRatio, _ loads: [LedgerLoad]) async throws {
    let tape = try await record(loads)
    let count = loads.map(\.journeys.count).reduce(0, +)
    let rates = try await (ledger: ledgerRate(loads, count), bare: bareRate(loads, tape, count))
    ratio.add(ledger: rates.ledger, bare: rates.bare)
  }

  private func ledgerRate(_ loads: [LedgerLoad], _ count: Int) async throws -> Double {
    try await inFile { path in
      let ledger = try SQLiteOfferLedger(at: path, now: { PlanPress.moment })
      for load in loads { try await load.prepare(ledger) }
      let rate = try await rate(of: count, by: loads.map { load in { try await load.run(on: ledger) } })
      for load in loads { try await load.check(ledger) }
      try ledger.close()
      return rate
    }
  }

  /// What the ledger asks SQLite for: before the work begins, and for the work.
  private func record(_ loads: [LedgerLoad]) async throws -> (before: [SQLiteMove], work: [SQLiteMove]) {
    try await inFile { path in
      // Made first, so that what follows is what is asked of a file that is there.
      try SQLiteOfferLedger(at: path).close()
      let tape = SQLTape<SQLiteMove>()
      let ledger = try SQLiteOfferLedger(at: path, now: { PlanPress.moment }, listener: tape)
      _ = tape.cut()
      for load in loads { try await load.prepare(ledger) }
      let before = tape.cut()
      for load in loads { try await load.run(on: ledger) }
      let work = tape.cut()
      try ledger.close()
      return (before, work)
    }
  }

  private func bareRate(
    _ loads: [LedgerLoad],
    _ tape: (before: [SQLiteMove], work: [SQLiteMove]),
    _ count: Int
  ) async throws -> Double {
    try await inFile { path in
      try SQLiteOfferLedger(at: path).close()
      let bare: @Sendable () throws -> Double = {
        let bare = try BareSQLite(at: path)
        try bare.play(tape.before)
        let length = try ContinuousClock().measure { try bare.play(tape.work) }
        return Double(count) / (length / .seconds(1))
      }
      let rate = try await onThreads([bare])[0]
      let ledger = try SQLiteOfferLedger(at: path, now: { PlanPress.moment })
      for load in loads { try await load.check(ledger) }
      try ledger.close()
      return rate
    }
  }

  private func inFile<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = folder.appending(path: "\(UUID().uuidString).sqlite").path(percentEncoded: false)
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    return try await body(path)
  }
}

extension SQLiteOfferLedger {
  /// A ledger of which a tape records each statement of its transactions.
  fileprivate convenience init(
    at path: String,
    now: @escaping @Sendable () -> Date,
    listener tape: SQLTape<SQLiteMove>
  ) throws {
    try self.init(
      at: path,
      terms: LedgerTerms(refusalRetention: .days(30), chance: nil),
      now: now,
      preparing: { db in
        db.trace(options: .statement) { event in
          guard case .statement(let statement) = event,
            let move = try? SQLiteMove(statement.sql, expanded: statement.expandedSQL)
          else { return }
          tape.add(move)
        }
      }
    )
  }
}
