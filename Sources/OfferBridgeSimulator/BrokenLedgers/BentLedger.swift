import Foundation
import OfferBridgeKit

/// A ledger whose calls can each be replaced by something that is wrong.
struct BentLedger: ForgettingLedger {
  typealias Call<Query, Answer> = @Sendable (any OfferLedger, Query) async throws -> Answer
  typealias PeopleCall<Query, Answer> = @Sendable (any ForgettingLedger, Query) async throws -> Answer

  let inner: any OfferLedger
  var snapshot: Call<SnapshotQuery, LedgerSnapshot> = { try await $0.snapshot($1) }
  var commit: Call<[JourneyPlan], [CommitAnswer]> = { try await $0.commit($1) }
  var claim: Call<ClaimQuery, ClaimAnswer> = { try await $0.claim($1) }
  var extend: Call<([Lease], Duration, TenantID), [ExtendAnswer]> = {
    try await $0.extend($1.0, by: $1.1, tenant: $1.2)
  }
  var settle: Call<([Settlement], TenantID), [SettleAnswer]> = { try await $0.settle($1.0, tenant: $1.1) }
  var redrive: Call<(MessageRedrive, TenantID), RedriveAnswer> = { try await $0.redrive($1.0, tenant: $1.1) }
  var reconcile: Call<([ExternalEvent], TenantID), [RedemptionMatch]> = {
    try await $0.reconcile($1.0, tenant: $1.1)
  }
  var close: Call<(OfferClosing, TenantID), CloseAnswer> = { try await $0.close($1.0, tenant: $1.1) }
  var match: Call<(ExternalEventID, TenantID), RedemptionMatch?> = {
    try await $0.match(of: $1.0, tenant: $1.1)
  }
  var record: Call<(IssuedOffer.ID, TenantID), IssuedOfferRecord?> = {
    try await $0.record(of: $1.0, tenant: $1.1)
  }
  var page: Call<PageQuery, LedgerPage> = { try await $0.page($1) }
  var trail: Call<TrailQuery, TrailPage> = { try await $0.trail($1) }
  var audit: Call<TenantID, LedgerAudit> = { try await $0.audit(tenant: $1) }

  var forget: PeopleCall<(CustomerID, TenantID), ForgetAnswer> = { try await $0.forget($1.0, tenant: $1.1) }
  var merge: PeopleCall<(CustomerID, CustomerID, TenantID), MergeAnswer> = {
    try await $0.merge($1.0, into: $1.1, tenant: $1.2)
  }

  init(_ inner: any OfferLedger) { self.inner = inner }

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot { try await snapshot(inner, query) }
  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] { try await commit(inner, plans) }
  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer { try await claim(inner, query) }
  func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer] {
    try await extend(inner, (leases, length, tenant))
  }
  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await settle(inner, (settlements, tenant))
  }
  func redrive(_ command: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await redrive(inner, (command, tenant))
  }
  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await reconcile(inner, (events, tenant))
  }
  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await close(inner, (closing, tenant))
  }
  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await match(inner, (event, tenant))
  }
  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await record(inner, (issued, tenant))
  }
  func page(_ query: PageQuery) async throws -> LedgerPage { try await page(inner, query) }
  func trail(_ query: TrailQuery) async throws -> TrailPage { try await trail(inner, query) }
  func audit(tenant: TenantID) async throws -> LedgerAudit { try await audit(inner, tenant) }
  private var people: any ForgettingLedger {
    get throws {
      guard let people = inner as? any ForgettingLedger else { throw DatabaseError("it forgets nobody") }
      return people
    }
  }
  func forget(_ customer: CustomerID, tenant: TenantID) async throws -> ForgetAnswer {
    try await forget(people, (customer, tenant))
  }
  func merge(_ customer: CustomerID, into other: CustomerID, tenant: TenantID) async throws -> MergeAnswer {
    try await merge(people, (customer, other, tenant))
  }
}

/// What a broken ledger remembers beside what it should.
final class Aside<Value: Sendable>: Sendable {
  private let value: Guarded<Value>

  init(_ value: Value) { self.value = Guarded(value) }

  func with<Answer: Sendable>(_ body: (inout Value) -> Answer) -> Answer {
    value.withLock { value in
      var copy = value
      let answer = body(&copy)
      value = copy
      return answer
    }
  }
}

extension JourneyPlan {
  /// The plan with other nodes, or made at another time.
  func decided(for survivor: CustomerID?) -> JourneyPlan {
    JourneyPlan(
      tenant: tenant,
      trigger: trigger,
      plannedAt: plannedAt,
      triggerVersion: triggerVersion,
      survivor: survivor,
      nodes: nodes
    )
  }

  func with(nodes: [PlanNode]? = nil, plannedAt: Date? = nil, version: Int? = nil) -> JourneyPlan {
    JourneyPlan(
      tenant: tenant,
      trigger: trigger,
      plannedAt: plannedAt ?? self.plannedAt,
      triggerVersion: version ?? triggerVersion,
      survivor: survivor,
      nodes: nodes ?? self.nodes
    )
  }
}

extension PlanNode {
  func with(limits: [LimitUse]) -> PlanNode {
    PlanNode(key: key, parent: parent, choice: choice, campaign: campaign, limits: limits, content: content)
  }

  var withoutParent: PlanNode {
    PlanNode(key: key, choice: choice, campaign: campaign, limits: limits, content: content)
  }

  var isMessage: Bool { if case .message = content { true } else { false } }
}

extension ExternalEvent {
  func with(id: String? = nil, content: Content? = nil) -> ExternalEvent {
    ExternalEvent(
      id: ExternalEventID(source: self.id.source, id: id ?? self.id.id),
      content: content ?? self.content,
      time: time
    )
  }
}

extension Lease {
  func with(fence: UInt64) -> Lease { Lease(message: message, fence: fence, until: until) }
}

extension Claim {
  func with(message: OfferMessage? = nil, lease: Lease? = nil, attempt: Int? = nil) -> Claim {
    Claim(
      message: message ?? self.message,
      lease: lease ?? self.lease,
      attempt: attempt ?? self.attempt,
      firstAttemptedAt: firstAttemptedAt,
      openSince: openSince
    )
  }
}

extension ClaimAnswer {
  func with(claims: [Claim]) -> ClaimAnswer { ClaimAnswer(now: now, claims: claims, nextDue: nextDue) }
}

/// What a database says to a statement that breaks its rules.
struct DatabaseError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
