package import Foundation
package import OfferBridgeKit

extension ReferenceModel {
  /// What a snapshot differs in from what is known, a sentence each.
  ///
  /// - Parameters:
  ///   - query: What was asked for.
  ///   - snapshot: What the ledger said.
  ///   - now: The ledger's time of the call.
  /// - Returns: The differences; empty when there is none.
  package func snapshotTaken(_ query: SnapshotQuery, _ snapshot: LedgerSnapshot, at now: Date) -> [String] {
    let call = "snapshot of \(query.trigger)"
    var found: [String] = []
    func compare<Value: Equatable>(_ what: String, _ expected: Value, _ seen: Value) {
      if expected != seen {
        found.append(Self.difference("\(call): \(what)", Self.told(expected), Self.told(seen)))
      }
    }
    compare("the time", Date(milliseconds: now.milliseconds), snapshot.now)
    let issued = (customers[query.customer]?.offers ?? []).map { offers[$0] }
      .filter { query.offers.contains($0.offer.offer) }
    compare("the issued offers", issued.map(\.current), snapshot.issuedOffers)
    let trigger = triggers[query.trigger]
    let past = max(latest, now.milliseconds)
    if snapshot.trigger == nil, trigger?.mayBeForgotten(by: past) ?? true {
      compare("the version of a new trigger", 0, snapshot.triggerVersion)
      compare("what a new trigger decided", [], snapshot.decided)
      return found
    }
    compare("the trigger", trigger?.record, snapshot.trigger)
    compare("the trigger's version", trigger?.version ?? 0, snapshot.triggerVersion)
    // Where the clock was put back, what lapsed before that may be remembered or not.
    let decided = (trigger?.remembered(at: now.milliseconds) ?? []).map(decided)
    if decided != snapshot.decided {
      compare("what it decided", (trigger?.remembered(at: past) ?? []).map(self.decided), snapshot.decided)
    }
    return found
  }

  private func decided(_ node: KnownTrigger.Node) -> DecidedNode {
    let outcome: DecidedNode.Outcome =
      switch node.outcome {
      case .issued(let place): .issued(offers[place].current)
      case .raised(let event): .raised(event)
      case .queued(let provider): .queued(provider)
      case .refused(let limit, _): .refused(limit)
      }
    return DecidedNode(key: node.key, parent: node.parent, campaign: node.campaign, outcome: outcome)
  }

  /// What the ledger holds otherwise than what is known, a sentence each.
  ///
  /// - Parameter ledger: The ledger that answered.
  /// - Returns: The differences, the first twenty; empty when there is none.
  /// - Throws: What the ledger throws.
  nonisolated(nonsending)
    package func compare(with ledger: any OfferLedger) async throws -> [String]
  {
    var found: [String] = []
    func compare<Value: Equatable>(_ what: @autoclosure () -> String, _ expected: Value, _ seen: Value) {
      if expected != seen, found.count < Self.mostFaults {
        found.append(Self.difference("in the end, \(what())", Self.told(expected), Self.told(seen)))
      }
    }
    let audit = try await ledger.audit(tenant: tenant)
    found += audit.imbalances.prefix(Self.mostFaults).map { "in the end, the audit: \($0)" }
    var sums = audit
    sums.imbalances = []
    sums.limitsExceeded = 0
    compare("the audit", self.audit, sums)
    // How much a rolling window holds depends on the very moment of the audit.
    let (certain, rolling) = countersAboveLimits
    let range = certain...certain + rolling
    if !range.contains(audit.limitsExceeded) {
      compare("limits exceeded", certain, audit.limitsExceeded)
    }
    for place in offers.indices {
      let (expected, id) = (record(of: place), offers[place].offer.id)
      let seen = try await ledger.record(of: id, tenant: tenant)
      guard seen != expected else { continue }
      compare("issued offer \(id)", expected.issuedOffer, seen?.issuedOffer)
      compare("limit uses of issued offer \(id)", expected.limitUses, seen?.limitUses)
      compare("messages about issued offer \(id)", expected.messages, seen?.messages)
      compare("events of issued offer \(id)", expected.events, seen?.events)
    }
    for event in events {
      let seen = try await ledger.match(of: event.event.id, tenant: tenant)
      compare("event \(event.event.id)", event.match, seen)
    }
    for (customer, known) in customers.sorted(by: { $0.key < $1.key }) {
      let expected = Set(known.events.map { events[$0].event.id })
      let seen = try await list(.events(of: customer), of: ledger).map(\.event?.event.id)
      compare("how many events of \(customer)", expected.count, seen.count)
      compare("which events of \(customer)", expected, Set(seen.compactMap(\.self)))
    }
    for state in MessageState.Name.allCases {
      let expected = messages.filter { $0.state.name == state }.map { LedgerPage.Entry.message($0.record) }
      let seen = try await list(.messagesIn(state), of: ledger)
      compare("what is listed as \(state.rawValue)", expected, seen)
    }
    let waiting = events.filter { if case .parked = $0.match { true } else { false } }
      .map { LedgerPage.Entry.event($0.record) }
    let seen = try await list(.parkedEvents, of: ledger)
    compare("what is listed as parked", waiting, seen)
    let now = Date(milliseconds: latest)
    compare(
      "what is listed as expiring",
      offers.map(\.current).filter { $0.isNearEnd(at: now) }.map { .issuedOffer($0) },
      try await list(.expiring(at: now), of: ledger)
    )
    compare(
      "what is listed as to be recalled",
      offers.map(\.current).filter { $0.isOver(at: now) && $0.onExpiry == .recalls }.map { .issuedOffer($0) },
      try await list(.toBeRecalled(at: now), of: ledger)
    )
    let odd = events.filter { if case .discrepant = $0.match { true } else { false } }
      .map { LedgerPage.Entry.event($0.record) }
    compare("what is listed as discrepant", odd, try await list(.discrepantEvents, of: ledger))
    found += try await trailDifferences(of: ledger).prefix(Self.mostFaults)
    for source in Set(events.map(\.event.id.source)).sorted() {
      let expected = events.filter { $0.event.id.source == source }
        .map { LedgerPage.Entry.event($0.record) }
      let seen = try await list(.reported(by: source), of: ledger)
      compare("what \(source) reported", expected, seen)
    }
    return found
  }

