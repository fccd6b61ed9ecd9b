import GRDB
import OfferBridgeKit

// Who was merged into whom, so that what still comes under an old id is the survivor's.
extension ShopStore {
  static let formers = """
    CREATE TABLE former (id TEXT PRIMARY KEY, survivor TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX former_of_survivor ON former (survivor);
    """

  /// The id that whoever has this one goes by.
  func survivor(of id: CustomerID) async throws -> CustomerID {
    try await pool.read { db in try Self.survivor(of: id, db) }
  }

  static func survivor(of id: CustomerID, _ db: Database) throws -> CustomerID {
    let name = try String.fetchOne(
      db,
      sql: "SELECT survivor FROM former WHERE id = ?",
      arguments: [id.rawValue]
    )
    return name.map { CustomerID(rawValue: $0) } ?? id
  }

  /// Makes one customer of two, with the survivor's profile and what both did; a repeat changes nothing.
  ///
  /// - Parameters:
  ///   - id: The id that is merged.
  ///   - other: Who survives, or was merged into them.
  /// - Returns: Why it cannot be done, or `nil`.
  /// - Throws: What the file throws.
  func merge(_ id: CustomerID, into other: CustomerID) async throws -> String? {
    try await pool.write { db in
      let (before, survivor) = try (Self.survivor(of: id, db), Self.survivor(of: other, db))
      if before != id { return before == survivor ? nil : "merged into \(before)" }
      if survivor == id { return "\(id) is who survives" }
      if try Self.isLeaving(id, db) == true || Self.isLeaving(survivor, db) == true {
        return "one of them is being forgotten"
      }
      for sql in [
        "UPDATE former SET survivor = ?2 WHERE survivor = ?1",
        "INSERT INTO former (id, survivor) VALUES (?1, ?2)",
        "UPDATE action SET customer = ?2 WHERE customer = ?1",
        "UPDATE deciding SET customer = ?2 WHERE customer = ?1",
      ] {
        try db.execute(sql: sql, arguments: [id.rawValue, survivor.rawValue])
      }
      try db.execute(sql: "DELETE FROM customer WHERE id = ?", arguments: [id.rawValue])
      return nil
    }
  }

  /// Forgets a customer, whichever of their ids is given.
  ///
  /// - Parameter id: The id.
  /// - Returns: Whether anything was known of them.
  /// - Throws: What the file throws.
  func forget(_ id: CustomerID) async throws -> Bool {
    try await pool.write { db in
      let survivor = try Self.survivor(of: id, db)
      let before = db.totalChangesCount
      for sql in [
        "DELETE FROM customer WHERE id = ?", "DELETE FROM action WHERE customer = ?",
        "DELETE FROM former WHERE survivor = ?", "DELETE FROM deciding WHERE customer = ?",
      ] {
        try db.execute(sql: sql, arguments: [survivor.rawValue])
      }
      return db.totalChangesCount > before
    }
  }
}
