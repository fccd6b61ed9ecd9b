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
    // By a name that the ledger drew itself nothing is known here.
    if query.customer.isByChance { return [] }
    let call = "snapshot of \(query.trigger)"
    var found: [String] = []
    func compare<Value: Equatable>(_ what: String, _ expected: Value, _ seen: Value) {
      if expected != seen {
        found.append(Self.difference("\(call): \(what)", Self.told(expected), Self.told(seen)))
      }
    }
    compare("the time", Date(milliseconds: now.milliseconds), snapshot.now)
    compare("whose ids they are", identity(of: query.customer), snapshot.identity)
    let issued = (customers[person(query.customer)]?.offers ?? []).map { offers[$0] }
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
      let isForgotten = tombstones.contains(offers[place].owner)
      compare("limit uses of issued offer \(id)", uses(of: place), seen?.limitUses.map(UseWords.init))
      compare("events of issued offer \(id)", expected.events, seen?.events.map(\.withoutChance))
      if isForgotten {
        compare("forgotten offer \(id)", expected.issuedOffer.words, seen?.issuedOffer.words)
        let messages = expected.messages.map(\.words)
        compare("messages about forgotten offer \(id)", messages, seen?.messages.map(\.forgottenWords))
      } else {
        compare("issued offer \(id)", expected.issuedOffer, seen?.issuedOffer)
        compare("messages about issued offer \(id)", expected.messages, seen?.messages)
      }
    }
    for event in events {
      let seen = try await ledger.match(of: event.event.id, tenant: tenant)
      compare("event \(event.event.id)", event.match, seen)
    }
    let keys = Dictionary(grouping: messages, by: \.owner).mapValues { $0.map(\.message.key) }
    for (id, known) in ids.sorted(by: { $0.key < $1.key }) {
      let expected = Set(known.events.map { events[$0].event.id })
      let seen = try await list(.events(of: id), of: ledger).map(\.event?.event.id)
      compare("how many events of \(id)", expected.count, seen.count)
      compare("which events of \(id)", expected, Set(seen.compactMap(\.self)))
      let issued = try await list(.issuedOffers(of: id), of: ledger).map(\.issuedOffer?.id)
      compare("what was issued to \(id)", known.offers.map { offers[$0].offer.id }, issued)
      let sent = try await list(.messages(of: id), of: ledger).map(\.message?.message.key)
      compare("the messages of \(id)", keys[person(id)] ?? [], sent)
    }
    for state in MessageState.Name.allCases {
      let (standing, seen) = (
        messages.filter { $0.state.name == state }, try await list(.messagesIn(state), of: ledger)
      )
      let isForgotten = standing.map { tombstones.contains($0.owner) }
      guard isForgotten.contains(true) else {
        compare("what is listed as \(state.rawValue)", standing.map { .message($0.record) }, seen)
        continue
      }
      compare("how many are listed as \(state.rawValue)", standing.count, seen.count)
      for ((message, isForgotten), entry) in zip(zip(standing, isForgotten), seen) {
        guard case .message(let record) = entry else { continue }
        if isForgotten {
          compare("a forgotten message", message.record.words, record.forgottenWords)
        } else {
          compare("message \(record.message.key)", message.record, record)
        }
      }
    }
    let waiting = events.filter { if case .parked = $0.match { true } else { false } }
      .map { LedgerPage.Entry.event($0.record) }
    let seen = try await list(.parkedEvents, of: ledger)
    compare("what is listed as parked", waiting, seen)
    let now = Date(milliseconds: latest)
    compare(
      "what is listed as expiring",
      expiring(at: now).map { .issuedOffer($0) },
      try await list(.expiring(at: now), of: ledger)
    )
    compare(
      "what is listed as to be recalled",
      toBeRecalled(at: now).map { .issuedOffer($0) },
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
      entries += page.entries.map(\.withoutChance)
      mark = page.next == mark ? nil : page.next
    } while mark != nil
    return entries
  }

  private func record(of place: Int) -> IssuedOfferRecord {
    let (known, id) = (offers[place], offers[place].offer.id)
    let counted = (customers[known.owner]?.events ?? []).map { events[$0] }
      .filter { $0.match.issuedOffer == id }
      .sorted { $0.isBefore($1) }
    return IssuedOfferRecord(
      issuedOffer: known.current,
      limitUses: known.limits,
      messages: known.messages.map { messages[$0].record },
      events: counted.map { $0.record }
    )
  }

  /// Whoever can be asked for, under each of their ids, and those who were forgotten and have nothing.
  private var ids: [CustomerID: KnownCustomer] {
    var ids = customers.filter { !tombstones.contains($0.key) }
    for (former, survivor) in survivors { ids[former] = customers[survivor] ?? KnownCustomer() }
    for id in gone { ids[id] = KnownCustomer() }
    return ids
  }

  private func uses(of place: Int) -> [UseWords] {
    let owner = offers[place].owner
    return offers[place].limits.map { UseWords($0, of: tombstones.contains(owner) ? nil : owner) }
  }
}
