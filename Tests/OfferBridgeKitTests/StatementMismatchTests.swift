import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Why a statement is nothing like what was received.
@Suite struct StatementMismatchTests {
  private static let now = ManualTime().now

  private func redemption(_ id: String) -> Redemption {
    Redemption(id: id, of: .customer("ada", replica: "TEN"), at: Self.now)
  }

  private func mismatch(
    _ lines: [String],
    received: [String] = ["R000001", "R000002", "R000003"],
    from source: ProviderID = "wallet",
    at providers: [ProviderID] = ["wallet", "till"]
  ) async throws -> StatementMismatch? {
    let bridge = try await OfferBridge(
      customers: InMemoryCustomerStore<Member>(["ada": Member()]),
      catalog: InMemoryOfferCatalog([Shop.tenOff]),
      campaigns: [Shop.reward()],
      providers: Dictionary(uniqueKeysWithValues: providers.map { ($0, FakeWallet()) })
    )
    for id in received {
      _ = try await bridge.reconcile(
        Redemption(id: id, from: source, of: .customer("ada", replica: "TEN"), at: Self.now)
      )
    }
    var found: StatementMismatch?
    for try await case .totals(let totals) in bridge.reconcile(
      statement: lines.map { StatementRecord(redemption($0)) },
      from: "wallet"
    ) {
      found = totals.nothingMatched
    }
    return found
  }

  @Test(arguments: [
    (["r000001", "r000002", "r000009"], StatementMismatch.Cause.letterCase, 2),
    ([" R000001", "R000002 ", "\tR000003\r"], .whiteSpace, 3),
    ([" r000001", "r000002 ", "r000003"], .letterCaseAndWhiteSpace, 3),
    (["WAL-R000001", "WAL-R000002", "WAL-R000008"], .prefixThere("WAL-"), 2),
    (["000001", "000002", "000003"], .prefixHere("R"), 3),
    (["x", "y"], .nothingAlike, 0),
    // That one of three ends like one that was received may be chance.
    (["AR000001", "BX", "CX"], .nothingAlike, 0),
    ([], .noLines, 0),
  ])
  func `the likely cause is said, and how many would match`(
    lines: [String],
    cause: StatementMismatch.Cause,
    alike: Int
  ) async throws {
    let found = try #require(try await mismatch(lines))
    #expect(found.cause == cause)
    #expect((found.looked, found.alike) == (lines.count, alike))
  }

  @Test func `one line that matches is enough to say nothing`() async throws {
    #expect(try await mismatch(["r000001", "r000002", "R000003"]) == nil)
    #expect(try await mismatch([], received: []) == nil)
  }

  @Test func `another provider's ids, and a tenant that received nothing, are recognised`() async throws {
    let found = try await mismatch(["R000001", "R000002"], from: "till")
    #expect(found?.cause == .otherProvider("till"))
    #expect(found?.alike == 2)
    #expect(try await mismatch(["R000001"], received: [])?.cause == .nothingReceived)
  }

  @Test func `what it says names the example and the next step`() async throws {
    #expect(
      try await mismatch(["r000001", "r000002"])?.description
        == "Nothing matched: the ids are in another case, \"r000001\" there and \"R000001\" here "
        + "(2 of the first 2). Mend the export, or fold the ids where it is read."
    )
  }
}
