public import OfferBridgeKit

/// A ledger in front of another that fails at one call: before it has an effect, or after.
///
/// Whoever calls cannot tell which of the two it was, and calls again. For a
/// host's own tests of what it does when its database goes away:
///
/// ```swift
/// let ledger = FailingLedger(InMemoryOfferLedger(), failing: 2, .afterTheCall)
/// let bridge = bridge.using(ledger: ledger)
/// ```
public final class FailingLedger: OfferLedger {
  /// On which side of the call.
  public enum Side: Sendable, Hashable, CaseIterable {
    /// It has no effect.
    case beforeTheCall
    /// It has its effect, and its answer is lost.
    case afterTheCall
  }

  /// What it throws.
  public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a database would say.
    public var description: String { "The connection was lost." }
  }

  private let ledger: any OfferLedger
  private let failing: [Int: Side]
  private let countsReads: Bool
  private let count = Guarded(0)

  /// A ledger that fails once.
  ///
  /// - Parameters:
  ///   - ledger: The ledger that does the work.
  ///   - failing: The call that fails, from 0; those that only read are not counted.
  ///   - side: On which side of it.
  public convenience init(_ ledger: any OfferLedger, failing: Int, _ side: Side) {
    self.init(ledger, failing: [failing: side], countingReads: false)
  }

  /// A ledger that fails at several calls, those that only read among them if they are counted.
  package init(_ ledger: any OfferLedger, failing: [Int: Side], countingReads: Bool) {
    self.ledger = ledger
    self.failing = failing
    countsReads = countingReads
  }

  /// How many calls were counted.
  public var calls: Int { count.withLock { $0 } }

  private func step<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    let call = count.withLock { count in
      count += 1
      return count - 1
    }
    if failing[call] == .beforeTheCall { throw Failure() }
    let answer = try await body()
    if failing[call] == .afterTheCall { throw Failure() }
    return answer
  }

  private func read<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    countsReads ? try await step(body) : try await body()
  }

  /// Writes plans, unless it fails.
  public func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    try await step { try await ledger.commit(plans) }
  }
  /// Hands out what is due, unless it fails.
  public func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    try await step { try await ledger.claim(query) }
  }
  /// Prolongs leases, unless it fails.
  public func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer]
  {
    try await step { try await ledger.extend(leases, by: length, tenant: tenant) }
  }
  /// Writes what came of attempts, unless it fails.
  public func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await step { try await ledger.settle(settlements, tenant: tenant) }
  }
  /// Lets a message be tried again, unless it fails.
  public func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await step { try await ledger.redrive(redrive, tenant: tenant) }
  }
  /// Takes in events, unless it fails.
  public func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await step { try await ledger.reconcile(events, tenant: tenant) }
  }
  /// Closes an issued offer, unless it fails.
  public func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await step { try await ledger.close(closing, tenant: tenant) }
  }

  /// Reads what a decision needs.
  public func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    try await read { try await ledger.snapshot(query) }
  }
  /// How an event stands.
  public func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await read { try await ledger.match(of: event, tenant: tenant) }
  }
  /// Everything about one issued offer.
  public func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await read { try await ledger.record(of: issued, tenant: tenant) }
  }
  /// Some entries of a listing.
  public func page(_ query: PageQuery) async throws -> LedgerPage {
    try await read { try await ledger.page(query) }
  }
  /// Some entries of the trail.
  public func trail(_ query: TrailQuery) async throws -> TrailPage {
    try await read { try await ledger.trail(query) }
  }
  /// Counts everything anew.
  public func audit(tenant: TenantID) async throws -> LedgerAudit {
    try await read { try await ledger.audit(tenant: tenant) }
  }
}
