import GRDB
import GRDBSQLite

/// What a place of a statement takes.
protocol SQLiteValue {
  /// Has SQLite take over the value.
  ///
  /// - Returns: Its answer.
  func bind(to statement: SQLiteStatement, at place: CInt) -> CInt
}

extension String: SQLiteValue {
  // GRDB's own way makes a C string of it first, whose end SQLite then looks for.
  func bind(to statement: SQLiteStatement, at place: CInt) -> CInt {
    // Of no address, which is that of an empty buffer, SQLite makes NULL.
    if isEmpty { return sqlite3_bind_text(statement, place, "", 0, copied) }
    var text = self
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { bytes in
        // By 64 bits, so that SQLite itself refuses what is too long for it.
        sqlite3_bind_text64(
          statement,
          place,
          bytes.baseAddress,
          UInt64(bytes.count),
          copied,
          UInt8(SQLITE_UTF8)
        )
      }
    }
  }
}

// Sound: it is what C writes SQLITE_TRANSIENT, which SQLite compares and never calls.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension Int64: SQLiteValue {
  func bind(to statement: SQLiteStatement, at place: CInt) -> CInt {
    sqlite3_bind_int64(statement, place, self)
  }
}

extension Int: SQLiteValue {
  func bind(to statement: SQLiteStatement, at place: CInt) -> CInt {
    Int64(self).bind(to: statement, at: place)
  }
}

extension Bool: SQLiteValue {
  func bind(to statement: SQLiteStatement, at place: CInt) -> CInt {
    (self ? 1 : 0).bind(to: statement, at: place)
  }
}

extension Optional: SQLiteValue where Wrapped: SQLiteValue {
  func bind(to statement: SQLiteStatement, at place: CInt) -> CInt {
    self?.bind(to: statement, at: place) ?? sqlite3_bind_null(statement, place)
  }
}
