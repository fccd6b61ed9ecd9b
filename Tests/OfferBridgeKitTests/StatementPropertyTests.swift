import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Statements made wrong at random: the totals are the sums of their parts, and each fault is found by its kind.
@Suite struct StatementPropertyTests {
  private static let start = ManualTime().now

  private static func redemption(
    _ number: Int,
    by customer: Int? = nil,
    after seconds: Int = 60,
    _ units: Int64 = 500
  ) -> Redemption {
    Redemption(
      id: "r-\(number)",
      of: .customer(CustomerID("c-\(customer ?? number)"), replica: "TEN"),
      at: start + Double(seconds + number),
      amount: Money(minorUnits: units, currency: "EUR")
    )
  }

  /// A bridge that has received so many redemptions of as many customers; those of every third wait for their offer.
  private func bridge(_ count: Int) async throws -> OfferBridge<Member> {
    let time = ManualTime()
    let customers = Dictionary(
      uniqueKeysWithValues: (0..<count * 2).map { (CustomerID("c-\($0)"), Member()) }
    )
    let bridge = try await OfferBridge(
      customers: InMemoryCustomerStore(customers),
      catalog: InMemoryOfferCatalog([Shop.tenOff]),
      campaigns: [Shop.reward(), Shop.toWallet()],
      providers: ["wallet": FakeWallet()],
      ledger: InMemoryOfferLedger(now: { time.now })
    )
    for number in 0..<count * 2 where number % 3 != 0 {
      _ = try await bridge.respond(
        to: CustomerAction("app_opened", id: "a-\(number)", by: CustomerID("c-\(number)"), at: time.now)
      )
    }
    _ = try await bridge.reconcile((0..<count).map { Self.redemption($0) })
    time.advance(by: .hours(1))
    return bridge
  }

  /// A statement, and what is wrong with it.
  private struct Wrong {
    var lines: [StatementRecord] = []
    var expected: [String] = []
  }

  private func wrong(_ count: Int, _ random: inout Seeded) -> Wrong {
    var wrong = Wrong()
    func line(_ redemption: Redemption) { wrong.lines.append(StatementRecord(redemption)) }
    for number in 0..<count {
      let id = "r-\(number)"
      switch Int.random(in: 0..<12, using: &random) {
      case 0: wrong.expected.append("missingThere \(id)")
      case 1:
        line(Self.redemption(number))
        line(Self.redemption(number))
        wrong.expected.append("duplicate \(id)")
      case 2:
        line(Self.redemption(number, by: number + 1))
        wrong.expected.append("customer \(id)")
      case 3:
        line(Self.redemption(number, after: 60 + 40 * 86_400))
        wrong.expected.append("time \(id)")
      case 4:
        line(Self.redemption(number, by: number + 1, 499))
        line(Self.redemption(number))
        wrong.expected += ["customer \(id)", "amount \(id)", "severalLines \(id)"]
      case 5:
        line(Self.redemption(number))
        let new = number + count
        line(Self.redemption(new))
        wrong.expected.append(new % 3 == 0 ? "unknownReplica r-\(new)" : "missingHere r-\(new)")
      default: line(Self.redemption(number))
      }
    }
    return wrong
  }

  private func findings(
    _ bridge: OfferBridge<Member>,
    _ lines: [StatementRecord],
    passes: Int = 1
  ) async throws -> StatementReport {
    var report = StatementReport()
    let records = StatementLinesAgain(lines: lines)
    for try await finding in bridge.reconcile(statement: records, passes: passes) { report.add(finding) }
    return report
  }

  private func told(_ report: StatementReport) -> [String] {
    report.discrepancies.map { "\($0.kind) \($0.id)" }
  }

