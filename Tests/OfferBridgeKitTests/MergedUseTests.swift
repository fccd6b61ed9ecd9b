import Foundation
// The state's steps are internal.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Uses of limits that are not an issuance's, or no one's any more, when two customers become one.
@Suite struct MergedUseTests {
  /// A plan of one message about what was issued under that name, with limits of its own.
  private static func reminder(
    _ name: String,
    of issued: String,
    to customer: CustomerID,
    _ limits: [CampaignLimit],
    in desk: Desk,
    survivor: CustomerID? = nil
  ) throws -> JourneyPlan {
    let moment = Date(milliseconds: desk.now)
    let record = try #require(desk.state.record(of: Desk.id(issued)))
    let message = Desk.message(
      about: record.issuedOffer,
      key: .derive("reminder", name),
      variant: name,
      at: moment
    )
    let uses = Desk.uses(limits, by: "reminder", to: customer, at: moment)
    return JourneyPlan(
      tenant: "main",
      trigger: TriggerRecord(
        id: TriggerID(.action, name),
        customer: customer,
        fingerprint: .derive("f", name)
      ),
      plannedAt: moment,
      triggerVersion: 0,
      survivor: survivor,
      nodes: [PlanNode(key: message.key, campaign: "reminder", limits: uses, content: .message(message))]
    )
  }

  private func merged(_ answer: MergeAnswer) throws -> MergedCustomer {
    guard case .merged(let what) = answer else { throw Unexpected("\(answer)") }
    return what
  }

  @Test(arguments: [LimitWindow.lifetime, .calendar(.month, in: .gmt), .rolling(.days(30))])
  func `what messages used themselves is the survivor's, and no place of it becomes another's`(
    window: LimitWindow
  ) throws {
    let limit = CampaignLimit.perCustomer(2, in: window)
    var desk = Desk()
    for (name, customer) in [("p", CustomerID("ada-phone")), ("a", "ada"), ("b", "bob")] {
      _ = desk.state.commit(Desk.plan(name, to: customer, at: desk.now), now: desk.now)
    }
    for (name, issued, customer) in [
      ("p-1", "p", CustomerID("ada-phone")), ("p-2", "p", "ada-phone"), ("a-1", "a", "ada"),
    ] {
      let plan = try Self.reminder(name, of: issued, to: customer, [limit], in: desk)
      #expect(desk.state.commit(plan, now: desk.now) == .committed([.written]))
    }
    let what = try merged(desk.state.merge("ada-phone", into: "ada", now: desk.now))
    #expect(what.exceeded.map(\.limit) == [limit])
    #expect(what.exceeded.map(\.used) == [3])
    var audit = desk.state.audit(now: desk.now)
    #expect(audit.imbalances == [] && audit.limitsExceeded == 1)
    for (name, customer) in [("p-3", CustomerID("ada-phone")), ("a-2", "ada")] {
      let survivor: CustomerID? = customer == "ada" ? nil : "ada"
      let more = try Self.reminder(name, of: "a", to: customer, [limit], in: desk, survivor: survivor)
      #expect(desk.state.commit(more, now: desk.now) == .committed([.refused(limit)]))
    }
    // Whoever is counted next has the place that the telephone's counter had.
    let bobs = try Self.reminder("b-1", of: "b", to: "bob", [limit], in: desk)
    #expect(desk.state.commit(bobs, now: desk.now) == .committed([.written]))
    audit = desk.state.audit(now: desk.now)
    #expect(audit.imbalances == [] && audit.limitsExceeded == 1)
  }

  @Test func `a cap of which every use was given back allows nothing, and one that is held does`() throws {
    let (narrow, wide) = (CampaignLimit.perCustomer(3), CampaignLimit.perCustomer(10))
    for (isGivenBack, exceeded) in [(true, [narrow]), (false, [])] {
      var desk = Desk()
      func issue(_ name: String, to customer: CustomerID, _ limit: CampaignLimit) {
        let plan = Desk.plan(name, to: customer, limits: [limit], at: desk.now)
        #expect(desk.state.commit(plan, now: desk.now) == .committed([.written, .written]))
      }
      for name in ["p-1", "p-2"] { issue(name, to: "ada-phone", narrow) }
      for name in ["a-1", "a-2"] { issue(name, to: "ada", narrow) }
      issue("a-wide", to: "ada", wide)
      if isGivenBack { desk.close("a-wide", limitUses: .givenBack) }
      let what = try merged(desk.state.merge("ada-phone", into: "ada", now: desk.now))
      #expect(what.exceeded.map(\.limit) == exceeded)
      let audit = desk.state.audit(now: desk.now)
      #expect(audit.imbalances == [] && audit.limitsExceeded == exceeded.count)
    }
  }
}
