import DurableLedger
import Foundation
import GRDB
import OfferBridgeKit

/// One tenant's rows in SQLite, within a transaction of one connection.
///
/// Statements are in the files beside this one, a table each. Columns are read
/// by their places, which stand right above.
struct SQLiteRows: LedgerRows {
  let db: Database
  let tenant: TenantID
  /// The tenant as a column holds it.
  let owner: String

  init(_ db: Database, of tenant: TenantID) {
    self.db = db
    self.tenant = tenant
    owner = tenant.rawValue.column
  }

  /// Every row that a statement finds.
  func all<Value>(
    _ sql: String,
    _ arguments: StatementArguments,
    _ read: (Row) throws -> Value
  ) throws -> [Value] {
    var found: [Value] = []
    let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
    while let row = try rows.next() { found.append(try read(row)) }
    return found
  }

  /// The first row that a statement finds, or `nil`.
  func first<Value>(
    _ sql: String,
    _ arguments: StatementArguments,
    _ read: (Row) throws -> Value
  ) throws -> Value? {
    // The row is the statement's own, which is reset with its cursor.
    let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
    return try withExtendedLifetime(rows) { try rows.next().map(read) }
  }

  func run(_ sql: String, _ arguments: StatementArguments) throws {
    let statement = try db.cachedStatement(sql: sql)
    statement.setUncheckedArguments(arguments)
    try statement.execute()
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
