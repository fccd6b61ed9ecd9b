import Foundation
import NIOCore
import OfferBridgeKit
import StandardWebhooks
import Testing

@testable import ShopHost

/// The shop over real HTTP, with a wallet beside it.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ShopHostTests {
  @Test func `an offer travels from the action to the wallet, and its redemption back`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      let decided = try await shop.open("ada", id: "a-1")
      #expect(decided.status == 200)
      #expect(decided.text.contains("issued ten-off"))
      try await shop.inTime { try await shop.cards(of: "ada").text.contains("W-1") }
      #expect(try await shop.redeem("W-1", of: "ada").status == 200)
      try await shop.inTime { try await shop.host.bridge.audit().redeemed == 1 }
      let seen = try await shop.ask("GET", "/customers/ada")
      #expect(seen.text.contains(#""redeemed":1"#))
      #expect(seen.text.contains(#""wallet":"accepted"#))
      #expect(try await shop.host.bridge.audit().isBalanced)
    }
  }

  @Test func `an action that comes again issues nothing more`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      for _ in 0..<3 { #expect(try await shop.open("ada", id: "a-1").status == 200) }
      #expect(try await shop.open("ada", id: "a-1").text.contains(#""isReplay":true"#))
      #expect(try await shop.host.bridge.audit().issued == 1)
      #expect(try await shop.open("nobody", id: "a-2").status == 404)
    }
  }

  @Test func `an action that does not say when it happened is refused each time`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      let action = #"{"name":"app_opened","id":"a-1","customer":"ada","attributes":{"channel":"phone"}}"#
      for _ in 0..<2 { #expect(try await shop.ask("POST", "/actions", action).status == 422) }
      #expect(try await shop.host.bridge.audit().issued == 0)
    }
  }

  @Test func `a webhook is applied once, a repeat is a duplicate, and an altered one changes nothing`()
    async throws
  {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().replicasAccepted == 1 }
      let body =
        #"{"amount":{"currency":"EUR","minorUnits":500},"at":\#(Int64(Date().timeIntervalSince1970 * 1_000)),"card":"W-1","id":"R-9","kind":"redemption"}"#
      let altered = body.replacing("500", with: "900")
      let refused = try await shop.report(altered, id: "n-1", signed: body)
      #expect(refused.status == 401)
      #expect(try await shop.host.bridge.audit().received == 0)
      let applied = try await shop.report(body, id: "n-1")
      #expect(applied.text.contains("applied"))
      #expect(try await shop.report(body, id: "n-1").text.contains("duplicate"))
      #expect(try await shop.report(altered, id: "n-2").text.contains("conflict"))
      let audit = try await shop.host.bridge.audit()
      #expect((audit.received, audit.applied, audit.duplicates, audit.conflicts) == (3, 1, 1, 1))
      #expect(try await shop.report("{}", id: "n-3").status == 422)
      #expect(try await shop.report(#"{"id":"R","id":"S"}"#, id: "n-4").status == 422)
    }
  }

  @Test func `an id in a path is the one that is meant, whatever is encoded of it`() async throws {
    try await TestShop.run { shop async throws in
      let profile = #"{"firstName":"Ada","tier":"gold","wantsOffers":true}"#
      #expect(try await shop.ask("PUT", "/customers/ada%40home.example%2Fold", profile).status == 200)
      #expect(try await shop.open("ada@home.example/old", id: "a-1").text.contains("issued ten-off"))
      let seen = try await shop.ask("GET", "/customers/ad%61%40home.example%2fold?channel=phone")
      #expect(seen.member("customer") as? String == "ada@home.example/old")
      #expect((seen.member("offers") as? [Any])?.count == 1)
      let merged = try await shop.ask(
        "POST",
        "/customers/p%C3%A9/merge",
        #"{"into":"ada@home.example/old"}"#
      )
      #expect(merged.status == 200)
      #expect(try await shop.host.store.survivor(of: "pé") == "ada@home.example/old")
      #expect(try await shop.ask("POST", "/dead-letters/%78/redrive", #"{"reason":"x"}"#).status == 404)
      // What is no UTF-8 is no path to the router already.
      for (malformed, status) in [("%FF", 404), ("%C3", 404), ("ada%00", 400)] {
        for method in ["PUT", "GET", "DELETE"] {
          #expect(try await shop.ask(method, "/customers/\(malformed)", profile).status == status)
        }
      }
    }
  }

  @Test func `the desk is told why not`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("bob", tier: "bronze")
      let seen = try await shop.ask("GET", "/customers/bob?action=app_opened&channel=phone")
      #expect(seen.text.contains("customer.tier is one of [silver, gold]  (was bronze)"))
      #expect(try await shop.host.bridge.audit().issued == 0)
      #expect(try await shop.host.bridge.page(.issuedOffers(of: "bob")).entries.isEmpty)
    }
  }

  @Test func `no action has the id that the desk asks under`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      #expect(try await shop.open("ada", id: ShopHost.deskQuestionID).status == 422)
      #expect(try await shop.host.bridge.audit().issued == 0)
      // On another channel it would be another action under one id: a conflict, were it remembered.
      for channel in ["phone", "web"] {
        let seen = try await shop.ask("GET", "/customers/ada?channel=\(channel)")
        #expect(seen.status == 200)
        #expect(!seen.text.contains("another trigger is known"))
      }
    }
  }

  @Test func `the desk is told of a limit that is reached`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      let before = try await shop.ask("GET", "/customers/ada?channel=phone")
      #expect(before.text.contains("app-open-reward on app_opened: issued ten-off"))
      for number in 0..<3 { _ = try await shop.open("ada", id: "a-\(number)") }
      let after = try await shop.ask("GET", "/customers/ada?channel=phone")
      #expect(after.text.contains("app-open-reward on app_opened: limit reached"))
      #expect(try await shop.host.bridge.audit().issued == 3)
    }
  }

  @Test func `a statement is compared as it comes in`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.cards(of: "ada").text.contains("W-1") }
      _ = try await shop.redeem("W-1", of: "ada")
      try await shop.inTime { try await shop.host.bridge.audit().redeemed == 1 }
      let statement = try await shop.ask("GET", "\(shop.walletAddress)/statement").text
      let same = try await shop.ask("POST", "/statements", statement)
      #expect(same.member("agreed") as? Int == 1)
      #expect((same.member("discrepancies") as? [String: Int])?.isEmpty == true)
      let other = try await shop.ask("POST", "/statements", statement.replacing("R-1", with: "R-77"))
      #expect(other.member("nothingMatched") as? Bool == true)
      let unreadable = try await shop.ask("POST", "/statements", statement + "{}\n")
      #expect(unreadable.status == 422)
      #expect(unreadable.text.contains("line 2"))
    }
  }

  @Test func `a dead letter is sent again under its key`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      try await shop.trouble(#"{"refusal":true}"#)
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().messagesRejected == 1 }
      let letters = try await shop.ask("GET", "/dead-letters")
      #expect(letters.text.contains("status 422, REFUSED"))
      let key = try #require(
        try await shop.host.bridge.page(.messagesIn(.rejected)).messages.first?.message.key
      )
      try await shop.trouble("{}")
      #expect(try await shop.ask("POST", "/dead-letters/\(key)/redrive", #"{"reason":""}"#).status == 422)
      #expect(
        try await shop.ask("POST", "/dead-letters/\(key)/redrive", #"{"reason":"it is back"}"#).status == 200
      )
      try await shop.inTime { try await shop.cards(of: "ada").text.contains("W-1") }
      #expect(
        try await shop.ask("POST", "/dead-letters/\(key)/redrive", #"{"reason":"again"}"#).status == 409
      )
      #expect(try await shop.ask("POST", "/dead-letters/nonsense/redrive", #"{"reason":"x"}"#).status == 404)
    }
  }

  @Test func `a dead letter is sent again as a new message where that is wished`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      try await shop.trouble(#"{"refusal":true}"#)
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().messagesRejected == 1 }
      let refused = try #require(try await shop.host.bridge.page(.messagesIn(.rejected)).messages.first)
      try await shop.trouble("{}")
      let wish = #"{"reason":"the wallet remembers the key","isNew":true}"#
      let key = refused.message.key
      let answer = try await shop.ask("POST", "/dead-letters/\(key)/redrive", wish)
      #expect(answer.status == 200 && !answer.text.contains("\(key)"))
      try await shop.inTime { try await shop.cards(of: "ada").text.contains("W-1") }
      let keys = try await shop.host.bridge.messages(of: "ada").map(\.message.key)
      #expect(keys.count == 2 && keys.contains(key))
    }
  }

  @Test func `the desk says where it shows a part of what there is`() async throws {
    try await TestShop.run { shop async throws in
      #expect(try await !shop.ask("GET", "/desk").text.contains("These are the first"))
      for number in 0...DeskPage.most {
        let report = Redemption(id: "r-\(number)", of: .replica(ReplicaReference("W-\(number)")), at: Date())
        _ = try await shop.host.bridge.reconcile(report)
      }
      try await shop.inTime {
        try await shop.ask("GET", "/desk").text.contains(
          "These are the first 50. In all, 51 redemptions are parked, 0 discrepant"
        )
      }
    }
  }

  @Test func `a lost acknowledgement and an outage leave one card`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      try await shop.trouble(#"{"loseAcknowledgements":1}"#)
      _ = try await shop.open("ada", id: "a-1")
      try await shop.inTime { try await shop.host.bridge.audit().replicasAccepted == 1 }
      try await shop.trouble(#"{"outage":true}"#)
      _ = try await shop.open("ada", id: "a-2")
      try await shop.inTime { try await shop.host.bridge.audit().attempts >= 4 }
      try await shop.trouble("{}")
      try await shop.inTime { try await shop.host.bridge.audit().replicasAccepted == 2 }
      let counts = try await shop.ask("GET", "\(shop.walletAddress)/counts")
      #expect(counts.member("cards") as? Int == 2)
      #expect(counts.member("doubledCards") as? Int == 0)
    }
  }

  @Test func `a shop whose port somebody else has ends, and says why`() async throws {
    try await TestShop.run { shop async throws in
      let port = try #require(URLComponents(string: shop.hostAddress)?.port)
      let failure = await #expect(throws: IOError.self) { try await TestShop.run(port: port) { _ in } }
      #expect(failure?.errnoCode == EADDRINUSE)
    }
  }
}
