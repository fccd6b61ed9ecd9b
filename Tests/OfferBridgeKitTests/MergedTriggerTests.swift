import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What is derived or drawn, and comes again after a merge: ends that are near or over, host events, offers by weight.
@Suite struct MergedTriggerTests {
  /// Both ids issued an offer, two seconds apart; whoever is no gold customer is not reminded.
  private func shop() async throws -> Shop {
    let reminder = Campaign<Member>(
      "reminder",
      on: .event("ten_off_expiring"),
      rule: Rule { $0.customer.tier == .gold },
      outcome: .send(Shop.card, through: "wallet")
    )
    let shop = try await Shop([Shop.reward(), Shop.toWallet(), reminder], offers: [Shop.warnedTenOff])
    shop.store.save(Member(name: "Ada's telephone", tier: .basic), as: "ada-phone")
    for (name, customer) in [("p-1", CustomerID("ada-phone")), ("a-1", "ada")] {
      _ = try await shop.bridge.respond(to: shop.opened(name, by: customer))
      shop.time.advance(by: .seconds(2))
    }
    try await shop.bridge.deliverDueMessages()
    return shop
  }

  private func reminders(in shop: Shop) async throws -> [OfferMessage] {
    try await shop.bridge.messages(of: "ada").map(\.message).filter { $0.campaign == "reminder" }
  }

  @Test func `an end that is told after a merge is told once, to whoever survives`() async throws {
    let shop = try await shop()
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    shop.time.advance(by: .days(28))
    for isReplay in [false, true, true] {
      let sweep = try await shop.bridge.warnOfExpiring()
      #expect(sweep.issuedOffers.count == 2 && sweep.skipped.isEmpty)
      #expect(sweep.decisions.map { $0["reminder"]?.outcome.isActed } == [true, true])
      #expect(sweep.decisions.map { $0["reminder"]?.isReplay } == [isReplay, isReplay])
    }
    let reminders = try await reminders(in: shop)
    #expect(reminders.map(\.customer) == ["ada", "ada"])
    #expect(reminders.map(\.issuedOffer) == (try await shop.bridge.issuedOffers(of: "ada").map(\.id)))
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `an end that was told before a merge is not told again, and one that was not is told after it`()
    async throws
  {
    let shop = try await shop()
    shop.time.advance(by: .days(28))
    let before = try await shop.bridge.warnOfExpiring()
    #expect(before.decisions.map { $0["reminder"]?.outcome.isActed } == [false, true])
    #expect(try await reminders(in: shop).count == 1)
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    // Ada is a gold customer, and so is her telephone now.
    for isReplay in [false, true] {
      let after = try await shop.bridge.warnOfExpiring()
      #expect(after.issuedOffers == before.issuedOffers)
      #expect(after.decisions.map { $0["reminder"]?.outcome.isActed } == [true, true])
      #expect(after.decisions.map { $0["reminder"]?.isReplay } == [isReplay, true])
    }
    let reminders = try await reminders(in: shop)
    #expect(reminders.map(\.issuedOffer) == before.issuedOffers.reversed())
    #expect(reminders.map(\.customer) == ["ada", "ada"])
    let told = try await shop.bridge.journey(of: "ada").description
    #expect(told.components(separatedBy: "ten_off_expiring raised").count == 3)
    #expect(try await shop.bridge.verifiedTrail().isWhole)
  }

  @Test func `what is over is recalled once, before or after a merge`() async throws {
    let shop = try await shop()
    shop.time.advance(by: .days(30) - .seconds(4))
    #expect(try await shop.bridge.recallExpired(saying: Shop.card).issuedOffers.count == 1)
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    #expect(try await shop.bridge.recallExpired(saying: Shop.card).issuedOffers == [])
    shop.time.advance(by: .seconds(2))
    #expect(try await shop.bridge.recallExpired(saying: Shop.card).issuedOffers.count == 1)
    #expect(try await shop.bridge.recallExpired(saying: Shop.card).issuedOffers == [])
    try await shop.bridge.deliverDueMessages()
    let offers = try await shop.bridge.issuedOffers(of: "ada")
    #expect(offers.map { $0.closure?.kind } == [.expired, .expired])
    #expect(offers.map { $0.replicas[0].state } == [.recalled, .recalled])
    let recalls = try await shop.bridge.messages(of: "ada").map(\.message).filter { $0.purpose == .recall }
    #expect(recalls.count == 2 && recalls.allSatisfy { $0.payloadText.contains("Ada") })
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `a host event that is reported again under either id is recognised`() async throws {
    let birthday = Campaign<Member>(
      "birthday",
      on: .event("birthday"),
      rule: Everyone(),
      outcome: .issue("ten-off")
    )
    let shop = try await Shop([birthday, Shop.toWallet()], hostEvents: ["birthday"])
    shop.store.save(Member(), as: "ada-phone")
    func event(of customer: CustomerID) -> ProfileEvent {
      ProfileEvent("birthday", id: "e-1", on: customer, at: shop.time.now)
    }
    let first = try await shop.bridge.respond(to: event(of: "ada-phone")).issuedOffers.map(\.id)
    _ = try await shop.bridge.merge("ada-phone", into: "ada")
    for customer: CustomerID in ["ada", "ada-phone"] {
      let again = try await shop.bridge.respond(to: event(of: customer))
      #expect(again.issuedOffers.map(\.id) == first)
      #expect(again["birthday"]?.isReplay == true)
    }
    #expect(try await shop.bridge.audit().issued == 1)
  }

  @Test func `by weight and by control group the survivor is drawn, whichever id reports`() async throws {
    let offers = (0..<4).map { Offer(OfferID("o-\($0)")) }
    let weights = offers.map { WeightedOffer($0.id, weight: 1) }
    let issues = Campaign<Member>(
      "issues",
      on: .action("app_opened"),
      rule: Everyone(),
      outcome: .issueOneOf(weights, salt: "spring")
    )
    let held = Campaign<Member>(
      "held",
      on: .action("app_opened"),
      rule: Everyone(),
      outcome: .issue("o-0"),
      control: .also(ControlGroup("winter", percent: 50))
    )
    let shop = try await Shop([issues, held], offers: offers)
    for number in 0..<24 {
      let (phone, person) = (CustomerID("phone-\(number)"), CustomerID("person-\(number)"))
      shop.store.save(Member(), as: person)
      _ = try await shop.bridge.merge(phone, into: person)
      let mine = try await shop.bridge.respond(to: shop.opened("p-\(number)", by: phone))
      let theirs = try await shop.bridge.respond(to: shop.opened("q-\(number)", by: person))
      #expect(mine["issues"]?.issuedOffer?.offer == theirs["issues"]?.issuedOffer?.offer)
      #expect(mine["issues"]?.offerExplanation == theirs["issues"]?.offerExplanation)
      #expect(mine["held"]?.outcome.isActed == theirs["held"]?.outcome.isActed)
      #expect(mine.group == theirs.group)
      #expect((mine.group == "winter") == (mine["held"]?.outcome.isActed == false))
    }
  }
}

extension Decisions {
  /// The control group that "held" left alone, or `nil`.
  fileprivate var group: ControlGroupID? {
    if case .heldOut(let group)? = self["held"]?.outcome { group } else { nil }
  }
}