  nonisolated(nonsending)
    private func list(_ listing: LedgerListing, of ledger: any OfferLedger) async throws -> [LedgerPage.Entry]
  {
    var entries: [LedgerPage.Entry] = []
    var mark: PageMark?
    repeat {
      let page = try await ledger.page(PageQuery(tenant: tenant, listing: listing, after: mark))
      entries += page.entries
      mark = page.next == mark ? nil : page.next
    } while mark != nil
    return entries
  }

  private func record(of place: Int) -> IssuedOfferRecord {
    let (known, id) = (offers[place], offers[place].offer.id)
    let counted = (customers[known.offer.customer]?.events ?? []).map { events[$0] }
      .filter { $0.match.issuedOffer == id }
      .sorted { $0.isBefore($1) }
    return IssuedOfferRecord(
      issuedOffer: known.current,
      limitUses: known.limits,
      messages: known.messages.map { messages[$0].record },
      events: counted.map { $0.record }
    )
  }

  private var audit: LedgerAudit {
    var audit = LedgerAudit()
    audit.issued = offers.count
    audit.closed = offers.count { $0.offer.closure != nil }
    audit.issuedBeyondLimits = offers.count { !$0.offer.overLimits.isEmpty }
    for offer in offers.map(\.current) {
      audit.redeemed += offer.redeemed.count
      audit.reversed += offer.redeemed.reversed
      audit.replicas += offer.replicas.count
      for replica in offer.replicas {
        switch replica.state {
        case .notSent: audit.replicasNotSent += 1
        case .pending: audit.replicasPending += 1
        case .accepted: audit.replicasAccepted += 1
        case .rejected: audit.replicasRejected += 1
        case .unknown: audit.replicasUnknown += 1
        case .recalled: audit.replicasRecalled += 1
        }
      }
    }
    audit.messages = messages.count
    for message in messages {
      let before = message.redrives.filter { $0.mode == .sameKey }.map(\.attempts)
      audit.attempts += before.reduce(message.attempts, +)
      switch message.state {
      case .waiting, .leased: audit.messagesOpen += 1
      case .accepted: audit.messagesAccepted += 1
      case .rejected: audit.messagesRejected += 1
      case .buried: audit.messagesBuried += 1
      case .withdrawn: audit.messagesWithdrawn += 1
      }
    }
    audit.received = events.count + duplicates + conflicts
    audit.duplicates = duplicates
    audit.conflicts = conflicts
    for event in events {
      switch event.match {
      case .applied: audit.applied += 1
      case .discrepant: audit.discrepant += 1
      case .parked: audit.parked += 1
      case .duplicate, .conflict: break
      }
    }
    return audit
  }
}

extension IssuedOffer {
  private var isUsedUp: Bool { redeemed.count >= redeemable.count }

  private func isEnded(at now: Date) -> Bool { ended.map { $0.endedAt <= now } ?? false }

  fileprivate func isNearEnd(at now: Date) -> Bool {
    guard let warning, let expiresAt, closure == nil, !isUsedUp, !isEnded(at: now), now < expiresAt else {
      return false
    }
    return now >= issuedAt && now.milliseconds >= expiresAt.milliseconds - warning.lead.milliseconds
  }

  fileprivate func isOver(at now: Date) -> Bool {
    guard let expiresAt, closure == nil, !isUsedUp, expiresAt <= now else { return false }
    return !isEnded(at: now) || ended?.kind == .expired
  }
}

extension LedgerPage.Entry {
  fileprivate var event: RedemptionRecord? { if case .event(let record) = self { record } else { nil } }
}
