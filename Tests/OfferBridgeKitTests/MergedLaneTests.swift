import Foundation
// The state's steps are internal.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Two customers' messages to one provider become one lane.
@Suite struct MergedLaneTests {
  private func desk(_ plans: [(String, CustomerID)]) -> Desk {
    var desk = Desk()
    for (name, customer) in plans {
      desk.now += 1000
      _ = desk.state.commit(Desk.plan(name, to: customer, at: desk.now), now: desk.now)
    }
    return desk
  }

  private static let story: [(String, CustomerID)] = [
    ("p-1", "ada-phone"), ("a-1", "ada"), ("p-2", "ada-phone"), ("a-2", "ada"), ("b-1", "bob"),
  ]

  /// Sends all that is due, one after the other, and answers the names in their order.
  private func sent(_ desk: inout Desk) -> [String] {
    var names: [String] = []
    for _ in 0..<9 {
      let claims = desk.claim()
      for claim in claims {
        names.append(claim.message.variant)
        desk.settle(claim, .accepted(nil))
      }
    }
    return names
  }

  @Test func `they leave in the order of their commits, one at a time`() {
    var desk = desk(Self.story)
    _ = desk.state.merge("ada-phone", into: "ada", now: desk.now)
    #expect(desk.claimed() == ["p-1", "b-1"])
    desk.now += 61_000
    #expect(sent(&desk) == ["p-1", "b-1", "a-1", "p-2", "a-2"])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `what is on its way goes on, and the rest waits behind it`() throws {
    var desk = desk([Self.story[1], Self.story[3]])
    let claim = try #require(desk.claim().first)
    for (name, customer) in [Self.story[0], Self.story[2]] {
      _ = desk.state.commit(Desk.plan(name, to: customer, at: desk.now), now: desk.now)
    }
    _ = desk.state.merge("ada-phone", into: "ada", now: desk.now)
    #expect(desk.claimed() == [])
    #expect(desk.settle(claim, .retry(after: .seconds(5), failure: "busy", isUnknown: false)) == .settled)
    #expect(desk.claimed() == [])
    desk.now += 5000
    #expect(sent(&desk) == ["a-1", "a-2", "p-1", "p-2"])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `a message of the one who is merged that is on its way goes on too`() throws {
    var desk = desk(Self.story)
    let claims = desk.claim()
    let theirs = try #require(claims.first { $0.message.variant == "a-1" })
    desk.settle(theirs, .accepted(nil))
    _ = desk.state.merge("ada-phone", into: "ada", now: desk.now)
    #expect(desk.claimed() == [])
    let mine = try #require(claims.first { $0.message.variant == "p-1" })
    #expect(desk.settle(mine, .rejected(reason: "no")) == .settled)
    #expect(desk.claimed() == ["p-2"])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `while workers hold messages of both, nothing is merged`() throws {
    var desk = desk(Self.story)
    let claims = desk.claim()
    #expect(claims.map(\.message.variant) == ["p-1", "a-1", "b-1"])
    let until = try #require(claims.first).lease.until
    let before = desk.state.audit(now: desk.now)
    #expect(desk.state.merge("ada-phone", into: "ada", now: desk.now) == .busy(until: until))
    #expect(desk.state.audit(now: desk.now) == before)
    #expect(desk.state.identity(of: desk.state.row(of: "ada")) == nil)
    // One of the two is done: the other goes on.
    desk.settle(claims.first { $0.message.variant == "a-1" }, .accepted(nil))
    guard case .merged = desk.state.merge("ada-phone", into: "ada", now: desk.now) else {
      Issue.record("not merged")
      return
    }
    #expect(desk.claimed() == [])
    desk.settle(claims.first { $0.message.variant == "p-1" }, .accepted(nil))
    #expect(sent(&desk) == ["p-2", "a-2"])
  }

  @Test(arguments: [("ada-phone", "ada"), ("ada", "ada-phone")])
  func `whose lease has run out is tried again, and holds nobody up`(pair: (CustomerID, CustomerID)) throws {
    var desk = desk(Self.story)
    let old = try #require(desk.claim().first)
    // The telephone's worker ended; Ada's prolonged its lease.
    desk.now += 30_000
    let held = try #require(
      desk.state.page(PageQuery(tenant: "main", listing: .messages(of: "ada"))).messages.first
    )
    let lease = Lease(message: held.message.key, fence: 1, until: .distantPast)
    _ = desk.state.extend(lease, by: .seconds(60), now: desk.now)
    desk.now += 40_000
    guard case .merged = desk.state.merge(pair.0, into: pair.1, now: desk.now) else {
      Issue.record("not merged")
      return
    }
    #expect(desk.settle(old, .accepted("W")) == .alreadySettled)
    let due = Date(milliseconds: Desk().now + 1000)
    #expect(desk.state.messages(of: "ada")[0].state == .waiting(due: due))
    let open = desk.state.messages(of: "ada").map(\.state.name)
    #expect(open == [.waiting, .leased, .waiting, .waiting])
    #expect(desk.state.issuedOffers(of: "ada")[0].replicas[0].state == .unknown)
    // Ada's own comes first, for it is on its way.
    #expect(!desk.claimed().contains("p-1"))
    let mine = Lease(message: held.message.key, fence: 1, until: .distantPast)
    #expect(desk.state.settle(Settlement(lease: mine, outcome: .accepted(nil)), now: desk.now) == .settled)
    #expect(sent(&desk) == ["p-1", "p-2", "a-2"])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `what ended while it waited in a lane is sent after all when its proof goes after the merge`() {
    var desk = desk([Self.story[0], Self.story[2], Self.story[1]])
    #expect(desk.redeem("r-2", .issuedOffer(Desk.id("p-2")), at: 100) == .applied(to: Desk.id("p-2")))
    #expect(desk.state.messages(of: "ada-phone")[1].state == .accepted(nil))
    _ = desk.state.merge("ada-phone", into: "ada", now: desk.now)
    // An earlier one, by a stranger, makes the proof one redemption too many.
    let stranger = RedemptionDetails(customer: "eve", lines: [])
    desk.report("r-1", .redemption(.issuedOffer(Desk.id("p-2")), amount: nil, stranger), at: 50)
    #expect(desk.state.audit(now: desk.now).imbalances == [])
    #expect(sent(&desk) == ["p-1", "p-2", "a-1"])
  }

  @Test func `lanes of other providers and of nobody stay what they are`() {
    var desk = desk([Self.story[0], Self.story[4]])
    // Nobody has anything under that id yet.
    _ = desk.state.merge("ada-phone", into: "ada", now: desk.now)
    _ = desk.state.merge("bob-phone", into: "bob", now: desk.now)
    #expect(sent(&desk) == ["p-1", "b-1"])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }
}
