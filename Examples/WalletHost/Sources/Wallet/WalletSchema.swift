import GRDB

/// The wallet's tables.
enum WalletSchema {
  static func open(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL")
      try db.execute(sql: "PRAGMA synchronous = FULL")
    }
    var migrator = DatabaseMigrator()
    migrator.registerMigration("cards, messages, redemptions and notices") { db in try db.execute(sql: first)
    }
    try migrator.migrate(queue)
    return queue
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
}
