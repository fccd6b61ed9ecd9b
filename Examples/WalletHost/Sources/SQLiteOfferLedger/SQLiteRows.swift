import DurableLedger
import Foundation
import GRDB
import OfferBridgeKit

/// One tenant's rows in SQLite, within a transaction of one connection.
///
/// Statements are in the files beside this one, a table each. Columns are read
/// by their places, which stand right above.
final class SQLiteRows: LedgerRows {
  let db: Database
  let tenant: TenantID
  /// The tenant as a column holds it.
  let owner: String
  /// What is known of rows without reading them anew.
  let memory: LedgerMemory

  init(_ db: Database, of tenant: TenantID, _ memory: LedgerMemory) {
    self.db = db
    self.memory = memory
    self.tenant = tenant
    owner = tenant.rawValue.column
  }

  /// Each row that a statement finds, as long as there is room for more.
  func rows(
    _ sql: String,
    _ arguments: [any SQLiteValue],
    while isWanted: (SQLiteRow) throws -> Bool
  ) throws {
    try PreparedStatement(sql, on: db).run(arguments, isWanted)
  }

  /// Each row that a statement finds.
  func each(_ sql: String, _ arguments: [any SQLiteValue], _ body: (SQLiteRow) throws -> Void) throws {
    try rows(sql, arguments) { row in
      try body(row)
      return true
    }
  }

  /// Every row that a statement finds.
  func all<Value>(
    _ sql: String,
    _ arguments: [any SQLiteValue],
    _ read: (SQLiteRow) throws -> Value
  ) throws -> [Value] {
    var found: [Value] = []
    try each(sql, arguments) { found.append(try read($0)) }
    return found
  }

  /// The first row that a statement finds, or `nil`.
  func first<Value>(
    _ sql: String,
    _ arguments: [any SQLiteValue],
    _ read: (SQLiteRow) throws -> Value
  ) throws -> Value? {
    var found: Value?
    try rows(sql, arguments) { row in
      found = try read(row)
      return false
    }
    return found
  }

  func run(_ sql: String, _ arguments: [any SQLiteValue]) throws {
    try each(sql, arguments) { _ in }
  }

  // MARK: - Values

  /// A value as it encodes itself.
  func text(_ value: some Encodable) throws -> String {
    try DocumentEncoder().text(value)
  }

  /// The same of a list, or `nil` of an empty one.
  func textOrNil(_ values: some Collection & Encodable) throws -> String? {
    values.isEmpty ? nil : try text(values)
  }

  func value<Value: Decodable>(_ text: String) throws -> Value {
    try DocumentDecoder().value(text)
  }

  func values<Value: Decodable>(_ text: String?) throws -> [Value] {
    try text.map { try value($0) } ?? []
  }

  func key(_ text: String) throws -> DerivedKey {
    guard let key = DerivedKey(text) else { throw SQLiteLedgerError.notAKey(text) }
    return key
  }
}
