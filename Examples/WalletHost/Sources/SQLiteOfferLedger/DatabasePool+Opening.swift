import Foundation
import GRDB

extension DatabasePool {
  /// Opens a ledger's file, or makes it, and brings it up to this version.
  ///
  /// Any number of processes may do so at once.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - patience: How long it waits for other processes.
  ///   - preparing: Is given each connection.
  /// - Returns: Its connections.
  /// - Throws: ``SQLiteLedgerError`` `notDurable`, `busy` and `laterVersion`; what SQLite throws when the file cannot be
  ///   opened.
  static func ofLedger(
    at path: String,
    patience: Duration,
    preparing: @escaping @Sendable (Database) -> Void
  ) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(patience / .seconds(1))
    configuration.label = "SQLiteOfferLedger"
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase(preparing)
    let pool = try whereFree(patience) { try DatabasePool(path: path, configuration: configuration) }
    try pool.writeWithoutTransaction { try $0.flushEachCommit() }
    guard try !pool.read(Schema.migrator.hasBeenSuperseded) else {
      throw SQLiteLedgerError.laterVersion(path)
    }
    try Schema.migrate(pool)
    return pool
  }

  // SQLite waits for nobody where two at once turn write-ahead logging on.
  private static func whereFree(
    _ patience: Duration,
    _ open: () throws -> DatabasePool
  ) throws -> DatabasePool {
    let end = ContinuousClock.now + patience
    while true {
      do {
        return try open()
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        guard ContinuousClock.now < end else { throw SQLiteLedgerError.busy(patience: patience) }
        Thread.sleep(forTimeInterval: 0.005)
      }
    }
  }
}

extension Database {
  /// Has each commit flushed.
  ///
  /// GRDB asks for less once it has switched to write-ahead logging, so this comes after it, and is read back.
  fileprivate func flushEachCommit() throws {
    try execute(sql: "PRAGMA synchronous = FULL")
    let durability = try SQLiteOfferLedger.Durability(self)
    guard durability == SQLiteOfferLedger.Durability(journal: "wal", synchronous: 2) else {
      throw SQLiteLedgerError.notDurable(
        journal: durability.journal,
        synchronous: durability.synchronous
      )
    }
  }
}
