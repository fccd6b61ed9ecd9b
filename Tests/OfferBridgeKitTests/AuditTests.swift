import Foundation
// Testable, so that a sum can be made wrong: nothing outside can.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The audit finds what was made wrong.
@Suite struct AuditTests {
  private static let corruptions: [@Sendable (inout LedgerState) -> Void] = [
    { $0.issued[0].offer.redeemed.count += 1 },
    { $0.events[0].match = .parked(.unknownOffer) },
    { $0.events[0].match = .duplicate },
    { $0.issued.forget(Desk.id("a")) },
    { $0.messages.forget(.derive("message", "a")) },
    { $0.events.forget(ExternalEventID(source: "wallet", id: "r-1")) },
    { $0.lanes[0].heads = RowIndex() },
    { state in for row in state.counters.indices { state.counters[Int32(row)].used += 1 } },
    { state in for row in state.counters.indices { state.counters.forget(state.counters[Int32(row)].name) } },
    { state in
      let stray = RegisteredLimit(.total(1), of: "stray")
        .use(offer: nil, customer: "ada", at: .distantPast, worth: nil)
      if let stray { state.counters.append(CounterRow(name: stray.counter, used: 1)) }
    },
  ]

  @Test(arguments: corruptions.indices)
  func `every sum that is made wrong is an imbalance of its own`(index: Int) {
    var desk = Desk()
    desk.issue("a", limits: [.total(2)])
    desk.issue("b", limits: [.total(2)])
    desk.redeem("r-1", .customer("ada", replica: "TEN"), at: 10)
    #expect(desk.state.audit(now: desk.now).imbalances == [])
    Self.corruptions[index](&desk.state)
    #expect(!desk.state.audit(now: desk.now).isBalanced)
  }

  @Test func `more uses than a limit allows are an imbalance`() {
    var desk = Desk()
    desk.issue("a", limits: [.total(1)])
    for row in desk.state.counters.indices { desk.state.counters[Int32(row)].used = 0 }
    desk.issue("b", limits: [.total(1)])
    for row in desk.state.counters.indices { desk.state.counters[Int32(row)].used = 2 }
    let imbalances = desk.state.audit(now: desk.now).imbalances
    #expect(imbalances == ["Limit campaign reward: 2 uses, where 1 are allowed."])
  }
}
