import Foundation
import GRDBSQLite

/// The same statements in a loop of SQLite's C interface: each prepared once, its values bound, its rows stepped
/// through, and nothing made of them.
final class BareSQLite {
  private var connection: OpaquePointer?
  private var prepared: [String: OpaquePointer] = [:]

  /// Opens a file that a ledger made, with what a ledger sets.
  init(at path: String) throws {
    try check(sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil))
    for pragma in ["synchronous = FULL", "foreign_keys = ON"] {
      try check(sqlite3_exec(connection, "PRAGMA \(pragma)", nil, nil, nil))
    }
  }

  deinit {
    for statement in prepared.values { sqlite3_finalize(statement) }
    sqlite3_close(connection)
  }

  func play(_ moves: [SQLiteMove]) throws {
    for move in moves {
      let statement = try statement(move.sql)
      for (index, value) in move.values.enumerated() {
        let place = Int32(index + 1)
        switch value {
        case .null: sqlite3_bind_null(statement, place)
        case .integer(let integer): sqlite3_bind_int64(statement, place, integer)
        case .text(let bytes):
          bytes.withUnsafeBufferPointer {
            _ = sqlite3_bind_text(statement, place, $0.baseAddress, Int32($0.count), copied)
          }
        }
      }
      var code = sqlite3_step(statement)
      while code == SQLITE_ROW {
        for column in 0..<sqlite3_column_count(statement) {
          touched &+= sqlite3_column_bytes(statement, column)
        }
        code = sqlite3_step(statement)
      }
      guard code == SQLITE_DONE else { throw NotWritten() }
      sqlite3_reset(statement)
    }
  }

  /// So that what was read is of use.
  private(set) var touched: Int32 = 0

  private func statement(_ sql: String) throws -> OpaquePointer? {
    if let statement = prepared[sql] { return statement }
    var statement: OpaquePointer?
    try check(sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
    prepared[sql] = statement
    return statement
  }

  // Sound: it is what C writes SQLITE_TRANSIENT, which SQLite compares and never calls.
  private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  private func check(_ code: Int32) throws {
    guard code == SQLITE_OK else { throw NotWritten() }
  }
}
