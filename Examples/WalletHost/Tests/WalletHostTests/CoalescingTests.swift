import DurableLedger
import Foundation
import LimitedShop
import OfferBridgeKit
import OfferBridgeTesting
import SQLiteOfferLedger
import Synchronization
import Testing
import WalletHostBenchmarks

/// What many callers ask for at once.
@Suite(.timeLimit(.minutes(1))) struct CoalescingTests {
  @Test func `a hundred callers at once share two calls, and each gets its own answer`() async throws {
    let plans = try await PlanPress.plans(100)
    let base = GatedLedger()
    let ledger = CoalescingLedger(in: base)
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { base.open() }
      for (place, plan) in plans.enumerated() {
        group.addTask {
          // Answers differ: every third plan does not see its trigger's version.
          let isStale = place.isMultiple(of: 3)
          let answer = try await ledger.commit(isStale ? try plan.ofAnotherVersion : plan)
          if isStale { #expect(answer == .stale) } else { #expect(answer == plan.allWritten) }
        }
        try await waitUntil { !base.calls.isEmpty }
      }
      try await base.openOnce { ledger.waitingCommits == 99 }
      try await group.waitForAll()
    }
    #expect(base.calls.map(\.count) == [1, 99])
  }

  @Test func `calls are made in the order in which they came`() async throws {
    let plans = try await PlanPress.plans(20)
    let base = GatedLedger()
    let ledger = CoalescingLedger(in: base, most: 6)
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { base.open() }
      for (place, plan) in plans.enumerated() {
        group.addTask { _ = try await ledger.commit(plan) }
        try await waitUntil { base.calls.count == 1 && ledger.waitingCommits == place }
      }
      try await base.openOnce { ledger.waitingCommits == 19 }
      try await group.waitForAll()
    }
    #expect(base.calls.map(\.count) == [1, 6, 6, 6, 1])
    #expect(base.calls.flatMap { $0 } == plans.map(\.trigger.id.id))
  }

  @Test func `a caller's own plans are not torn apart`() async throws {
    let plans = try await PlanPress.plans(12)
    let base = GatedLedger()
    base.open()
    let answers = try await CoalescingLedger(in: base, most: 5).commit(plans)
    #expect(answers == plans.map(\.allWritten))
    #expect(base.calls.map(\.count) == [12])
  }

  @Test func `one bad plan fails only itself`() async throws {
    let plans = try await PlanPress.plans(10)
    let base = GatedLedger(failsOver: plans[4].trigger.id.id)
    let ledger = CoalescingLedger(in: base)
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { base.open() }
      for (place, plan) in plans.enumerated() {
        group.addTask {
          if place == 4 {
            await #expect(throws: GatedLedger.BadPlan.self) { try await ledger.commit(plan) }
          } else {
            let answer = try await ledger.commit(plan)
            #expect(answer == plan.allWritten)
          }
        }
        try await waitUntil { base.calls.count == 1 && ledger.waitingCommits == place }
      }
      try await base.openOnce { ledger.waitingCommits == 9 }
      try await group.waitForAll()
    }
    // The first, the nine that fail, and each of these by itself.
    #expect(base.calls.map(\.count) == [1, 9] + Array(repeating: 1, count: 9))
    #expect(base.calls.suffix(9).flatMap { $0 } == plans.suffix(9).map(\.trigger.id.id))
  }

  @Test func `a database that nobody can have is everybody's fault, and is asked once for all of them`()
    async throws
  {
    let plans = try await PlanPress.plans(10)
    let base = GatedLedger(isBusy: true)
    let ledger = CoalescingLedger(in: base)
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { base.open() }
      for (place, plan) in plans.enumerated() {
        group.addTask {
          await #expect(throws: SQLiteLedgerError.busy(patience: .seconds(10))) {
            try await ledger.commit(plan)
          }
        }
        try await waitUntil { base.calls.count == 1 && ledger.waitingCommits == place }
      }
      try await base.openOnce { ledger.waitingCommits == 9 }
      try await group.waitForAll()
    }
    #expect(base.calls.map(\.count) == [1, 9])
  }

  @Test func `a tenant's fault changes no other tenant's answers`() async throws {
    let events = try await PlanPress.journeys(of: ["ada", "ben"], tenant: "main").map(\.redemption)
    let base = GatedLedger(failsOver: "other")
    let ledger = CoalescingLedger(in: base)
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { base.open() }
      for event in events {
        group.addTask {
          let answers = try await ledger.reconcile([event], tenant: "main")
          #expect(answers == [.parked(.unknownOffer)])
        }
        group.addTask {
          await #expect(throws: GatedLedger.BadPlan.self) {
            try await ledger.reconcile([event], tenant: "other")
          }
        }
      }
      try await base.openOnce { Set(base.calls.flatMap { $0 }) == ["main", "other"] }
      try await group.waitForAll()
    }
    #expect(try await ledger.audit(tenant: "main").duplicates == 0)
  }

  @Test func `a caller who is cancelled is answered, and holds up nobody`() async throws {
    let plans = try await PlanPress.plans(3)
    let base = GatedLedger()
    let ledger = CoalescingLedger(in: base)
    defer { base.open() }
    let first = Task { try await ledger.commit(plans[0]) }
    try await waitUntil { !base.calls.isEmpty }
    let others = plans.dropFirst().map { plan in Task { try await ledger.commit(plan) } }
    first.cancel()
    others[0].cancel()
    try await base.openOnce { ledger.waitingCommits == 2 }
    #expect(try await first.value == plans[0].allWritten)
    for (other, plan) in zip(others, plans.dropFirst()) { #expect(try await other.value == plan.allWritten) }
  }

  @Test func `a ledger with too few answers is told, and answers nobody wrongly`() async throws {
    let plans = try await PlanPress.plans(2)
    let base = GatedLedger(forgetsAnswers: true)
    base.open()
    await #expect(throws: WrongNumberOfAnswers.self) {
      try await CoalescingLedger(in: base).commit(plans)
    }
  }
}

