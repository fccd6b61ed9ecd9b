import CPostgres
import Foundation
import PostgresOfferLedger

/// The same statements in a loop of libpq's: each prepared once, sent together where the ledger sends them together,
/// answered when it waits, and nothing made of the rows.
final class BarePostgres {
  private let connection: OpaquePointer
  private var prepared: [String: String] = [:]
  /// How many results were not read yet, by what they end with.
  private var unread: [Bool] = []

  init(at address: String) throws {
    guard let connection = PQconnectdb(address), PQstatus(connection) == CONNECTION_OK,
      PQenterPipelineMode(connection) == 1
    else { throw NotWritten() }
    PQsetNoticeProcessor(connection, { _, _ in }, nil)
    self.connection = connection
  }

  deinit { PQfinish(connection) }

  func play(_ moves: [PostgresMove]) throws {
    for move in moves {
      switch move {
      case .statement(let sql, let parameters): try send(sql, parameters)
      case .end(let isAwaited): try end(isAwaited: isAwaited)
      }
    }
    // What the ledger asks for beside its work, to have its tables counted, may be cut off before its end; without one
    // nothing is answered.
    if unread.last == false { try end(isAwaited: true) }
    try readAll()
  }

  private func end(isAwaited: Bool) throws {
    guard PQpipelineSync(connection) == 1 else { throw NotWritten() }
    unread.append(true)
    if isAwaited { try readAll() } else if PQflush(connection) != 0 { throw NotWritten() }
  }

  private func send(_ sql: String, _ parameters: [String?]) throws {
    let name: String
    if let known = prepared[sql] {
      name = known
    } else {
      name = "bare_\(prepared.count)"
      guard PQsendPrepare(connection, name, sql, 0, nil) == 1 else { throw NotWritten() }
      prepared[sql] = name
      unread.append(false)
    }
    let copies = parameters.map { $0.flatMap { strdup($0) } }
    defer { for copy in copies { free(copy) } }
    let texts = copies.map { $0.map { UnsafePointer($0) } }
    guard PQsendQueryPrepared(connection, name, Int32(texts.count), texts, nil, nil, 0) == 1 else {
      throw NotWritten()
    }
    unread.append(false)
  }

  private func readAll() throws {
    for isEnd in unread {
      guard let result = PQgetResult(connection) else { throw NotWritten() }
      defer { PQclear(result) }
      switch PQresultStatus(result) {
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_PIPELINE_SYNC: break
      default: throw NotWritten()
      }
      if !isEnd { while let rest = PQgetResult(connection) { PQclear(rest) } }
    }
    unread = []
  }
}
