/// The tables, on one page.
///
/// A tenant's name stands in every key. Beside the columns that a step looks
/// for, a row holds the value as it encodes itself. Moments are milliseconds
/// since 1970. The numbers of rows are the order of their commits, for a
/// tenant's steps come one after the other. A customer's column says whose a
/// row is by now: what it says keeps the id that it was written under.
enum Schema {
  /// What turns an empty schema into the first version, the first into the second, and so on.
  static let migrations = [tables, names]

  /// Brings the schema of the connection's search path to this version; of several processes at once the first does,
  /// and the others wait for it.
  static func migrate(_ connection: PostgresConnection, _ name: String) throws {
    if try inTransaction(connection, { try version($0, name) }) == migrations.count { return }
    // Held by the session, so that the transaction after it sees what another one made meanwhile; a transaction that
    // had begun before would see some of it.
    let lock = "hashtextextended('OfferBridge schema ' || $1::text, 0)"
    try inTransaction(connection) { try $0.write("SELECT pg_advisory_lock(\(lock))", .of(name)) }
    try inTransaction(connection) { connection in
      let now = try version(connection, name)
      if now == 0 {
        let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
        try connection.run([
          "CREATE SCHEMA IF NOT EXISTS \(quoted)", "CREATE TABLE schema_version (version INTEGER)",
          "INSERT INTO schema_version VALUES (0)",
        ])
      }
      for (version, migration) in zip(1..., migrations).dropFirst(now) {
        try connection.run(migration)
        if version == 2 { try writeRedeemers(connection) }
      }
      try connection.write("UPDATE schema_version SET version = $1", .of(migrations.count))
    }
    try inTransaction(connection) { try $0.write("SELECT pg_advisory_unlock(\(lock))", .of(name)) }
  }

