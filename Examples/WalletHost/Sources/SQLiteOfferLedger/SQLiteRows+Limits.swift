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
    while let row = try rows.next() { try body(try LimitCounter(column: row[0]), row[1]) }
  }
}

extension LimitCounter {
  fileprivate var column: String {
    ([subject, period] + (customer.map { [$0.rawValue] } ?? [])).column
  }

  /// Reads what ``column`` wrote, by what the library decodes.
  fileprivate init(column text: String) throws {
    struct Names: Encodable {
      let subject: String
      let period: String
      let customer: String?
    }
    let parts = [String](column: text)
    guard parts.count >= 2 else { throw SQLiteLedgerError.notAKey(text) }
    let names = Names(subject: parts[0], period: parts[1], customer: parts.count > 2 ? parts[2] : nil)
    self = try JSONDecoder().decode(LimitCounter.self, from: JSONEncoder().encode(names))
  }
}
