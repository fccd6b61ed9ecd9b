import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Campaigns as the people who run them need them: one test for each promise, whose name is the promise.
///
/// What each of them is made of has tests of its own, beside what it tests.
@Suite struct CampaignAcceptanceTests {
  @Test func `schedules are evergreen, dated, opted into, by weekday and hour, half-open, in an IANA zone`()
    async throws
  {
    let newYork = try #require(TimeZone(identifier: "America/New_York"))
    let (monday, friday) = (try #require(LocalDay("2026-03-02")), try #require(LocalDay("2026-03-06")))
    let shop = try await Shop([Shop.reward()])
    let dated = CampaignSchedule.during(monday.start(in: newYork)..<friday.start(in: newYork))
    let hours = CampaignSchedule.days(monday, through: friday, in: newYork)
      .on(.wednesday).from(LocalTime(9), until: LocalTime(17))
    let wednesday = monday.adding(days: 2).start(in: newYork)
    let saturday = friday.adding(days: 1).start(in: newYork)
    // Half-open: the first moment is in, the end is out.
    let cases: [(CampaignSchedule, Date, Date)] = [
      (.evergreen, .distantPast, .distantFuture),
      (.starting(monday.start(in: newYork)), monday.start(in: newYork), .distantFuture),
      (dated, monday.start(in: newYork), friday.start(in: newYork)),
      (.days(monday, through: friday, in: newYork), monday.start(in: newYork), saturday),
      (hours, wednesday + 9 * 3600, wednesday + 17 * 3600),
    ]
    for (schedule, start, end) in cases {
      let bridge = try await shop.bridge.replacing(campaigns: [Shop.reward(schedule: schedule)])
      for (moment, runs) in [(start, true), (start - 0.001, false), (end - 0.001, true), (end, false)]
      where moment.timeIntervalSince1970.magnitude < 1e10 {
        let dryRun = try await bridge.dryRun(of: shop.opened("a-1"), against: .live(at: moment))
        #expect((dryRun.decisions["reward"]?.outcome != .notRunning) == runs, "\(schedule) at \(moment)")
      }
    }
    // An opt-in window starts on or before the day on which the campaign starts, and ends on or before its end.
    for (first, last, fits) in [(-3, 0, true), (0, 4, true), (1, 4, false), (-3, 5, false)] {
      let campaign = Campaign<Member>(
        "spring",
        on: .action("app_opened"),
        rule: Everyone(),
        outcome: .issue("ten-off"),
        schedule: .days(monday, through: friday, in: newYork),
        optIn: OptIn(
          by: "joined",
          from: monday.adding(days: first),
          through: monday.adding(days: last),
          in: newYork
        )
      )
      let made = try? await shop.bridge.replacing(campaigns: [campaign])
      #expect((made != nil) == fits, "\(first) to \(last)")
    }
  }

  @Test func `stacking has groups, priorities and a deterministic tie-break, and explain names the winner`()
    async throws
  {
    func candidate(_ id: CampaignID, _ priority: Int) -> Campaign<Member> {
      Campaign(
        id,
        on: .action("app_opened"),
        rule: Everyone(),
        outcome: .issue("ten-off"),
        exclusiveGroup: "discount",
        priority: priority
      )
    }
    let shop = try await Shop([candidate("low", 1), candidate("first", 7), candidate("second", 7)])
    for number in 0..<50 {
      let decisions = try await shop.bridge.respond(to: shop.opened("a-\(number)"))
      #expect(decisions.issuedOffers.map(\.campaign) == ["first"])
      #expect(
        decisions["low"]?.groupExplanation?.description == """
          of the group discount, first won
          - first: issued ten-off
          - second came after: first stands first in the configuration (both have the priority 7)
          - low came after: first has the higher priority (7 over 1)
          """
      )
    }
  }

  @Test func `a chain of events carries one id, and stops at the configured depth with a typed diagnostic`()
    async throws
  {
    let campaigns = (0..<6).map { step in
      Campaign<Member>(
        CampaignID("step-\(step)"),
        on: step == 0 ? .action("app_opened") : .event("event-\(step)"),
        rule: Everyone(),
        outcome: .issue(OfferID("offer-\(step)"))
      )
    }
    let offers = (0..<6).map { Offer(OfferID("offer-\($0)"), raises: "event-\($0 + 1)") }
    let shop = try await Shop(campaigns, offers: offers, settings: BridgeSettings(journeyDepth: 3))
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(decisions.issuedOffers.map(\.offer) == ["offer-0", "offer-1", "offer-2", "offer-3"])
    #expect(Set(decisions.issuedOffers.map(\.trigger)) == [TriggerID(.action, "a-1")])
    #expect(decisions["step-4"]?.outcome == .chainTooDeep(limit: 3))
    #expect(decisions["step-5"] == nil)
    // A chain that leads back to itself is refused at the door, with its path.
    let back = Campaign<Member>(
      "back",
      on: .event("event-1"),
      rule: Everyone(),
      outcome: .issue("offer-0")
    )
    let error = await #expect(throws: OfferBridgeError.self) {
      _ = try await shop.bridge.replacing(campaigns: Array(campaigns[0...0]) + [back])
    }
    let path = ["issuance of offer-0", "event event-1", "issuance of offer-0"]
    #expect(error?.code == .configurationInvalid([.cycle(path)]))
  }

  @Test func `an issued offer keeps its revision, its replica maps by the root id, and no change alters it`()
    async throws
  {
    let wallet = ScriptedMessageProvider(replies: [.accepted(reference: "W1"), .accepted(reference: "W2")])
    let first = Offer(
      "ten-off",
      revision: 1,
      raises: "ten_off_issued",
      replicas: ["wallet": "TEN"],
      expires: .after(.days(30)),
      redeemable: .times(2),
      faceValue: Money(minorUnits: 1000, currency: "EUR")
    )
    let shop = try await Shop(offers: [first], wallet: wallet)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.deliverDueMessages()
    let issued = try await shop.issued()
    shop.catalog.save(
      Offer(
        "ten-off",
        revision: 2,
        raises: "ten_off_issued",
        replicas: ["wallet": "TWENTY"],
        expires: .after(.days(1)),
        faceValue: Money(minorUnits: 2000, currency: "EUR")
      )
    )
    #expect(try await shop.issued() == issued)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(try await shop.issued() == issued)
    _ = try await shop.bridge.respond(to: shop.opened("a-2"))
    _ = try await shop.bridge.deliverDueMessages()
    let both = try await shop.bridge.issuedOffers(of: "ada")
    #expect(both.first == issued)
    #expect(both.map(\.revision) == [1, 2])
    // Both revisions are one offer, under its root id; each has the replica that it was issued with.
    #expect(both.map(\.offer) == ["ten-off", "ten-off"])
    #expect(both.map { $0.replica(at: "wallet")?.name } == ["TEN", "TWENTY"])
    #expect(both.map(\.faceValue?.minorUnits) == [1000, 2000])
    for (id, replica, owner) in [("r-1", "TEN", 0), ("r-2", "TWENTY", 1)] as [(String, ReplicaName, Int)] {
      let match = try await shop.bridge.reconcile(
        Redemption(id: id, of: .customer("ada", replica: replica), at: shop.time.now)
      )
      #expect(match == .applied(to: both[owner].id))
    }
  }

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
    #expect(try await shop.message().message == real.messages.first)
  }
}
