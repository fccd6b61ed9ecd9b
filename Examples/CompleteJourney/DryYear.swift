import Foundation
import OfferBridgeKit

/// What a year would come to, of which nothing was written.
struct DryYear: Encodable {
  var households = 0
  var baskets = 0
  var campaigns = 0
  /// Offers that would be issued.
  var issued = 0
  /// Messages that would be sent.
  var messages = 0
  /// "empty", or what is in the ledger that should have been left alone.
  var ledger = ""
  var seconds = 0.0

  var isLedgerEmpty: Bool { ledger == "empty" }

  /// One object with sorted keys, and a line end.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The year as a person reads it.
  func report(of source: String) -> String {
    """
    \(source): a dry run
    \(baskets) baskets of \(households) households

      would be issued  \(issued) offers of \(campaigns) campaigns
      would be sent    \(messages) messages

    ledger: \(ledger)
    \(seconds) s without reading the files

    """
  }
}

extension YearReplay {
  /// Decides the year basket by basket on a scratch copy of the ledger, and leaves the ledger alone.
  ///
  /// Each basket sees what the earlier ones would have come to, for the scratch
  /// copy carries it; that no redemption comes in changes no decision of these
  /// campaigns.
  ///
  /// - Parameters:
  ///   - decisions: Takes down each decision, where there is one.
  ///   - progress: Told now and then how many baskets are done.
  /// - Returns: What would be, and what is in the ledger.
  /// - Throws: `OfferBridgeError` when the bridge cannot be made of the year's campaigns.
  func dryRun(
    into decisions: inout YearDecisions?,
    progress: (Int) -> Void = { _ in }
  ) async throws -> DryYear {
    let start = ContinuousClock.now
    let clock = ReplayClock()
    let ledger = InMemoryOfferLedger(now: { clock.now })
    let scratch = try InMemoryOfferLedger(restoring: ledger.saved(), now: { clock.now })
    let bridge = try await bridge(over: ledger)
    var dryYear = DryYear(
      households: year.households.count,
      baskets: year.baskets.count,
      campaigns: year.campaigns.count
    )
    for (number, basket) in year.baskets.enumerated() {
      clock.set(basket.checkedOutAt)
      let dryRun = try await bridge.dryRun(of: basket.action, against: .scratch(scratch))
      dryYear.issued += dryRun.decisions.count { !$0.isReplay && $0.issuedOffer != nil }
      dryYear.messages += dryRun.messages.count
      if !dryRun.decisions.issuedOffers.isEmpty {
        await decisions?.add(dryRun.decisions, of: basket, messages: { _ in dryRun.messages })
      }
      if number % 2048 == 0 { progress(number) }
    }
    let untouched = try await InMemoryOfferLedger(now: { clock.now }).audit(tenant: bridge.tenant)
    let audit = try await bridge.audit()
    let hasTrail = try await bridge.trail().contains { _ in true }
    dryYear.ledger =
      audit == untouched && !hasTrail
      ? "empty" : "\(audit.issued) issued offers, \(audit.messages) messages"
    dryYear.seconds = Double(((ContinuousClock.now - start) / .milliseconds(1)).rounded()) / 1000
    return dryYear
  }
}
