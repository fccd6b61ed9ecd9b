import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

// Which of what was received must be on a statement, and from what age on.
extension StatementTests {
  @Test func `reversals are compared line by line, or by how their redemption stands`() async throws {
    let reversals = [
      Reversal(id: "v-1", of: "r-1", at: Self.now + 120),
      Reversal(id: "v-2", of: "r-2", only: .amount(eur(300)), at: Self.now + 120),
    ]
    let shop = try await shop([redemption("r-1"), redemption("r-2")], reversals)
    let redemptions = ["r-1", "r-2"].map { StatementRecord(redemption($0)) }
    #expect(try await compare(shop, redemptions + reversals.map { StatementRecord($0) }).found == [])
    let told = StatementRecord(Reversal(id: "v-1", of: "r-1", only: .amount(eur(900)), at: Self.now + 120))
    let less = StatementRecord(Reversal(id: "v-1", of: "r-1", only: .amount(eur(899)), at: Self.now + 120))
    let second = StatementRecord(reversals[1])
    #expect(try await compare(shop, redemptions + [told, second]).found == [])
    #expect(try await compare(shop, redemptions + [less, second]).found.map(\.kind) == [.amount])
    #expect(try await compare(shop, redemptions).found.map(\.kind) == [.missingThere, .missingThere])

    let scope = StatementScope(listing: .redemptions)
    let columns = [
      StatementRecord(redemption("r-1"), standing: .reversed),
      StatementRecord(redemption("r-2", 600), standing: .stands),
    ]
    let (found, totals) = try await compare(shop, columns, within: scope)
    #expect(found == [])
    #expect((totals.received, totals.agreed, totals.notCompared) == (4, 2, 2))
    let wrong = [
      StatementRecord(redemption("r-1"), standing: .stands),
      StatementRecord(redemption("r-2"), standing: .reversed),
    ]
    #expect(try await compare(shop, wrong, within: scope).found.map(\.kind) == [.state, .state])
  }

  @Test func `a redemption that was reversed to nothing part by part is reversed`() async throws {
    let parts = [400, 500].map {
      Reversal(id: "v-\($0)", of: "r-1", only: .amount(eur($0)), at: Self.now + 90)
    }
    let shop = try await shop([redemption("r-1")], parts)
    let scope = StatementScope(listing: .redemptions)
    let line = StatementRecord(redemption("r-1"), standing: .reversed)
    #expect(try await compare(shop, [line], within: scope).found == [])
  }

  @Test func `what is younger than the settle window is not due, on either side`() async throws {
    let shop = try await shop([redemption("r-1"), redemption("r-2", after: 3600)])
    shop.time.advance(by: .hours(2))
    let lines = [StatementRecord(redemption("r-3")), StatementRecord(redemption("r-4", after: 3600))]
    let scope = StatementScope(settling: .minutes(90))
    let (found, totals) = try await compare(shop, lines, within: scope)
    #expect(found.map { "\($0.kind) \($0.id)" } == ["missingHere r-3", "missingThere r-1"])
    #expect((totals.linesNotDue, totals.receivedNotDue) == (1, 1))
    shop.time.advance(by: .minutes(30))
    #expect(try await compare(shop, lines, within: scope).found.count == 4)
    // A day is not due before it is over, and the window after that.
    let today = StatementRecord(
      Redemption(
        id: "d",
        of: .customer("ada", replica: "TEN"),
        on: LocalDay(of: Self.now, in: .gmt),
        in: .gmt
      )
    )
    shop.time.advance(by: .hours(22))
    #expect(try await compare(shop, [today], within: scope).totals.linesNotDue == 1)
    shop.time.advance(by: .hours(1))
    #expect(try await compare(shop, [today], within: scope).totals.linesNotDue == 0)
  }

  @Test func `what was received outside the period need not be on the statement, and is found if it is`()
    async throws
  {
    let shop = try await shop(
      [redemption("r-1", after: 3599), redemption("r-2", after: 3600), redemption("r-3", after: 7200)]
    )
    let scope = StatementScope(period: Self.now + 3600..<Self.now + 7200)
    let (found, totals) = try await compare(shop, [], within: scope)
    #expect(found.map(\.id) == ["r-2"])
    #expect(totals.notCompared == 2)
    let moved = try await compare(shop, [StatementRecord(redemption("r-1", after: 3600))], within: scope)
    #expect(moved.found.map(\.kind) == [.time, .missingThere])
    #expect(moved.totals.notCompared == 1)
    // A day that the period only touches is in it.
    let days = try await self.shop([])
    _ = try await days.bridge.reconcile(
      Redemption(id: "d", of: .customer("ada", replica: "TEN"), on: Self.day, in: Self.oslo)
    )
    let start = Self.day.interval(in: Self.oslo).lowerBound
    let before = StatementScope(period: start - 60..<start)
    #expect(try await compare(days, [], within: before).found == [])
    let touching = StatementScope(period: start - 60..<start + 1)
    #expect(try await compare(days, [], within: touching).found.map(\.id) == ["d"])
  }
}
