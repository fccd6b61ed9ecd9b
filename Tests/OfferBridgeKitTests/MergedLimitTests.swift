import Foundation
// The state's steps are internal: a merge between two of them is made here.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What two customers used of a limit is one customer's use.
@Suite struct MergedLimitTests {
  private static func plan(
    _ name: String,
    to customer: CustomerID,
    _ limits: [CampaignLimit],
    at now: Int64,
    survivor: CustomerID? = nil,
    worth faceValue: Money? = nil
  ) -> JourneyPlan {
    let plan = Desk.plan(name, to: customer, limits: limits, at: now, faceValue: faceValue)
    return JourneyPlan(
      tenant: plan.tenant,
      trigger: plan.trigger,
      plannedAt: plan.plannedAt,
      triggerVersion: 0,
      survivor: survivor,
      nodes: plan.nodes
    )
  }

  private static let windows: [LimitWindow] = [
    .lifetime, .calendar(.month, in: .gmt), .rolling(.days(30)),
  ]

  @Test(arguments: windows)
  func `uses are added, and where that is too much nothing is given back or issued`(window: LimitWindow) {
    let limit = CampaignLimit.perCustomer(3, in: window)
    var desk = Desk()
    let now = desk.now
    func issue(_ name: String, to customer: CustomerID, survivor: CustomerID? = nil) -> CommitAnswer {
      desk.state.commit(Self.plan(name, to: customer, [limit], at: now, survivor: survivor), now: now)
    }
    for name in ["p-1", "p-2"] { #expect(issue(name, to: "ada-phone").isWritten) }
    for name in ["a-1", "a-2"] { #expect(issue(name, to: "ada").isWritten) }
    guard case .merged(let merge) = desk.state.merge("ada-phone", into: "ada", now: now) else {
      Issue.record("not merged")
      return
    }
    #expect(merge.exceeded.map(\.limit) == [limit])
    #expect(merge.exceeded.map(\.used) == [4])
    #expect(merge.exceeded.map(\.counter.customer) == ["ada"])
    var audit = desk.state.audit(now: now)
    #expect(audit.imbalances == [] && audit.limitsExceeded == 1)
    #expect(
      issue("p-3", to: "ada-phone", survivor: "ada") == .committed([.refused(limit), .parentNotWritten])
    )
    #expect(issue("a-3", to: "ada") == .committed([.refused(limit), .parentNotWritten]))
    // Each record has the survivor's counter.
    let uses = desk.state.record(of: Desk.id("p-1"))?.limitUses
    #expect(uses?.map(\.counter.customer) == ["ada"])
    // One is given back: it stands at the limit, and not above.
    desk.close("p-1", limitUses: .givenBack)
    audit = desk.state.audit(now: now)
    #expect(audit.imbalances == [] && audit.limitsExceeded == 0)
    #expect(issue("a-4", to: "ada") == .committed([.refused(limit), .parentNotWritten]))
    desk.close("a-1", limitUses: .givenBack)
    #expect(issue("p-5", to: "ada-phone", survivor: "ada").isWritten)
    #expect(
      issue("p-6", to: "ada-phone", survivor: "ada") == .committed([.refused(limit), .parentNotWritten])
    )
    #expect(desk.state.audit(now: now).imbalances == [])
  }

  @Test func `a rolling window counts each of their uses until its length has passed`() {
    let limit = CampaignLimit.perCustomer(3, in: .rolling(.minutes(10)))
    var desk = Desk()
    let start = desk.now
    func issue(_ name: String, to customer: CustomerID, at minute: Int64) -> CommitAnswer {
      let now = start + minute * 60_000
      let survivor: CustomerID? = minute > 3 && customer != "ada" ? "ada" : nil
      return desk.state.commit(
        Self.plan(name, to: customer, [limit], at: now, survivor: survivor),
        now: now
      )
    }
    #expect(issue("a-0", to: "ada", at: 0).isWritten)
    #expect(issue("p-1", to: "ada-phone", at: 1).isWritten)
    #expect(issue("a-2", to: "ada", at: 2).isWritten)
    #expect(issue("p-3", to: "ada-phone", at: 3).isWritten)
    guard case .merged(let merge) = desk.state.merge("ada-phone", into: "ada", now: start + 180_000) else {
      Issue.record("not merged")
      return
    }
    #expect(merge.exceeded.map(\.used) == [4])
    // At minute 10 the first has passed by, and three are left; at 11 two.
    #expect(!issue("a-10", to: "ada", at: 10).isWritten)
    #expect(issue("p-11", to: "ada-phone", at: 11).isWritten)
    #expect(!issue("a-11", to: "ada", at: 11).isWritten)
    #expect(issue("a-12", to: "ada", at: 12).isWritten)
    #expect(!issue("a-12b", to: "ada", at: 12).isWritten)
    #expect(issue("a-13", to: "ada", at: 13).isWritten)
    #expect(desk.state.audit(now: start + 780_000).imbalances == [])
  }

