import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// A ledger with the reference model of each tenant beside it, for calls that come one after another.
final class ModelledLedger: OfferLedger {
  /// A clock that can be put back.
  final class Clock: Sendable {
    private let milliseconds = Guarded<Int64>(1_767_225_600_000)
    var now: Date { Date(milliseconds: milliseconds.withLock { $0 }) }
    func move(by length: Duration) { milliseconds.withLock { $0 += length.milliseconds } }
  }

  let inner: any OfferLedger
  let clock: Clock
  private let models: Guarded<[TenantID: ReferenceModel]>
  private let differences = Guarded<[String]>([])
  private let kinds = Guarded<Set<String>>([])

  init(
    _ inner: any OfferLedger,
    _ clock: Clock,
    refusalRetention: Duration = .days(30),
    tenants: [TenantID]
  ) {
    self.inner = inner
    self.clock = clock
    models = Guarded(
      Dictionary(
        uniqueKeysWithValues: tenants.map {
          ($0, ReferenceModel(tenant: $0, refusalRetention: refusalRetention))
        }
      )
    )
  }

  /// What the models noted, in the order of the tenants.
  var faults: [String] {
    let noted = models.withLock { models in
      models.sorted { $0.key < $1.key }.flatMap(\.value.faults)
    }
    return noted + differences.withLock { $0 }
  }

  /// The kinds of answers that there were: "commit stale", "node replayed".
  var answered: Set<String> { kinds.withLock { $0 } }

  private func note(_ what: String, _ answers: [Any]) {
    let names = answers.map { "\(what) \("\($0)".prefix { $0 != "(" && $0 != ":" })" }
    kinds.withLock { $0.formUnion(names) }
  }

  private func note(_ offer: IssuedOffer) {
    note(
      "replica",
      offer.replicas.map { Mirror(reflecting: $0.state).children.first?.label ?? "\($0.state)" }
    )
  }

  /// What the ledger holds otherwise than the models, in the end.
  func compare() async throws -> [String] {
    var found: [String] = []
    for (_, model) in models.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      found += try await model.compare(with: inner)
    }
    return found
  }

  private func tell(_ tenant: TenantID, _ body: (inout ReferenceModel, Date) -> Void) {
    let now = clock.now
    models.withLock { models in
      guard var model = models.removeValue(forKey: tenant) else { return }
      body(&model, now)
      models[tenant] = model
    }
  }

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    let snapshot = try await inner.snapshot(query)
    tell(query.tenant) { model, now in
      let found = model.snapshotTaken(query, snapshot, at: now)
      differences.withLock { $0 += found }
    }
    for offer in snapshot.issuedOffers { note(offer) }
    return snapshot
  }

  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    let answers = try await inner.commit(plans)
    tell(plans[0].tenant) { $0.committed(plans, answers, at: $1) }
    note("commit", answers)
    for case .committed(let nodes) in answers { note("node", nodes) }
    return answers
  }

  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    let answer = try await inner.claim(query)
    tell(query.tenant) { $0.claimed(query, answer, at: $1) }
    return answer
  }

  func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer] {
    let answers = try await inner.extend(leases, by: length, tenant: tenant)
    tell(tenant) { $0.extended(leases, by: length, answers, at: $1) }
    note("extend", answers)
    return answers
  }

  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    let answers = try await inner.settle(settlements, tenant: tenant)
    tell(tenant) { $0.settled(settlements, answers, at: $1) }
    note("settle", answers)
    return answers
  }

  func redrive(_ command: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    let answer = try await inner.redrive(command, tenant: tenant)
    tell(tenant) { $0.redriven(command, answer, at: $1) }
    note("redrive", [answer])
    return answer
  }

  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    let answers = try await inner.reconcile(events, tenant: tenant)
    tell(tenant) { $0.reconciled(events, answers, at: $1) }
    note("reconcile", answers)
    for case .discrepant(let reasons, _) in answers { note("discrepancy", reasons.map(\.rawValue)) }
    for case .parked(let reason) in answers { note("parked", [reason.rawValue]) }
    return answers
  }

  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    let answer = try await inner.close(closing, tenant: tenant)
    tell(tenant) { $0.closed(closing, answer, at: $1) }
    note("close", [answer])
    return answer
  }

  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await inner.match(of: event, tenant: tenant)
  }

  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    let record = try await inner.record(of: issued, tenant: tenant)
    if let record {
      note(record.issuedOffer)
      note("message", record.messages.map(\.state.name.rawValue))
    }
    return record
  }

  func page(_ query: PageQuery) async throws -> LedgerPage {
    let page = try await inner.page(query)
    note("message", page.messages.map(\.state.name.rawValue))
    return page
  }

  func trail(_ query: TrailQuery) async throws -> TrailPage { try await inner.trail(query) }

  func audit(tenant: TenantID) async throws -> LedgerAudit { try await inner.audit(tenant: tenant) }
}
