import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What two sides of a statement nearly agree in.
@Suite struct StatementEdgeTests {
  private static let now = ManualTime().now

  private static func money(_ units: Int64, _ currency: String = "EUR") -> Money {
    Money(minorUnits: units, currency: currency)
  }

  private static func redemption(
    _ id: String = "r-1",
    by customer: CustomerID = "ada",
    after seconds: Double = 60,
    worth amount: Money? = money(900),
    lines: [RedemptionLine] = []
  ) -> Redemption {
    Redemption(
      id: id,
      of: .customer(customer, replica: "TEN"),
      at: now + seconds,
      amount: amount,
      lines: lines
    )
  }

  private func shop(_ redemptions: [Redemption], _ reversals: [Reversal] = []) async throws -> Shop {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    _ = try await shop.bridge.reconcile(redemptions)
    for reversal in reversals { _ = try await shop.bridge.reconcile(reversal) }
    return shop
  }

  private func found(
    _ lines: [StatementRecord],
    in shop: Shop,
    within scope: StatementScope = StatementScope()
  ) async throws -> StatementReport {
    var report = StatementReport()
    for try await finding in shop.bridge.reconcile(statement: lines, within: scope) { report.add(finding) }
    return report
  }

  @Test func `so much of another currency is another amount, and no part to give back`() async throws {
    let shop = try await shop([Self.redemption()])
    for amount in [Self.money(900, "NOK"), Self.money(800, "NOK")] {
      let report = try await found([StatementRecord(Self.redemption(worth: amount))], in: shop)
      #expect(report.discrepancies.map(\.kind) == [.amount])
      guard case .ask = report.discrepancies.first?.repair else {
        Issue.record("\(String(describing: report.discrepancies.first?.repair))")
        return
      }
    }
  }

  @Test func `another part of the same redemption is another amount`() async throws {
    let redemption = Self.redemption(lines: [RedemptionLine("ab", weight: 1), RedemptionLine("c", weight: 1)])
    func reversal(_ part: ReversedPart?) -> Reversal {
      Reversal(id: "v-1", of: "r-1", only: part, at: Self.now + 120)
    }
    let parts: [(here: ReversedPart?, there: ReversedPart?, kinds: [StatementDiscrepancy.Kind])] = [
      (.amount(Self.money(300)), .amount(Self.money(300)), []),
      (.amount(Self.money(300)), .amount(Self.money(200)), [.amount]),
      (.amount(Self.money(300)), .amount(Self.money(300, "NOK")), [.amount]),
      // All of it, where a part was reversed; and the other way round.
      (.amount(Self.money(300)), nil, [.amount]),
      (nil, .amount(Self.money(300)), [.amount]),
      (.amount(Self.money(900)), nil, []),
      // The letters are the same, the lines are not.
      (.lines(["ab", "c"]), .lines(["a", "bc"]), [.amount]),
      (.lines(["ab", "c"]), .lines(["c", "ab"]), []),
    ]
    for (here, there, kinds) in parts {
      let shop = try await shop([redemption], [reversal(here)])
      let report = try await found([StatementRecord(reversal(there))], in: shop)
      let mine = report.discrepancies.filter { $0.id == "v-1" }.map(\.kind)
      #expect(mine == kinds, "\(String(describing: here)), \(String(describing: there))")
    }
  }

  @Test func `two lines of one id are the same only if all that they tell is`() async throws {
    let shop = try await shop([])
    let line = StatementRecord(Self.redemption(), standing: .stands)
    let others = [
      StatementRecord(Self.redemption(), standing: .reversed),
      StatementRecord(Self.redemption()),
      StatementRecord(Self.redemption(by: "bob"), standing: .stands),
      StatementRecord(Self.redemption(after: 61), standing: .stands),
      StatementRecord(Self.redemption(worth: Self.money(901)), standing: .stands),
      StatementRecord(Self.redemption(worth: Self.money(900, "NOK")), standing: .stands),
      StatementRecord(Self.redemption(worth: nil), standing: .stands),
    ]
    let same = try await found([line, line], in: shop)
    #expect(same.discrepancies.map(\.kind) == [.missingHere, .duplicate])
    for other in others {
      let report = try await found([line, other], in: shop)
      #expect(report.discrepancies.map(\.kind) == [.missingHere, .severalLines], "\(other)")
    }
  }

  @Test func `a day that ends as the period begins is not in it, and one that begins as it ends neither`()
    async throws
  {
    let day = LocalDay(of: Self.now + 86_400, in: .gmt)
    let shop = try await shop([])
    _ = try await shop.bridge.reconcile(
      Redemption(id: "r-1", of: .customer("ada", replica: "TEN"), on: day, in: .gmt)
    )
    let (start, end) = (day.start(in: .gmt), day.start(in: .gmt) + 86_400)
    let periods: [(Range<Date>, [StatementDiscrepancy.Kind])] = [
      (end..<end + 86_400, []), (start - 86_400..<start, []),
      (end - 0.001..<end + 86_400, [.missingThere]), (start - 86_400..<start + 0.001, [.missingThere]),
    ]
    for (period, kinds) in periods {
      let report = try await found([], in: shop, within: StatementScope(period: period))
      #expect(report.discrepancies.map(\.kind) == kinds, "\(period)")
      #expect(report.totals?.notCompared == (kinds.isEmpty ? 1 : 0))
    }
  }

  @Test(arguments: [-1, 0, 1, 2, 3, 64])
  func `any number of passes comes to the same, and reads the statement so often`(passes: Int) async throws {
    let shop = try await shop([])
    // More than a page of the ledger.
    _ = try await shop.bridge.reconcile(
      (0..<600).map { Self.redemption("r-\($0)", by: CustomerID("c-\($0)")) }
    )
    let lines = (0..<600).filter { $0 % 7 != 0 }.map { (number: Int) -> StatementRecord in
      let worth = Self.money(number % 11 == 0 ? 1 : 900)
      return StatementRecord(Self.redemption("r-\(number)", by: CustomerID("c-\(number)"), worth: worth))
    }
    let readings = CountedLines(lines: lines)
    var report = StatementReport()
    for try await finding in shop.bridge.reconcile(statement: readings, passes: passes) {
      report.add(finding)
    }
    let once = try await found(lines, in: shop)
    #expect(report.totals == once.totals)
    #expect(Set(report.discrepancies) == Set(once.discrepancies))
    #expect(once.totals?.count(of: .missingThere) == 86 && once.totals?.count(of: .amount) == 47)
    #expect(readings.count.load() == max(1, passes))
  }
}

/// Lines that count how often they are read.
private struct CountedLines: AsyncSequence {
  let lines: [StatementRecord]
  let count = Count()

  final class Count: Sendable {
    private let value = Guarded(0)
    func add() { value.withLock { $0 += 1 } }
    func load() -> Int { value.withLock { $0 } }
  }

  struct Iterator: AsyncIteratorProtocol {
    var lines: [StatementRecord].Iterator
    mutating func next(isolation actor: isolated (any Actor)?) async -> StatementRecord? { lines.next() }
  }

  func makeAsyncIterator() -> Iterator {
    count.add()
    return Iterator(lines: lines.makeIterator())
  }
}
