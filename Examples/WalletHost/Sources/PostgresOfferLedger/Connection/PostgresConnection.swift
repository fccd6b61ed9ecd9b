internal import CPostgres
import Foundation

/// One connection to PostgreSQL, used by one thread at a time: the seam to libpq.
///
/// What is asked for is sent where rows are waited for or the transaction ends,
/// and some at a time where a step writes much, so that the server is at it while the
/// step goes on; answers to what only writes wait until then, and so do errors.
/// So a step takes as many round trips as it reads, and one for its end. Whatever is
/// sent has an end of its own, so that the server never waits for the rest: it sees a
/// process that was stopped as one that is idle, and ends its transaction in time.
///
/// A host that has another client replaces this file and `PostgresRow`: the
/// ledger asks for what is under the first mark, and for nothing else.
final class PostgresConnection {
  /// What an answer belongs to that was not read yet.
  private enum Expected {
    case preparation(of: String)
    case statement(isWanted: Bool)
    case commit
    case end
  }

  /// How many bytes of what only writes are sent without waiting for what comes after them.
  private static let ahead = 16 << 10

  private let connection: OpaquePointer
  private let wait: SocketWait
  /// Whether the server said nothing for longer than it may.
  private var isSilent = false
  /// What is to be sent with the end that comes next.
  private var unsent: [(PostgresStatement, Expected)] = []
  private var unsentBytes = 0
  private var expected: ArraySlice<Expected> = []
  /// The names of what is prepared, or will be when all is read.
  private var prepared: [String: String] = [:]
  /// How often it waited for the server.
  private(set) var roundTrips = 0
  private var preparations = 0
  /// Whether what asks to commit was sent, and has not been answered.
  private var isCommitting = false
  /// Is told what is sent, where somebody listens.
  private let listener: (@Sendable (PostgresMove) -> Void)?

  /// Connects, and waits for it.
  ///
  /// - Parameters:
  ///   - address: The address, as libpq takes it.
  ///   - silence: How long the server may say nothing while something is asked of it.
  ///   - listener: Is told what is sent.
  /// - Throws: `cannotConnect`.
  init(
    to address: String,
    silence: Duration = .seconds(60),
    listener: (@Sendable (PostgresMove) -> Void)? = nil
  ) throws {
    wait = SocketWait(most: silence)
    self.listener = listener
    connection = try openedByLibpq(address)
  }

  deinit { PQfinish(connection) }

  // MARK: - What the ledger asks for

  /// Whether it can be used no more.
  var isLost: Bool { isSilent || PQstatus(connection) != CONNECTION_OK }

  /// Asks for a statement whose rows nobody needs, which is sent with what comes after it, or once it is much.
  func write(_ sql: String, _ parameters: [PostgresParameter] = []) throws {
    unsent.append((PostgresStatement(sql, parameters), .statement(isWanted: false)))
    unsentBytes += parameters.reduce(sql.utf8.count) { $0 + ($1.text?.utf8.count ?? 0) }
    if unsentBytes >= Self.ahead { try sendAhead() }
  }

  /// Sends a statement and waits for its rows.
  func read(_ sql: String, _ parameters: [PostgresParameter] = []) throws -> PostgresRows {
    try readAll([PostgresStatement(sql, parameters)])[0]
  }

  /// Sends statements together and waits for the rows of each: one round trip.
  func readAll(_ statements: [PostgresStatement]) throws -> [PostgresRows] {
    unsent += statements.map { ($0, .statement(isWanted: true)) }
    return try awaitEnd()
  }

  /// Runs statements that are needed once, one after the other.
  func run(_ statements: [String]) throws {
    try sendAll()
    for sql in statements {
      guard PQsendQueryParams(connection, sql, 0, nil, nil, nil, nil, 0) == 1 else { throw lost() }
      expected.append(.statement(isWanted: false))
    }
    _ = try awaitEnd()
  }

  /// Commits, and waits until it is on the disk.
  func commit() throws {
    try takeIn()
    unsent.append((PostgresStatement("COMMIT"), .commit))
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
    try sendAhead()
  }

