import Foundation
import OfferBridgeKit
import Testing

@testable import ShopHost

/// Customers who are forgotten or merged, over real HTTP.
@Suite(.serialized, .timeLimit(.minutes(2))) struct PeopleTests {
  @Test func `whoever is forgotten has no card in the wallet, and is nobody in the ledger and the shop`()
    async throws
  {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().replicasAccepted == 1 }
      let forgotten = try await shop.forget("ada")
      #expect(forgotten.status == 200)
      #expect(forgotten.member("issuedOffers") as? Int == 1)
      // The card and its recall.
      #expect(forgotten.member("messages") as? Int == 2)
      #expect((forgotten.member("left") as? [Any])?.isEmpty == true)
      #expect(try await shop.host.bridge.audit().replicasRecalled == 1)
      #expect(try await shop.host.store.customer("ada") == nil)
      #expect(try await shop.host.store.actions(of: "ada") == 0)
      #expect(try await shop.ask("GET", "/audit").text.contains(#""issued":1"#))
      #expect(try await shop.open("ada", id: "a-2").status == 404)
      #expect(try await shop.forget("ada").status == 404)
      #expect(try await shop.host.bridge.audit().isBalanced)
    }
  }

  @Test func `what the wallet does not take back is told once, with its reference`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().replicasAccepted == 1 }
      try await shop.trouble(#"{"refusal":true}"#)
      let forgotten = try await shop.forget("ada")
      #expect(forgotten.status == 200)
      let left = try #require((forgotten.member("left") as? [[String: String]])?.first)
      #expect(left["provider"] == "wallet" && left["replica"] == "TEN")
      #expect(left["state"]?.contains("W-1") == true)
    }
  }

  @Test func `while a worker holds a message the answer says when to ask again`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      try await shop.trouble(#"{"slowMilliseconds":2500}"#)
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().attempts == 1 }
      let busy = try await shop.ask("DELETE", "/customers/ada")
      #expect(busy.status == 409)
      #expect((1...60).contains(busy.retryAfter.flatMap { Int($0) } ?? 0))
      // Nobody to whoever decides already, and there until the ledger has forgotten them.
      #expect(try await shop.host.store.customer("ada") == nil)
      #expect(try await shop.host.store.profile(of: "ada") != nil)
      try await shop.trouble("{}")
      #expect(try await shop.forget("ada").status == 200)
    }
  }

  @Test func `two who are one have what both had, whichever id is asked for`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      try await shop.save("phone")
      for (customer, id) in [("phone", "p-1"), ("ada", "a-1")] {
        _ = try await shop.open(customer, id: id)
      }
      try await shop.inTime { try await shop.host.bridge.audit().replicasAccepted == 2 }
      #expect(try await shop.merge("phone", into: "nobody").status == 404)
      let merged = try await shop.merge("phone", into: "ada")
      #expect(merged.status == 200)
      #expect(merged.member("survivor") as? String == "ada")
      #expect(merged.member("issuedOffers") as? Int == 1)
      for customer in ["phone", "ada"] {
        let offers = try await shop.ask("GET", "/customers/\(customer)").member("offers") as? [Any]
        #expect(offers?.count == 2)
      }
      // Whose answer was lost asks again.
      #expect(try await shop.merge("phone", into: "ada").status == 200)
      #expect(try await shop.merge("ada", into: "phone").status == 409)
      try await shop.save("bob")
      #expect(try await shop.merge("phone", into: "bob").status == 409)
      #expect(try await shop.open("phone", id: "p-2").text.contains("issued ten-off"))
      // Three a day, whichever id they come under.
      #expect(try await shop.open("ada", id: "a-2").text.contains("limit reached"))
      #expect(try await shop.host.store.actions(of: "ada") == 4)
      #expect(try await shop.host.bridge.audit().isBalanced)

      let forgotten = try await shop.forget("phone")
      #expect(forgotten.member("issuedOffers") as? Int == 3)
      #expect(try await shop.host.store.customer("ada") == nil)
      #expect(try await shop.host.store.survivor(of: "phone") == "phone")
    }
  }
}

extension TestShop {
  /// Asks to forget somebody, again while a worker holds a message of theirs.
  func forget(_ customer: String) async throws -> Answer {
    let end = ContinuousClock.now + .seconds(40)
    while true {
      let answer = try await ask("DELETE", "/customers/\(customer)")
      if answer.status != 409 || ContinuousClock.now > end { return answer }
      await Task.yield()
    }
  }

  func merge(_ customer: String, into other: String) async throws -> Answer {
    try await ask("POST", "/customers/\(customer)/merge", #"{"into":"\#(other)"}"#)
  }
}

extension ShopStore {
  /// How many actions are kept of a customer.
  func actions(of customer: CustomerID) async throws -> Int? {
    try await history(
      of: customer,
      needs: [
        HistoryNeed(action: "app_opened", window: HistoryWindow(after: .distantPast, through: .distantFuture))
      ]
    ).actions.count
  }
}
