import Foundation
import OfferBridgeKit

/// One run of one check: an empty ledger, a clock that stands still, and what was done so far.
final class LedgerTrial: Sendable {
  let subject: LedgerUnderTest
  let steps: ContractSteps
  let time: ManualTime
  let ledger: any OfferLedger
  let tenant: TenantID

  init(of subject: LedgerUnderTest, _ steps: ContractSteps) async throws {
    self.subject = subject
    self.steps = steps
    let time = ManualTime()
    self.time = time
    tenant = "main"
    ledger = try await subject.make { time.now }
  }

  /// A run on a ledger that has a clock of its own.
  init(of subject: LedgerUnderTest, on ledger: any OfferLedger, _ steps: ContractSteps) {
    self.subject = subject
    self.steps = steps
    time = ManualTime()
    tenant = "main"
    self.ledger = ledger
  }

  /// The same trial as another tenant sees it, or on another ledger.
  init(_ trial: LedgerTrial, ledger: (any OfferLedger)? = nil, tenant: TenantID? = nil) {
    subject = trial.subject
    steps = trial.steps
    time = trial.time
    self.ledger = ledger ?? trial.ledger
    self.tenant = tenant ?? trial.tenant
  }

  /// The ledger as a new process finds it, where the host claims that there is one.
  func reopened() async throws -> LedgerTrial {
    guard let reopen = subject.reopen else { throw NotClaimed() }
    let clock = time
    let ledger = try await reopen(ledger) { clock.now }
    steps.note("reopen the ledger")
    return LedgerTrial(self, ledger: ledger)
  }

  func wait(_ length: Duration) {
    time.advance(by: length)
    steps.note("\(length) pass")
  }

  func expect<Value: Equatable>(_ what: String, _ seen: Value, is expected: Value) throws {
    try steps.expect(what, seen, is: expected)
  }

  func expect(_ what: String, _ holds: Bool, seen: @autoclosure () -> Any) throws {
    try steps.expect(what, holds, seen: seen())
  }

  // MARK: - Commands, each noted with its answer

  @discardableResult
  func commit(_ plan: JourneyPlan) async throws -> CommitAnswer {
    let answer = try await ledger.commit(plan)
    steps.note("commit \(plan.words) → \(answer.words)")
    return answer
  }

  /// Commits a plan, and every node must be written.
  @discardableResult
  func issue(_ plan: JourneyPlan) async throws -> IssuedOffer.ID {
    try expect("the plan", try await commit(plan), is: .committed(plan.nodes.map { _ in .written }))
    return plan.nodes[0].key
  }

  @discardableResult
  func claim(
    _ limit: Int = 10,
    from provider: ProviderID = "wallet",
    for lease: Duration = .seconds(60),
    dueBy: Date? = nil
  ) async throws -> ClaimAnswer {
    let query = ClaimQuery(tenant: tenant, provider: provider, limit: limit, lease: lease, dueBy: dueBy)
    let answer = try await ledger.claim(query)
    steps.note("claim \(limit) of \(provider) → \(readable(answer.claims))")
    return answer
  }

  /// The one message that is handed out.
  func claimOne(from provider: ProviderID = "wallet", for lease: Duration = .seconds(60)) async throws
    -> Claim
  {
    let claims = try await claim(from: provider, for: lease).claims
    try expect("messages handed out", claims.count, is: 1)
    return claims[0]
  }

  @discardableResult
  func settle(_ claim: Claim, _ outcome: Settlement.Outcome) async throws -> SettleAnswer {
    let answers = try await ledger.settle([Settlement(lease: claim.lease, outcome: outcome)], tenant: tenant)
    steps.note(
      "settle \(claim.message.variant) (fence \(claim.lease.fence)) as \(readable(outcome)) → \(readable(answers))"
    )
    try expect("answers to one settlement", answers.count, is: 1)
    return answers[0]
  }

  func settled(_ claim: Claim, _ outcome: Settlement.Outcome) async throws {
    try expect("the settlement", try await settle(claim, outcome), is: .settled)
  }

  @discardableResult
  func extend(_ claim: Claim, by length: Duration) async throws -> ExtendAnswer {
    let answers = try await ledger.extend([claim.lease], by: length, tenant: tenant)
    steps.note(
      "extend \(claim.message.variant) (fence \(claim.lease.fence)) by \(length) → \(readable(answers))"
    )
    try expect("answers to one lease", answers.count, is: 1)
    return answers[0]
  }

