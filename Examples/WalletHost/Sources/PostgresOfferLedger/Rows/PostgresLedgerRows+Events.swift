import DurableLedger
import OfferBridgeKit

extension PostgresLedgerRows {
  /// In the order in which ``readEvent(_:)`` reads them.
  static let eventColumns = "document, received_at, customer, match, is_reworded"

  func readEvent(_ row: PostgresRow) throws -> EventRow {
    EventRow(
      event: try memory.event(try row[0]),
      receivedAt: try row[1],
      customer: (try row[2] as String?).map { CustomerID(String(column: $0)) },
      match: try memory.match(try row[3]),
      isReworded: try row[4]
    )
  }

  func loadEvents(_ ids: Set<ExternalEventID>, _ load: inout RowLoad) {
    for id in ids { loaded.events[id] = .some(nil) }
    load.add(
      """
      SELECT found.* FROM unnest($2::text[], $3::text[]) AS asked (source, id)
      CROSS JOIN LATERAL (
        SELECT \(Self.eventColumns) FROM external_event
        WHERE tenant = $1 AND source = asked.source AND id = asked.id OFFSET 0
      ) AS found
      """,
      [owner, .list(ids.map(\.source.rawValue.column)), .list(ids.map(\.id.column))]
    ) { rows in
      for row in try rows.map(self.readEvent) { self.loaded.events[row.event.id] = .some(row) }
    }
  }

  func loadEvents(awaiting clues: Set<EventClue>, _ load: inout RowLoad) {
    for clue in clues { loaded.waitingEvents[clue] = [] }
    load.add(
      """
      SELECT \(Self.eventColumns) FROM external_event
      WHERE tenant = $1 AND awaits = ANY ($2::text[]) ORDER BY sequence
      """,
      [owner, .list(clues.map(\.column))]
    ) { rows in
      for row in self.loaded.met(try rows.map(self.readEvent)) {
        self.loaded.waitingEvents[EventClue(of: row.event)]?.append(row)
      }
    }
  }

  /// The events that wait for what an external system calls the replicas which it made by messages.
  func loadEvents(awaiting references: [DerivedKey: ReplicaReference], _ load: inout RowLoad) {
    var names = UnwrittenRows.Columns(2)
    for (key, reference) in references { names.add([key.description, reference.rawValue.column]) }
    load.add(
      """
      SELECT \(Self.eventColumns) FROM external_event
      WHERE tenant = $1 AND awaits = ANY (ARRAY(
        SELECT 'replica\\,' || (SELECT provider FROM message WHERE tenant = $1 AND key = accepted.key)
          || '\\,' || accepted.reference
        FROM unnest($2::text[], $3::text[]) AS accepted (key, reference)
      )) ORDER BY sequence
      """,
      [owner] + names.take()
    ) { rows in
      for (key, reference) in references {
        if let message = self.loaded.messages[key] ?? nil {
          self.loaded.waitingEvents[.replica(reference, at: message.message.provider)] = []
        }
      }
      for row in self.loaded.met(try rows.map(self.readEvent)) {
        self.loaded.waitingEvents[EventClue(of: row.event)]?.append(row)
      }
    }
  }

  /// The events of customers, and of those to whom messages are.
  func loadEvents(of customers: Set<CustomerID>, ofMessages keys: Set<DerivedKey>, _ load: inout RowLoad) {
    for customer in customers { loaded.customersEvents[customer] = [] }
    load.add(
      """
      SELECT \(Self.eventColumns) FROM external_event
      WHERE tenant = $1 AND customer = ANY (ARRAY(
        SELECT unnest($2::text[])
        UNION SELECT customer FROM message WHERE tenant = $1 AND key = ANY ($3::text[])
      )) ORDER BY place
      """,
      [owner, .list(customers.map(\.rawValue.column)), .list(keys.map(\.description))]
    ) { rows in
      for key in keys {
        if let message = self.loaded.messages[key] ?? nil {
          self.loaded.customersEvents[message.owner] = []
        }
      }
      for row in self.loaded.met(try rows.map(self.readEvent)) {
        if let customer = row.customer { self.loaded.customersEvents[customer]?.append(row) }
      }
    }
  }

