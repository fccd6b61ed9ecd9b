import Foundation
import OfferBridgeKit
import Testing

@testable import ShopHost

/// Customers who are being forgotten while something else goes on, or whom a process began to forget and died.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LeavingTests {
  @Test func `of an action whose customer is forgotten before it is kept, nothing is`() async throws {
    try await TestShop.run { shop async throws in
      let store = shop.host.store
      let action = CustomerAction("app_opened", id: "a-1", by: "ada", at: Date())
      #expect(try await store.beginDecision(for: "ada", at: Date()) == nil)
      try await shop.save("ada")
      let decision = try #require(try await store.beginDecision(for: "ada", at: Date()))
      #expect(try await store.forget("ada"))
      #expect(try await !store.record(action, ending: decision))
      #expect(try await store.actions(of: "ada") == 0)
      try await shop.save("ada")
      let other = try #require(try await store.beginDecision(for: "ada", at: Date()))
      #expect(other != decision)
      #expect(try await store.record(action, ending: other))
      #expect(try await store.actions(of: "ada") == 1)
    }
  }

  @Test
  func `whoever is being forgotten is nobody before the ledger forgets them, and decisions end before that`()
    async throws
  {
    try await TestShop.run { shop async throws in
      let store = shop.host.store
      for customer in ["ada", "bob"] { try await shop.save(customer) }
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().replicasAccepted == 1 }
      let decision = try #require(try await store.beginDecision(for: "ada", at: Date()))
      let busy = try await shop.ask("DELETE", "/customers/ada")
      #expect(busy.status == 409)
      #expect((1...60).contains(busy.retryAfter.flatMap { Int($0) } ?? 0))
      #expect(try await shop.host.bridge.issuedOffers(of: "ada").count == 1)

      #expect(try await store.customer("ada") == nil)
      #expect(try await shop.open("ada", id: "a-2").status == 404)
      let profile = #"{"firstName":"Ada","tier":"gold","wantsOffers":true}"#
      #expect(try await shop.ask("PUT", "/customers/ada", profile).status == 409)
      #expect(try await shop.merge("ada", into: "bob").status == 409)
      #expect(try await shop.merge("bob", into: "ada").status == 404)

      await store.endDecision(decision)
      let forgotten = try await shop.forget("ada")
      #expect(forgotten.status == 200)
      #expect(forgotten.member("issuedOffers") as? Int == 1)
      #expect((forgotten.member("left") as? [Any])?.isEmpty == true)
      #expect(try await shop.host.bridge.issuedOffers(of: "ada").isEmpty)
      #expect(try await shop.ask("PUT", "/customers/ada", profile).status == 200)
    }
  }

  @Test func `what a process began to forget before it died, the next request completes`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().replicasAccepted == 1 }
      // As it is for a minute at the most: the ledger takes no plan that is older.
      _ = try await shop.host.store.beginDecision(for: "ada", at: Date(timeIntervalSinceNow: -61))
      try await shop.host.store.leave("ada", at: Date())
      let forgotten = try await shop.forget("ada")
      #expect(forgotten.status == 200)
      #expect((forgotten.member("left") as? [Any])?.isEmpty == true)
      #expect(try await shop.host.bridge.audit().replicasRecalled == 1)
      #expect(try await shop.forget("ada").status == 404)
    }
  }

  @Test func `a decision that ended without a word holds up nobody after a minute, and is noted no longer`()
    async throws
  {
    try await TestShop.run { shop async throws in
      let store = shop.host.store
      try await shop.save("ada")
      let now = Date()
      #expect(try await store.decisionsEnd(of: "ada", at: now) == nil)
      for second in [0, 30, 90] {
        _ = try await store.beginDecision(for: "ada", at: now + Double(second))
      }
      let end = try #require(try await store.decisionsEnd(of: "ada", at: now + 149))
      #expect(abs(end.timeIntervalSince(now) - 150) < 0.01)
      #expect(try await store.decisionsEnd(of: "ada", at: now + 151) == nil)
      #expect(try await store.decisionsUnderWay() == 2)
    }
  }

  @Test func `whoever is forgotten waits for nothing that others are sent`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().replicasAccepted == 1 }
      // Each attempt takes the three seconds that are given to one.
      try await shop.trouble(#"{"slowMilliseconds":60000}"#)
      for number in 0..<64 {
        try await shop.save("c\(number)")
        _ = try await shop.open("c\(number)", id: "c-\(number)")
      }
      let begun = ContinuousClock.now
      let answer = try await shop.ask("DELETE", "/customers/ada")
      #expect(ContinuousClock.now - begun < .seconds(6))
      // Where a worker has the recall in its hands, it is to be asked again; else the card is told to be left.
      #expect(answer.status == 409 || (answer.member("left") as? [Any])?.count == 1)
    }
  }

  @Test func `actions that race a request to forget leave nothing behind`() async throws {
    try await TestShop.run { shop async throws in
      for round in 0..<4 {
        try await shop.save("ada")
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<8 {
            group.addTask { _ = try await shop.open("ada", id: "a-\(round)-\(number)") }
          }
          group.addTask { _ = try await shop.forget("ada") }
          try await group.waitForAll()
        }
        _ = try await shop.forget("ada")
        #expect(try await shop.host.store.actions(of: "ada") == 0)
        #expect(try await shop.host.bridge.issuedOffers(of: "ada").isEmpty)
      }
      #expect(try await shop.host.bridge.audit().isBalanced)
    }
  }
}
