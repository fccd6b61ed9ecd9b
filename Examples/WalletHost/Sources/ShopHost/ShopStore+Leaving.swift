import Foundation
import GRDB
import OfferBridgeKit

// Customers who are being forgotten: nobody to whoever decides, from before the ledger forgets them until all is done.
//
// A decision may have read the profile just before, and be written just after the ledger has forgotten its customer. So
// each is noted while it is made, and a customer of whom one is under way is not forgotten yet.
extension ShopStore {
  static let leaving = """
    -- Since when a customer is being forgotten, in milliseconds since 1970.
    ALTER TABLE customer ADD COLUMN leaving_since INTEGER;

    -- Decisions under way, and since when. No number is given twice: what ended late must not end another's.
    CREATE TABLE deciding (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      customer TEXT NOT NULL,
      since INTEGER NOT NULL
    );
    CREATE INDEX deciding_of_customer ON deciding (customer);
    CREATE INDEX deciding_since ON deciding (since);
    """

  /// Whether somebody is being forgotten; `nil` of one who is not there.
  static func isLeaving(_ customer: CustomerID, _ db: Database) throws -> Bool? {
    try Bool.fetchOne(
      db,
      sql: "SELECT leaving_since IS NOT NULL FROM customer WHERE id = ?",
      arguments: [customer.rawValue]
    )
  }

  /// Makes somebody nobody to whoever decides, until they are forgotten; a repeat changes nothing.
  ///
  /// - Parameters:
  ///   - id: Any of their ids.
  ///   - now: Since when.
  /// - Throws: What the file throws.
  func leave(_ id: CustomerID, at now: Date) async throws {
    try await pool.write { db in
      try db.execute(
        sql: "UPDATE customer SET leaving_since = ? WHERE id = ? AND leaving_since IS NULL",
        arguments: [now.milliseconds, Self.survivor(of: id, db).rawValue]
      )
    }
  }

  // MARK: - Decisions under way

  /// Notes that a decision for a customer begins, and no longer those that have ended without a word.
  ///
  /// - Parameters:
  ///   - id: Any of their ids.
  ///   - now: When.
  /// - Returns: The decision's number, or `nil` of somebody who is not there or is being forgotten.
  /// - Throws: What the file throws.
  func beginDecision(for id: CustomerID, at now: Date) async throws -> Int64? {
    try await pool.write { db in
      let customer = try Self.survivor(of: id, db)
      guard try Self.isLeaving(customer, db) == false else { return nil }
      let now = now.milliseconds
      try db.execute(sql: "DELETE FROM deciding WHERE since < ?", arguments: [now - Self.longestDecision])
      try db.execute(
        sql: "INSERT INTO deciding (customer, since) VALUES (?, ?)",
        arguments: [customer.rawValue, now]
      )
      return db.lastInsertedRowID
    }
  }

  /// One whose process died, or stands still, has ended all the same once the ledger would not take its plan any more.
  private static let longestDecision = Int64(JourneyPlan.longestAge / .milliseconds(1))

  /// Ends a decision of which nothing is kept, also when whoever made it has been cancelled.
  func endDecision(_ number: Int64) async {
    _ = await Task { try? await pool.write { db in try Self.endDecision(number, db) } }.value
  }

  static func endDecision(_ number: Int64, _ db: Database) throws {
    try db.execute(sql: "DELETE FROM deciding WHERE number = ?", arguments: [number])
  }

  /// How many are noted, whosever they are.
  func decisionsUnderWay() async throws -> Int {
    try await pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM deciding") ?? 0 }
  }

  /// When the decisions have ended that are under way for somebody.
  ///
  /// - Parameters:
  ///   - id: Any of their ids.
  ///   - now: The time.
  /// - Returns: When at the latest, or `nil` where none is under way.
  /// - Throws: What the file throws.
  func decisionsEnd(of id: CustomerID, at now: Date) async throws -> Date? {
    let since = try await pool.read { db in
      try Int64.fetchOne(
        db,
        sql: "SELECT max(since) FROM deciding WHERE customer = ?",
        arguments: [Self.survivor(of: id, db).rawValue]
      )
    }
    guard let since else { return nil }
    let end = Date(milliseconds: since + Self.longestDecision)
    return end > now ? end : nil
  }
}

/// The shop's customers, those who are being forgotten among them: their cards are asked for in their name.
struct LeavingShoppers: CustomerStore {
  let store: ShopStore

  func customer(_ id: CustomerID) async throws -> Shopper? { try await store.profile(of: id) }

  func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory {
    CustomerHistory([])
  }
}
