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

  func forEachCounter(_ body: (LimitCounter, Int64) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT counter, used FROM limit_counter WHERE tenant = ?"),
      arguments: [owner]
    )
    while let row = try rows.next() {
      let column: String = row[0]
      guard let counter = LimitCounter(column: column) else { throw SQLiteLedgerError.notAKey(column) }
      try body(counter, row[1])
    }
  }
}
