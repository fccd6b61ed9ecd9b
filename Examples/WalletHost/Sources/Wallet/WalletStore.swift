import Foundation
import GRDB

/// What the wallet keeps.
struct WalletStore: Sendable {
  let database: DatabaseQueue

  init(path: String, firstNumber: Int64 = 1) throws {
    database = try WalletSchema.open(path)
    try WalletSchema.number(from: firstNumber, database)
  }

  static func reference(_ card: Int64) -> String { "W-\(card)" }
  static func redemption(_ number: Int64) -> String { "R-\(number)" }

  static func card(_ reference: String) -> Int64? {
    reference.hasPrefix("W-") ? Int64(reference.dropFirst(2)) : nil
  }
}

// MARK: - Messages

extension WalletStore {
  /// What became of a message.
  enum Reception: Sendable, Hashable {
    case taken(card: Int64)
    /// The key came with other bytes before.
    case otherBytes
    /// A recall of what is not there.
    case nothingToRecall
  }

  /// Takes a message, or finds what became of it.
  func receive(_ message: WalletMessage, key: String, body: [UInt8]) async throws -> Reception {
    try await database.write { db in
      if let row = try Row.fetchOne(db, sql: "SELECT body, card FROM message WHERE key = ?", arguments: [key])
      {
        guard row["body"] as Data == Data(body) else { return .otherBytes }
        return (row["card"] as Int64?).map { .taken(card: $0) } ?? .nothingToRecall
      }
      let card = try Self.apply(message, db)
      try db.execute(
        sql: "INSERT INTO message (key, body, card) VALUES (?, ?, ?)",
        arguments: [key, Data(body), card]
      )
      return card.map { .taken(card: $0) } ?? .nothingToRecall
    }
  }

  private static func apply(_ message: WalletMessage, _ db: Database) throws -> Int64? {
    switch message.kind {
    case .issue:
      try db.execute(
        sql: "INSERT INTO card (member, offer, issued, title) VALUES (?, ?, ?, ?)",
        arguments: [message.member, message.offer, message.issued, message.title]
      )
      return db.lastInsertedRowID
    case .recall:
      // The issued offer alone says which card: the host may have merged its customer into another one meanwhile, and
      // the message names the survivor.
      return try Int64.fetchOne(
        db,
        sql: "UPDATE card SET live = 0 WHERE issued = ? RETURNING number",
        arguments: [message.issued]
      )
    }
  }

  /// The card of a message that was taken.
  func card(ofMessage key: String) async throws -> Reception? {
    try await database.read { db in
      let row = try Row.fetchOne(db, sql: "SELECT card FROM message WHERE key = ?", arguments: [key])
      return row.map { ($0["card"] as Int64?).map { .taken(card: $0) } ?? .nothingToRecall }
    }
  }

  /// One customer's cards, oldest first.
  func cards(of member: String) async throws -> [WalletCard] {
    try await database.read { db in
      try Row.fetchAll(
        db,
        sql: "SELECT number, offer, title, live FROM card WHERE member = ? ORDER BY number",
        arguments: [member]
      )
      .map { row in
        WalletCard(
          card: Self.reference(row["number"]),
          offer: row["offer"],
          title: row["title"],
          isLive: row["live"]
        )
      }
    }
  }
}
