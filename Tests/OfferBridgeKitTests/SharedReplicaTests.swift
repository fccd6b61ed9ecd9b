import Foundation
import OfferBridgeKit
import Testing

/// Several messages about one replica: where it stands then.
@Suite struct SharedReplicaTests {
  /// An offer whose messages "a" and "b" both go to the wallet, in this order.
  private func desk() throws -> Desk {
    var desk = Desk()
    desk.issue("a", redeemable: .times(3))
    let issued = try #require(desk.state.record(of: Desk.id("a"))?.issuedOffer)
    let moment = Date(milliseconds: desk.now)
    let message = Desk.message(about: issued, key: .derive("message", "b"), variant: "b", at: moment)
    let plan = JourneyPlan(
      tenant: "main",
      trigger: TriggerRecord(id: TriggerID(.action, "b"), customer: "ada", fingerprint: .derive("f", "b")),
      plannedAt: moment,
      triggerVersion: 0,
      nodes: [PlanNode(key: message.key, content: .message(message))]
    )
    #expect(desk.state.commit(plan, now: desk.now) == .committed([.written]))
    return desk
  }

  private static let spent = Settlement.Outcome.buried(reason: "spent", isUnknown: false)

  @Test(
    arguments: [
      .rejected(reason: "no"), spent, .retry(after: .hours(1), failure: "busy", isUnknown: false),
    ] as [Settlement.Outcome]
  )
  func `what one message left in doubt, no other clears`(outcome: Settlement.Outcome) throws {
    var desk = try desk()
    desk.settle(desk.claim().first, .buried(reason: "silence", isUnknown: true))
    #expect(desk.replicas == [.unknown])
    desk.settle(desk.claim().first, outcome)
    #expect(desk.replicas == [.unknown])
    // So it is asked back.
    desk.close("a", recalling: true)
    #expect(desk.replicas == [.unknown])
    #expect(desk.claimed() == ["recall of a"])
  }

  @Test func `a refusal of one message does not end what another may still bring`() throws {
    var desk = try desk()
    desk.settle(desk.claim().first, .rejected(reason: "no"))
    #expect(desk.replicas == [.pending])
    desk.settle(desk.claim().first, Self.spent)
    #expect(desk.replicas == [.rejected(reason: "spent")])
    desk.redrive(.derive("message", "a"))
    #expect(desk.replicas == [.pending])
    desk.close("a")
    #expect(desk.replicas == [.notSent(.offerClosed)])
  }

  @Test func `a refusal for good settles what the message itself left in doubt`() {
    var desk = Desk()
    desk.issue("a")
    desk.settle(desk.claim().first, .released(wasHanded: true))
    desk.settle(desk.claim().first, .rejected(reason: "no"))
    #expect(desk.replicas == [.rejected(reason: "no")])
    desk.redrive(.derive("message", "a"))
    #expect(desk.replicas == [.pending])
  }

  @Test func `a next generation does not clear what the one before left in doubt`() {
    var desk = Desk()
    desk.issue("a")
    desk.settle(desk.claim().first, .buried(reason: "silence", isUnknown: true))
    desk.redrive(.derive("message", "a"), .newGeneration)
    #expect(desk.replicas == [.unknown])
    desk.settle(desk.claim().first, .rejected(reason: "no"))
    #expect(desk.replicas == [.unknown])
  }

  @Test func `the first acceptance names the replica`() throws {
    var desk = try desk()
    desk.settle(desk.claim().first, .accepted(nil))
    desk.settle(desk.claim().first, .accepted("W2"))
    #expect(desk.replicas == [.accepted(nil)])
    #expect(desk.redeem("r-1", .replica("W2"), at: 1) == .applied(to: Desk.id("a")))
  }
}
