/// What a whole statement came to: every line and everything received, each counted once.
///
/// ```
/// lines    = agreed + differing + missing here + unknown replica + repeated + unusable + not due
/// received = agreed + differing + missing there + not due + not compared
/// ```
public struct StatementTotals: Sendable, Hashable {
  /// The provider whose statement it is.
  public let source: ProviderID
  /// The lines of the statement.
  public internal(set) var lines = 0
  /// Ids whose first line says what was received, as far as it tells.
  public internal(set) var agreed = 0
  /// Ids whose first line and what was received differ, in one thing or several.
  public internal(set) var differing = 0
  /// Lines with the id of an earlier line.
  public internal(set) var repeated = 0
  /// Lines whose id was not received, but which are so young that it may still come.
  public internal(set) var linesNotDue = 0
  /// The redemptions and reversals that the ledger has of that source.
  public internal(set) var received = 0
  /// Those on no line that are so young that they may stand on the next statement.
  public internal(set) var receivedNotDue = 0
  /// Those on no line that need not be on one: from outside the statement's period, or of a kind that it does not list.
  public internal(set) var notCompared = 0
  /// Of those that are on a line, how many wait for their other half here.
  public internal(set) var parked = 0
  /// Of those that are on a line, how many count with a discrepancy here.
  public internal(set) var discrepant = 0
  /// How many discrepancies there are of each kind.
  public internal(set) var found: [StatementDiscrepancy.Kind: Int] = [:]
  /// Why nothing matched, where nothing did.
  public internal(set) var nothingMatched: StatementMismatch?

  init(source: ProviderID) { self.source = source }

  /// How many discrepancies there are of a kind.
  ///
  /// - Parameter kind: The kind.
  /// - Returns: The count, 0 or more.
  public func count(of kind: StatementDiscrepancy.Kind) -> Int { found[kind] ?? 0 }

  /// How many discrepancies there are in all; a line can have several.
  public var discrepancies: Int { found.values.reduce(0, +) }

  /// Whether there is something on either side, and nothing of it on both.
  var isNothingMatched: Bool {
    agreed + differing == 0
      && count(of: .missingHere) + count(of: .unknownReplica) + count(of: .missingThere) > 0
  }
}

/// One step of a comparison: a discrepancy, or the totals, which come last.
public enum StatementFinding: Sendable, Hashable {
  /// The two sides differ.
  case discrepancy(StatementDiscrepancy)
  /// The statement has ended; nothing comes after it.
  case totals(StatementTotals)
}
