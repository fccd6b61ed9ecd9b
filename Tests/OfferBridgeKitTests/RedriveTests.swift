import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What an operator tries again.
@Suite struct RedriveTests {
  private static let key = DerivedKey.derive("message", "a")

  @Test func `a redrive under the same key keeps key and bytes, and counts the attempts anew`() throws {
    var desk = Desk()
    desk.issue("a")
    for _ in 0..<3 {
      desk.settle(desk.claim().first, .retry(after: .zero, failure: "busy", isUnknown: true))
    }
    desk.settle(desk.claim().first, .buried(reason: "spent", isUnknown: false))
    #expect(desk.replicas == [.unknown])
    desk.now += 1000
    #expect(desk.redrive(Self.key) == .redriven(Self.key))
    // A repeat finds it open.
    #expect(desk.redrive(Self.key) == .alreadyOpen)
    let claim = try #require(desk.claim().first)
    #expect(claim.message.key == Self.key)
    #expect(claim.message.payload == Array("a".utf8))
    #expect((claim.attempt, claim.lease.fence) == (1, 5))
    desk.settle(claim, .accepted("W1"))
    let record = desk.state.messages(of: "ada")[0]
    #expect(record.attempts == 1)
    #expect(
      record.redrives == [
        RedriveRecord(
          redrivenAt: Date(milliseconds: desk.now),
          mode: .sameKey,
          reason: "test",
          attempts: 4,
          state: .buried(reason: "spent")
        )
      ]
    )
    let audit = desk.state.audit(now: desk.now)
    #expect((audit.attempts, audit.messages, audit.messagesAccepted) == (5, 1, 1))
    #expect(audit.imbalances == [])
  }

  @Test func `a re-issue has a key of the next generation and the same bytes, once`() throws {
    var desk = Desk()
    desk.issue("a")
    desk.settle(desk.claim().first, .rejected(reason: "no"))
    guard case .redriven(let next) = desk.redrive(Self.key, .newGeneration) else {
      throw Unexpected("it was not re-issued")
    }
    let expected = DerivedKey.message(
      tenant: "main",
      customer: "ada",
      cause: .issuance(Desk.id("a")),
      campaign: "to-wallet",
      provider: "wallet",
      generation: 2
    )
    #expect(next == expected)
    #expect(desk.redrive(Self.key, .newGeneration) == .superseded(by: next))
    #expect(desk.redrive(Self.key, .sameKey) == .superseded(by: next))
    #expect(desk.replicas == [.pending])
    let claim = try #require(desk.claim().first)
    #expect((claim.message.key, claim.message.generation, claim.attempt) == (next, 2, 1))
    #expect(claim.message.payload == Array("a".utf8))
    desk.settle(claim, .rejected(reason: "no"))
    guard case .redriven(let third) = desk.redrive(next, .newGeneration) else {
      throw Unexpected("it was not re-issued once more")
    }
    let records = desk.state.messages(of: "ada")
    #expect(records.map(\.message.generation) == [1, 2, 3])
    #expect(records.map(\.nextGeneration) == [next, third, nil])
    #expect(records.map(\.redrives.count) == [1, 1, 0])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `a redriven message is the head of its lane again, but never before one that is on its way`() {
    var desk = Desk()
    desk.issue("a")
    desk.issue("b")
    desk.issue("c")
    desk.settle(desk.claim().first, .rejected(reason: "no"))
    let b = desk.claim().first
    desk.redrive(Self.key)
    #expect(desk.claimed() == [])
    desk.settle(b, .accepted("W2"))
    let a = desk.claim().first
    #expect(a?.message.variant == "a")
    desk.settle(a, .accepted("W1"))
    #expect(desk.claimed() == ["c"])
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `one that waits once more lets an earlier one go first that was redriven meanwhile`() {
    var desk = Desk()
    for name in ["a", "b", "c"] { desk.issue(name) }
    desk.settle(desk.claim().first, .rejected(reason: "no"))
    _ = desk.claim()
    desk.redrive(Self.key)
    // Its worker ended without a word: it is still the one that is on its way.
    desk.now += 60_000
    let b = desk.claim().first
    #expect(b?.message.variant == "b")
    desk.settle(b, .retry(after: .zero, failure: "busy", isUnknown: false))
    for name in ["a", "b", "c"] {
      let claim = desk.claim().first
      #expect(claim?.message.variant == name)
      desk.settle(claim, .accepted(nil))
    }
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `what a redemption proved, or is unknown, is not redriven`() {
    var desk = Desk()
    desk.issue("a")
    desk.settle(desk.claim().first, .buried(reason: "spent", isUnknown: true))
    desk.redeem("r-1", .issuedOffer(Desk.id("a")), at: 0)
    #expect(desk.redrive(Self.key) == .refused(.accepted(nil)))
    #expect(desk.redrive(.derive("nobody")) == .unknownMessage)
  }

  @Test func `a buried message is found on its page, redriven through the bridge, and arrives`() async throws
  {
    let provider = ScriptedMessageProvider(replies: [.rejected(reason: "closed for lunch")])
    let shop = try await Shop(wallet: provider)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    let rejected = try await shop.bridge.page(.messagesIn(.rejected)).messages
    #expect(rejected.map(\.message.customer) == ["ada"])
    let key = rejected[0].message.key
    #expect(try await shop.bridge.redrive(key, reason: "they are back") == .redriven(key))
    try await shop.bridge.deliverDueMessages()
    #expect(provider.deliveries.map(\.message.key) == [key, key])
    #expect(
      provider.deliveries.map(\.message.payload) == [
        rejected[0].message.payload, rejected[0].message.payload,
      ]
    )
    let record = try #require(try await shop.bridge.record(of: shop.issued().id))
    #expect(record.messages.map(\.redrives.count) == [1])
    #expect(record.messages[0].redrives[0].reason == "they are back")
    #expect(record.messages[0].state.name == .accepted)
  }

  @Test(arguments: ["", String(repeating: "x", count: 1025)])
  func `an operator says why`(reason: String) async throws {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let issued = try await shop.issued().id
    let message = try await shop.message().message.key
    await #expect(throws: OfferBridgeError.self) { try await shop.bridge.redrive(message, reason: reason) }
    await #expect(throws: OfferBridgeError.self) {
      try await shop.bridge.close(issued, as: .revoked, reason: reason, limitUses: .kept)
    }
    #expect(try await shop.issued().closure == nil)
  }
}
