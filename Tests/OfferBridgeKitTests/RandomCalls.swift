import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// Calls of every kind on one ledger, at random, such as hosts, workers, operators and wallets make.
struct RandomCalls {
  private let ledger: any OfferLedger
  private let clock: ModelledLedger.Clock
  private var chance: Seeded
  private let tenant: TenantID
  /// Whether plans are one issuance and one message, as hosts without further campaigns make them.
  private let arePlain: Bool

  /// Each trigger that was committed so far, with the chance that makes its plan.
  private var triggers: [(name: String, seed: UInt64, customer: CustomerID)] = []
  private var issued: [IssuedOffer] = []
  private var messages: [OfferMessage] = []
  private var leases: [Lease] = []
  private var reported: [ExternalEvent] = []

  init(
    seed: UInt64,
    on ledger: any OfferLedger,
    _ clock: ModelledLedger.Clock,
    tenant: TenantID,
    arePlain: Bool = false
  ) {
    self.arePlain = arePlain
    chance = Seeded(seed)
    self.ledger = ledger
    self.clock = clock
    self.tenant = tenant
  }

  private mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &chance) }

  private mutating func one<Element>(of all: [Element]) -> Element { all[roll(all.count)] }

  private mutating func oneIn(_ sides: Int) -> Bool { roll(sides) == 0 }

  mutating func next() async throws {
    passTime()
    switch roll(20) {
    case 0..<5: try await commit()
    case 5..<9: try await claim()
    case 9..<13: try await settle()
    case 13: try await extend()
    case 14: try await redrive()
    case 15, 16, 17: try await report()
    case 18: try await close()
    default: try await look()
    }
  }

  private mutating func passTime() {
    let milliseconds =
      switch roll(40) {
      case 0..<10: 0
      case 10..<34: roll(4000)
      case 34, 35: -roll(3000)
      case 36..<39: roll(120_000)
      default: roll(20 * 3_600_000)
      }
    clock.move(by: .milliseconds(milliseconds))
  }

  // MARK: - Plans

  private mutating func commit() async throws {
    var plans = [try await plan()]
    if oneIn(4) { plans.append(plans[0]) }
    if oneIn(4) { plans.append(try await plan()) }
    _ = try await ledger.commit(plans)
    for plan in plans {
      for node in plan.nodes {
        switch node.content {
        case .issuance(let offer): issued.append(offer)
        case .message(let message): messages.append(message)
        case .event, .withheld: break
        }
      }
    }
  }

  private mutating func plan() async throws -> JourneyPlan {
    if triggers.isEmpty || !oneIn(4) {
      let customer = CustomerID("c-\(roll(4))")
      triggers.append(("a-\(triggers.count)", chance.next(), customer))
    }
    let trigger = oneIn(2) ? one(of: triggers) : triggers[triggers.count - 1]
    let query = query(trigger.name, of: trigger.customer)
    let snapshot = try await ledger.snapshot(query)
    // Some are planned for a while before they are committed.
    if oneIn(6) { clock.move(by: .seconds(roll(62))) }
    if oneIn(20) { clock.move(by: .seconds(-2)) }
    var own = Seeded(trigger.seed)
    let make = PlanMaker(tenant: tenant, trigger: trigger.name, customer: trigger.customer, at: snapshot.now)
    let all = arePlain ? make.plainNodes(&own) : make.nodes(&own)
    // At first some of it, later perhaps more: rules change their minds.
    let nodes = !arePlain && oneIn(3) ? Array(all.prefix(1 + roll(all.count))) : all
    return JourneyPlan(
      tenant: tenant,
      trigger: TriggerRecord(
        id: query.trigger,
        customer: trigger.customer,
        fingerprint: .derive("trigger", trigger.name, oneIn(20) ? "otherwise" : "")
      ),
      plannedAt: snapshot.now,
      triggerVersion: oneIn(12) ? roll(3) : snapshot.triggerVersion,
      nodes: !arePlain && oneIn(20) ? [] : nodes
    )
  }

  private func query(_ trigger: String, of customer: CustomerID) -> SnapshotQuery {
    SnapshotQuery(
      tenant: tenant,
      customer: customer,
      trigger: TriggerID(.action, trigger),
      offers: ["ten", "five"]
    )
  }

  private mutating func look() async throws {
    guard !triggers.isEmpty else { return }
    let trigger = one(of: triggers)
    _ = try await ledger.snapshot(query(trigger.name, of: trigger.customer))
    if let offer = issued.last { _ = try await ledger.record(of: offer.id, tenant: tenant) }
  }

  // MARK: - Delivery

  private mutating func claim() async throws {
    let query = ClaimQuery(
      tenant: tenant,
      provider: one(of: ["wallet", "wallet", "sms"]),
      limit: roll(6),
      lease: .milliseconds(5000 + roll(40_000)),
      dueBy: oneIn(6) ? Date(milliseconds: clock.now.milliseconds - Int64(roll(9000)) + 2000) : nil
    )
    leases += try await ledger.claim(query).claims.map(\.lease)
  }

  private mutating func settle() async throws {
    guard !leases.isEmpty else { return }
    var settlements: [Settlement] = []
    for _ in 0...roll(3) {
      let lease = oneIn(3) ? one(of: leases) : leases[leases.count - 1 - roll(min(4, leases.count))]
      settlements.append(Settlement(lease: lease, outcome: outcome()))
      if oneIn(8) { settlements.append(settlements[0]) }
    }
    _ = try await ledger.settle(settlements, tenant: tenant)
  }

  private mutating func outcome() -> Settlement.Outcome {
    switch roll(12) {
    case 0..<4: .accepted(reference())
    case 4: .accepted(nil)
    case 5: .rejected(reason: "no")
    case 6, 7: .buried(reason: "spent", isUnknown: oneIn(2))
    case 8: .released(wasHanded: leases.count % 2 == 0)
    default: .retry(after: .milliseconds(roll(30_000)), failure: "busy", isUnknown: oneIn(2))
    }
  }

  private mutating func reference() -> ReplicaReference { ReplicaReference("W\(roll(12))") }

  private mutating func extend() async throws {
    guard !leases.isEmpty else { return }
    let some = (0...roll(2)).map { _ in one(of: leases) }
    _ = try await ledger.extend(some, by: .milliseconds(roll(60_000)), tenant: tenant)
  }

  // MARK: - Operators

  private mutating func redrive() async throws {
    var keys = messages.map(\.key)
    for state in [MessageState.Name.buried, .rejected] where !oneIn(4) {
      let page = try await ledger.page(PageQuery(tenant: tenant, listing: .messagesIn(state)))
      keys = page.messages.isEmpty ? keys : page.messages.map(\.message.key)
    }
    if oneIn(20) { keys = [.derive("nothing")] }
    guard !keys.isEmpty else { return }
    for _ in 0...roll(3) {
      let command = MessageRedrive(
        one(of: keys),
        mode: oneIn(2) ? .sameKey : .newGeneration,
        reason: "chance"
      )
      _ = try await ledger.redrive(command, tenant: tenant)
    }
  }

  private mutating func close() async throws {
    guard !issued.isEmpty else { return }
    let offer = one(of: issued)
    let make = PlanMaker(tenant: tenant, trigger: "", customer: offer.customer, at: clock.now)
    let recalls = ["wallet", "sms"].map { make.message(about: offer, by: "recalls", through: $0, .recall) }
    let closing = OfferClosing(
      offer.id,
      as: oneIn(3) ? .expired : .revoked,
      reason: "chance",
      limitUses: oneIn(2) ? .givenBack : .kept,
      recalls: oneIn(3) ? [] : Array(recalls.prefix(1 + roll(2)))
    )
    _ = try await ledger.close(closing, tenant: tenant)
  }

  // MARK: - Events

  private mutating func report() async throws {
    var events = (0...roll(2)).map { _ in event() }
    if oneIn(5) { events.append(events[0]) }
    if oneIn(5), !reported.isEmpty { events.append(one(of: reported)) }
    reported += events
    _ = try await ledger.reconcile(events, tenant: tenant)
  }

  private mutating func event() -> ExternalEvent {
    // A small space of names, so that there are repeats, conflicts and reversals that come first.
    let id = "r-\(roll(40))"
    var source: ProviderID = oneIn(4) ? "sms" : "wallet"
    let content: ExternalEvent.Content
    switch roll(13) {
    case 0..<7: content = .redemption(named(), amount: amount(), details())
    case 7: content = .reversal(of: "r-\(roll(40))", part())
    case 8, 9: content = .notice(one(of: OfferNotice.Kind.allCases), of: named())
    default:
      let earlier = reported.isEmpty ? ExternalEventID(source: source, id: "r-1") : one(of: reported).id
      source = earlier.source
      content = .reversal(of: earlier.id, part())
    }
    let moment = Date(milliseconds: clock.now.milliseconds - 400_000 + Int64(roll(500_000)))
    return ExternalEvent(
      id: ExternalEventID(source: source, id: id),
      content: content,
      time: oneIn(6) ? .day(LocalDay(of: moment, in: .gmt), in: .gmt) : .moment(moment)
    )
  }

  private mutating func named() -> RedemptionReference {
    switch roll(8) {
    case 0..<4:
      let offer = issued.isEmpty || oneIn(8) ? nil : one(of: issued)
      return .issuedOffer(offer?.id ?? .derive("not yet"))
    case 4..<6: return .replica(reference())
    default: return .customer(CustomerID("c-\(roll(5))"), replica: "TEN")
    }
  }

  private mutating func details() -> RedemptionDetails? {
    let lines = ["a", "b", "c"].prefix(oneIn(2) ? 0 : roll(4)).map {
      RedemptionLine($0, weight: Int64(roll(100)))
    }
    return RedemptionDetails(
      customer: oneIn(3) ? CustomerID("c-\(roll(4))") : nil,
      lines: lines,
      transaction: oneIn(4) ? TransactionID("t-\(roll(3))") : nil
    )
  }

  private mutating func part() -> ReversedPart? {
    switch roll(4) {
    case 0: .amount(Money(minorUnits: Int64(roll(1200)), currency: oneIn(8) ? "NOK" : "EUR"))
    case 1: .lines((0...roll(3)).map { _ in one(of: ["a", "b", "c", "d"]) })
    default: nil
    }
  }

  private mutating func amount() -> Money? {
    oneIn(3) ? nil : Money(minorUnits: Int64(roll(600)), currency: oneIn(10) ? "NOK" : "EUR")
  }
}
