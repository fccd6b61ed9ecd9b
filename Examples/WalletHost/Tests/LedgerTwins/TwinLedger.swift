import Foundation
package import OfferBridgeKit
import Synchronization

/// Two ledgers that are told the same, and what the second answered otherwise than the first.
package final class TwinLedger: ForgettingLedger {
  package let first: any OfferLedger
  package let second: any OfferLedger
  private let found = Mutex<[String]>([])
  private let canonical = Mutex((first: CanonicalText(), second: CanonicalText()))

  package init(_ first: any OfferLedger, _ second: any OfferLedger) {
    self.first = first
    self.second = second
  }

  /// What differed, a sentence each, the first ten.
  package var differences: [String] { found.withLock { $0 } }

  private func both<Answer: Equatable>(
    _ call: String,
    text: (Answer) -> String = { String(reflecting: $0) },
    _ body: (any OfferLedger) async throws -> Answer
  ) async throws -> Answer {
    let answers = (try await body(first), try await body(second))
    if answers.0 != answers.1 { compare(call, ([text(answers.0)], [text(answers.1)])) }
    return answers.0
  }

  func note(_ difference: String) {
    found.withLock { if $0.count < 10 { $0.append(difference) } }
  }

  /// Compares what both answered, a text each; names that chance drew are told by where they stand.
  func compare(_ call: String, _ texts: ([String], [String])) {
    let read = canonical.withLock { canonical in
      (texts.0.map { canonical.first.of($0) }, texts.1.map { canonical.second.of($0) })
    }
    if read.0.count != read.1.count { note("\(call): \(read.0.count) lines, but \(read.1.count)") }
    for (mine, other) in zip(read.0, read.1) where mine != other {
      return note("\(call): \(Readable.difference(mine, other))")
    }
  }

  package func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    try await both("snapshot", text: Readable.text) { try await $0.snapshot(query) }
  }

  package func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    try await both("commit") { try await $0.commit(plans) }
  }

  package func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    try await both("claim", text: Readable.text) { try await $0.claim(query) }
  }

  package func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer]
  {
    try await both("extend") { try await $0.extend(leases, by: length, tenant: tenant) }
  }

  package func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await both("settle") { try await $0.settle(settlements, tenant: tenant) }
  }

  package func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await both("redrive") { try await $0.redrive(redrive, tenant: tenant) }
  }

  package func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await both("reconcile") { try await $0.reconcile(events, tenant: tenant) }
  }

  package func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await both("close") { try await $0.close(closing, tenant: tenant) }
  }

  package func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await both("match") { try await $0.match(of: event, tenant: tenant) }
  }

  package func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await both("record", text: Readable.text) { try await $0.record(of: issued, tenant: tenant) }
  }

  package func forget(_ customer: CustomerID, tenant: TenantID) async throws -> ForgetAnswer {
    try await both("forget") { try await Self.people($0).forget(customer, tenant: tenant) }
  }

  package func merge(_ customer: CustomerID, into survivor: CustomerID, tenant: TenantID) async throws
    -> MergeAnswer
  {
    try await both("merge") { try await Self.people($0).merge(customer, into: survivor, tenant: tenant) }
  }

  private struct NoForgettingLedger: Error {}

  private static func people(_ ledger: any OfferLedger) throws -> any ForgettingLedger {
    guard let people = ledger as? any ForgettingLedger else { throw NoForgettingLedger() }
    return people
  }

  // Marks are each ledger's own, and so pages differ where the entries are the same.
  package func page(_ query: PageQuery) async throws -> LedgerPage { try await first.page(query) }

  package func trail(_ query: TrailQuery) async throws -> TrailPage { try await first.trail(query) }

  package func audit(tenant: TenantID) async throws -> LedgerAudit {
    try await both("audit") { try await $0.audit(tenant: tenant) }
  }
}

extension TwinLedger {
  /// Compares the whole trail and every listing, once all is done; what differs, a sentence each.
  package func differencesInWhole(of tenant: TenantID) async throws -> [String] {
    var found = differences
    let lines = try await first.trailLines(tenant: tenant)
    if lines.count <= 100 { found.append("only \(lines.count) lines were told") }
    if try await second.trailLines(tenant: tenant) != lines { found.append("the trail") }
    var listings: [LedgerListing] = [.parkedEvents, .discrepantEvents]
    listings += [.reported(by: "wallet"), .reported(by: "mail")]
    // At the end, an hour and a day, and a month before: what is near its end, over, and neither yet.
    if let end = lines.last.flatMap({ TrailEntry(line: $0) })?.fact.at {
      for moment in [end, end + 3_600, end + 86_400, end - 30 * 86_400] {
        listings += [.expiring(at: moment), .toBeRecalled(at: moment)]
      }
    }
    listings += MessageState.Name.allCases.map { .messagesIn($0) }
    for customer in Set(lines.compactMap { TrailEntry(line: $0)?.personal?.customer }) {
      listings += [.issuedOffers(of: customer), .messages(of: customer), .events(of: customer)]
      let theirs = try await first.trailLines(.customer(customer), tenant: tenant)
      // Of who was told of only by a step that was raised or refused, the ledger in memory lists nothing.
      let expected =
        theirs.isEmpty ? lines.filter { TrailEntry(line: $0)?.personal?.customer == customer } : theirs
      if try await second.trailLines(.customer(customer), tenant: tenant) != expected {
        found.append("the trail of \(customer)")
      }
    }
    for listing in listings {
      let entries = try await first.list(listing, tenant: tenant)
      if try await second.list(listing, tenant: tenant) != entries { found.append("\(listing)") }
    }
    return found
  }
}

extension OfferLedger {
  /// The whole trail, a line each.
  package func trailLines(_ scope: TrailScope = .all, tenant: TenantID) async throws -> [String] {
    var lines: [String] = []
    var after: Int? = 0
    while let number = after {
      let page = try await trail(TrailQuery(tenant: tenant, scope: scope, after: number, limit: 500))
      lines += page.entries.map(\.line)
      after = page.next
    }
    return lines
  }

  /// A whole listing.
  package func list(_ listing: LedgerListing, tenant: TenantID) async throws -> [LedgerPage.Entry] {
    var entries: [LedgerPage.Entry] = []
    var mark: PageMark?
    repeat {
      let page = try await page(PageQuery(tenant: tenant, listing: listing, after: mark, limit: 100))
      entries += page.entries
      mark = page.next
    } while mark != nil
    return entries
  }
}
