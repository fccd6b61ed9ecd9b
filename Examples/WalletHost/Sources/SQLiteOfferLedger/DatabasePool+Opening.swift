import Foundation
package import GRDB

extension DatabasePool {
  /// Opens a file, or makes it, and brings it up to date; each commit is flushed to the disk.
  ///
  /// Any number of processes may do so at once.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - label: Whose it is, where GRDB says so.
  ///   - patience: How long it waits for other processes.
  ///   - migrator: What makes an empty file, or one of an earlier version, the present one.
  ///   - preparing: Is given each connection.
  /// - Returns: Its connections.
  /// - Throws: ``SQLiteLedgerError`` `notDurable`, `busy` and `laterVersion`; what SQLite throws when the file cannot be
  ///   opened.
  package static func durable(
    at path: String,
    label: String,
    patience: Duration = .seconds(10),
    migrating migrator: DatabaseMigrator,
    preparing: @escaping @Sendable (Database) -> Void = { _ in }
  ) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(patience / .seconds(1))
    configuration.label = label
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase(preparing)
    let pool = try whereFree(patience) { try DatabasePool(path: path, configuration: configuration) }
    try pool.writeWithoutTransaction { try $0.flushEachCommit() }
    guard try !pool.read(migrator.hasBeenSuperseded) else { throw SQLiteLedgerError.laterVersion(path) }
    try pool.migrate(migrator)
    return pool
  }

  // GRDB looks which migrations are to be made before it has the file for itself. Where another process made one
  // meanwhile, it fails and is asked again.
  private func migrate(_ migrator: DatabaseMigrator) throws {
    while true {
      let before = try read(migrator.appliedIdentifiers)
      do {
        return try migrator.migrate(self)
      } catch let error as DatabaseError {
        guard try read(migrator.appliedIdentifiers) != before else { throw error }
      }
    }
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
