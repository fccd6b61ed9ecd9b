import Foundation
// The state's tables are internal: how many rows they have is seen here alone.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The ledger forgets what has lapsed, and nothing else.
@Suite struct ForgettingTests {
  private func plan(_ name: String, _ nodes: [PlanNode], fingerprint: String = "f", at now: Int64)
    -> JourneyPlan
  {
    JourneyPlan(
      tenant: "main",
      trigger: TriggerRecord(
        id: TriggerID(.action, name),
        customer: "ada",
        fingerprint: .derive("f", fingerprint)
      ),
      plannedAt: Date(milliseconds: now),
      triggerVersion: 0,
      nodes: nodes
    )
  }

  private static let day: Int64 = 86_400_000

  @Test func `triggers of which nothing came are forgotten after the retention, a few at each commit`() {
    var desk = Desk()
    desk.issue("kept")
    for number in 0..<1000 { _ = desk.state.commit(plan("n-\(number)", [], at: desk.now), now: desk.now) }
    #expect(desk.state.triggers.nameCount == 1001)
    // Another content under a known id is noticed until then.
    let other = plan("n-0", [], fingerprint: "other", at: desk.now)
    #expect(desk.state.commit(other, now: desk.now + 30 * Self.day - 1) == .conflict)
    desk.now += 30 * Self.day
    var most = 0
    for number in 0..<1000 {
      let before = desk.state.triggers.nameCount
      _ = desk.state.commit(plan("m-\(number)", [], at: desk.now), now: desk.now)
      most = max(most, before - desk.state.triggers.nameCount)
    }
    #expect(most == 1)
    #expect(desk.state.triggers.nameCount == 1001)
    #expect(desk.state.trigger(TriggerID(.action, "n-999")) == nil)
    #expect(desk.state.trigger(TriggerID(.action, "kept")) != nil)
    #expect(desk.state.lapsing.all.count == 1000)
  }

  @Test func `a refusal that has lapsed leaves nothing, unless its trigger issued something`() {
    let limit = CampaignLimit.total(1)
    var desk = Desk()
    desk.issue("first", limits: [limit])
    #expect(desk.issue("refused", limits: [limit]) == .refused(limit))
    let issued = Desk.plan("other", at: desk.now).nodes[0]
    let refused = PlanNode(
      key: Desk.id("second"),
      limits: Desk.uses([limit], at: Date(milliseconds: desk.now)),
      content: .issuance(.example(of: "second", at: Date(milliseconds: desk.now)))
    )
    let both = plan("both", [issued, refused], at: desk.now)
    #expect(desk.state.commit(both, now: desk.now) == .committed([.written, .refused(limit)]))
    desk.now += 30 * Self.day
    for number in 0..<2 { _ = desk.state.commit(plan("n-\(number)", [], at: desk.now), now: desk.now) }
    #expect(desk.state.trigger(TriggerID(.action, "refused")) == nil)
    #expect(desk.state.keys(of: TriggerID(.action, "both")) == [issued.key])
    // A plan made before it was forgotten is stale, and not taken for a first one.
    let late = JourneyPlan(
      tenant: "main",
      trigger: Desk.plan("refused", at: desk.now).trigger,
      plannedAt: Date(milliseconds: desk.now),
      triggerVersion: 1,
      nodes: []
    )
    #expect(desk.state.commit(late, now: desk.now) == .stale)
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `a trigger that comes to something later is not forgotten`() {
    var desk = Desk()
    _ = desk.state.commit(plan("a-1", [], at: desk.now), now: desk.now)
    desk.now += Self.day
    let issued = Desk.plan("other", at: desk.now).nodes[0]
    let later = JourneyPlan(
      tenant: "main",
      trigger: plan("a-1", [], at: desk.now).trigger,
      plannedAt: Date(milliseconds: desk.now),
      triggerVersion: 1,
      nodes: [issued]
    )
    #expect(desk.state.commit(later, now: desk.now) == .committed([.written]))
    desk.now += 60 * Self.day
    for number in 0..<9 { _ = desk.state.commit(plan("n-\(number)", [], at: desk.now), now: desk.now) }
    #expect(desk.state.trigger(TriggerID(.action, "a-1"))?.version == 2)
  }
}
