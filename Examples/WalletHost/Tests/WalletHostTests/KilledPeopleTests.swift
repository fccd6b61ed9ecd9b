import Foundation
import GRDB
import LedgerTwins
import LimitedShop
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Testing

/// Merges and forgettings whose process is killed at each of their statements, one after the other.
@Suite(.serialized) struct KilledPeopleTests {
  @Test func `a forgetting that is killed at any statement has forgotten all or nothing`() async throws {
    let shop = try await FilledFile()
    let (customer, _) = try await shop.busiest()
    let kills = try await shop.kill(["forget", customer.rawValue]) { ledger in
      let again = try await ledger.forget(customer, tenant: "main")
      #expect(again == .unknownCustomer)
    }
    #expect(kills > 40)
  }

  @Test func `a merge that is killed at any statement has made one of two, or changed nothing`() async throws
  {
    let shop = try await FilledFile()
    let (customer, survivor) = try await shop.busiest()
    let kills = try await shop.kill(["merge", customer.rawValue, survivor.rawValue]) { ledger in
      let again = try await ledger.merge(customer, into: survivor, tenant: "main")
      #expect(again == .alreadyMerged(into: survivor))
    }
    #expect(kills > 30)
  }
}

/// A ledger's file after a walk, of which each process gets a copy.
private final class FilledFile {
  private let folder: TemporaryFolder
  private let ids: [CustomerID]

  init() async throws {
    folder = try TemporaryFolder()
    let time = ManualTime()
    let ledger = try SQLiteOfferLedger(at: folder.ledger, now: { time.now })
    let twin = TwinLedger(InMemoryOfferLedger(now: { time.now }), ledger)
    // No merges before: there are two to be made one.
    let walk = try await TwinWalk(seed: 11, over: twin, at: time, meetsPeople: false)
    try await walk.go(250)
    ids = walk.ids
    try ledger.close()
    // In one file, whatever stood in a log beside it.
    try await DatabaseQueue(path: folder.ledger).vacuum(into: whole)
  }

  private var whole: String { folder.url.appending(path: "whole.sqlite").path(percentEncoded: false) }

  private func copy() throws -> String {
    let copy = folder.url.appending(path: "\(UUID().uuidString).sqlite").path(percentEncoded: false)
    try FileManager.default.copyItem(atPath: whole, toPath: copy)
    return copy
  }

  /// The two customers to whom most was issued.
  func busiest() async throws -> (CustomerID, CustomerID) {
    let ledger = try SQLiteOfferLedger(at: folder.ledger)
    var counts: [(id: CustomerID, count: Int)] = []
    for id in ids {
      counts.append((id, try await ledger.list(.issuedOffers(of: id), tenant: "main").count))
    }
    counts.sort { $0.count > $1.count }
    try ledger.close()
    return (counts[0].id, counts[1].id)
  }

  /// Has a step killed at its first statement, its second, and so on until it has no more.
  ///
  /// - Parameters:
  ///   - step: What the process is told.
  ///   - isDone: What is so where the step was done.
  /// - Returns: How often a process was killed.
  /// - Throws: What a ledger throws.
  func kill(_ step: [String], isDone: (SQLiteOfferLedger) async throws -> Void) async throws -> Int {
    let before = try rows(of: copy())
    var kills = 0
    while true {
      let copy = try copy()
      let status = try await run([copy, "\(kills + 1)"] + step)
      if status == SIGKILL, try rows(of: copy) == before {
        kills += 1
        continue
      }
      #expect(status == 0 || status == SIGKILL)
      let ledger = try SQLiteOfferLedger(at: copy)
      try await isDone(ledger)
      #expect(try await ledger.audit(tenant: "main").imbalances == [])
      try ledger.close()
      if status == 0 { return kills }
      kills += 1
    }
  }

  /// All that the file holds, by its tables.
  private func rows(of file: String) throws -> [String: [Row]] {
    let file = try DatabaseQueue(path: file)
    defer { try? file.close() }
    return try file.read { db in
      let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
      return try Dictionary(
        uniqueKeysWithValues: tables.map {
          ($0, try Row.fetchAll(db, sql: "SELECT * FROM \($0.quotedDatabaseIdentifier)"))
        }
      )
    }
  }

  /// - Returns: The signal that ended the process, or 0 where it ended by itself and well.
  private func run(_ arguments: [String]) async throws -> Int32 {
    let process = Process()
    process.executableURL = BuiltExecutable.named("SQLiteLedgerWorker")
    process.arguments = arguments
    return try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
  }
}
