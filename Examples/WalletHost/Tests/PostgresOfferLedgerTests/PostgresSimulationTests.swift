import Foundation
import LedgerTwins
import OfferBridgeKit
import OfferBridgeTesting
import PostgresOfferLedger
import Synchronization
import Testing

/// The whole bridge with everything going wrong, over the ledger in PostgreSQL.
@Suite(.serialized, .enabled(if: TestDatabase.isThere, TestDatabase.condition)) struct PostgresSimulationTests
{
  @Test func `a hundred journeys over PostgreSQL keep every promise with every fault on`() async throws {
    let ready = try await ReadyLedger()
    let system = SimulatedSystem(LedgerUnderTest { ready.ledger(now: $0) })
    let report = Simulation(seed: 1, journeys: 100).run(on: system)
    #expect(report.violations == [])
    #expect(report.effects > 0)
  }

  @Test func `every answer, listing and line of the trail over PostgreSQL is that of the ledger in memory`()
    async throws
  {
    let ready = try await ReadyLedger()
    let made = Mutex<TwinLedger?>(nil)
    let system = SimulatedSystem(
      LedgerUnderTest { now in
        // Without chance both chain the same trail.
        let twin = TwinLedger(InMemoryOfferLedger(chance: { 0 }, now: now), ready.ledger(now: now))
        made.withLock { $0 = twin }
        return WithoutPeople(twin)
      }
    )
    let report = Simulation(seed: 5, journeys: 100).run(on: system)
    #expect(report.violations == [])
    let twin = try #require(made.withLock { $0 })
    #expect(try await twin.differencesInWhole(of: "main") == [])
  }
}

/// A ledger that is connected before its clock is known, for a simulation makes no connections.
private final class ReadyLedger: Sendable {
  private final class Clock: Sendable {
    let now = Mutex<LedgerUnderTest.LedgerClock>({ Date(timeIntervalSince1970: 0) })
  }

  private let clock: Clock
  private let postgres: PostgresOfferLedger

  init() async throws {
    let clock = Clock()
    self.clock = clock
    postgres = try await TestSchema().ledger(chance: { 0 }) { clock.now.withLock { $0 }() }
  }

  func ledger(now: @escaping LedgerUnderTest.LedgerClock) -> PostgresOfferLedger {
    clock.now.withLock { $0 = now }
    return postgres
  }
}
