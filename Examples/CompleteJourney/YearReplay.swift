import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Synchronization

/// Leads a retailer's year through a bridge, basket by basket, as if it happened now.
///
/// ```swift
/// let summary = try await YearReplay(year: .bundled(), zone: newYork).run()
/// summary.counts.issued  // 6404
/// ```
struct YearReplay {
  let year: RetailYear
  /// Whose days campaigns and redemptions mean.
  let zone: TimeZone
  var reports = RedemptionReports()

  /// Replays the year and counts what came of it.
  ///
  /// - Parameters:
  ///   - decisions: Takes down each decision, where there is one.
  ///   - progress: Told now and then how many baskets are done.
  /// - Returns: The counts, and whether they add up.
  /// - Throws: `OfferBridgeError` when the bridge cannot be made of the year's campaigns.
  func run(
    into decisions: inout YearDecisions?,
    progress: (Int) -> Void = { _ in }
  ) async throws -> YearSummary {
    let start = ContinuousClock.now
    let (bridge, all, repeats) = try await bridge(into: &decisions, progress: progress)
    var summary = YearSummary(
      households: year.households.count,
      baskets: year.baskets.count,
      redemptions: all.count,
      duplicates: repeats
    )
    try await summary.read(year.campaigns, of: year.households, from: bridge)
    try await summary.read(all.map(\.redemption.id), from: bridge)
    try await summary.audit(bridge)
    summary.duration = ContinuousClock.now - start
    return summary
  }

  /// Replays the year and counts what came of it.
  func run() async throws -> YearSummary {
    var none: YearDecisions?
    return try await run(into: &none)
  }

  /// Replays the year, and compares a statement with the redemptions that came in.
  ///
  /// - Parameters:
  ///   - statement: Its lines.
  ///   - progress: Told now and then how many baskets are done.
  /// - Returns: The discrepancies and the totals.
  /// - Throws: `OfferBridgeError` when the bridge cannot be made of the year's campaigns.
  func compare(
    with statement: [CouponRedemption],
    progress: (Int) -> Void = { _ in }
  ) async throws -> StatementReport {
    var none: YearDecisions?
    let bridge = try await bridge(into: &none, progress: progress).bridge
    var report = StatementReport()
    let lines = statement.lazy.map { StatementRecord($0.redemption(in: zone)) }
    for try await finding in bridge.reconcile(statement: lines) { report.add(finding) }
    return report
  }

  /// The bridge when the year is over, what was reported to it, and how much of that had an id that was known.
  private func bridge(
    into record: inout YearDecisions?,
    progress: (Int) -> Void
  ) async throws -> (bridge: OfferBridge<Household>, reports: [RedemptionReports.Report], repeats: Int) {
    let ledgerClock = ReplayClock()
    let bridge = try await bridge(over: InMemoryOfferLedger(now: { ledgerClock.now }))

    let all = reports.reports(of: year.redemptions, in: zone)
    var (upcoming, repeats) = (all[...], 0)
    for (number, basket) in year.baskets.enumerated() {
      let due = upcoming.prefix { $0.moment <= basket.checkedOutAt }
      upcoming = upcoming.dropFirst(due.count)
      repeats += try await report(due, to: bridge)

      // Campaigns run, and offers are issued, by the ledger's time: that of the basket, not of this computer.
      ledgerClock.set(basket.checkedOutAt)
      let decisions = try await bridge.respond(to: basket.action)
      if !decisions.issuedOffers.isEmpty {
        try await bridge.deliverDueMessages()
        try await record?.add(decisions, of: basket) { try await bridge.messages(of: $0).map(\.message) }
      }
      if number % 2048 == 0 { progress(number) }
    }
    repeats += try await report(upcoming, to: bridge)
    return (bridge, all, repeats)
  }

  /// A bridge of the year's campaigns.
  func bridge(over ledger: InMemoryOfferLedger) async throws -> OfferBridge<Household> {
    try await OfferBridge(
      customers: InMemoryCustomerStore(year.households),
      catalog: InMemoryOfferCatalog(year.offers),
      campaigns: year.journey(in: zone),
      providers: [.wallet: FakeWallet()],
      ledger: ledger
    )
  }

  /// Hands redemptions in, and answers how many had an id that was known.
  ///
  /// The other answers are only today's: a redemption that waits for its offer
  /// is matched when the offer is issued. They are asked for again at the end.
  private func report(
    _ reports: ArraySlice<RedemptionReports.Report>,
    to bridge: OfferBridge<Household>
  ) async throws -> Int {
    guard !reports.isEmpty else { return 0 }
    let answers = try await bridge.reconcile(reports.map(\.redemption))
    return answers.count { $0 == .duplicate || $0 == .conflict }
  }
}

extension Basket {
  /// The basket as the bridge hears of it.
  var action: CustomerAction {
    CustomerAction(
      RetailYear.basketCheckedOut,
      id: id,
      by: CustomerID(household),
      at: checkedOutAt,
      ["amount": AttributeValue(Money(minorUnits: Int64(amountCents), currency: "USD"))]
    )
  }
}

/// The ledger's clock: it stands at whatever moment the replay has come to.
final class ReplayClock: Sendable {
  private let moment = Mutex(Date.distantPast)

  var now: Date { moment.withLock { $0 } }

  func set(_ now: Date) { moment.withLock { $0 = now } }
}
