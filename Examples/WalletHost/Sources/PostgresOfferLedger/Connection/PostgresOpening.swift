internal import CPostgres

/// Has libpq connect, and waits for it.
///
/// - Parameter address: The address, as libpq takes it.
/// - Returns: A connection that takes statements without waiting for their answers; whoever has it ends it.
/// - Throws: `cannotConnect`.
func openedByLibpq(_ address: String) throws -> OpaquePointer {
  // What stands before the address is what it may say otherwise.
  let settings: KeyValuePairs = [
    "connect_timeout": "10", "tcp_user_timeout": "30000", "application_name": "OfferBridge",
    "dbname": address, "client_encoding": "UTF8",
  ]
  let connection = withCStrings(settings.map(\.key) + [nil]) { names in
    withCStrings(settings.map(\.value) + [nil]) { PQconnectdbParams(names, $0, 1) }
  }
  guard let connection else { throw PostgresLedgerError.cannotConnect("out of memory") }
  PQsetNoticeProcessor(connection, { _, _ in }, nil)
  guard PQstatus(connection) == CONNECTION_OK, PQsetnonblocking(connection, 1) == 0,
    PQenterPipelineMode(connection) == 1
  else {
    defer { PQfinish(connection) }
    throw PostgresLedgerError.cannotConnect(lastMessage(of: connection))
  }
  return connection
}

/// What libpq said last of a connection, on one line.
func lastMessage(of connection: OpaquePointer) -> String {
  String(cString: PQerrorMessage(connection)).split(separator: "\n").joined(separator: "; ")
}
