import Foundation
package import OfferBridgeKit

/// What a ledger is asked, on one tenant's rows as of one moment.
package struct LedgerReading<Rows: LedgerRows> {
  let rows: Rows

  package init(_ rows: Rows) { self.rows = rows }

  /// Reads what a decision needs.
  ///
  /// - Parameters:
  ///   - query: What is asked for.
  ///   - now: The ledger's time, in milliseconds.
  /// - Returns: The snapshot.
  /// - Throws: What the rows throw.
  package func snapshot(_ query: SnapshotQuery, now: Int64) throws -> LedgerSnapshot {
    let trigger = try rows.trigger(query.trigger)
    var decided: [DecidedNode] = []
    if let trigger {
      for node in trigger.nodes where !node.hasLapsed(at: now) {
        if let node = try self.decided(node) { decided.append(node) }
      }
    }
    var offers: [IssuedOffer] = []
    if !query.offers.isEmpty {
      offers = try rows.issued(to: query.customer, of: query.offers).map(\.current)
    }
    return LedgerSnapshot(
      now: Date(milliseconds: now),
      issuedOffers: offers,
      trigger: trigger?.record,
      triggerVersion: trigger?.version ?? 0,
      decided: decided
    )
  }

  private func decided(_ node: TriggerNode) throws -> DecidedNode? {
    let outcome: DecidedNode.Outcome
    switch node.outcome {
    case .issued(let id):
      guard let row = try rows.issued(id) else { return nil }
      outcome = .issued(row.current)
    case .raised(let event): outcome = .raised(event)
    case .queued(let provider): outcome = .queued(provider)
    case .refused(let limit, _): outcome = .refused(limit)
    }
    return DecidedNode(key: node.key, parent: node.parent, campaign: node.campaign, outcome: outcome)
  }

  /// How an event stands now.
  package func match(of event: ExternalEventID) throws -> RedemptionMatch? { try rows.event(event)?.match }

  /// Everything about one issued offer.
  package func record(of id: IssuedOffer.ID) throws -> IssuedOfferRecord? {
    guard let row = try rows.issued(id) else { return nil }
    return IssuedOfferRecord(
      issuedOffer: row.current,
      limitUses: row.limits,
      messages: try rows.messages(about: id).map(\.record),
      events: try rows.events(of: row.offer.customer)
        .filter { $0.match.issuedOffer == id }
        .sorted { $0.isBefore($1) }
        .map(\.record)
    )
  }

  /// Some entries of a listing; the mark is the place of the last one.
  package func page(_ query: PageQuery) throws -> LedgerPage {
    var after: Int64 = 0
    if let mark = query.after {
      guard let place = Int64(mark.rawValue), place >= 0 else { return LedgerPage(entries: [], next: nil) }
      after = place
    }
    let limit = min(query.limit, Self.longestPage)
    // One more tells whether there is another page.
    let found = try rows.page(query.listing, after: after, limit: limit + 1)
    let shown = found.prefix(limit)
    return LedgerPage(
      entries: shown.map(\.entry),
      next: found.count > limit ? shown.last.map { PageMark(rawValue: "\($0.place)") } : nil
    )
  }

  /// Some entries of the trail.
  package func trail(_ query: TrailQuery) throws -> TrailPage {
    let limit = min(query.limit, Self.longestPage)
    let found = try rows.entries(query.scope, after: query.after, limit: limit + 1)
    let shown = found.prefix(limit)
    return TrailPage(entries: Array(shown), next: found.count > limit ? shown.last?.sequence : nil)
  }

  /// How many entries are read for one page, however many are asked for.
  static var longestPage: Int { 4096 }
}
