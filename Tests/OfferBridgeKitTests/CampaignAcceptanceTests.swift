import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Campaigns as the people who run them need them: one test for each promise, whose name is the promise.
///
/// What each of them is made of has tests of its own, beside what it tests.
@Suite struct CampaignAcceptanceTests {
  @Test
  func `a dry run of ghost or real customers at any "now" writes nothing and returns the exact payloads`()
    async throws
  {
    let utc = TimeZone.gmt
    let shop = try await Shop([
      Shop.reward(
        Rule<Member> {
          $0.customer.tier == .gold
          $0.now.weekday(in: utc) == 6
        },
        limits: [.perCustomer(1)]
      ), Shop.toWallet(),
    ])
    // Thursday, 1 January 2026.
    let thursday = shop.time.now
    let saturday = thursday + 2 * 86_400
    #expect(try await shop.bridge.audit().issued == 0)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let untouched = try encoder.encode(shop.ledger.saved())

    let action = shop.opened("a-1")
    let today = try await shop.bridge.dryRun(of: action)
    #expect(today.decisions["reward"]?.outcome == .notMet && today.messages == [])
    let real = try await shop.bridge.dryRun(of: action, against: .live(at: saturday))
    #expect(real.messages.map(\.payloadText) == [#"{"name":"Ada","offer":"TEN"}"#])
    let ghost = try await shop.bridge.dryRun(
      of: shop.opened("a-2", by: "ghost"),
      as: Member(name: "Ghost"),
      history: [],
      against: .live(at: saturday)
    )
    #expect(ghost.messages.map(\.payloadText) == [#"{"name":"Ghost","offer":"TEN"}"#])
    #expect(try encoder.encode(shop.ledger.saved()) == untouched)

    shop.time.advance(to: saturday)
    let decisions = try await shop.bridge.respond(to: action)
    #expect(decisions.map(\.description) == real.decisions.map(\.description))
    #expect(try await shop.message().message == real.messages[0])
  }
}
