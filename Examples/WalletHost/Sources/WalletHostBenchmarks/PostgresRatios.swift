import Foundation
import OfferBridgeKit
import PostgresOfferLedger

/// `PostgresOfferLedger` beside the same statements in a bare loop of libpq's.
///
/// Four clients are four processes' ledgers, each at work for a tenant of its own.
struct PostgresRatios {
  let address: String

  func measure(_ ratio: inout LedgerRatio, _ loads: [LedgerLoad]) async throws {
    var tapes: [ClientTape] = []
    for load in loads { tapes.append(try await record(load)) }
    let count = loads.map(\.journeys.count).reduce(0, +)
    ratio.add(ledger: try await ledgerRate(loads, count), bare: try await bareRate(loads, tapes, count))
  }

  private struct ClientTape {
    let schema: String
    let before: [PostgresMove]
    let work: [PostgresMove]
  }

  private func ledgerRate(_ loads: [LedgerLoad], _ count: Int) async throws -> Double {
    let schema = try await newSchema()
    var ledgers: [PostgresOfferLedger] = []
    for load in loads {
      let ledger = try await open(schema)
      try await load.prepare(ledger)
      ledgers.append(ledger)
    }
    let rate = try await rate(
      of: count,
      by: zip(loads, ledgers).map { load, ledger in { try await load.run(on: ledger) } }
    )
    for load in loads { try await load.check(ledgers[0]) }
    for ledger in ledgers { ledger.close() }
    return rate
  }

  private func record(_ load: LedgerLoad) async throws -> ClientTape {
    let schema = try await newSchema()
    let tape = SQLTape<PostgresMove>()
    let ledger = try await PostgresOfferLedger(
      at: address,
      schema: schema,
      now: { PlanPress.moment },
      listener: { tape.add($0) }
    )
    try await load.prepare(ledger)
    let before = tape.cut()
    try await load.run(on: ledger)
    let work = tape.cut()
    ledger.close()
    return ClientTape(schema: schema, before: before, work: work)
  }

  private func bareRate(_ loads: [LedgerLoad], _ tapes: [ClientTape], _ count: Int) async throws -> Double {
    let schema = try await newSchema()
    let players = try tapes.map { tape in
      let player = try BarePostgres(at: address)
      try player.play(tape.before.map { $0.naming(schema, insteadOf: tape.schema) })
      return Player(bare: player)
    }
    let length = try await ContinuousClock().measure {
      _ = try await onThreads(
        zip(players, tapes).map { player, tape in { try player.bare.play(tape.work) } }
      )
    }
    let ledger = try await open(schema)
    for load in loads { try await load.check(ledger) }
    ledger.close()
    return Double(count) / (length / .seconds(1))
  }

  /// Used by one thread after the other.
  private struct Player: @unchecked Sendable {
    let bare: BarePostgres
  }

  private func newSchema() async throws -> String {
    let schema = "bench_\(UUID().uuidString.replacing("-", with: "").lowercased())"
    try await open(schema).close()
    return schema
  }

  private func open(_ schema: String) async throws -> PostgresOfferLedger {
    try await PostgresOfferLedger(
      at: address,
      schema: schema,
      connections: 1,
      now: { PlanPress.moment }
    )
  }
}

extension PostgresMove {
  /// The same with the name of another schema.
  fileprivate func naming(_ schema: String, insteadOf other: String) -> PostgresMove {
    switch self {
    case .statement(let sql, let parameters):
      .statement(sql, parameters.map { $0?.replacing(other, with: schema) })
    case .end: self
    }
  }
}
