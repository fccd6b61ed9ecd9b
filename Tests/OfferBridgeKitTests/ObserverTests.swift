import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The three readings of the observer, and chains of events.
@Suite struct ObserverTests {
  private static let silent = Offer("ten-off", replicas: ["wallet": "TEN"])

  @Test func `an observer of an issuance raises the event that a campaign hears`() async throws {
    let shop = try await Shop(
      observers: [ScopeObserver("observer", on: .issuance(of: "ten-off"), raise: "ten_off_issued")],
      offers: [Self.silent]
    )
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(
      decisions.map(\.description) == [
        "reward on app_opened: issued ten-off",
        "observer on issuance of ten-off: raised ten_off_issued",
        "to-wallet on ten_off_issued: message through wallet",
      ]
    )
  }

  @Test func `an observer and an offer that name the same event raise it once`() async throws {
    let shop = try await Shop(
      observers: [ScopeObserver("observer", on: .issuance(of: "ten-off"), raise: "ten_off_issued")]
    )
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions["observer"]?.outcome == .alreadyPlanned)
    #expect(try await shop.bridge.audit().messages == 1)
    let again = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(again["to-wallet"]?.isReplay == true)
    #expect(try await shop.bridge.audit().messages == 1)
  }

  @Test func `an observer publishes itself, of the customers who meet its rule`() async throws {
    let observer = ScopeObserver(
      "publish",
      on: .issuance(of: "ten-off"),
      where: Rule<Member> { $0.customer.hasWallet },
      send: Shop.card,
      through: "wallet"
    )
    let shop = try await Shop([Shop.reward()], observers: [observer], offers: [Self.silent])
    shop.store.save(Member(hasWallet: false), as: "ben")
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.respond(to: shop.opened("b-1", by: "ben"))
    #expect(try await shop.message().message.payloadText == #"{"name":"Ada","offer":"TEN"}"#)
    #expect(
      try await shop.issued(to: "ben").replicas[0].state
        == .notSent(.notMet("publish", ["customer.hasWallet"]))
    )
  }

  @Test func `an observer of an action raises an event that carries the action's attributes`() async throws {
    let campaign = Campaign<Member>(
      "seen",
      on: .event("visited"),
      rule: Rule { $0.event.channel == "ios" },
      outcome: .issue("ten-off")
    )
    let shop = try await Shop(
      [campaign, Shop.toWallet()],
      observers: [ScopeObserver("visit", on: .action("app_opened"), raise: "visited")]
    )
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1", ["channel": "ios"]))
    #expect(decisions.map(\.campaign) == ["visit", "seen", "to-wallet"])
  }

  @Test func `a journey stops at its depth with a decision that says so`() async throws {
    let steps = 4
    let campaigns = (0..<steps).map { step in
      Campaign<Member>(
        CampaignID("step-\(step)"),
        on: step == 0 ? .action("app_opened") : .event("event-\(step)"),
        rule: Everyone(),
        outcome: .issue(OfferID("offer-\(step)"))
      )
    }
    let offers = (0..<steps).map { Offer(OfferID("offer-\($0)"), raises: "event-\($0 + 1)") }
    let shop = try await Shop(campaigns, offers: offers, settings: BridgeSettings(journeyDepth: 2))
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions.map(\.outcome.isActed) == [true, true, true, false])
    #expect(decisions["step-3"]?.outcome == .chainTooDeep(limit: 2))
    #expect(decisions["step-3"]?.outcome.description == "more than 2 events in a row")
  }
}
