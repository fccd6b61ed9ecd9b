import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Orders, repeats and splits together: the state is a function of the set of events.
@Suite struct FoldPropertyTests {
  private struct Outcome: Hashable {
    let offers: [IssuedOffer]
    let matches: [RedemptionMatch?]
    let counters: [Bool]
  }

  /// Two copies under one limit, and what the external system says; the issuance is one of the steps.
  private func run(_ events: [ExternalEvent], issueAt place: Int, _ repeats: Int) -> Outcome {
    var desk = Desk()
    let (start, limit) = (desk.now, CampaignLimit.total(2))
    func issue() {
      for (name, policy) in [("a", ReversalPolicy.closes), ("b", .reopens)] {
        desk.now += 1000
        desk.issue(
          name,
          limits: [limit],
          redeemable: .times(2),
          faceValue: Money(minorUnits: 900, currency: "EUR"),
          reversal: policy
        )
      }
    }
    for (index, event) in events.enumerated() {
      if index == place { issue() }
      for _ in 0...repeats { _ = desk.state.reconcile(event, now: 0) }
    }
    if place >= events.count { issue() }
    #expect(desk.state.audit(now: start).imbalances == [])
    return Outcome(
      offers: desk.state.issuedOffers(of: "ada"),
      matches: events.sorted { $0.id.id < $1.id.id }.map { desk.state.match(of: $0.id) },
      counters: desk.state.issuedOffers(of: "ada").map(\.holdsLimitUses)
    )
  }

  private func events(_ random: inout Seeded) -> [ExternalEvent] {
    func roll(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    func event(_ id: String, _ content: ExternalEvent.Content) -> ExternalEvent {
      // Few moments, so that ids decide too.
      let moment = Date(milliseconds: 1_767_225_600_000 + roll(2...8) * 1000)
      return ExternalEvent(
        id: ExternalEventID(source: "wallet", id: id),
        content: content,
        time: .moment(moment)
      )
    }
    func some(_ references: [RedemptionReference]) -> RedemptionReference {
      references[Int(roll(0...Int64(references.count - 1)))]
    }
    let names: [RedemptionReference] = [
      .issuedOffer(Desk.id("a")), .issuedOffer(Desk.id("a")), .issuedOffer(Desk.id("b")),
      .customer("ada", replica: "TEN"),
    ]
    let lines = ["tea", "milk", "salt"].map { RedemptionLine($0, weight: roll(0...7)) }
    let parts: [ReversedPart?] = [
      nil, .amount(Money(minorUnits: roll(0...700), currency: "EUR")), .lines(["milk"]),
      .lines(["salt", "tea", "milk"]), .lines(["tea", "pepper"]),
    ]
    func part() -> ReversedPart? { parts[Int(roll(0...4))] }
    let amount = Money(minorUnits: roll(0...700), currency: "EUR")
    return [
      event("r-1", .redemption(some(names), amount: amount, RedemptionDetails(customer: nil, lines: lines))),
      event("r-2", .redemption(some(names), amount: nil, RedemptionDetails(customer: "bob", lines: lines))),
      event("v-1", .reversal(of: "r-1", part())), event("v-2", .reversal(of: "r-1", part())),
      event("v-3", .reversal(of: "r-2", part())),
      event("n-1", .notice(OfferNotice.Kind.allCases[Int(roll(0...2))], of: some(names))),
      event("n-2", .notice(OfferNotice.Kind.allCases[Int(roll(0...2))], of: some(names))),
    ]
  }

  @Test func `every order of redemptions, parts and notices, repeated or not, ends in the same state`() {
    var random = Seeded(9)
    var (orders, reported, ends, given) = (0, 0, Set<OfferEnd.Kind>(), 0)
    for split in 0..<40 {
      let events = events(&random)
      let expected = run(events, issueAt: 0, 0)
      ends.formUnion(expected.offers.compactMap(\.ended?.kind))
      given += expected.counters.count { !$0 }
      // All orders of seven are 5,040: of each story every thirty-first, another one each time.
      for (number, order) in Self.orders.enumerated() where number % 31 == split % 31 {
        let repeats = number % 3
        let seen = run(order.map { events[$0] }, issueAt: number % 8, repeats)
        orders += 1
        reported += order.count * (1 + repeats)
        guard seen == expected else {
          Issue.record("story \(split), order \(order): \(seen), expected \(expected)")
          return
        }
      }
    }
    #expect(ends.count == OfferEnd.Kind.allCases.count && given > 0)
    #expect((orders, reported) == (6507, 91_098))
    print("fold: \(orders) orders of 40 stories with splits, \(reported) events reported, one state each")
  }

  private static let orders: [[Int]] = {
    var orders: [[Int]] = [[]]
    for event in 0..<7 {
      orders = orders.flatMap { order in
        (0...order.count).map { index in
          var longer = order
          longer.insert(event, at: index)
          return longer
        }
      }
    }
    return orders
  }()
}
