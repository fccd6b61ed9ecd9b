import DurableLedger
import Foundation
import OfferBridgeKit

/// One tenant's rows in PostgreSQL, within a transaction of one connection.
///
/// Statements are in the files beside this one, a table each. What is read is
/// kept and follows what is written, so that a step which named what it will
/// need has it after one round trip; writes wait for nobody.
final class PostgresLedgerRows: LedgerRows {
  let connection: PostgresConnection
  let tenant: TenantID
  /// The tenant as a column holds it.
  let owner: PostgresParameter
  /// What is known of rows without decoding them anew.
  let memory: LedgerMemory
  var loaded = LoadedRows()
  /// What is written together with what comes after it.
  var unwritten = UnwrittenRows()
  /// How many rows of each table were written.
  private(set) var written: [GrowingStatistics.Table: Int] = [:]

  init(_ connection: PostgresConnection, of tenant: TenantID, _ memory: LedgerMemory) {
    self.connection = connection
    self.memory = memory
    self.tenant = tenant
    owner = PostgresParameter(tenant.rawValue.column)
  }

  /// Every row that a statement finds, which gets the tenant and the parameters.
  func all<Value>(
    _ sql: String,
    _ parameters: [PostgresParameter],
    _ read: (PostgresRow) throws -> Value
  ) throws -> [Value] {
    try writeAll()
    return try connection.read(sql, [owner] + parameters).map(read)
  }

  /// The first row that a statement finds, or `nil`.
  func first<Value>(
    _ sql: String,
    _ parameters: [PostgresParameter],
    _ read: (PostgresRow) throws -> Value
  ) throws -> Value? {
    try writeAll()
    return try connection.read(sql, [owner] + parameters).first(read)
  }

  func run(_ sql: String, _ parameters: [PostgresParameter]) throws {
    try writeAll()
    try connection.write(sql, [owner] + parameters)
  }

  /// Takes note of a row that is written.
  func note(_ table: GrowingStatistics.Table) { written[table, default: 0] += 1 }

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
    guard let key = DerivedKey(text) else { throw PostgresLedgerError.notAKey(text) }
    return key
  }
}