/// What a ledger must do, asked of one that is gathered for: beside other contracts its permutations take a minute.
@Suite(.timeLimit(.minutes(3))) struct GatheredContractTests {
  @Test(arguments: OfferLedgerContract.checks.filter { !$0.name.hasPrefix("multiProcess") })
  func `a ledger that is gathered for keeps the contract`(check: ContractCheck<LedgerUnderTest>) async throws
  {
    try await check.run(on: LedgerUnderTest { now in CoalescingLedger(in: InMemoryOfferLedger(now: now)) })
  }
}

/// A ledger in memory whose commits and events wait for a gate, and are remembered call by call.
final class GatedLedger: OfferLedger {
  struct BadPlan: Error {}

  private let memory = InMemoryOfferLedger(now: { PlanPress.moment })
  private let failing: String?
  private let isBusy: Bool
  private let forgetsAnswers: Bool
  private let made = Mutex<[[String]]>([])
  private let isOpen = Mutex(false)

  init(failsOver failing: String? = nil, isBusy: Bool = false, forgetsAnswers: Bool = false) {
    self.failing = failing
    self.isBusy = isBusy
    self.forgetsAnswers = forgetsAnswers
  }

  /// The triggers of each call that commits, and the tenant of each that takes in events.
  var calls: [[String]] { made.withLock { $0 } }

  func open() { isOpen.withLock { $0 = true } }

  func openOnce(_ condition: () -> Bool) async throws {
    try await waitUntil(condition)
    open()
  }

  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    let names = plans.map(\.trigger.id.id)
    try await passGate(names)
    let answers = try await memory.commit(plans)
    return forgetsAnswers ? answers.dropLast() : answers
  }

  private func passGate(_ names: [String]) async throws {
    made.withLock { $0.append(names) }
    while !isOpen.withLock({ $0 }) { await Task.yield() }
    if isBusy { throw SQLiteLedgerError.busy(patience: .seconds(10)) }
    if let failing, names.contains(failing) { throw BadPlan() }
  }

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot { try await memory.snapshot(query) }
  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer { try await memory.claim(query) }
  func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer] {
    try await memory.extend(leases, by: length, tenant: tenant)
  }
  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await memory.settle(settlements, tenant: tenant)
  }
  func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await memory.redrive(redrive, tenant: tenant)
  }
  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await passGate([tenant.rawValue])
    return try await memory.reconcile(events, tenant: tenant)
  }
  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await memory.close(closing, tenant: tenant)
  }
  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await memory.match(of: event, tenant: tenant)
  }
  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await memory.record(of: issued, tenant: tenant)
  }
  func page(_ query: PageQuery) async throws -> LedgerPage { try await memory.page(query) }
  func trail(_ query: TrailQuery) async throws -> TrailPage { try await memory.trail(query) }
  func audit(tenant: TenantID) async throws -> LedgerAudit { try await memory.audit(tenant: tenant) }
}

extension JourneyPlan {
  /// The same plan, of a snapshot that saw the trigger's version 7.
  fileprivate var ofAnotherVersion: JourneyPlan {
    get throws {
      var text = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
      text.replace("\"triggerVersion\":0", with: "\"triggerVersion\":7")
      return try JSONDecoder().decode(JourneyPlan.self, from: Data(text.utf8))
    }
  }

  fileprivate var allWritten: CommitAnswer { .committed(nodes.map { _ in .written }) }
}
