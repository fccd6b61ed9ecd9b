internal import CPostgres
import Foundation

/// One connection to PostgreSQL, used by one thread at a time: the seam to libpq.
///
/// Statements are sent as they are asked for, and nobody waits for the answers
/// of those that only write: they are read, and their errors thrown, where rows
/// are asked for or the transaction ends. So a step takes as many round trips as
/// it reads, and one for its end.
///
/// A host that has another client replaces this file and `PostgresRow`: the
/// ledger asks for what is under the first mark, and for nothing else.
final class PostgresConnection {
  /// What an answer belongs to that was not read yet.
  private enum Expected {
    case preparation(of: String)
    case statement(isWanted: Bool)
    case end
  }

  private let connection: OpaquePointer
  private var expected: ArraySlice<Expected> = []
  /// The names of what is prepared, or will be when all is read.
  private var prepared: [String: String] = [:]
  /// How often it waited for the server.
  private(set) var roundTrips = 0
  private var preparations = 0
  /// Whether it was asked to commit, and has not answered.
  private var isCommitting = false

  /// Connects, and waits for it.
  init(to address: String) throws {
    // What stands before the address is what it may say otherwise.
    let settings: KeyValuePairs = [
      "connect_timeout": "10", "tcp_user_timeout": "30000", "application_name": "OfferBridge",
      "dbname": address, "client_encoding": "UTF8",
    ]
    let connection = withCStrings(settings.map(\.key) + [nil]) { names in
      withCStrings(settings.map(\.value) + [nil]) { PQconnectdbParams(names, $0, 1) }
    }
    guard let connection else {
      throw PostgresLedgerError.cannotConnect("out of memory")
    }
    PQsetNoticeProcessor(connection, { _, _ in }, nil)
    guard PQstatus(connection) == CONNECTION_OK, PQsetnonblocking(connection, 1) == 0,
      PQenterPipelineMode(connection) == 1
    else {
      defer { PQfinish(connection) }
      throw PostgresLedgerError.cannotConnect(Self.message(of: connection))
    }
    self.connection = connection
  }

  deinit { PQfinish(connection) }

  // MARK: - What the ledger asks for

  /// Whether it can be used no more.
  var isLost: Bool { PQstatus(connection) != CONNECTION_OK }

  /// Sends a statement whose rows nobody needs.
  func write(_ sql: String, _ parameters: [PostgresParameter] = []) throws {
    try send(sql, parameters, isWanted: false)
  }

  /// Sends a statement and waits for its rows.
  func read(_ sql: String, _ parameters: [PostgresParameter] = []) throws -> PostgresRows {
    try readAll([PostgresStatement(sql, parameters)])[0]
  }

  /// Sends statements together and waits for the rows of each: one round trip.
  func readAll(_ statements: [PostgresStatement]) throws -> [PostgresRows] {
    for each in statements { try send(each.sql, each.parameters, isWanted: true) }
    return try awaitEnd()
  }

  /// Runs statements that are needed once, one after the other.
  func run(_ statements: [String]) throws {
    for sql in statements {
      guard PQsendQueryParams(connection, sql, 0, nil, nil, nil, nil, 0) == 1 else { throw lost() }
      expected.append(.statement(isWanted: false))
    }
    _ = try awaitEnd()
  }

  /// Commits, and waits until it is on the disk.
  func commit() throws {
    isCommitting = true
    try send("COMMIT", [], isWanted: true)
    let answer = try awaitEnd()
    isCommitting = false
    // To PostgreSQL it is no error to commit what has failed: it rolls back.
    guard answer.last?.command == "COMMIT" else {
      throw PostgresLedgerError.lost("the transaction had failed")
    }
  }

  /// Ends a transaction that only read, and does not wait for it.
  func endReading() throws {
    try write("COMMIT")
    try sendEnd()
    try flush()
  }

  /// Gives up the transaction, whatever is under way.
  func rollBack() throws {
    isCommitting = false
    try sendEnd()
    while let next = expected.first {
      let result = try result(of: next)
      defer { PQclear(result) }
      if case .preparation(let sql) = next, PQresultStatus(result) != PGRES_COMMAND_OK { prepared[sql] = nil }
    }
    try send("ROLLBACK", [], isWanted: false)
    _ = try awaitEnd()
  }

  // MARK: - Sending