  private static func inTransaction<Value>(
    _ connection: PostgresConnection,
    _ body: (PostgresConnection) throws -> Value
  ) throws -> Value {
    try connection.write("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
    let value = try body(connection)
    try connection.commit()
    return value
  }

  /// 0 where there is none.
  private static func version(_ connection: PostgresConnection, _ name: String) throws -> Int {
    let found = try connection.read(
      "SELECT to_regclass(quote_ident($1) || '.schema_version') IS NOT NULL",
      .of(name)
    )
    guard try found.first({ try $0[0] as Bool }) == true else { return 0 }
    let version = try connection.read("SELECT version FROM schema_version").first { try $0[0] as Int } ?? 0
    guard version <= migrations.count else {
      throw PostgresLedgerError.newerSchema(version, known: migrations.count)
    }
    return version
  }

  private static let tables = [
    // What began a journey, and what was decided on it.
    """
    CREATE TABLE journey_trigger (
      tenant TEXT COLLATE "C" NOT NULL,
      kind TEXT COLLATE "C" NOT NULL,
      id TEXT COLLATE "C" NOT NULL,
      customer TEXT COLLATE "C" NOT NULL,
      fingerprint TEXT NOT NULL,
      version BIGINT NOT NULL,
      lapses_at BIGINT,                  -- from when on something of it may be forgotten
      nodes TEXT NOT NULL,               -- what was written or refused
      PRIMARY KEY (tenant, kind, id)
    )
    """,
    "CREATE INDEX trigger_lapsing ON journey_trigger (tenant, lapses_at) WHERE lapses_at IS NOT NULL",

    """
    CREATE TABLE issued_offer (
      sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant TEXT COLLATE "C" NOT NULL,
      id TEXT COLLATE "C" NOT NULL,
      customer TEXT COLLATE "C" NOT NULL,
      offer TEXT COLLATE "C" NOT NULL,
      document TEXT NOT NULL,            -- an IssuedOffer; its replicas as deliveries alone said
      proven TEXT,                       -- the providers at which a redemption proved its replica
      limits TEXT,                       -- its LimitUses
      is_retaken BOOLEAN NOT NULL,
      expires_at BIGINT,
      warns_at BIGINT,                   -- when its end is near; NULL when it is closed or used up
      is_recalled BOOLEAN NOT NULL,      -- at its end, unless it is closed or used up
      UNIQUE (tenant, id)
    )
    """,
    "CREATE INDEX issued_offer_of_customer ON issued_offer (tenant, customer, sequence)",
    """
    CREATE INDEX issued_offer_expiring ON issued_offer (tenant, sequence, warns_at, expires_at)
      WHERE warns_at IS NOT NULL
    """,
    "CREATE INDEX issued_offer_to_be_recalled ON issued_offer (tenant, sequence, expires_at) WHERE is_recalled",

    // What an external system calls an issued offer's replica.
    """
    CREATE TABLE replica_reference (
      sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant TEXT COLLATE "C" NOT NULL,
      provider TEXT COLLATE "C" NOT NULL,
      reference TEXT COLLATE "C" NOT NULL,
      issued_offer TEXT COLLATE "C" NOT NULL,
      UNIQUE (tenant, provider, reference, issued_offer),
      FOREIGN KEY (tenant, issued_offer) REFERENCES issued_offer (tenant, id)
    )
    """,
    "CREATE INDEX reference_of_issued_offer ON replica_reference (tenant, issued_offer)",

    """
    CREATE TABLE message (
      sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant TEXT COLLATE "C" NOT NULL,
      key TEXT COLLATE "C" NOT NULL,
      provider TEXT COLLATE "C" NOT NULL,
      customer TEXT COLLATE "C" NOT NULL,
      issued_offer TEXT COLLATE "C",     -- where it was there at the commit
      state TEXT COLLATE "C" NOT NULL CHECK (
        state IN ('waiting', 'leased', 'accepted', 'confirmed', 'rejected', 'buried', 'withdrawn')
      ),
      due BIGINT NOT NULL,
      lease_until BIGINT,
      turn BIGINT,                       -- when it may be handed out, where it is the first of its lane
      fence BIGINT NOT NULL DEFAULT 0,
      attempts BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
      first_attempted_at BIGINT,
      may_have_arrived BOOLEAN NOT NULL DEFAULT FALSE,
      said TEXT,                         -- the reference of an acceptance, the reason of an end in vain
      last_failure TEXT,
      redrives TEXT,                     -- RedriveRecords
      next_generation TEXT,
      document TEXT NOT NULL,            -- an OfferMessage
      limits TEXT,                       -- its LimitUses
      UNIQUE (tenant, key),
      FOREIGN KEY (tenant, issued_offer) REFERENCES issued_offer (tenant, id)
    )
    """,
    "CREATE INDEX message_turn ON message (tenant, provider, turn, sequence) WHERE turn IS NOT NULL",
    """
    CREATE INDEX message_lane ON message (tenant, provider, customer, sequence)
      WHERE state IN ('waiting', 'leased')
    """,
    "CREATE INDEX message_of_customer ON message (tenant, customer, sequence)",
    "CREATE INDEX message_about ON message (tenant, issued_offer, sequence)",
    "CREATE INDEX message_state ON message (tenant, state, sequence)",

    """
    CREATE TABLE external_event (
      sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant TEXT COLLATE "C" NOT NULL,
      source TEXT COLLATE "C" NOT NULL,
      id TEXT COLLATE "C" NOT NULL,
      customer TEXT COLLATE "C",         -- with whose others it is folded
      place BIGINT,                      -- among these, in the order in which they were known to be theirs
      awaits TEXT COLLATE "C",           -- what would tell whose it is
      stands TEXT COLLATE "C" NOT NULL CHECK (stands IN ('applied', 'discrepant', 'parked')),
      received_at BIGINT NOT NULL,
      document TEXT NOT NULL,            -- an ExternalEvent
      match TEXT NOT NULL,               -- a RedemptionMatch
      UNIQUE (tenant, source, id)
    )
    """,
    "CREATE INDEX event_of_customer ON external_event (tenant, customer, place) WHERE customer IS NOT NULL",
    "CREATE INDEX event_awaiting ON external_event (tenant, awaits, sequence) WHERE awaits IS NOT NULL",
    "CREATE INDEX event_standing ON external_event (tenant, stands, sequence) WHERE stands <> 'applied'",
    "CREATE INDEX event_of_nobody ON external_event (tenant, sequence) WHERE customer IS NULL",
    "CREATE INDEX event_reported ON external_event (tenant, source, sequence)",

    // What is used of a limit, and of a rolling one each use with its moment.
    """
    CREATE TABLE limit_counter (
      tenant TEXT COLLATE "C" NOT NULL,
      counter TEXT COLLATE "C" NOT NULL, -- its subject and period, and the customer whose it is
      used BIGINT NOT NULL,
      PRIMARY KEY (tenant, counter)
    )
    """,
    """
    CREATE TABLE limit_use (
      sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant TEXT COLLATE "C" NOT NULL,
      counter TEXT COLLATE "C" NOT NULL,
      moment BIGINT NOT NULL,
      amount BIGINT NOT NULL,
      FOREIGN KEY (tenant, counter) REFERENCES limit_counter (tenant, counter)
    )
    """,
    "CREATE INDEX limit_use_moment ON limit_use (tenant, counter, moment, amount)",

    // What was told of each change, a line each, chained by digests.
    """
    CREATE TABLE trail (
      tenant TEXT COLLATE "C" NOT NULL,
      sequence BIGINT NOT NULL,
      line TEXT NOT NULL,                -- a TrailEntry
      customer TEXT COLLATE "C",
      issued_offer TEXT COLLATE "C",
      event TEXT COLLATE "C",            -- the external event that it tells of, while it is nobody's
      PRIMARY KEY (tenant, sequence)
    )
    """,
    "CREATE INDEX trail_of_customer ON trail (tenant, customer, sequence) WHERE customer IS NOT NULL",
    "CREATE INDEX trail_of_issued_offer ON trail (tenant, issued_offer, sequence) WHERE issued_offer IS NOT NULL",
    "CREATE INDEX trail_of_event ON trail (tenant, event) WHERE event IS NOT NULL",

    // What a tenant has once: repeats, which are counted and not kept, and the trail's end. Each step of the tenant
    // locks it first.
    """
    CREATE TABLE standing (
      tenant TEXT COLLATE "C" PRIMARY KEY,
      duplicates BIGINT NOT NULL,
      conflicts BIGINT NOT NULL,
      trail_count BIGINT NOT NULL,
      trail_hash TEXT NOT NULL
    )
    """,
  ]
}