  /// Gives up the transaction, whatever is under way.
  func rollBack() throws {
    isCommitting = false
    (unsent, unsentBytes) = ([], 0)
    try sendEnd()
    while let next = expected.first {
      let result = try result(of: next)
      defer { PQclear(result) }
      if case .preparation(let sql) = next, PQresultStatus(result) != PGRES_COMMAND_OK { prepared[sql] = nil }
    }
    try write("ROLLBACK")
    _ = try awaitEnd()
  }

  // MARK: - Sending

  private func sendAll() throws {
    defer { (unsent, unsentBytes) = ([], 0) }
    for (statement, answer) in unsent {
      let name = try prepare(statement.sql)
      if case .commit = answer { isCommitting = true }
      let isSent = withCStrings(statement.parameters.map(\.text)) {
        PQsendQueryPrepared(connection, name, Int32($0.count), $0, nil, nil, 0) == 1
      }
      guard isSent else { throw lost() }
      expected.append(answer)
      listener?(.statement(statement.sql, statement.parameters.map(\.text)))
    }
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

  private func sendEnd(isAwaited: Bool = true) throws {
    try sendAll()
    guard PQpipelineSync(connection) == 1 else { throw lost() }
    expected.append(.end)
    listener?(.end(isAwaited: isAwaited))
  }

  /// Sends what was asked for, and waits for nothing but that.
  private func sendAhead() throws {
    try sendEnd(isAwaited: false)
    try flush()
  }

  /// Sends what is to be sent, and takes in what comes meanwhile: a server that cannot answer does not listen.
  private func flush() throws {
    while true {
      switch PQflush(connection) {
      case 0: return
      case 1: try awaitSocket(POLLIN | POLLOUT)
      default: throw lost()
      }
    }
  }

  /// Takes in what has come, and waits for nothing.
  ///
  /// Behind the answers to what was sent ahead there may have been no room for the server's last word, and what is sent
  /// to a server that is gone has it thrown away.
  private func takeIn() throws {
    while SocketWait.isReadable(PQsocket(connection)) {
      guard PQconsumeInput(connection) == 1 else { throw lost() }
    }
  }

  private func awaitSocket(_ events: Int32) throws {
    switch wait(PQsocket(connection), for: events) {
    case .ready(canRead: false): return
    case .ready(canRead: true): guard PQconsumeInput(connection) == 1 else { throw lost() }
    case .failed: throw lost()
    case .silent:
      isSilent = true
      throw lost("the database has said nothing for \(wait.most)")
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
        switch next {
        case .statement(isWanted: true), .commit: wanted.append(PostgresRows(result))
        case .preparation, .statement, .end: PQclear(result)
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
    while PQisBusy(connection) == 1 { try awaitSocket(POLLIN) }
    return PQgetResult(connection)
  }

  // MARK: - Errors

  private func refusal(_ result: OpaquePointer) -> PostgresLedgerError {
    func field(_ code: Character) -> String {
      PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) } ?? ""
    }
    // Severity, as it is in every language: a connection does not outlive a FATAL one.
    if field("C").isEmpty { return lost(field("M")) }
    if field("V") == "FATAL" || field("V") == "PANIC" {
      return isBeforeCommit(sqlState: field("C")) ? .lost(field("M")) : lost(field("M"))
    }
    return .refused(sqlState: field("C"), field("M"))
  }

  /// Whether the server's last word shows that it did not come to the commit: it ended the transaction while that was
  /// idle, or before the answer to what comes ahead of the commit.
  private func isBeforeCommit(sqlState: String) -> Bool {
    let isAhead = expected.contains { if case .commit = $0 { true } else { false } }
    return isAhead || sqlState == "25P03"
  }

  private func lost(_ reason: String = "") -> PostgresLedgerError {
    let reason = reason.isEmpty ? lastMessage(of: connection) : reason
    return isCommitting ? .lostInCommit(reason) : .lost(reason)
  }
}