  @Test func `amounts of money are added too, and only what both used is told`() {
    let (budget, other) = (
      CampaignLimit.perCustomer(Money(minorUnits: 1000, currency: "EUR")),
      CampaignLimit.perCustomer(1, of: .offer)
    )
    var desk = Desk()
    let now = desk.now
    func issue(_ name: String, to customer: CustomerID, _ limits: [CampaignLimit], _ units: Int64) {
      let worth = Money(minorUnits: units, currency: "EUR")
      #expect(
        desk.state.commit(Self.plan(name, to: customer, limits, at: now, worth: worth), now: now).isWritten
      )
    }
    issue("p-1", to: "ada-phone", [budget, other], 600)
    issue("a-1", to: "ada", [budget], 700)
    guard case .merged(let merge) = desk.state.merge("ada-phone", into: "ada", now: now) else {
      Issue.record("not merged")
      return
    }
    #expect(merge.exceeded.map(\.used) == [1300])
    let more = Self.plan("a-2", to: "ada", [other], at: now)
    #expect(desk.state.commit(more, now: now) == .committed([.refused(other), .parentNotWritten]))
    #expect(desk.state.audit(now: now).imbalances == [])
  }

  @Test func `the widest of several caps is held to, and what is left of all balances`() {
    let (narrow, wide) = (CampaignLimit.perCustomer(3), CampaignLimit.perCustomer(10))
    var desk = Desk()
    let now = desk.now
    func issue(_ name: String, to customer: CustomerID, _ limit: CampaignLimit) {
      #expect(desk.state.commit(Self.plan(name, to: customer, [limit], at: now), now: now).isWritten)
    }
    for number in 0..<3 { issue("p-\(number)", to: "ada-phone", narrow) }
    for number in 0..<3 { issue("a-\(number)", to: "ada", narrow) }
    for number in 3..<7 { issue("a-\(number)", to: "ada", wide) }
    guard case .merged(let merge) = desk.state.merge("ada-phone", into: "ada", now: now) else {
      Issue.record("not merged")
      return
    }
    #expect(merge.exceeded == [])
    // Those that the wide one allowed go: six are left of two times three.
    for number in 3..<7 { desk.close("a-\(number)", limitUses: .givenBack) }
    let audit = desk.state.audit(now: now)
    #expect(audit.imbalances == [] && audit.limitsExceeded == 1)
  }

  @Test func `a plan that was made before the merge is made anew`() {
    let limit = CampaignLimit.perCustomer(1)
    var desk = Desk()
    let now = desk.now
    let (mine, theirs) = (
      Self.plan("p-1", to: "ada-phone", [limit], at: now), Self.plan("a-1", to: "ada", [limit], at: now)
    )
    _ = desk.state.merge("ada-phone", into: "ada", now: now)
    #expect(desk.state.commit(mine, now: now) == .stale)
    #expect(desk.state.commit(theirs, now: now).isWritten)
    let anew = Self.plan("p-1", to: "ada-phone", [limit], at: now, survivor: "ada")
    #expect(desk.state.commit(anew, now: now) == .committed([.refused(limit), .parentNotWritten]))
    // One that was made for a merge of which nothing is known, and one for another survivor.
    let early = Self.plan("p-2", to: "bob-phone", [], at: now, survivor: "bob")
    #expect(desk.state.commit(early, now: now) == .stale)
    _ = desk.state.merge("ada", into: "carol", now: now)
    let late = Self.plan("p-3", to: "ada-phone", [], at: now, survivor: "ada")
    #expect(desk.state.commit(late, now: now) == .stale)
    // A trigger that is known under another id may be the same, and one of somebody else is not.
    let known = Self.plan("a-1", to: "ada-phone", [], at: now, survivor: "carol")
    #expect(desk.state.commit(known, now: now) == .stale)
    #expect(desk.state.commit(Self.plan("a-1", to: "bob", [], at: now), now: now) == .conflict)
  }

  @Test(arguments: 1...4)
  func `a limit holds while customers are merged and issued to at once`(round: Int) async throws {
    let ledger = InMemoryOfferLedger(now: { ManualTime().now })
    let limit = CampaignLimit.perCustomer(5)
    let (now, ids) = (ManualTime().now, (0..<8).map { CustomerID("c-\($0)") })
    // Seven merges among five hundred issuances to eight ids.
    let issued = try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<8 {
        group.addTask {
          var issued = 0
          for number in 0..<64 {
            let id = ids[(worker + number * round) % ids.count]
            let name = "\(worker)-\(number)"
            while true {
              let query = SnapshotQuery(
                tenant: "main",
                customer: id,
                trigger: TriggerID(.action, name),
                offers: []
              )
              let identity = try await ledger.snapshot(query).identity
              let survivor = identity.map(\.survivor).flatMap { $0 == id ? nil : $0 }
              let plan = Self.plan(name, to: id, [limit], at: now.milliseconds, survivor: survivor)
              let answer = try await ledger.commit(plan)
              if answer == .stale { continue }
              if answer.isWritten { issued += 1 }
              break
            }
            if worker == 0, number % 8 == 4, number < 56 {
              _ = try await ledger.merge(ids[number / 8 + 1], into: ids[number / 8], tenant: "main")
            }
          }
          return issued
        }
      }
      return try await group.reduce(0, +)
    }
    let audit = try await ledger.audit(tenant: "main")
    #expect(audit.imbalances == [])
    #expect(audit.issued == issued)
    // Each of the eight could have its own five before it was merged, and the last of them no more.
    #expect((5...40).contains(issued))
    let last = Self.plan("last", to: "c-7", [limit], at: now.milliseconds, survivor: "c-0")
    #expect(try await ledger.commit(last) == .committed([.refused(limit), .parentNotWritten]))
    #expect(audit.limitsExceeded == (issued > 5 ? 1 : 0))
  }
}

extension CommitAnswer {
  /// Whether all of it was written.
  fileprivate var isWritten: Bool {
    guard case .committed(let answers) = self else { return false }
    return answers.allSatisfy { $0 == .written }
  }
}
