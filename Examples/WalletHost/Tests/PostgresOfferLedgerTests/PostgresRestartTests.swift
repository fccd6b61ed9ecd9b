import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import PostgresOfferLedger
import Testing

/// A server that is stopped at once and started again, while work is under way: alone, for it is everybody's server.
@Suite(
  .enabled(
    if: TestDatabase.mayRestart,
    "OFFERBRIDGE_POSTGRES_RESTART is not set: this suite restarts the server that postgres.sh started."
  )
)
struct PostgresRestartTests {
  @Test func `a server that dies and comes back in the midst of work has lost nothing`() async throws {
    let shop = try await Shop()
    async let thrown = shop.open()
    for _ in 0..<2 { try TestDatabase.restart() }
    _ = try await thrown
    try await shop.expectAllIsWell()
  }
}
