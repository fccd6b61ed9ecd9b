import Foundation
// The state's steps are internal: a merge between any two of them is made here.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Two customers who become one end as one customer would have who did it all.
@Suite struct MergePropertyTests {
  /// What is done, by the first or the second of two customers.
  private enum Step {
    case issue(String, who: Int)
    case report(ExternalEvent)
    case close(String, OfferClosure.LimitUses)
    case redrive(String)
    case deliver(Int)
  }

  /// All that is told of a customer, ids left aside, and in no order.
  private struct Outcome: Hashable {
    var offers: [DerivedKey: [String]] = [:]
    var messages: [DerivedKey: [String]] = [:]
    var order: [DerivedKey] = []
    var matches: [ExternalEventID: RedemptionMatch] = [:]
    var audit = LedgerAudit()

    init(_ state: LedgerState, at now: Int64) {
      for offer in state.issuedOffers(of: "ada") {
        offers[offer.id] = [
          "\(offer.redeemed)", "\(String(describing: offer.ended))", "\(String(describing: offer.closure))",
          "\(offer.holdsLimitUses)", "\(offer.replicas.map(\.state))",
        ]
      }
      for record in state.messages(of: "ada") {
        order.append(record.message.key)
        // What one customer's redemption proves, another's does not: a closing before the merge may have withdrawn it.
        let state = record.attempts == 0 && record.state == .accepted(nil) ? .withdrawn : record.state
        messages[record.message.key] = ["\(state)", "\(record.attempts)", "\(record.redrives)"]
      }
      for record in state.events(of: "ada") { matches[record.event.id] = record.match }
      audit = state.audit(now: now)
      audit.messagesWithdrawn += audit.messagesAccepted
      audit.messagesAccepted = 0
    }

    func differences(from other: Outcome) -> String {
      let keys = Set(offers.keys).union(other.offers.keys).filter { offers[$0] != other.offers[$0] }
      return "offers \(keys.map { (offers[$0], other.offers[$0]) }), messages \(messages == other.messages), "
        + "order \(order == other.order), matches \(matches == other.matches), audits \(audit), \(other.audit)"
    }
  }

  /// One ledger that is driven by a story: of two customers, or of one who does it all.
  private struct Run {
    var desk = Desk()
    let ids: [CustomerID]
    let limit: CampaignLimit?
    var isMerged = false
    var answers: [String] = []
    var delivered: [String] = []

    init(_ ids: [CustomerID], _ limit: CampaignLimit?) {
      (self.ids, self.limit) = (ids, limit)
    }

    mutating func take(_ step: Step, _ random: inout Seeded) {
      desk.now += 1000
      switch step {
      case .issue(let name, let who):
        // The moment of an issue is its place in the story, wherever it stands among others.
        let made = Desk.plan(
          name,
          to: ids[who],
          limits: limit.map { [$0] } ?? [],
          at: desk.now,
          redeemable: .times(2),
          faceValue: Money(minorUnits: 900, currency: "EUR"),
          reversal: name.hasSuffix("1") ? .closes : .reopens
        )
        let plan = JourneyPlan(
          tenant: made.tenant,
          trigger: made.trigger,
          plannedAt: made.plannedAt,
          triggerVersion: 0,
          survivor: isMerged && ids[who] != "ada" ? "ada" : nil,
          nodes: made.nodes
        )
        answers.append("\(desk.state.commit(plan, now: desk.now))")
      case .report(let event):
        let match = desk.state.reconcile(event.naming(ids), now: desk.now)
        answers.append(match == .duplicate ? "duplicate" : "taken in")
      case .close(let name, let uses): answers.append("\(desk.close(name, limitUses: uses))")
      case .redrive(let name): answers.append("\(desk.redrive(.derive("message", name)))")
      case .deliver(let outcome):
        // In their lanes only once they are one: before, two may be on their way at once.
        guard isMerged else { return }
        let outcomes: [Settlement.Outcome] = [
          .accepted("W"), .rejected(reason: "no"), .buried(reason: "spent", isUnknown: true),
          .retry(after: .seconds(2), failure: "busy", isUnknown: false),
        ]
        for claim in desk.claim() {
          delivered.append("\(claim.message.variant) \(claim.attempt)")
          desk.settle(claim, outcomes[outcome])
        }
      }
    }

    mutating func merge() -> MergeAnswer {
      isMerged = true
      return ids[0] == "ada" ? .circle(survivor: "ada") : desk.state.merge(ids[0], into: "ada", now: desk.now)
    }
  }

