import Foundation
import GRDB

extension WalletStore {
  /// One webhook that is still to be sent.
  struct DueNotice: Sendable {
    let number: Int64
    let id: String
    let body: [UInt8]
    let attempts: Int
  }

  /// What is due, oldest first.
  func dueNotices(at moment: Int64, atMost limit: Int) async throws -> [DueNotice] {
    try await database.read { db in
      try Row.fetchAll(
        db,
        sql: "SELECT number, id, body, attempts FROM notice WHERE due <= ? ORDER BY number LIMIT ?",
        arguments: [moment, limit]
      )
      .map { row in
        DueNotice(
          number: row["number"],
          id: row["id"],
          body: [UInt8](row["body"] as Data),
          attempts: row["attempts"]
        )
      }
    }
  }

  /// The host has it.
  func reported(_ notice: Int64) async throws {
    try await database.write { db in
      try db.execute(sql: "DELETE FROM notice WHERE number = ?", arguments: [notice])
    }
  }

  /// The host did not take it: it is sent again then.
  func postpone(_ notice: Int64, until moment: Int64) async throws {
    try await database.write { db in
      try db.execute(
        sql: "UPDATE notice SET attempts = attempts + 1, due = ? WHERE number = ?",
        arguments: [moment, notice]
      )
    }
  }

  /// How much there is of what.
  func counts() async throws -> WalletCounts {
    try await database.read { db in
      func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
      return WalletCounts(
        cards: try count("SELECT count(*) FROM card"),
        doubledCards: try count("SELECT count(*) - count(DISTINCT issued) FROM card"),
        messages: try count("SELECT count(*) FROM message"),
        redemptions: try count("SELECT count(*) FROM redemption WHERE kind = 'redemption'"),
        reversals: try count("SELECT count(*) FROM redemption WHERE kind = 'reversal'"),
        unreported: try count("SELECT count(*) FROM notice")
      )
    }
  }
}
