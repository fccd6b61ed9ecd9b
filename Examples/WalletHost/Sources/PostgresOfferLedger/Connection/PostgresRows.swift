internal import CPostgres

/// What a statement answered, owned by the one who reads it.
final class PostgresRows {
  private let result: OpaquePointer

  init(_ result: OpaquePointer) { self.result = result }

  deinit { PQclear(result) }

  var count: Int { Int(PQntuples(result)) }

  /// The first word of what was done, such as `COMMIT`.
  var command: String { PQcmdStatus(result).map { String(cString: $0) } ?? "" }

  fileprivate func text(_ row: Int, _ column: Int) -> String? {
    if PQgetisnull(result, Int32(row), Int32(column)) != 0 { return nil }
    let bytes = UnsafeRawBufferPointer(
      start: PQgetvalue(result, Int32(row), Int32(column)),
      count: Int(PQgetlength(result, Int32(row), Int32(column)))
    )
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads each row.
  func map<Value>(_ read: (PostgresRow) throws -> Value) throws -> [Value] {
    try (0..<count).map { try read(PostgresRow(rows: self, number: $0)) }
  }

  /// Reads the first row, if there is one.
  func first<Value>(_ read: (PostgresRow) throws -> Value) throws -> Value? {
    count == 0 ? nil : try read(PostgresRow(rows: self, number: 0))
  }
}

/// One row; its columns are read by their places.
struct PostgresRow {
  fileprivate let rows: PostgresRows
  fileprivate let number: Int

  /// What stands in a column.
  subscript<Value: PostgresValue>(_ column: Int) -> Value {
    get throws {
      guard let value: Value = try self[column] else {
        throw PostgresLedgerError.unreadable(column: column, text: "NULL")
      }
      return value
    }
  }

  /// What stands in a column, or `nil` where it is NULL.
  subscript<Value: PostgresValue>(_ column: Int) -> Value? {
    get throws {
      guard let text = rows.text(number, column) else { return nil }
      guard let value = Value(postgresText: text) else {
        throw PostgresLedgerError.unreadable(column: column, text: text)
      }
      return value
    }
  }
}
