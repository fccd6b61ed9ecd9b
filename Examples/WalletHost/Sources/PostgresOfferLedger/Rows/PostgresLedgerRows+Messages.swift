import DurableLedger
import OfferBridgeKit

extension PostgresLedgerRows {
  /// In the order in which ``readMessage(_:)`` reads them.
  static let messageColumns = """
    document, issued_offer, limits, state, said, lease_until, due, attempts, fence, first_attempted_at,
    may_have_arrived, last_failure, redrives, next_generation, customer
    """

  func readMessage(_ row: PostgresRow) throws -> MessageRow {
    let state: String = try row[3]
    guard let stage = MessageRow.Stage(column: state, said: try row[4], until: try row[5]) else {
      throw PostgresLedgerError.unknownState(state)
    }
    var message = MessageRow(
      try memory.message(try row[0]),
      of: CustomerID(String(column: try row[14])),
      about: try (try row[1] as String?).map(key),
      limits: StoredUses(column: try row[2]),
      stage: stage,
      due: try row[6]
    )
    message.attempts = try row[7]
    message.fence = try row[8]
    message.firstAttemptedAt = try row[9]
    message.mayHaveArrived = try row[10]
    message.lastFailure = (try row[11] as String?).map { String(column: $0) }
    message.redrives = try values(try row[12])
    message.nextGeneration = try (try row[13] as String?).map(key)
    return message
  }

  func loadMessages(_ keys: Set<DerivedKey>, _ load: inout RowLoad) {
    for key in keys { loaded.messages[key] = .some(nil) }
    load.add(
      "SELECT \(Self.messageColumns) FROM message WHERE tenant = $1 AND key = ANY ($2::text[])",
      [owner, .list(keys.map(\.description))]
    ) { rows in
      for row in try rows.map(self.readMessage) { self.loaded.messages[row.message.key] = .some(row) }
    }
  }

  // As a list, which is looked up: joined with the customers' issued offers, all of a tenant's messages may be read.
  /// The messages about what was issued to customers; after the issued offers.
  func loadMessages(of customers: Set<CustomerID>, _ load: inout RowLoad) {
    load.add(
      """
      SELECT \(Self.messageColumns) FROM message
      WHERE tenant = $1 AND issued_offer = ANY (ARRAY(
        SELECT id FROM issued_offer WHERE tenant = $1 AND customer = ANY ($2::text[])
      )) ORDER BY sequence
      """,
      [owner, .list(customers.map(\.rawValue.column))]
    ) { rows in
      for customer in customers {
        for issued in self.loaded.issuedOffers[customer] ?? [] {
          self.loaded.messagesAbout[issued.offer.id] = []
        }
      }
      for row in self.loaded.met(try rows.map(self.readMessage)) {
        if let id = row.issuedOffer { self.loaded.messagesAbout[id]?.append(row) }
      }
    }
  }

  func message(_ key: DerivedKey) throws -> MessageRow? {
    if let known = loaded.messages[key] { return known }
    let found = try first(
      "SELECT \(Self.messageColumns) FROM message WHERE tenant = $1 AND key = $2",
      .of(key.description),
      readMessage
    )
    loaded.messages[key] = .some(found)
    return found
  }

  func messages(about issued: IssuedOffer.ID) throws -> [MessageRow] {
    if let known = loaded.messagesAbout[issued] { return known }
    let found = loaded.met(
      try all(
        "SELECT \(Self.messageColumns) FROM message WHERE tenant = $1 AND issued_offer = $2 ORDER BY sequence",
        .of(issued.description),
        readMessage
      )
    )
    loaded.messagesAbout[issued] = found
    return found
  }

  func messages(of customer: CustomerID) throws -> [MessageRow] {
    loaded.met(
      try all(
        "SELECT \(Self.messageColumns) FROM message WHERE tenant = $1 AND customer = $2 ORDER BY sequence",
        .of(customer.rawValue.column),
        readMessage
      )
    )
  }

  func rewrite(_ row: MessageRow) throws {
    loaded.messages[row.message.key] = nil
    try run(
      "UPDATE message SET document = $2, limits = $3 WHERE tenant = $1 AND key = $4",
      .of(try memory.text(row.message), try row.limits.column, row.message.key.description)
    )
  }

