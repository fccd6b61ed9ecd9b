package import GRDB

extension SQLiteOfferLedger {
  /// What the connection that writes asks of the disk.
  package struct Durability: Equatable {
    /// How it logs: "wal".
    package let journal: String
    /// When it flushes: 2 is at every commit.
    package let synchronous: Int

    package init(journal: String, synchronous: Int) {
      self.journal = journal
      self.synchronous = synchronous
    }

    package init(_ db: Database) throws {
      journal = try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? ""
      synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? 0
    }
  }
}
