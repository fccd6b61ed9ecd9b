import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// A wallet's statement compared with what was received from it.
@Suite struct StatementTests {
  static let now = ManualTime().now
  static let oslo = TimeZone(identifier: "Europe/Oslo") ?? .gmt
  static let day = LocalDay(of: now + 86_400, in: .gmt)

  func eur(_ units: Int64) -> Money { Money(minorUnits: units, currency: "EUR") }

  /// A redemption of Ada's, who was issued the offer once.
  func redemption(
    _ id: String,
    of reference: RedemptionReference = .customer("ada", replica: "TEN"),
    by customer: CustomerID? = nil,
    after seconds: Double = 60,
    _ units: Int64? = 900
  ) -> Redemption {
    Redemption(
      id: id,
      of: reference,
      by: customer,
      at: Self.now + seconds,
      amount: units.map { eur($0) }
    )
  }

  func shop(_ received: [Redemption], _ reversals: [Reversal] = []) async throws -> Shop {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    _ = try await shop.bridge.reconcile(received)
    for reversal in reversals { _ = try await shop.bridge.reconcile(reversal) }
    return shop
  }

  func compare(
    _ shop: Shop,
    _ records: [StatementRecord],
    within scope: StatementScope = StatementScope(),
    from source: ProviderID? = nil
  ) async throws -> (found: [StatementDiscrepancy], totals: StatementTotals) {
    var report = StatementReport()
    for try await finding in shop.bridge.reconcile(statement: records, from: source, within: scope) {
      report.add(finding)
    }
    return (report.discrepancies, try #require(report.totals))
  }

  /// What one line differs in from one redemption of 900 cents a minute after the issue.
  func kinds(
    _ record: StatementRecord,
    received: Redemption? = nil
  ) async throws -> [StatementDiscrepancy.Kind] {
    let shop = try await shop([received ?? redemption("r-1")])
    return try await compare(shop, [record]).found.map(\.kind)
  }

  @Test func `a statement that says what was received has nothing to tell but its totals`() async throws {
    let shop = try await shop([redemption("r-1"), redemption("r-2")])
    let (found, totals) = try await compare(
      shop,
      [
        StatementRecord(redemption("r-2")), StatementRecord(redemption("r-1")),
      ]
    )
    #expect(found == [])
    #expect((totals.lines, totals.received, totals.agreed) == (2, 2, 2))
    #expect(totals.discrepancies == 0)
    // The second is over its limit: that is known, and it counts as here.
    #expect(totals.discrepant == 1)
    #expect(totals.nothingMatched == nil)
  }

  @Test func `what a line does not tell is not compared`() async throws {
    let received = redemption("r-1", by: "ada")
    #expect(try await kinds(StatementRecord(redemption("r-1", nil)), received: received) == [])
    let shop = try await shop([received])
    let id = try await shop.issued().id
    for reference in [RedemptionReference.issuedOffer(id), .replica("W1")] {
      let (found, _) = try await compare(shop, [StatementRecord(redemption("r-1", of: reference, nil))])
      #expect(found == [])
    }
  }

  @Test func `each difference has its kind, and a line may have several`() async throws {
    #expect(try await kinds(StatementRecord(redemption("r-1", 800))) == [.amount])
    #expect(try await kinds(StatementRecord(redemption("r-1", after: 61))) == [.time])
    #expect(try await kinds(StatementRecord(redemption("r-1", after: 60.5))) == [])
    let bob = RedemptionReference.customer("bob", replica: "TEN")
    #expect(try await kinds(StatementRecord(redemption("r-1", of: bob))) == [.customer])
    #expect(try await kinds(StatementRecord(redemption("r-1", by: "bob"))) == [.customer])
    let twenty = RedemptionReference.customer("ada", replica: "TWENTY")
    #expect(try await kinds(StatementRecord(redemption("r-1", of: twenty))) == [.otherReplica])
    let other = RedemptionReference.issuedOffer(.derive("other"))
    #expect(try await kinds(StatementRecord(redemption("r-1", of: other))) == [.otherReplica])
    #expect(try await kinds(StatementRecord(redemption("r-1"), standing: .reversed)) == [.state])
    #expect(try await kinds(StatementRecord(redemption("r-1"), standing: .stands)) == [])
    let reversal = Reversal(id: "r-1", of: "r-0", at: Self.now + 60)
    #expect(try await kinds(StatementRecord(reversal)) == [.state])
    #expect(
      try await kinds(StatementRecord(redemption("r-1", of: bob, after: 90, 1))) == [
        .customer, .amount, .time,
      ]
    )
    #expect(
      try await kinds(StatementRecord(redemption("r-1")), received: redemption("r-1", nil)) == [.amount]
    )
  }

  @Test func `a day agrees with a moment of it, in its own zone`() async throws {
    func line(_ day: LocalDay) -> StatementRecord {
      StatementRecord(Redemption(id: "r-1", of: .customer("ada", replica: "TEN"), on: day, in: Self.oslo))
    }
    // 23:30 in Oslo, and 22:30 in UTC.
    let late = redemption("r-1", after: 2 * 86_400 - 5400)
    #expect(try await kinds(line(Self.day), received: late) == [])
    #expect(try await kinds(line(Self.day.adding(days: -1)), received: late) == [.time])
    // Half past midnight in Oslo is still the day before in UTC.
    let early = redemption("r-1", after: 86_400 - 1800)
    #expect(try await kinds(line(Self.day), received: early) == [])
  }

  @Test func `a doubled line is a duplicate, and one with other content is several lines`() async throws {
    let shop = try await shop([redemption("r-1")])
    let (found, totals) = try await compare(
      shop,
      [
        StatementRecord(redemption("r-1", 400)), StatementRecord(redemption("r-1", 400)),
        StatementRecord(redemption("r-1", 500)), StatementRecord(redemption("r-2")),
        StatementRecord(redemption("r-2")), StatementRecord(redemption("r-2", 1)),
      ]
    )
    #expect(
      found.map(\.kind) == [.amount, .duplicate, .severalLines, .missingHere, .duplicate, .severalLines]
    )
    #expect(found.map(\.line) == [1, 2, 3, 4, 5, 6])
    #expect((totals.differing, totals.repeated) == (1, 4))
  }

  @Test func `what is missing here can be taken in, once`() async throws {
    let shop = try await shop([redemption("r-0")])
    let line = StatementRecord(redemption("r-1"))
    let found = try await compare(shop, [StatementRecord(redemption("r-0")), line]).found
    #expect(found.map(\.kind) == [.missingHere])
    #expect(try await shop.bridge.apply(found[0].repair)?.issuedOffer == shop.issued().id)
    #expect(try await shop.bridge.apply(found[0].repair) == .duplicate)
    #expect(try await compare(shop, [StatementRecord(redemption("r-0")), line]).found == [])
  }

  @Test func `a line of something that nobody was issued is an unknown replica, and waits when taken in`()
    async throws
  {
    let shop = try await shop([redemption("r-0")])
    let strange = [
      redemption("r-1", of: .customer("ada", replica: "TWENTY")),
      redemption("r-2", of: .customer("eve", replica: "TEN")),
      redemption("r-3", of: .issuedOffer(.derive("none"))),
    ]
    let (found, totals) = try await compare(shop, strange.map { StatementRecord($0) })
    #expect(found.map(\.kind) == [.unknownReplica, .unknownReplica, .unknownReplica, .missingThere])
    #expect(totals.count(of: .unknownReplica) == 3)
    for found in found.prefix(3) {
      #expect(try await shop.bridge.apply(found.repair) == .parked(.unknownOffer))
    }
    // What waits counts as here.
    let (left, after) = try await compare(shop, strange.map { StatementRecord($0) })
    #expect(left.map(\.kind) == [.missingThere])
    #expect((after.agreed, after.parked) == (3, 3))
  }

  @Test func `what the statement has reversed or for less is reversed here by its repair, once`() async throws
  {
    let shop = try await shop([redemption("r-1"), redemption("r-2"), redemption("r-3")])
    let lines = [
      StatementRecord(redemption("r-1"), standing: .reversed), StatementRecord(redemption("r-2", 600)),
      StatementRecord(redemption("r-3", 1000)),
    ]
    let found = try await compare(shop, lines).found
    #expect(found.map(\.kind) == [.state, .amount, .amount])
    for found in found { try await shop.bridge.apply(found.repair) }
    #expect(try await shop.issued().redeemed == RedemptionTally(count: 2, reversed: 1, amount: eur(1500)))
    for found in found.prefix(2) { #expect(try await shop.bridge.apply(found.repair) == .duplicate) }
    // Nobody but a person can tell what more was worth.
    let left = try await compare(shop, lines).found
    #expect(left.map(\.id) == ["r-3"])
    if case .ask = left.first?.repair {} else { Issue.record("\(left)") }
  }

  @Test func `a line that can be no event is told, and the others are compared`() async throws {
    let shop = try await shop([redemption("r-1")])
    var elsewhere = redemption("r-1")
    elsewhere.source = "till"
    let (found, totals) = try await compare(
      shop,
      [
        StatementRecord(redemption("")), StatementRecord(redemption("r-2", -1)), StatementRecord(elsewhere),
        StatementRecord(redemption("r-1")),
      ]
    )
    #expect(found.map(\.kind) == [.unusable, .unusable, .unusable])
    #expect((totals.lines, totals.agreed) == (4, 1))
    #expect(
      found[0].description
        == "unusable : The redemption id is empty. Give the redemption an id of 1 to 256 UTF-8 bytes. Mend the line, or leave it out."
    )
  }

  @Test func `ids are told apart by their bytes`() async throws {
    let shop = try await shop([redemption("caf\u{E9}")])
    let (found, _) = try await compare(shop, [StatementRecord(redemption("cafe\u{301}"))])
    #expect(found.map(\.kind) == [.missingHere, .missingThere])
  }

  @Test func `a notice is on no statement, and a line with its id is about something else`() async throws {
    let shop = try await shop([redemption("r-1")])
    _ = try await shop.bridge.reconcile(
      OfferNotice(.expired, id: "n-1", of: .customer("ada", replica: "TEN"), at: Self.now + 90)
    )
    let lines = [StatementRecord(redemption("r-1"))]
    let (found, totals) = try await compare(shop, lines)
    #expect(found == [])
    #expect(totals.received == 1)
    let strange = try await compare(shop, lines + [StatementRecord(redemption("n-1", after: 90))])
    #expect(strange.found.map(\.kind) == [.state])
    #expect((strange.totals.received, strange.totals.differing) == (2, 1))
  }

  @Test func `without a source, where the bridge has not exactly one, the first step throws`() async throws {
    let shop = try await Shop([Shop.reward()], wallet: FakeWallet())
    let bridge = try await OfferBridge(
      customers: shop.store,
      catalog: shop.catalog,
      campaigns: [Shop.reward()],
      providers: ["wallet": FakeWallet(), "till": FakeWallet()]
    )
    let error = await #expect(throws: OfferBridgeError.self) {
      for try await _ in bridge.reconcile(statement: [StatementRecord]()) {}
    }
    #expect(error?.code == .sourceMissing)
  }

  @Test func `a statement that breaks off ends with its own error, and tells no totals`() async throws {
    let shop = try await shop([redemption("r-1")])
    let (records, feed) = AsyncThrowingStream.makeStream(of: StatementRecord.self)
    feed.yield(StatementRecord(redemption("r-1")))
    feed.yield(StatementRecord(redemption("r-2")))
    feed.finish(throwing: Unexpected("the line is dead"))
    var steps = shop.bridge.reconcile(statement: records).makeAsyncIterator()
    var found: [StatementDiscrepancy.Kind] = []
    do {
      while let step = try await steps.next() {
        if case .discrepancy(let discrepancy) = step { found.append(discrepancy.kind) }
      }
      Issue.record("it went on to the end")
    } catch {
      #expect(error is Unexpected)
    }
    #expect(found == [.missingHere])
    let after = try await steps.next()
    #expect(after == nil)
  }
}