  func insert(_ row: MessageRow) throws {
    let message = row.message
    loaded.insert(row)
    note(.message)
    unwritten.messages.add([
      message.key.description, message.provider.rawValue.column, row.owner.rawValue.column,
      row.issuedOffer?.description, try memory.text(message), try row.limits.column,
      row.stage.column, row.due,
    ])
    // An issued offer's messages come after it.
    if unwritten.messages.areMany { try writeIssuedOffersAndMessages() }
  }

  func update(_ row: MessageRow) throws {
    loaded.messages[row.message.key] = .some(row)
    try run(
      """
      UPDATE message SET state = $2, said = $3, lease_until = $4,
        turn = CASE $2 WHEN 'waiting' THEN turn WHEN 'leased' THEN $4::bigint END,
        due = $5, attempts = $6, fence = $7, first_attempted_at = $8, may_have_arrived = $9, last_failure = $10,
        redrives = $11, next_generation = $12
      WHERE tenant = $1 AND key = $13
      """,
      .of(
        row.stage.column,
        row.stage.saidColumn,
        row.stage.untilColumn,
        row.due,
        row.attempts,
        row.fence,
        row.firstAttemptedAt,
        row.mayHaveArrived,
        row.lastFailure?.column,
        try textOrNil(row.redrives),
        row.nextGeneration?.description,
        row.message.key.description
      )
    )
  }

  // MARK: - Whose turn it is

  func giveTurn(in lane: LaneName) throws { unwritten.lanes.insert(lane) }

  func writeTurns() throws {
    if unwritten.lanes.isEmpty { return }
    let lanes = unwritten.lanes
    unwritten.lanes = []
    // An earlier message that is to be sent after all takes the turn from a later one.
    try connection.write(
      """
      WITH moved AS (
        SELECT open.sequence, CASE WHEN open.sequence = head.sequence THEN head.turn END AS turn
        FROM unnest($2::text[], $3::text[]) AS lane (provider, customer)
        CROSS JOIN LATERAL (
          SELECT sequence, CASE state WHEN 'leased' THEN lease_until ELSE due END AS turn FROM message
          WHERE tenant = $1 AND provider = lane.provider AND customer = lane.customer
            AND state IN ('waiting', 'leased')
          ORDER BY state = 'waiting', sequence LIMIT 1
        ) AS head
        CROSS JOIN LATERAL (
          SELECT sequence, turn FROM message
          WHERE tenant = $1 AND provider = lane.provider AND customer = lane.customer
            AND (state = 'waiting' AND turn IS NOT NULL OR message.sequence = head.sequence)
            AND state IN ('waiting', 'leased')
          OFFSET 0
        ) AS open
      )
      UPDATE message SET turn = moved.turn FROM moved
      WHERE message.sequence = moved.sequence AND message.turn IS DISTINCT FROM moved.turn
      """,
      [owner, .list(lanes.map(\.provider.rawValue.column)), .list(lanes.map(\.customer.rawValue.column))]
    )
  }

  func turns(at provider: ProviderID, by moment: Int64, limit: Int) throws -> [MessageRow] {
    let found = loaded.met(
      try all(
        """
        SELECT \(Self.messageColumns) FROM message
        WHERE tenant = $1 AND provider = $2 AND turn <= $3 ORDER BY turn, sequence LIMIT $4
        """,
        .of(provider.rawValue.column, moment, limit),
        readMessage
      )
    )
    // What they are about is asked of each of them.
    let unread = Set(found.compactMap(\.issuedOffer)).filter { loaded.issued[$0] == nil }
    if !unread.isEmpty {
      var load = RowLoad()
      loadIssued(unread, about: [], &load)
      try load.load(on: connection)
    }
    return found
  }

  func nextTurn(at provider: ProviderID) throws -> Int64? {
    try first(
      "SELECT turn FROM message WHERE tenant = $1 AND provider = $2 AND turn IS NOT NULL ORDER BY turn LIMIT 1",
      .of(provider.rawValue.column)
    ) { try $0[0] }
  }
}
