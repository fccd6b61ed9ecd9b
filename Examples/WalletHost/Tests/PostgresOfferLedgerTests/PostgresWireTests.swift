import Foundation
import LedgerTwins
import OfferBridgeKit
import PostgresOfferLedger
import Testing
import WalletHostBenchmarks

/// What a wire between a ledger and its database can do at the worst moment, and what the same call then finds.
@Suite(.timeLimit(.minutes(2)), .enabled(if: TestDatabase.isThere, TestDatabase.condition))
struct PostgresWireTests {
  @Test(arguments: Deed.allCases, [FaultyWire.Place.beforeCommit, .afterCommit])
  func
    `a connection that is cut in a commit is lost in it, and the same call again finds out what became of it`(
      deed: Deed,
      place: FaultyWire.Place
    ) async throws
  {
    let scene = try await Scene(before: deed)
    defer { scene.wire.close() }
    scene.wire.fail(by: .cut(place))
    try await scene.expectLostInCommit(deed)
    try await scene.expectDoneOnce(deed, wasWritten: place == .afterCommit)
  }

  @Test(arguments: [FaultyWire.Place.beforeCommit, .afterCommit])
  func
    `a database that falls silent in a commit is lost in it after that long, and the same call again finds out`(
      place: FaultyWire.Place
    ) async throws
  {
    let scene = try await Scene(before: .settle)
    defer { scene.wire.close() }
    scene.wire.fail(by: .silence(place))
    let error = try await scene.expectLostInCommit(.settle)
    #expect(error?.description.contains("the database has said nothing for 3.0 seconds") == true)
    try await scene.expectDoneOnce(.settle, wasWritten: place == .afterCommit)
  }

  @Test(arguments: Deed.allCases)
  func `a database that falls silent before it is to commit is asked anew by the same call`(deed: Deed)
    async throws
  {
    let scene = try await Scene(before: deed)
    defer { scene.wire.close() }
    scene.wire.fail(by: .silence(.beforeAnswer))
    #expect(try await scene.answer(to: deed) == deed.answers.first)
    #expect(scene.wire.failures == 1)
    let audit = try await scene.near.audit(tenant: "main")
    #expect(audit.imbalances == [])
  }

  @Test(arguments: FaultyWire.Place.allCases)
  func `a connection that is lost while it is set up was none, and nothing is unknown`(
    place: FaultyWire.Place
  ) async throws {
    let wire = try FaultyWire(to: TestDatabase.address)
    defer { wire.close() }
    wire.fail(by: .cut(place))
    let error = await #expect(throws: PostgresLedgerError.self) {
      try await TestSchema(at: wire.address).ledger()
    }
    guard case .cannotConnect = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(wire.failures == 1)
  }

  @Test func `a wire that brings one byte at a time brings all of them`() async throws {
    let wire = try FaultyWire(to: TestDatabase.address, isByteByByte: true)
    defer { wire.close() }
    let ledger = try await TestSchema(at: wire.address).ledger(now: { PlanPress.moment })
    let plans = try await PlanPress.plans(20)
    let answers = try await ledger.commit(plans)
    #expect(answers == plans.map { .committed($0.nodes.map { _ in .written }) })
    let audit = try await ledger.audit(tenant: "main")
    #expect(audit.imbalances == [])
    #expect(audit.issued == 20)
    #expect(try await ledger.trailLines(tenant: "main").count > 20)
  }
}

/// A call that writes, and what it is answered.
enum Deed: CaseIterable, Sendable {
  case commit, settle, reconcile, close, redrive

  /// The first word of the answer, the first time and when it was done before.
  var answers: (first: String, again: String) {
    switch self {
    case .commit: ("committed", "stale")
    case .settle: ("settled", "alreadySettled")
    case .reconcile: ("applied", "duplicate")
    case .close: ("closed", "alreadyClosed")
    case .redrive: ("redriven", "alreadyOpen")
    }
  }
}

