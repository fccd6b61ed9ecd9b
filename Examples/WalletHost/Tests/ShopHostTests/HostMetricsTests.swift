import Foundation
import Metrics
import MetricsTestKit
import OfferBridgeKit
import Testing

@testable import ShopHost

/// What the shop counts.
@Suite(.timeLimit(.minutes(1))) struct HostMetricsTests {
  @Test func `a journey is counted and timed, by campaign and provider`() async throws {
    let metrics = TestMetrics()
    try await TestShop.run(metrics: metrics) { shop async throws in
      try await shop.save("ada")
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().replicasAccepted == 1 }
    }
    let issued = try #require(metrics.counters.first { $0.label == "offers.issued" })
    #expect(issued.dimensions.map(\.0).contains("campaign") && issued.totalValue == 1)
    let accepted = try #require(metrics.counters.first { $0.label == "offers.accepted" })
    #expect(accepted.dimensions.contains { $0 == ("provider", "wallet") } && accepted.totalValue == 1)
    let attempt = try #require(metrics.timers.first { $0.label == "offers.attempt" })
    #expect(attempt.values.count == 1 && (attempt.lastValue ?? 0) > 0)
    // A customer's or a trigger's id would make a series of each.
    let names = Set((metrics.counters.flatMap(\.dimensions) + metrics.timers.flatMap(\.dimensions)).map(\.0))
    #expect(names.isSubset(of: ["campaign", "provider"]))
  }
}
