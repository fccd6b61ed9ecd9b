import DurableLedger
import Foundation
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  func used(of counter: LimitCounter) throws -> Int64? {
    try first(
      "SELECT used FROM limit_counter WHERE tenant = ? AND counter = ?",
      [owner, counter.column]
    ) { $0[0] }
  }

  func write(_ used: Int64, of counter: LimitCounter) throws {
    try run(
      """
      INSERT INTO limit_counter (tenant, counter, used) VALUES (?, ?, ?)
      ON CONFLICT (tenant, counter) DO UPDATE SET used = excluded.used
      """,
      [owner, counter.column, used]
    )
  }

  func brought(to counter: LimitCounter) throws -> Int64 {
    try first(
      "SELECT brought FROM limit_counter WHERE tenant = ? AND counter = ?",
      [owner, counter.column]
    ) { $0[0] } ?? 0
  }

  func write(brought: Int64, to counter: LimitCounter) throws {
    try run(
      "UPDATE limit_counter SET brought = ? WHERE tenant = ? AND counter = ?",
      [brought, owner, counter.column]
    )
  }

  func removeCounter(_ counter: LimitCounter, leavingUsesTo other: LimitCounter) throws {
    try run(
      "UPDATE limit_use SET counter = ? WHERE tenant = ? AND counter = ?",
      [other.column, owner, counter.column]
    )
    try run("DELETE FROM limit_counter WHERE tenant = ? AND counter = ?", [owner, counter.column])
  }

  func sum(of counter: LimitCounter, after moment: Int64) throws -> Int64 {
    try first(
      "SELECT coalesce(sum(amount), 0) FROM limit_use WHERE tenant = ? AND counter = ? AND moment > ?",
      [owner, counter.column, moment]
    ) { $0[0] } ?? 0
  }

  func insert(_ amount: Int64, at moment: Int64, of counter: LimitCounter) throws {
    try run(
      "INSERT INTO limit_use (tenant, counter, moment, amount) VALUES (?, ?, ?, ?)",
      [owner, counter.column, moment, amount]
    )
  }

  func remove(_ amount: Int64, at moment: Int64, of counter: LimitCounter) throws {
    try run(
      """
      DELETE FROM limit_use WHERE sequence = (
        SELECT max(sequence) FROM limit_use WHERE tenant = ? AND counter = ? AND moment = ? AND amount = ?
      )
      """,
      [owner, counter.column, moment, amount]
    )
  }

  func removeUses(of counter: LimitCounter, through moment: Int64) throws {
    try run(
      "DELETE FROM limit_use WHERE tenant = ? AND counter = ? AND moment <= ?",
      [owner, counter.column, moment]
    )
  }

  func forEachCounter(_ body: (LimitCounter, Int64, Int64) throws -> Void) throws {
    try each("SELECT counter, used, brought FROM limit_counter WHERE tenant = ?", [owner]) { row in
      let column: String = row[0]
      guard let counter = LimitCounter(column: column) else { throw SQLiteLedgerError.notAKey(column) }
      try body(counter, row[1], row[2])
    }
  }
}
