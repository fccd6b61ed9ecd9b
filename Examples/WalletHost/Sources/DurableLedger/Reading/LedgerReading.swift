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
    let identity = try rows.identity(of: query.customer)
    var decided: [DecidedNode] = []
    if let trigger {
      for node in trigger.nodes where !node.hasLapsed(at: now) {
        if let node = try self.decided(node) { decided.append(node) }
      }
    }
    var offers: [IssuedOffer] = []
    if !query.offers.isEmpty {
      offers = try rows.issued(to: identity.survivor, of: query.offers).map(\.current)
    }
    return LedgerSnapshot(
      now: Date(milliseconds: now),
      issuedOffers: offers,
      trigger: trigger?.record,
      triggerVersion: trigger?.version ?? 0,
      decided: decided,
      identity: identity.identity
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
      limitUses: try row.limits.uses,
      messages: try rows.messages(about: id).map(\.record),
      events: try rows.events(of: row.owner)
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
    let found = try rows.page(survivors(query.listing), after: after, limit: limit + 1)
    let shown = found.prefix(limit)
    return LedgerPage(
      entries: shown.map(\.entry),
      next: found.count > limit ? shown.last.map { PageMark(rawValue: "\($0.place)") } : nil
    )
  }

  /// The listing of whoever has that id.
  private func survivors(_ listing: LedgerListing) throws -> LedgerListing {
    switch listing {
    case .issuedOffers(let id): .issuedOffers(of: try rows.identity(of: id).survivor)
    case .messages(let id): .messages(of: try rows.identity(of: id).survivor)
    case .events(let id): .events(of: try rows.identity(of: id).survivor)
    case .expiring, .toBeRecalled, .messagesIn, .parkedEvents, .discrepantEvents, .reported: listing
    }
  }

  /// Some entries of the trail.
  package func trail(_ query: TrailQuery) throws -> TrailPage {
    let limit = min(query.limit, Self.longestPage)
    var scope = query.scope
    if case .customer(let id) = scope { scope = .customer(try rows.identity(of: id).survivor) }
    let found = try rows.entries(scope, after: query.after, limit: limit + 1)
    let shown = found.prefix(limit)
    return TrailPage(entries: Array(shown), next: found.count > limit ? shown.last?.sequence : nil)
  }

  /// How many entries are read for one page, however many are asked for.
  static var longestPage: Int { 4096 }
}