  @Test func `every fault is found by its kind, and the totals are the sums of their parts`() async throws {
    var random = Seeded(7)
    var kinds: [StatementDiscrepancy.Kind: Int] = [:]
    for round in 0..<60 {
      let count = Int.random(in: 1..<90, using: &random)
      let bridge = try await bridge(count)
      let wrong = wrong(count, &random)
      let report = try await findings(bridge, wrong.lines)
      let totals = try #require(report.totals)
      #expect(told(report).sorted() == wrong.expected.sorted(), "round \(round)")
      #expect(totals.lines == wrong.lines.count)
      #expect(totals.received == count)
      let alone = totals.count(of: .missingHere) + totals.count(of: .unknownReplica)
      #expect(totals.lines == totals.agreed + totals.differing + alone + totals.repeated)
      #expect(totals.received == totals.agreed + totals.differing + totals.count(of: .missingThere))
      #expect(totals.repeated == totals.count(of: .duplicate) + totals.count(of: .severalLines))
      #expect(totals.discrepancies == report.discrepancies.count)
      let counted = Dictionary(report.discrepancies.map { ($0.kind, 1) }, uniquingKeysWith: +)
      #expect(totals.found == counted)
      kinds.merge(counted, uniquingKeysWith: +)
      // Again, in the same order; and in parts, the same altogether.
      #expect(try await findings(bridge, wrong.lines) == report)
      for passes in [2, 5] {
        let parts = try await findings(bridge, wrong.lines, passes: passes)
        #expect(parts.totals == totals)
        #expect(Set(parts.discrepancies) == Set(report.discrepancies))
        #expect(try await findings(bridge, wrong.lines, passes: passes) == parts)
      }
    }
    #expect(kinds.count == 8, "\(kinds)")
  }

  @Test func `the order of the lines changes no totals, and what is doubled stays what it is`() async throws {
    var random = Seeded(11)
    let bridge = try await bridge(80)
    let lines = wrong(80, &random).lines
    let totals = try await findings(bridge, lines).totals
    for _ in 0..<20 {
      let shuffled = try await findings(bridge, lines.shuffled(using: &random))
      // Which of two lines that contradict each other is the first decides what else is told.
      #expect(shuffled.totals?.lines == totals?.lines)
      #expect(shuffled.totals?.repeated == totals?.repeated)
      #expect(shuffled.totals?.count(of: .duplicate) == totals?.count(of: .duplicate))
      for kind in [StatementDiscrepancy.Kind.missingHere, .missingThere, .unknownReplica, .time] {
        #expect(shuffled.totals?.count(of: kind) == totals?.count(of: kind))
      }
    }
  }

  @Test func `once every repair that can be done here is done, only questions are left`() async throws {
    var random = Seeded(13)
    let bridge = try await bridge(80)
    let lines = wrong(80, &random).lines
    for found in try await findings(bridge, lines).discrepancies { try await bridge.apply(found.repair) }
    let left = try await findings(bridge, lines)
    #expect(left.totals?.count(of: .missingHere) == 0)
    #expect(left.totals?.count(of: .unknownReplica) == 0)
    // A reversal that a repair made is on no statement, and is not missing there.
    let isProposed = left.discrepancies.contains { $0.id.hasPrefix("statement/") }
    #expect(!isProposed)
    #expect(left.totals?.count(of: .amount) == 0)
    #expect(try await bridge.audit().imbalances == [])
  }

  @Test func `a statement of many pages, in an order of its own, is compared whole`() async throws {
    var random = Seeded(17)
    let count = 3000
    let bridge = try await bridge(0)
    _ = try await bridge.reconcile((0..<count).map { Self.redemption($0) })
    var lines = (0..<count).filter { $0 % 100 != 0 }.map { number in
      StatementRecord(Self.redemption(number, number % 100 == 1 ? 1 : 500))
    }
    lines.shuffle(using: &random)
    let report = try await findings(bridge, lines)
    #expect(report.totals?.agreed == count / 100 * 98)
    let missing = report.discrepancies.filter { $0.kind == .missingThere }.map(\.id)
    #expect(missing == (0..<count).filter { $0 % 100 == 0 }.map { "r-\($0)" })
    #expect(report.totals?.count(of: .amount) == count / 100)
    #expect(report.discrepancies.allSatisfy { $0.here?.event.id.id == $0.id })
  }
}

/// Lines that can be read as often as they are asked for, each time from the first.
private struct StatementLinesAgain: AsyncSequence {
  let lines: [StatementRecord]

  struct Iterator: AsyncIteratorProtocol {
    var lines: [StatementRecord].Iterator
    mutating func next(isolation actor: isolated (any Actor)?) async -> StatementRecord? { lines.next() }
  }

  func makeAsyncIterator() -> Iterator { Iterator(lines: lines.makeIterator()) }
}
