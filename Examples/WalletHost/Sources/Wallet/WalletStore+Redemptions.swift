import Foundation
import GRDB

extension WalletStore {
  /// What became of a customer's wish.
  enum Redeeming: Sendable, Hashable {
    case done(id: String)
    case noSuchCard
    case notLive
    case noSuchRedemption
  }

  /// Redeems a card, once for each request of a member, and writes what has to be reported in the same step.
  func redeem(
    _ card: Int64,
    of member: String,
    amount: Int64,
    currency: String,
    request: String,
    at moment: Int64
  ) async throws -> Redeeming {
    try await database.write { db in
      if let done = try Self.number(of: .redemption, member, request, db) {
        return .done(id: Self.redemption(done))
      }
      let sql = "SELECT live FROM card WHERE number = ? AND member = ?"
      guard let isLive = try Bool.fetchOne(db, sql: sql, arguments: [card, member]) else {
        return .noSuchCard
      }
      guard isLive else { return .notLive }
      try db.execute(
        sql: """
          INSERT INTO redemption (kind, member, request, card, amount, currency, at)
          VALUES ('redemption', ?, ?, ?, ?, ?, ?)
          """,
        arguments: [member, request, card, amount, currency, moment]
      )
      let id = Self.redemption(db.lastInsertedRowID)
      let notice = WalletNotice(
        id: id,
        kind: .redemption,
        card: Self.reference(card),
        member: member,
        amount: .init(minorUnits: amount, currency: currency),
        of: nil,
        at: moment
      )
      try Self.report(notice, at: moment, db)
      return .done(id: id)
    }
  }

  /// Undoes a redemption, once.
  func reverse(_ redemption: Int64, of member: String, at moment: Int64) async throws -> Redeeming {
    try await database.write { db in
      let request = "reverse \(redemption)"
      if let done = try Self.number(of: .reversal, member, request, db) {
        return .done(id: Self.redemption(done))
      }
      let found = try Row.fetchOne(
        db,
        sql: """
          SELECT r.card, r.amount, r.currency FROM redemption r JOIN card c ON c.number = r.card
          WHERE r.number = ? AND r.kind = 'redemption' AND c.member = ?
          """,
        arguments: [redemption, member]
      )
      guard let found else { return .noSuchRedemption }
      let (card, amount, currency): (Int64, Int64, String) = (
        found["card"], found["amount"], found["currency"]
      )
      try db.execute(
        sql: """
          INSERT INTO redemption (kind, member, request, card, undoes, amount, currency, at)
          VALUES ('reversal', ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [member, request, card, redemption, amount, currency, moment]
      )
      let id = Self.redemption(db.lastInsertedRowID)
      let notice = WalletNotice(
        id: id,
        kind: .reversal,
        card: nil,
        member: nil,
        amount: nil,
        of: Self.redemption(redemption),
        at: moment
      )
      try Self.report(notice, at: moment, db)
      return .done(id: id)
    }
  }

  /// What a member's request came to, where it was made before.
  private static func number(
    of kind: WalletNotice.Kind,
    _ member: String,
    _ request: String,
    _ db: Database
  ) throws -> Int64? {
    try Int64.fetchOne(
      db,
      sql: "SELECT number FROM redemption WHERE kind = ? AND member = ? AND request = ?",
      arguments: [kind.rawValue, member, request]
    )
  }

  private static func report(_ notice: WalletNotice, at moment: Int64, _ db: Database) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try db.execute(
      sql: "INSERT INTO notice (id, body, due) VALUES (?, ?, ?)",
      arguments: [notice.id, try encoder.encode(notice), moment]
    )
  }

  /// All that was redeemed or undone, as a statement has it: one line each, oldest first.
  func statement() async throws -> [WalletNotice] {
    try await database.read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM redemption ORDER BY number").map { row in
        let undoes: Int64? = row["undoes"]
        return WalletNotice(
          id: Self.redemption(row["number"]),
          kind: undoes == nil ? .redemption : .reversal,
          card: Self.reference(row["card"]),
          member: row["member"],
          amount: .init(minorUnits: row["amount"], currency: row["currency"]),
          of: undoes.map(Self.redemption),
          at: row["at"]
        )
      }
    }
  }
}
