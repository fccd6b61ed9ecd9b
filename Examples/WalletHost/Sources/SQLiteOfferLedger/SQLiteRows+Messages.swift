import DurableLedger
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  /// In the order in which ``readMessage(_:)`` reads them.
  static let messageColumns = """
    document, issued_offer, limits, state, said, lease_until, due, attempts, fence, first_attempted_at,
    may_have_arrived, last_failure, redrives, next_generation, customer
    """

  func readMessage(_ row: SQLiteRow) throws -> MessageRow {
    let state: String = row[3]
    guard let stage = MessageRow.Stage(column: state, said: row[4], until: row[5]) else {
      throw SQLiteLedgerError.unknownState(state)
    }
    var message = MessageRow(
      try memory.message(row[0]),
      of: CustomerID(String(column: row[14])),
      about: try (row[1] as String?).map(key),
      limits: StoredUses(column: row[2]),
      stage: stage,
      due: row[6]
    )
    message.attempts = row[7]
    message.fence = row[8]
    message.firstAttemptedAt = row[9]
    message.mayHaveArrived = row[10]
    message.lastFailure = (row[11] as String?).map { String(column: $0) }
    message.redrives = try values(row[12])
    message.nextGeneration = try (row[13] as String?).map(key)
    return message
  }

  func message(_ key: DerivedKey) throws -> MessageRow? {
    try first(
      "SELECT \(Self.messageColumns) FROM message WHERE tenant = ? AND key = ?",
      [owner, key.description],
      readMessage
    )
  }

  func messages(about issued: IssuedOffer.ID) throws -> [MessageRow] {
    try all(
      "SELECT \(Self.messageColumns) FROM message WHERE tenant = ? AND issued_offer = ? ORDER BY sequence",
      [owner, issued.description],
      readMessage
    )
  }

  func messages(of customer: CustomerID) throws -> [MessageRow] {
    try all(
      "SELECT \(Self.messageColumns) FROM message WHERE tenant = ? AND customer = ? ORDER BY sequence",
      [owner, customer.rawValue.column],
      readMessage
    )
  }

  func rewrite(_ row: MessageRow) throws {
    try run(
      "UPDATE message SET document = ?, limits = ? WHERE tenant = ? AND key = ?",
      [memory.text(row.message), row.limits.column, owner, row.message.key.description]
    )
  }

  func insert(_ row: MessageRow) throws {
    let message = row.message
    try run(
      """
      INSERT INTO message (tenant, key, provider, customer, issued_offer, document, limits, state, due)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        owner, message.key.description, message.provider.rawValue.column, row.owner.rawValue.column,
        row.issuedOffer?.description, memory.text(message), row.limits.column, row.stage.column,
        row.due,
      ]
    )
  }

  func update(_ row: MessageRow) throws {
    try run(
      """
      UPDATE message SET state = ?, said = ?, lease_until = ?,
        turn = CASE ?1 WHEN 'waiting' THEN turn WHEN 'leased' THEN ?3 END,
        due = ?, attempts = ?, fence = ?, first_attempted_at = ?, may_have_arrived = ?, last_failure = ?,
        redrives = ?, next_generation = ?
      WHERE tenant = ? AND key = ?
      """,
      [
        row.stage.column, row.stage.saidColumn, row.stage.untilColumn, row.due, row.attempts, row.fence,
        row.firstAttemptedAt, row.mayHaveArrived, row.lastFailure?.column, textOrNil(row.redrives),
        row.nextGeneration?.description, owner, row.message.key.description,
      ]
    )
  }

  // MARK: - Whose turn it is

  func giveTurn(in lane: LaneName) throws {
    let name = [owner, lane.provider.rawValue.column, lane.customer.rawValue.column]
    let firstTwo = try all(
      """
      SELECT sequence, CASE state WHEN 'leased' THEN lease_until ELSE due END, turn FROM message
      WHERE tenant = ? AND provider = ? AND customer = ? AND state IN ('waiting', 'leased')
      ORDER BY state = 'waiting', sequence LIMIT 2
      """,
      name
    ) { (sequence: $0[0] as Int64, turn: $0[1] as Int64, before: $0[2] as Int64?) }
    guard let head = firstTwo.first, head.before != head.turn else { return }
    // An earlier one that is to be sent after all takes it from a later one, if there is one. The lane's index is found
    // by its very condition, and by no narrower one.
    if firstTwo.count > 1 {
      try run(
        """
        UPDATE message SET turn = NULL
        WHERE tenant = ? AND provider = ? AND customer = ? AND state IN ('waiting', 'leased') AND +turn IS NOT NULL
        """,
        name
      )
    }
    try run("UPDATE message SET turn = ? WHERE sequence = ?", [head.turn, head.sequence])
  }

  func turns(at provider: ProviderID, by moment: Int64, limit: Int) throws -> [MessageRow] {
    try all(
      """
      SELECT \(Self.messageColumns) FROM message
      WHERE tenant = ? AND provider = ? AND turn <= ? ORDER BY turn, sequence LIMIT ?
      """,
      [owner, provider.rawValue.column, moment, limit],
      readMessage
    )
  }

  func nextTurn(at provider: ProviderID) throws -> Int64? {
    try first(
      "SELECT turn FROM message WHERE tenant = ? AND provider = ? AND turn IS NOT NULL ORDER BY turn LIMIT 1",
      [owner, provider.rawValue.column]
    ) { $0[0] }
  }
}