/// One issued offer at the point where something is to be done, and a ledger at the far end of a wire that may fail.
private struct Scene {
  let wire: FaultyWire
  let near: PostgresOfferLedger
  private let far: PostgresOfferLedger
  private let plan: JourneyPlan
  private let lease: Lease?
  private let tenant: TenantID = "main"

  private var issued: IssuedOffer.ID { plan.nodes[0].key }

  init(before deed: Deed) async throws {
    let schema = TestSchema()
    wire = try FaultyWire(to: TestDatabase.address)
    near = try await schema.ledger(now: { PlanPress.moment })
    plan = try await PlanPress.plans(1)[0]
    if deed == .commit {
      lease = nil
    } else {
      _ = try await near.commit(plan)
      let query = ClaimQuery(tenant: tenant, provider: "wallet", limit: 1, lease: .minutes(1))
      lease = try await near.claim(query).claims.first?.lease
    }
    if let lease, deed != .settle {
      let outcome: Settlement.Outcome = deed == .redrive ? .rejected(reason: "no") : .accepted("W1")
      _ = try await near.settle([Settlement(lease: lease, outcome: outcome)], tenant: tenant)
    }
    far = try await schema.ledger(
      at: wire.address,
      connections: 1,
      patience: .seconds(1),
      silence: .seconds(3),
      now: { PlanPress.moment }
    )
  }

  /// The first word of what the call is answered through the wire.
  func answer(to deed: Deed) async throws -> String {
    let answer: Any
    switch deed {
    case .commit: answer = try await far.commit(plan)
    case .settle:
      let lease = try #require(lease)
      let settlement = Settlement(lease: lease, outcome: .accepted("W1"))
      answer = try await far.settle([settlement], tenant: tenant)[0]
    case .reconcile:
      answer = try await far.reconcile([try redemption()], tenant: tenant)[0]
    case .close:
      answer = try await far.close(
        OfferClosing(issued, as: .revoked, reason: "a mistake", limitUses: .givenBack, recalls: []),
        tenant: tenant
      )
    case .redrive:
      let lease = try #require(lease)
      answer = try await far.redrive(
        MessageRedrive(lease.message, mode: .sameKey, reason: "again"),
        tenant: tenant
      )
    }
    return String("\(answer)".prefix { $0.isLetter })
  }

  private struct Report: Encodable {
    let id = ExternalEventID(source: "wallet", id: "R1")
    let content: ExternalEvent.Content
    let time = RedemptionTime.moment(PlanPress.moment)
  }

  private func redemption() throws -> ExternalEvent {
    let report = Report(content: .redemption(.issuedOffer(issued), amount: nil))
    return try JSONDecoder().decode(ExternalEvent.self, from: JSONEncoder().encode(report))
  }

  @discardableResult
  func expectLostInCommit(_ deed: Deed) async throws -> PostgresLedgerError? {
    let error = await #expect(throws: PostgresLedgerError.self) { try await answer(to: deed) }
    guard case .lostInCommit = error else {
      Issue.record("\(String(describing: error))")
      return nil
    }
    #expect(wire.failures == 1)
    return error
  }

  /// The same call, again: it is done now or was done before, and in both cases once.
  func expectDoneOnce(_ deed: Deed, wasWritten: Bool) async throws {
    let before = try await near.trailLines(tenant: tenant)
    #expect(try await answer(to: deed) == (wasWritten ? deed.answers.again : deed.answers.first))
    let after = try await near.trailLines(tenant: tenant)
    // A repeat tells nothing.
    #expect((after == before) == wasWritten)
    #expect(try await answer(to: deed) == deed.answers.again)
    #expect(try await near.trailLines(tenant: tenant) == after)
    let audit = try await near.audit(tenant: tenant)
    #expect(audit.imbalances == [])
    #expect(audit.issued == 1)
    #expect(audit.messages == 1)
    #expect(audit.redeemed == (deed == .reconcile ? 1 : 0))
  }
}
