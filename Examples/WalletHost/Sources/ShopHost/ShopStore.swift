import Foundation
import GRDB
import OfferBridgeKit
import SQLiteOfferLedger

/// The shop's customers and what they did, in a file of their own.
final class ShopStore: CustomerStore {
  let pool: DatabasePool

  init(at path: String) throws {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("customers and actions") { db in try db.execute(sql: Self.schema) }
    migrator.registerMigration("customers who were merged") { db in try db.execute(sql: Self.formers) }
    migrator.registerMigration("customers who leave") { db in try db.execute(sql: Self.leaving) }
    // What was answered to be saved, or forgotten, is so after a power cut too.
    pool = try DatabasePool.durable(at: path, label: "ShopStore", migrating: migrator)
  }

  private static let schema = """
    CREATE TABLE customer (id TEXT PRIMARY KEY, profile TEXT NOT NULL) WITHOUT ROWID;

    -- Milliseconds since 1970, as the library keeps moments.
    CREATE TABLE action (
      id TEXT PRIMARY KEY,
      customer TEXT NOT NULL,
      name TEXT NOT NULL,
      at INTEGER NOT NULL,
      content TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX action_of_customer ON action (customer, name, at);
    """

  // MARK: - What the bridge asks

  func customer(_ id: CustomerID) async throws -> Shopper? {
    try await pool.read { db in
      try Self.profile(db, sql: "SELECT profile FROM customer WHERE id = ? AND leaving_since IS NULL", of: id)
    }
  }

  /// The profile of somebody, whichever of their ids is given, and whether or not they are being forgotten.
  func profile(of id: CustomerID) async throws -> Shopper? {
    try await pool.read { db in
      try Self.profile(db, sql: "SELECT profile FROM customer WHERE id = ?", of: Self.survivor(of: id, db))
    }
  }

  private static func profile(_ db: Database, sql: String, of id: CustomerID) throws -> Shopper? {
    try String.fetchOne(db, sql: sql, arguments: [id.rawValue])
      .map { try JSONDecoder().decode(Shopper.self, from: Data($0.utf8)) }
  }

  func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory {
    try await pool.read { db in
      var actions: [String: CustomerAction] = [:]
      for need in needs {
        let found = try String.fetchAll(
          db,
          sql: "SELECT content FROM action WHERE customer = ? AND name = ? AND at > ? AND at <= ?",
          arguments: [
            id.rawValue, need.action, need.window.after.milliseconds, need.window.through.milliseconds,
          ]
        )
        for text in found {
          let action = try JSONDecoder().decode(CustomerAction.self, from: Data(text.utf8))
          actions[action.id] = action
        }
      }
      return CustomerHistory(actions.values.sorted { $0.id < $1.id })
    }
  }

  // MARK: - What the shop writes

  /// Saves a profile, but of nobody who is being forgotten.
  ///
  /// - Parameters:
  ///   - shopper: The profile.
  ///   - id: Whose it is.
  /// - Returns: Whether it is saved.
  /// - Throws: What the file throws.
  func save(_ shopper: Shopper, as id: CustomerID) async throws -> Bool {
    let profile = String(decoding: try JSONEncoder().encode(shopper), as: UTF8.self)
    return try await pool.write { db in
      let id = try Self.survivor(of: id, db)
      guard try Self.isLeaving(id, db) != true else { return false }
      try db.execute(
        sql:
          "INSERT INTO customer (id, profile) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET profile = excluded.profile",
        arguments: [id.rawValue, profile]
      )
      return true
    }
  }

  /// Keeps an action and ends its decision; an action that is there already stays as it is.
  ///
  /// - Parameters:
  ///   - action: The action.
  ///   - decision: The number of its decision.
  /// - Returns: Whether its customer is there still; of one who is not, nothing is kept.
  /// - Throws: What the file throws.
  func record(_ action: CustomerAction, ending decision: Int64) async throws -> Bool {
    let content = String(decoding: try JSONEncoder().encode(action), as: UTF8.self)
    return try await pool.write { db in
      try Self.endDecision(decision, db)
      let customer = try Self.survivor(of: action.customer, db)
      guard try Self.isLeaving(customer, db) == false else { return false }
      try db.execute(
        sql:
          "INSERT INTO action (id, customer, name, at, content) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        arguments: [
          action.id, customer.rawValue, action.name, action.occurredAt.milliseconds, content,
        ]
      )
      return true
    }
  }

  /// What the connection that writes asks of the disk.
  func durability() throws -> SQLiteOfferLedger.Durability {
    try pool.writeWithoutTransaction(SQLiteOfferLedger.Durability.init)
  }

  /// Whether the file answers.
  func isReady() async -> Bool {
    (try? await pool.read { db in try Int.fetchOne(db, sql: "SELECT 1") }) == 1
  }
}