  func event(_ id: ExternalEventID) throws -> EventRow? {
    if let known = loaded.events[id] { return known }
    let found = try first(
      "SELECT \(Self.eventColumns) FROM external_event WHERE tenant = $1 AND source = $2 AND id = $3",
      .of(id.source.rawValue.column, id.id.column),
      readEvent
    )
    loaded.events[id] = .some(found)
    return found
  }

  func events(of customer: CustomerID) throws -> [EventRow] {
    if let known = loaded.customersEvents[customer] { return known }
    let found = loaded.met(
      try all(
        """
        SELECT \(Self.eventColumns) FROM external_event
        WHERE tenant = $1 AND customer = $2 ORDER BY place
        """,
        .of(customer.rawValue.column),
        readEvent
      )
    )
    loaded.customersEvents[customer] = found
    return found
  }

  func events(awaiting clue: EventClue) throws -> [EventRow] {
    if let known = loaded.waitingEvents[clue] { return known }
    let found = loaded.met(
      try all(
        """
        SELECT \(Self.eventColumns) FROM external_event
        WHERE tenant = $1 AND awaits = $2 ORDER BY sequence
        """,
        .of(clue.column),
        readEvent
      )
    )
    loaded.waitingEvents[clue] = found
    return found
  }

  func events(redeemedBy customers: Set<CustomerID>) throws -> [EventRow] {
    try all(
      """
      SELECT \(Self.eventColumns) FROM external_event
      WHERE tenant = $1 AND redeemer = ANY ($2::text[]) ORDER BY sequence
      """,
      [.list(customers.map(\.rawValue.column))],
      readEvent
    )
  }

  func insert(_ row: EventRow, awaiting clue: EventClue?) throws {
    let id = row.event.id
    loaded.insert(row, awaiting: clue)
    note(.externalEvent)
    try run(
      """
      INSERT INTO external_event (tenant, source, id, awaits, stands, received_at, document, match, redeemer)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      """,
      .of(
        id.source.rawValue.column,
        id.id.column,
        clue?.column,
        row.match.stands,
        row.receivedAt,
        try memory.text(row.event),
        try memory.text(row.match),
        row.event.redeemer?.rawValue.column
      )
    )
  }

  func rewrite(_ row: EventRow) throws {
    loaded.rewrite(row)
    try run(
      """
      UPDATE external_event SET document = $2, redeemer = $3, is_reworded = $4
      WHERE tenant = $1 AND source = $5 AND id = $6
      """,
      .of(
        try memory.text(row.event),
        row.event.redeemer?.rawValue.column,
        row.isReworded,
        row.event.id.source.rawValue.column,
        row.event.id.id.column
      )
    )
  }

  func write(_ match: RedemptionMatch, of event: ExternalEventID) throws {
    loaded.put(match, of: event)
    try run(
      "UPDATE external_event SET stands = $2, match = $3 WHERE tenant = $1 AND source = $4 AND id = $5",
      .of(match.stands, try memory.text(match), event.source.rawValue.column, event.id.column)
    )
  }

  func give(_ event: ExternalEventID, to customer: CustomerID) throws {
    let name = customer.rawValue.column
    loaded.give(event, to: customer)
    try run(
      """
      UPDATE external_event SET customer = $2, awaits = NULL, place = 1 + coalesce(
        (SELECT max(place) FROM external_event WHERE tenant = $1 AND customer = $2), 0)
      WHERE tenant = $1 AND source = $3 AND id = $4
      """,
      .of(name, event.source.rawValue.column, event.id.column)
    )
    try run(
      "UPDATE trail SET customer = $2, event = NULL WHERE tenant = $1 AND event = $3",
      .of(name, event.column)
    )
  }
}
