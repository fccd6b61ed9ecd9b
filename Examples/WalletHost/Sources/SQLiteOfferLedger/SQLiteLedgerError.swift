import DurableLedger

/// What a ledger's file says that it cannot say: it was edited, or is another program's.
public enum SQLiteLedgerError: Error, Equatable, CustomStringConvertible {
  /// The connection does not flush each commit, so that a power cut could undo what was answered.
  case notDurable(journal: String, synchronous: Int)
  /// Another process had the file for longer than the ledger's patience: nothing was written.
  case busy(patience: Duration)
  /// The file was written by a later version of this ledger, at that path.
  case laterVersion(String)
  /// A text in the place of a key.
  case notAKey(String)
  /// A word that is no state of a message.
  case unknownState(String)
  /// A word that is no kind of a trigger.
  case unknownKind(String)
  /// A line that is no entry of a trail.
  case notAnEntry(String)

  /// Names what is wrong, and the next step.
  public var description: String {
    switch self {
    case .notDurable(let journal, let synchronous):
      """
      The file has journal mode '\(journal)' and synchronous \(synchronous), where 'wal' and 2 are needed. \
      Put it on a file system that SQLite can use write-ahead logging on.
      """
    case .busy(let patience):
      """
      Another process has had the file for longer than \(patience). Nothing was written. Call again; \
      if a process that has the file was stopped in the midst of a step, have it go on, or end it.
      """
    case .laterVersion(let path):
      "The file at '\(path)' was written by a later version. Open it with that version."
    case .notAKey(let text):
      "'\(text)' stands in the ledger's file where a key is needed. Restore the file from a backup."
    case .unknownState(let word):
      "'\(word)' is no state of a message. Open the file with the version that wrote it."
    case .unknownKind(let word):
      "'\(word)' is no kind of a trigger. Open the file with the version that wrote it."
    case .notAnEntry(let line):
      "A line of the trail cannot be read: '\(line.prefix(80))'. Restore the file from a backup."
    }
  }
}

extension SQLiteLedgerError: LedgerFault {
  package var isEverybodys: Bool { if case .busy = self { true } else { false } }
}
