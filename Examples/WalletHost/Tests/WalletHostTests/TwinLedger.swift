import OfferBridgeKit
import Synchronization

/// Two ledgers that are told the same, and what the second answered otherwise than the first.
final class TwinLedger: OfferLedger {
  let first: any OfferLedger
  let second: any OfferLedger
  private let found = Mutex<[String]>([])

  init(_ first: any OfferLedger, _ second: any OfferLedger) {
    self.first = first
    self.second = second
  }

  /// What differed, a sentence each, the first ten.
  var differences: [String] { found.withLock { $0 } }

  private func both<Answer: Equatable>(
    _ call: String,
    _ body: (any OfferLedger) async throws -> Answer
  ) async throws -> Answer {
    let answers = (try await body(first), try await body(second))
    if answers.0 != answers.1 {
      found.withLock { if $0.count < 10 { $0.append("\(call): \(answers.0), but \(answers.1)") } }
    }
    return answers.0
  }

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    try await both("snapshot") { try await $0.snapshot(query) }
  }

  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    try await both("commit") { try await $0.commit(plans) }
  }

  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    try await both("claim") { try await $0.claim(query) }
  }

  func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer] {
    try await both("extend") { try await $0.extend(leases, by: length, tenant: tenant) }
  }

  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await both("settle") { try await $0.settle(settlements, tenant: tenant) }
  }

  func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await both("redrive") { try await $0.redrive(redrive, tenant: tenant) }
  }

  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await both("reconcile") { try await $0.reconcile(events, tenant: tenant) }
  }

  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await both("close") { try await $0.close(closing, tenant: tenant) }
  }

  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await both("match") { try await $0.match(of: event, tenant: tenant) }
  }

  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await both("record") { try await $0.record(of: issued, tenant: tenant) }
  }

  // Marks are each ledger's own, and so pages differ where the entries are the same.
  func page(_ query: PageQuery) async throws -> LedgerPage { try await first.page(query) }

  func trail(_ query: TrailQuery) async throws -> TrailPage { try await first.trail(query) }

  func audit(tenant: TenantID) async throws -> LedgerAudit {
    try await both("audit") { try await $0.audit(tenant: tenant) }
  }
}

extension OfferLedger {
  /// The whole trail, a line each.
  func trailLines(_ scope: TrailScope = .all, tenant: TenantID) async throws -> [String] {
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
  func list(_ listing: LedgerListing, tenant: TenantID) async throws -> [LedgerPage.Entry] {
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