  private func story(_ random: inout Seeded) -> [Step] {
    func roll(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
    var steps: [Step] = []
    var names: [String] = []
    for number in 0..<roll(20..<40) {
      switch roll(0..<12) {
      case 0..<4:
        names.append("\(number)")
        steps.append(.issue("\(number)", who: roll(0..<2)))
      case 4..<8:
        let name = names.isEmpty ? "0" : names[roll(0..<names.count)]
        let redeemers: [CustomerID?] = [nil, "ada", "ada-phone", "bob"]
        let lines = [RedemptionLine("tea", weight: 2), RedemptionLine("milk", weight: 1)]
        let details = RedemptionDetails(customer: redeemers[roll(0..<4)], lines: lines)
        let money = Money(minorUnits: Int64(roll(0..<6) * 150), currency: "EUR")
        let references: [RedemptionReference] = [
          .issuedOffer(Desk.id(name)), .customer("ada", replica: "TEN"),
          .customer("ada-phone", replica: "TEN"), .replica("W"),
        ]
        let contents: [ExternalEvent.Content] = [
          .redemption(references[roll(0..<4)], amount: money, details),
          .redemption(references[roll(0..<4)], amount: money, details),
          .reversal(of: "r-\(roll(0..<number + 1))", [nil, .lines(["tea"]), .amount(money)][roll(0..<3)]),
          .notice(OfferNotice.Kind.allCases[roll(0..<3)], of: references[roll(0..<3)]),
        ]
        steps.append(
          .report(
            ExternalEvent(
              id: ExternalEventID(source: "wallet", id: "r-\(number)"),
              content: contents[roll(0..<4)],
              time: .moment(Date(milliseconds: 1_767_225_600_000 + Int64(roll(0..<40)) * 1000))
            )
          )
        )
      case 8: if let last = steps.last { steps.append(last) }
      case 9: if let name = names.last { steps.append(.close(name, roll(0..<2) == 0 ? .kept : .givenBack)) }
      case 10: if let name = names.first { steps.append(.redrive(name)) }
      default: steps.append(.deliver(roll(0..<4)))
      }
    }
    return steps + [.deliver(0), .deliver(0), .deliver(0)]
  }

  @Test func `a story of two who become one at any point ends as one customer's does`() {
    var random = Seeded(41)
    var (stories, agreed, exceeded, refused, steps) = (0, 0, 0, 0, 0)
    for _ in 0..<Trials.count(100) {
      let story = story(&random)
      let cap = Int.random(in: 2...9, using: &random)
      for limit in [nil, CampaignLimit.perCustomer(cap)] {
        var (two, one) = (Run(["ada-phone", "ada"], limit), Run(["ada", "ada"], limit))
        let place = Int.random(in: 0...story.count, using: &random)
        stories += 1
        steps += story.count
        for step in story[..<place] {
          two.take(step, &random)
          one.take(step, &random)
        }
        let hadTheSame = two.answers == one.answers
        guard case .merged(let merge) = two.merge() else {
          Issue.record("not merged")
          return
        }
        _ = one.merge()
        #expect(two.desk.state.audit(now: two.desk.now).imbalances == [])
        for step in story[place...] {
          two.take(step, &random)
          one.take(step, &random)
        }
        let ends = (Outcome(two.desk.state, at: two.desk.now), Outcome(one.desk.state, at: one.desk.now))
        #expect(ends.0.audit.imbalances == [])
        if hadTheSame {
          // Nothing was allowed to the two that one would have been refused: they are the same to the last row.
          agreed += 1
          #expect(two.answers == one.answers)
          #expect(two.delivered == one.delivered)
          guard ends.0 == ends.1 else {
            Issue.record("story \(stories): \(ends.0.differences(from: ends.1))")
            return
          }
        }
        if !merge.exceeded.isEmpty {
          exceeded += 1
          #expect(merge.exceeded.map(\.used).allSatisfy { $0 > Int64(cap) })
        }
        refused += two.answers.count { $0.contains("refused") }
      }
    }
    #expect(agreed > Trials.count(125) && exceeded > Trials.count(12) && refused > Trials.count(125))
    print(
      "merge: \(stories) stories of \(steps) steps, \(agreed) of them the same as one customer's, "
        + "\(exceeded) above a limit together, \(refused) steps refused"
    )
  }

  @Test func `a merge may come before, between or after the same events in any order`() {
    // Two issues, two redemptions, a reversal and the merge: 720 orders, each event up to three times.
    let start = Desk().now
    func event(_ id: String, _ content: ExternalEvent.Content, _ second: Int64) -> ExternalEvent {
      ExternalEvent(
        id: ExternalEventID(source: "wallet", id: id),
        content: content,
        time: .moment(Date(milliseconds: start + second * 1000))
      )
    }
    let worth = Money(minorUnits: 400, currency: "EUR")
    let events = [
      event("r-1", .redemption(.customer("ada-phone", replica: "TEN"), amount: worth), 10),
      event(
        "r-2",
        .redemption(.issuedOffer(Desk.id("p")), amount: worth, .init(customer: "ada", lines: [])),
        11
      ),
      event("v-1", .reversal(of: "r-1", nil), 12),
    ]
    var (orders, outcomes) = (0, Set<Outcome>())
    for order in (0..<6).orders {
      var (desk, isMerged) = (Desk(), false)
      for step in order {
        switch step {
        case 0, 1:
          let (name, id) = step == 0 ? ("p", CustomerID("ada-phone")) : ("a", "ada")
          let made = Desk.plan(name, to: id, at: start + Int64(step) * 1000)
          let plan = JourneyPlan(
            tenant: made.tenant,
            trigger: made.trigger,
            plannedAt: made.plannedAt,
            triggerVersion: 0,
            survivor: isMerged && id != "ada" ? "ada" : nil,
            nodes: made.nodes
          )
          #expect(desk.state.commit(plan, now: start + 20_000) == .committed([.written, .written]))
        case 2..<5:
          for _ in 0...orders % 3 { _ = desk.state.reconcile(events[step - 2], now: start + 20_000) }
        default:
          guard case .merged = desk.state.merge("ada-phone", into: "ada", now: start + 20_000) else {
            Issue.record("not merged")
            return
          }
          isMerged = true
        }
      }
      orders += 1
      var outcome = Outcome(desk.state, at: start + 20_000)
      #expect(outcome.audit.imbalances == [])
      // In which order they were committed is told by the order of the listing, and is another each time.
      outcome.order.sort()
      (outcome.audit.duplicates, outcome.audit.received) = (0, 0)
      outcomes.insert(outcome)
    }
    #expect(orders == 720)
    #expect(outcomes.count == 1)
    print("merge: \(orders) orders of six steps, \(outcomes.count) state")
  }

  @Test(arguments: 0..<Trials.count(4))
  func `whatever was done before and after merges, all sums agree and the trail is whole`(seed: Int)
    async throws
  {
    let time = ManualTime()
    let ledger = InMemoryOfferLedger(now: { time.now })
    var random = Seeded(UInt64(seed))
    var (merged, busy, forgotten) = (0, 0, 0)
    for number in 0..<240 {
      _ = try await SavedLedgerTests.operate(ledger, time, &random, number)
      guard number % 40 == 39 else { continue }
      let before = try await ledger.trail(TrailQuery(tenant: "main", limit: 4096)).entries
      let ids = (0..<2).map { _ in CustomerID("c-\(Int.random(in: 0..<5, using: &random))") }
      if number == 199 {
        if case .forgotten = try await ledger.forget(ids[0], tenant: "main") { forgotten += 1 }
      } else {
        switch try await ledger.merge(ids[0], into: ids[1], tenant: "main") {
        case .merged: merged += 1
        case .busy: busy += 1
        case .alreadyMerged, .circle, .forgotten: break
        }
      }
      #expect(try await ledger.audit(tenant: "main").imbalances == [])
      let after = try await ledger.trail(TrailQuery(tenant: "main", limit: 4096)).entries
      #expect(after.prefix(before.count).map(\.hash) == before.map(\.hash))
      let bytes = try SavedLedgerTests.bytes(ledger)
      let restored = try SavedLedgerTests.restored(bytes, time)
      #expect(try await restored.audit(tenant: "main").imbalances == [])
    }
    #expect(merged + busy >= 1 || forgotten == 1)
    var verification = TrailVerification(of: "main")
    for entry in try await ledger.trail(TrailQuery(tenant: "main", limit: 4096)).entries {
      verification.add(entry)
    }
    #expect(verification.finding.isWhole, "\(verification.finding)")
  }
}

extension ExternalEvent {
  /// The event as it is told of one customer who does it all: the telephone's id is Ada's.
  fileprivate func naming(_ ids: [CustomerID]) -> ExternalEvent {
    func named(_ id: CustomerID) -> CustomerID { id == "ada-phone" ? ids[0] : id }
    func named(_ reference: RedemptionReference) -> RedemptionReference {
      if case .customer(let id, let name) = reference {
        .customer(named(id), replica: name)
      } else {
        reference
      }
    }
    let told: Content =
      switch content {
      case .redemption(let reference, let amount, let details):
        .redemption(
          named(reference),
          amount: amount,
          details.flatMap {
            RedemptionDetails(customer: $0.customer.map(named), lines: $0.lines, transaction: $0.transaction)
          }
        )
      case .notice(let kind, let reference): .notice(kind, of: named(reference))
      case .reversal: content
      }
    return ExternalEvent(id: id, content: told, time: time)
  }
}

extension Range<Int> {
  /// All orders of the numbers.
  fileprivate var orders: [[Int]] {
    reduce([[]]) { orders, number in
      orders.flatMap { order in
        (0...order.count).map { place in
          var longer = order
          longer.insert(number, at: place)
          return longer
        }
      }
    }
  }
}
