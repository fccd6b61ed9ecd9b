import DurableLedger
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  func used(of counter: LimitCounter) throws -> Int64? {
    try first(
      "SELECT used FROM limit_counter WHERE tenant = ? AND counter = ?",
      [owner, text(counter)]
    ) { $0[0] }
  }

  func write(_ used: Int64, of counter: LimitCounter) throws {
    try run(
      """
      INSERT INTO limit_counter (tenant, counter, used) VALUES (?, ?, ?)
      ON CONFLICT (tenant, counter) DO UPDATE SET used = excluded.used
      """,
      [owner, text(counter), used]
    )
  }

  func sum(of counter: LimitCounter, after moment: Int64) throws -> Int64 {
    try first(
      "SELECT coalesce(sum(amount), 0) FROM limit_use WHERE tenant = ? AND counter = ? AND moment > ?",
      [owner, text(counter), moment]
    ) { $0[0] } ?? 0
  }

  func insert(_ amount: Int64, at moment: Int64, of counter: LimitCounter) throws {
    try run(
      "INSERT INTO limit_use (tenant, counter, moment, amount) VALUES (?, ?, ?, ?)",
      [owner, text(counter), moment, amount]
    )
  }

  func remove(_ amount: Int64, at moment: Int64, of counter: LimitCounter) throws {
    try run(
      """
      DELETE FROM limit_use WHERE sequence = (
        SELECT max(sequence) FROM limit_use WHERE tenant = ? AND counter = ? AND moment = ? AND amount = ?
      )
      """,
      [owner, text(counter), moment, amount]
    )
  }

  func removeUses(of counter: LimitCounter, through moment: Int64) throws {
    try run(
      "DELETE FROM limit_use WHERE tenant = ? AND counter = ? AND moment <= ?",
      [owner, text(counter), moment]
    )
  }

  func forEachCounter(_ body: (LimitCounter, Int64) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT counter, used FROM limit_counter WHERE tenant = ?"),
      arguments: [owner]
    )
    while let row = try rows.next() { try body(try value(row[0]), row[1]) }
  }
}
