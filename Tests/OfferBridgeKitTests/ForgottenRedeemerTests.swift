import Foundation
// The state's steps are internal.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Whoever redeemed what was not theirs, and is forgotten.
@Suite struct ForgottenRedeemerTests {
  private func forget(_ customer: CustomerID, in desk: inout Desk) {
    var random = Seeded(7)
    let words = { random.next() }
    _ = desk.state.forget(customer, of: "main", now: desk.now) {
      DerivedKey((words(), words(), words(), words()))
    }
  }

  /// A redemption by Ada of what is issued under that name.
  private func redemption(of name: String) -> ExternalEvent.Content {
    let ada = RedemptionDetails(customer: "ada", lines: [])
    return .redemption(.issuedOffer(Desk.id(name)), amount: nil, ada)
  }

  @Test func `of what nobody has yet nobody redeemed it, and it is nobody else's once it is issued`() {
    var desk = Desk()
    #expect(desk.report("r-1", redemption(of: "b"), at: 10) == .parked(.unknownOffer))
    forget("ada", in: &desk)
    #expect(desk.state.commit(Desk.plan("b", to: "bob", at: desk.now), now: desk.now) != .conflict)
    let events = desk.state.events(of: "bob")
    #expect(events.map(\.match) == [.applied(to: Desk.id("b"))])
    #expect(events.map(\.event.redeemer) == [nil])
  }

  @Test func `of what somebody has another customer redeemed it still, without a name`() throws {
    var desk = Desk()
    _ = desk.state.commit(Desk.plan("b", to: "bob", at: desk.now), now: desk.now)
    let discrepant = RedemptionMatch.discrepant([.otherCustomer, .unconfirmedReplica], on: Desk.id("b"))
    #expect(desk.report("r-1", redemption(of: "b"), at: 10) == discrepant)
    forget("ada", in: &desk)
    let events = desk.state.events(of: "bob")
    #expect(events.map(\.match) == [discrepant])
    let redeemer = try #require(events[0].event.redeemer)
    #expect(redeemer != "ada" && redeemer != "bob")
    // Folded anew, it is another customer's as before.
    desk.redeem("r-2", .issuedOffer(Desk.id("b")), at: 20)
    #expect(desk.state.events(of: "bob")[0].match.description.contains("by another customer"))
  }
}
