import DurableLedger

/// What the ledger's database says, or says that it cannot say.
public enum PostgresLedgerError: Error, Equatable, CustomStringConvertible {
  /// No connection came about: nothing was asked of the database.
  case cannotConnect(String)
  /// The connection was lost after the database was asked to commit: whether it did, nobody knows.
  case lostInCommit(String)
  /// The connection was lost, or the transaction given up, before it was to be committed: nothing was written.
  case lost(String)
  /// The database refused a statement, with its SQLSTATE.
  case refused(sqlState: String, String)
  /// The ledger is closed.
  case closed
  /// The database would not keep what it answered through a power cut.
  case notDurable(setting: String, value: String)
  /// The database is a replica, which lags behind and takes no writes.
  case isReplica
  /// The database holds texts in another encoding.
  case notUnicode(String)
  /// The schema is that of a later version.
  case newerSchema(Int, known: Int)
  /// A text in the place of a key.
  case notAKey(String)
  /// A word that is no state of a message.
  case unknownState(String)
  /// A word that is no kind of a trigger.
  case unknownKind(String)
  /// A line that is no entry of a trail.
  case notAnEntry(String)
  /// A column that holds something else than it should.
  case unreadable(column: Int, text: String)

  /// Names what is wrong, and the next step.
  public var description: String {
    switch self {
    case .cannotConnect(let reason):
      "No connection to the ledger's database: \(reason). Check its address, and that it runs."
    case .lostInCommit(let reason):
      "The connection was lost in a commit: \(reason). Whether it was written, the same call again tells."
    case .lost(let reason):
      "The connection was lost: \(reason). Nothing was written. Call again."
    case .refused(let state, let reason):
      "The ledger's database refused a statement: \(reason) (SQLSTATE \(state)). Nothing was written."
    case .closed:
      "The ledger is closed. Open another one."
    case .notDurable(let setting, let value):
      """
      The ledger's database has \(setting) = \(value), so that a power cut could undo what was answered. \
      Set it to on.
      """
    case .isReplica:
      "The ledger's database is a replica. Give the address of the one that takes writes."
    case .notUnicode(let encoding):
      "The ledger's database is in \(encoding). Make one with the encoding UTF8."
    case .newerSchema(let version, let known):
      "The ledger's schema is version \(version), and this program knows \(known). Use a newer one."
    case .notAKey(let text):
      "'\(text)' stands in the ledger's database where a key is needed. Restore it from a backup."
    case .unknownState(let word):
      "'\(word)' is no state of a message. Use the version that wrote it."
    case .unknownKind(let word):
      "'\(word)' is no kind of a trigger. Use the version that wrote it."
    case .notAnEntry(let line):
      "A line of the trail cannot be read: '\(line.prefix(80))'. Restore the database from a backup."
    case .unreadable(let column, let text):
      "Column \(column) of an answer cannot be read: '\(text.prefix(80))'. Restore the database from a backup."
    }
  }
}

extension PostgresLedgerError: LedgerFault {
  package var isEverybodys: Bool {
    switch self {
    case .cannotConnect, .closed, .notDurable, .isReplica, .notUnicode, .newerSchema: true
    default: false
    }
  }
}