  private func send(_ sql: String, _ parameters: [PostgresParameter], isWanted: Bool) throws {
    let name = try prepare(sql)
    let isSent = withCStrings(parameters.map(\.text)) {
      PQsendQueryPrepared(connection, name, Int32($0.count), $0, nil, nil, 0) == 1
    }
    guard isSent else { throw lost() }
    expected.append(.statement(isWanted: isWanted))
  }

  private func prepare(_ sql: String) throws -> String {
    if let name = prepared[sql] { return name }
    preparations += 1
    let name = "offer_bridge_\(preparations)"
    guard PQsendPrepare(connection, name, sql, 0, nil) == 1 else { throw lost() }
    expected.append(.preparation(of: sql))
    prepared[sql] = name
    return name
  }

  private func sendEnd() throws {
    guard PQpipelineSync(connection) == 1 else { throw lost() }
    expected.append(.end)
  }

  /// Sends what is to be sent, and takes in what comes meanwhile: a server that cannot answer does not listen.
  private func flush() throws {
    while true {
      switch PQflush(connection) {
      case 0: return
      case 1: try wait(for: Int16(POLLIN | POLLOUT))
      default: throw lost()
      }
    }
  }

  private func wait(for events: Int16) throws {
    var descriptor = pollfd(fd: PQsocket(connection), events: events, revents: 0)
    while poll(&descriptor, 1, -1) < 0 {
      guard errno == EINTR else { throw lost() }
    }
    if descriptor.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
      guard PQconsumeInput(connection) == 1 else { throw lost() }
    }
  }

  // MARK: - Receiving

  /// Ends what is sent together, and reads all answers.
  ///
  /// It ends with a message that tells the server so, and not only with one that asks for the answers: the server knows
  /// a connection as idle, and ends it in time, only when it waits for nothing more.
  ///
  /// - Returns: The rows of those that are wanted.
  private func awaitEnd() throws -> [PostgresRows] {
    roundTrips += 1
    try sendEnd()
    var wanted: [PostgresRows] = []
    while let next = expected.first {
      let result = try result(of: next)
      switch PQresultStatus(result) {
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_PIPELINE_SYNC:
        if case .statement(isWanted: true) = next {
          wanted.append(PostgresRows(result))
        } else {
          PQclear(result)
        }
      default:
        defer { PQclear(result) }
        if case .preparation(let sql) = next { prepared[sql] = nil }
        throw refusal(result)
      }
    }
    expected = []
    return wanted
  }

  /// Takes the answer to what is expected first.
  private func result(of next: Expected) throws -> OpaquePointer {
    guard let result = try nextResult() else { throw lost() }
    expected.removeFirst()
    if case .end = next { return result }
    // The results of a statement are ended by a NULL.
    while let rest = try nextResult() { PQclear(rest) }
    return result
  }

  private func nextResult() throws -> OpaquePointer? {
    try flush()
    while PQisBusy(connection) == 1 { try wait(for: Int16(POLLIN)) }
    return PQgetResult(connection)
  }

  // MARK: - Errors

  private func refusal(_ result: OpaquePointer) -> PostgresLedgerError {
    func field(_ code: Character) -> String {
      PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) } ?? ""
    }
    // Severity, as it is in every language: a connection does not outlive a FATAL one.
    if field("V") == "FATAL" || field("V") == "PANIC" || field("C").isEmpty { return lost(field("M")) }
    return .refused(sqlState: field("C"), field("M"))
  }

  private func lost(_ reason: String = "") -> PostgresLedgerError {
    let reason = reason.isEmpty ? Self.message(of: connection) : reason
    return isCommitting ? .lostInCommit(reason) : .lost(reason)
  }

  private static func message(of connection: OpaquePointer) -> String {
    String(cString: PQerrorMessage(connection)).split(separator: "\n").joined(separator: "; ")
  }
}

/// A statement and what it is about.
struct PostgresStatement {
  let sql: String
  let parameters: [PostgresParameter]

  init(_ sql: String, _ parameters: [PostgresParameter] = []) {
    self.sql = sql
    self.parameters = parameters
  }
}

/// Texts as C takes them, for as long as a call is under way.
private func withCStrings<Value>(_ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
  let copies = texts.map { text in text.flatMap { strdup($0) } }
  defer { for copy in copies { free(copy) } }
  return body(copies.map { $0.map { UnsafePointer($0) } })
}
