import DurableLedger
import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Synchronization
import Testing

/// The whole bridge with everything going wrong, over the ledger in SQLite.
@Suite struct SQLiteSimulationTests {
  @Test(arguments: [UInt64(1), 2, 3])
  func `a hundred journeys over SQLite keep every promise with every fault on`(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let report = Simulation(seed: seed, journeys: 100).run(on: SimulatedSystem(.sqlite(in: folder)))
    #expect(report.violations == [])
    #expect(report.effects > 0)
  }

  @Test func `a hundred journeys keep every promise where callers share a flush`() throws {
    let folder = try TemporaryFolder()
    let gathering = LedgerUnderTest { now in
      CoalescingLedger(in: try SQLiteOfferLedger(at: folder.ledger, now: now))
    }
    let report = Simulation(seed: 4, journeys: 100).run(on: SimulatedSystem(gathering))
    #expect(report.violations == [])
  }

  @Test(arguments: [UInt64(5), 6])
  func `every answer, listing and line of the trail is that of the ledger in memory`(seed: UInt64)
    async throws
  {
    let folder = try TemporaryFolder()
    let made = Mutex<TwinLedger?>(nil)
    let system = SimulatedSystem(
      LedgerUnderTest { now in
        // Without chance both chain the same trail.
        let twin = TwinLedger(
          InMemoryOfferLedger(chance: { 0 }, now: now),
          try SQLiteOfferLedger(at: folder.ledger, chance: { 0 }, now: now)
        )
        made.withLock { $0 = twin }
        return twin
      }
    )
    let report = Simulation(seed: seed, journeys: 100).run(on: system)
    #expect(report.violations == [])
    let twin = try #require(made.withLock { $0 })
    #expect(twin.differences == [])

    let tenant: TenantID = "main"
    let lines = try await twin.first.trailLines(tenant: tenant)
    #expect(lines.count > 100)
    #expect(try await twin.second.trailLines(tenant: tenant) == lines)
    var listings: [LedgerListing] = [.parkedEvents, .discrepantEvents]
    listings += [.reported(by: "wallet"), .reported(by: "mail")]
    // At the end, an hour and a day, and a month before: what is near its end, over, and neither yet.
    let end = try #require(lines.last.flatMap { TrailEntry(line: $0) }).fact.at
    for moment in [end, end + 3_600, end + 86_400, end - 30 * 86_400] {
      listings += [.expiring(at: moment), .toBeRecalled(at: moment)]
    }
    listings += MessageState.Name.allCases.map { .messagesIn($0) }
    let customers = Set(lines.compactMap { TrailEntry(line: $0)?.personal?.customer })
    for customer in customers {
      listings += [.issuedOffers(of: customer), .messages(of: customer), .events(of: customer)]
      let theirs = try await twin.first.trailLines(.customer(customer), tenant: tenant)
      // Of who was told of only by a step that was raised or refused, the ledger in memory lists nothing.
      let expected =
        theirs.isEmpty ? lines.filter { TrailEntry(line: $0)?.personal?.customer == customer } : theirs
      #expect(try await twin.second.trailLines(.customer(customer), tenant: tenant) == expected)
    }
    for listing in listings {
      let entries = try await twin.first.list(listing, tenant: tenant)
      #expect(try await twin.second.list(listing, tenant: tenant) == entries, "\(listing)")
    }
  }
}