  @discardableResult
  func redrive(_ message: OfferMessage, _ mode: MessageRedrive.Mode = .sameKey) async throws -> RedriveAnswer
  {
    let command = MessageRedrive(message.key, mode: mode, reason: "contract")
    let answer = try await ledger.redrive(command, tenant: tenant)
    steps.note("redrive \(message.variant), \(mode) → \(readable(answer))")
    return answer
  }

  @discardableResult
  func close(
    _ issued: IssuedOffer.ID,
    as kind: OfferClosure.Kind = .revoked,
    _ limitUses: OfferClosure.LimitUses = .kept,
    recalls: [OfferMessage] = []
  ) async throws -> CloseAnswer {
    let closing = OfferClosing(issued, as: kind, reason: "contract", limitUses: limitUses, recalls: recalls)
    let answer = try await ledger.close(closing, tenant: tenant)
    steps.note("close as \(kind), limit uses \(limitUses) → \(readable(answer))")
    return answer
  }

  @discardableResult
  func reconcile(_ event: ExternalEvent) async throws -> RedemptionMatch {
    let answers = try await ledger.reconcile([event], tenant: tenant)
    steps.note("reconcile \(event.words) → \(answers.map(\.description).joined(separator: ", "))")
    try expect("answers to one event", answers.count, is: 1)
    return answers[0]
  }

  // MARK: - What there is

  func snapshot(_ trigger: String, of customer: CustomerID = "ada") async throws -> LedgerSnapshot {
    try await ledger.snapshot(
      SnapshotQuery(
        tenant: tenant,
        customer: customer,
        trigger: TriggerID(.action, trigger),
        offers: ["ten-off"]
      )
    )
  }

  func record(_ issued: IssuedOffer.ID) async throws -> IssuedOfferRecord {
    try steps.unwrap("a record of the issued offer", try await ledger.record(of: issued, tenant: tenant))
  }

  func issued(_ id: IssuedOffer.ID) async throws -> IssuedOffer { try await record(id).issuedOffer }

  /// Where the first replica of an issued offer stands.
  func replica(of id: IssuedOffer.ID) async throws -> Replica.State { try await issued(id).replicas[0].state }

  /// The first message about an issued offer.
  func message(about issued: IssuedOffer.ID) async throws -> MessageRecord {
    try steps.unwrap("a message about the issued offer", try await record(issued).messages.first)
  }

  func match(_ event: ExternalEvent) async throws -> RedemptionMatch {
    try steps.unwrap("a match of \(event.words)", try await ledger.match(of: event.id, tenant: tenant))
  }

  /// A whole listing, page after page.
  func list(_ listing: LedgerListing) async throws -> LedgerPage {
    var entries: [LedgerPage.Entry] = []
    var mark: PageMark?
    repeat {
      let page = try await ledger.page(PageQuery(tenant: tenant, listing: listing, after: mark, limit: 7))
      try expect("at most 7 entries to a page of 7", page.entries.count <= 7, seen: page.entries.count)
      try expect("a page that goes on", page.next == nil || page.next != mark, seen: "the same mark")
      entries += page.entries
      mark = page.next
    } while mark != nil
    return LedgerPage(entries: entries, next: nil)
  }

  /// The audit, which must find nothing.
  @discardableResult
  func audit() async throws -> LedgerAudit {
    let audit = try await ledger.audit(tenant: tenant)
    try expect("imbalances", audit.imbalances, is: [])
    try expect(
      "events received",
      audit.received,
      is: audit.applied + audit.discrepant + audit.parked + audit.duplicates + audit.conflicts
    )
    try expect(
      "messages",
      audit.messages,
      is: audit.messagesOpen + audit.messagesAccepted + audit.messagesRejected + audit.messagesBuried
        + audit.messagesWithdrawn
    )
    try expect(
      "replicas",
      audit.replicas,
      is: audit.replicasNotSent + audit.replicasPending + audit.replicasAccepted + audit.replicasRejected
        + audit.replicasUnknown + audit.replicasRecalled
    )
    return audit
  }
}

extension ContractCheck where Subject == LedgerUnderTest {
  init(_ name: String, _ body: @escaping @Sendable (LedgerTrial) async throws -> Void) {
    self.init(name) { subject, steps in try await body(LedgerTrial(of: subject, steps)) }
  }
}
