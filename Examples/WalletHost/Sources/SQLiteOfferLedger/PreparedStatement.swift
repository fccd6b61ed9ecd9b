import GRDB
import GRDBSQLite

/// A statement that GRDB has prepared and keeps, run by SQLite's own interface.
///
/// A commit runs some fifteen of them. GRDB's way to run one makes a value of each argument and a copy of each row, for
/// whoever observes the database or keeps a row; here nobody does.
struct PreparedStatement {
  private let db: Database
  private let statement: Statement
  private var handle: SQLiteStatement { statement.sqliteStatement }

  init(_ sql: String, on db: Database) throws {
    self.db = db
    statement = try db.cachedStatement(sql: sql)
  }

  /// Runs it, until it has no more rows, or no more are wanted.
  ///
  /// - Parameters:
  ///   - arguments: A value for each of its places.
  ///   - isWanted: Reads one row; whether to go on to the next.
  /// - Throws: `DatabaseError` where SQLite refuses, and what reading throws.
  func run(_ arguments: [any SQLiteValue], _ isWanted: (SQLiteRow) throws -> Bool) throws {
    // What it reads is held up to here: a transaction that waits for it would not end.
    defer { sqlite3_reset(handle) }
    for (place, argument) in arguments.enumerated() {
      try check(argument.bind(to: handle, at: CInt(place + 1)))
    }
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_ROW: if try !isWanted(SQLiteRow(statement: handle)) { return }
      case SQLITE_DONE: return
      case let code: try check(code)
      }
    }
  }

  private func check(_ code: CInt) throws {
    guard code != SQLITE_OK else { return }
    throw DatabaseError(
      resultCode: ResultCode(rawValue: code),
      message: db.lastErrorMessage,
      sql: statement.sql
    )
  }
}

/// The row at which a statement stands, until it goes on: each column by its place, as what is wanted of it.
struct SQLiteRow {
  fileprivate let statement: SQLiteStatement

  private func isNull(_ place: Int) -> Bool { sqlite3_column_type(statement, CInt(place)) == SQLITE_NULL }

  subscript(place: Int) -> Int64 { sqlite3_column_int64(statement, CInt(place)) }
  subscript(place: Int) -> Int64? { isNull(place) ? nil : self[place] as Int64 }
  subscript(place: Int) -> Int { Int(self[place] as Int64) }
  subscript(place: Int) -> Bool { self[place] as Int64 != 0 }
  /// Of `NULL`, as of SQLite, the empty text.
  subscript(place: Int) -> String { self[place] as String? ?? "" }
  subscript(place: Int) -> String? {
    sqlite3_column_text(statement, CInt(place)).map { text in
      let count = Int(sqlite3_column_bytes(statement, CInt(place)))
      return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }
  }
}
