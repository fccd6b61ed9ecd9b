import GRDB

/// The wallet's tables.
enum WalletSchema {
  struct Migration: Sendable {
    let name: String
    let sql: String
  }

  /// What a new file is given, and a file of before is given the rest of.
  static let migrations = [
    Migration(name: "cards, messages, redemptions and notices", sql: first),
    Migration(name: "requests of one member and kind", sql: requests),
  ]

  /// Opens a file, and brings it up to date.
  static func open(_ path: String, _ migrations: [Migration] = Self.migrations) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL")
      try db.execute(sql: "PRAGMA synchronous = FULL")
    }
    var migrator = DatabaseMigrator()
    for migration in migrations {
      migrator.registerMigration(migration.name) { db in try db.execute(sql: migration.sql) }
    }
    try migrator.migrate(queue)
    return queue
  }

  /// Has the next card and the next redemption numbered so, unless their numbers are past that.
  static func number(from first: Int64, _ queue: DatabaseQueue) throws {
    try queue.write { db in
      for table in ["card", "redemption"] {
        // SQLite keeps the last number of each table here, and for an empty one it may have none.
        for sql in [
          "DELETE FROM sqlite_sequence WHERE name = ?1 AND seq < ?2",
          """
          INSERT INTO sqlite_sequence (name, seq)
            SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)
          """,
        ] {
          try db.execute(sql: sql, arguments: [table, first - 1])
        }
      }
    }
  }

  private static let first = """
    -- What a customer holds.
    CREATE TABLE card (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      member TEXT NOT NULL,
      offer TEXT NOT NULL,
      issued TEXT NOT NULL,
      title TEXT NOT NULL,
      live INTEGER NOT NULL DEFAULT 1
    );
    CREATE INDEX card_of_member ON card (member);
    CREATE INDEX card_of_issued ON card (issued);

    -- Each message that was ever taken, by its key: a repeat finds its card.
    CREATE TABLE message (
      key TEXT PRIMARY KEY,
      body BLOB NOT NULL,
      card INTEGER REFERENCES card
    ) WITHOUT ROWID;

    -- What was redeemed, and what of that was undone.
    CREATE TABLE redemption (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      request TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      card INTEGER NOT NULL REFERENCES card,
      undoes INTEGER UNIQUE REFERENCES redemption,
      amount INTEGER NOT NULL,
      currency TEXT NOT NULL,
      at INTEGER NOT NULL
    );

    -- What is still to be reported: written together with what it reports.
    CREATE TABLE notice (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL,
      body BLOB NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      due INTEGER NOT NULL
    );
    CREATE INDEX notice_due ON notice (due);
    """

  // A request's text is its member's: another's request may have the same, and so may a reversal. SQLite cannot take a
  // column's UNIQUE away, so that the table is written anew; its rows keep their numbers.
  private static let requests = """
    CREATE TABLE redemption_by_member (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      member TEXT NOT NULL,
      request TEXT NOT NULL,
      card INTEGER NOT NULL REFERENCES card,
      undoes INTEGER UNIQUE REFERENCES redemption,
      amount INTEGER NOT NULL,
      currency TEXT NOT NULL,
      at INTEGER NOT NULL,
      UNIQUE (kind, member, request)
    );
    INSERT INTO redemption_by_member (number, kind, member, request, card, undoes, amount, currency, at)
      SELECT r.number, r.kind, c.member, r.request, r.card, r.undoes, r.amount, r.currency, r.at
      FROM redemption r JOIN card c ON c.number = r.card ORDER BY r.number;
    DROP TABLE redemption;
    ALTER TABLE redemption_by_member RENAME TO redemption;
    """
}
