import DurableLedger
import GRDB
import OfferBridgeKit

extension SQLiteRows {
  /// In the order in which ``readMessage(_:)`` reads them.
  static let messageColumns = """
    document, issued_offer, limits, state, said, lease_until, due, attempts, fence, first_attempted_at,
    may_have_arrived, last_failure, redrives, next_generation
    """

  func readMessage(_ row: Row) throws -> MessageRow {
    var message = MessageRow(
      try value(row[0]),
      about: try (row[1] as String?).map(key),
      limits: try values(row[2]),
      stage: try MessageRow.Stage(row[3], said: row[4], until: row[5]),
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

  func insert(_ row: MessageRow) throws {
    let message = row.message
    try run(
      """
      INSERT INTO message (tenant, key, provider, customer, issued_offer, document, limits, state, due)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        owner, message.key.description, message.provider.rawValue.column, message.customer.rawValue.column,
        row.issuedOffer?.description, text(message), textOrNil(row.limits), row.stage.name, row.due,
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
        row.stage.name, row.stage.said, row.stage.until, row.due, row.attempts, row.fence,
        row.firstAttemptedAt, row.mayHaveArrived, row.lastFailure?.column, textOrNil(row.redrives),
        row.nextGeneration?.description, owner, row.message.key.description,
      ]
    )
  }

  // MARK: - Whose turn it is

  func giveTurn(in lane: LaneName) throws {
    let name = [owner, lane.provider.rawValue.column, lane.customer.rawValue.column]
    let head = try first(
      """
      SELECT sequence, CASE state WHEN 'leased' THEN lease_until ELSE due END, turn FROM message
      WHERE tenant = ? AND provider = ? AND customer = ? AND state IN ('waiting', 'leased')
      ORDER BY state = 'waiting', sequence LIMIT 1
      """,
      StatementArguments(name)
    ) { (sequence: $0[0] as Int64, turn: $0[1] as Int64, before: $0[2] as Int64?) }
    guard let head, head.before != head.turn else { return }
    // An earlier one that is to be sent after all takes it from a later one. The lane's index is found by its very
    // condition, and by no narrower one.
    try run(
      """
      UPDATE message SET turn = NULL
      WHERE tenant = ? AND provider = ? AND customer = ? AND state IN ('waiting', 'leased') AND +turn IS NOT NULL
      """,
      StatementArguments(name)
    )
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

extension MessageRow.Stage {
  fileprivate init(_ name: String, said: String?, until: Int64?) throws {
    let said = said.map { String(column: $0) }
    switch name {
    case "waiting": self = .waiting
    case "leased": self = .leased(until: until ?? 0)
    case "accepted": self = .accepted(said.map { ReplicaReference($0) })
    case "confirmed": self = .confirmed
    case "rejected": self = .rejected(said ?? "")
    case "buried": self = .buried(said ?? "")
    case "withdrawn": self = .withdrawn
    default: throw SQLiteLedgerError.unknownState(name)
    }
  }

  fileprivate var name: String {
    switch self {
    case .waiting: "waiting"
    case .leased: "leased"
    case .accepted: "accepted"
    case .confirmed: "confirmed"
    case .rejected: "rejected"
    case .buried: "buried"
    case .withdrawn: "withdrawn"
    }
  }

  fileprivate var said: String? {
    switch self {
    case .accepted(let reference): reference?.rawValue.column
    case .rejected(let reason), .buried(let reason): reason.column
    case .waiting, .leased, .confirmed, .withdrawn: nil
    }
  }

  fileprivate var until: Int64? { if case .leased(let until) = self { until } else { nil } }
}
