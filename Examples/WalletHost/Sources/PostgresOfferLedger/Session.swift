import Foundation

/// What a connection is set to, and must be, before the ledger uses it.
struct Session {
  let schema: String
  let patience: Duration
  var silence: Duration = .seconds(60)
  /// Is told what is sent from then on.
  var listener: (@Sendable (PostgresMove) -> Void)?

  /// Opens a connection that is set up.
  func open(_ address: String) throws -> PostgresConnection {
    // A step may wait for others meanwhile, and says as little.
    let connection = try PostgresConnection(
      to: address,
      silence: max(silence, patience * 3),
      listener: listener
    )
    do {
      try set(connection)
      return connection
    } catch let error as PostgresLedgerError {
      // It was not asked for anything yet, and what it commits here is its settings.
      switch error {
      case .lost(let reason), .lostInCommit(let reason): throw PostgresLedgerError.cannotConnect(reason)
      default: throw error
      }
    }
  }

  /// The name under which the database lists the ledger's connections.
  static func applicationName(_ schema: String) -> String { String("OfferBridge \(schema)".prefix(60)) }

  private func set(_ connection: PostgresConnection) throws {
    let milliseconds = max(1, Int64(patience / .milliseconds(1)))
    let settings = [
      ("application_name", Self.applicationName(schema)),
      ("search_path", "\"" + schema.replacing("\"", with: "\"\"") + "\""),
      // How long a step waits for another, and how long one may hold what others wait for while its process says
      // nothing: a process that was stopped must not stop the others.
      ("lock_timeout", String(2 * milliseconds)),
      ("idle_in_transaction_session_timeout", String(milliseconds)),
      // A machine that is gone says nothing, either, and may have been in the midst of a message.
      ("tcp_keepalives_idle", "10"),
      ("tcp_keepalives_interval", "10"),
      ("tcp_keepalives_count", "3"),
      // Each statement has its index. A plan that was made while a table was small would read all of it for good.
      ("enable_seqscan", "off"),
      ("enable_hashjoin", "off"),
      ("enable_mergejoin", "off"),
      // Nor is one made for a tenant's name: of a tenant who came after the statistics PostgreSQL takes it that there
      // is no row, so that any index that begins with the tenant is as good as the right one.
      ("plan_cache_mode", "force_generic_plan"),
    ]
    // In a transaction of its own, or what is rolled back next would take it back.
    try connection.write("BEGIN")
    let values = try connection.read(
      """
      SELECT pg_is_in_recovery(), current_setting('server_encoding'), current_setting('fsync'),
        current_setting('full_page_writes'), current_setting('synchronous_commit'),
        \(settings.indices.map { "set_config('\(settings[$0].0)', $\($0 + 1), false)" }.joined(separator: ", "))
      """,
      settings.map { PostgresParameter($0.1) }
    )
    try values.first { row in
      if try row[0] { throw PostgresLedgerError.isReplica }
      let encoding: String = try row[1]
      guard encoding == "UTF8" else { throw PostgresLedgerError.notUnicode(encoding) }
      for (column, name) in [(2, "fsync"), (3, "full_page_writes")] {
        let value: String = try row[column]
        guard value == "on" else { throw PostgresLedgerError.notDurable(setting: name, value: value) }
      }
      // A database that asks for more than its own disk keeps that.
      if try row[4] as String != "remote_apply" { try flushEachCommit(connection) }
    }
    try connection.commit()
  }

  private func flushEachCommit(_ connection: PostgresConnection) throws {
    let value = try connection.read("SELECT set_config('synchronous_commit', 'on', false)")
      .first { try $0[0] as String }
    guard value == "on" else {
      throw PostgresLedgerError.notDurable(setting: "synchronous_commit", value: value ?? "")
    }
  }
}
