import Foundation
import OfferBridgeTesting
import Testing

@testable import OfferBridgeKit

/// Campaigns that begin by the clock: what is due, for whom, and how often.
@Suite struct ScheduledCampaignTests {
  private static let oslo = TimeZone(identifier: "Europe/Oslo") ?? .gmt

  private static func moment(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }
  private static func day(_ text: String) -> LocalDay { LocalDay(text) ?? LocalDay(clamping: 0) }

  private static func letter(
    _ schedule: CampaignSchedule,
    _ rule: some CampaignRule<Member> = Everyone<Member>()
  ) -> Campaign<Member> {
    Campaign(
      "friday-letter",
      on: .schedule,
      rule: rule,
      outcome: .send(Shop.letter, through: "wallet"),
      schedule: schedule
    )
  }

  private static let fridayNight = CampaignSchedule.evergreen.on(.friday)
    .from(LocalTime(22), until: LocalTime(2)).in(oslo)

  @Test
  func `an audience is reported as often as the host likes, and each customer is sent one message a night`()
    async throws
  {
    let shop = try await Shop([Self.letter(Self.fridayNight)])
    shop.store.save(Member(), as: "bob")
    shop.time.advance(to: try Self.moment("2026-01-09T20:59:59Z"))
    let early = try await shop.bridge.respond(toScheduleOf: "friday-letter", for: "ada")
    #expect(early.isEmpty)
    #expect(early["friday-letter"]?.outcome == .notRunning)
    #expect(
      try await shop.bridge.dueSchedules()
        == DueSchedules(campaigns: [], next: Self.moment("2026-01-09T21:00:00Z"))
    )
    shop.time.advance(by: .seconds(1))
    let next = try Self.moment("2026-01-16T21:00:00Z")
    #expect(try await shop.bridge.dueSchedules() == DueSchedules(campaigns: ["friday-letter"], next: next))
    // Before and after midnight it is one night.
    for hour in 0..<4 {
      for customer in ["ada", "bob"] as [CustomerID] {
        let decisions = try await shop.bridge.respond(toScheduleOf: "friday-letter", for: customer)
        #expect(decisions["friday-letter"]?.outcome.isActed == true)
        #expect(decisions["friday-letter"]?.isReplay == (hour > 0))
        #expect(try await shop.bridge.messages(of: customer).count == 1)
      }
      shop.time.advance(by: .hours(1))
    }
    #expect(try await shop.bridge.dueSchedules().campaigns == [])
    shop.time.advance(to: next)
    _ = try await shop.bridge.respond(toScheduleOf: "friday-letter", for: "ada")
    #expect(try await shop.bridge.messages(of: "ada").count == 2)
    #expect(try await shop.ledger.audit(tenant: "main").imbalances == [])
  }

  @Test func `who was not met is asked again as long as the stretch goes on`() async throws {
    let shop = try await Shop([Self.letter(Self.fridayNight, Rule { $0.customer.isOptedIn })])
    shop.time.advance(to: try Self.moment("2026-01-09T21:00:00Z"))
    shop.store.save(Member(isOptedIn: false), as: "ada")
    let first = try await shop.bridge.respond(toScheduleOf: "friday-letter", for: "ada")
    #expect(first["friday-letter"]?.outcome == .notMet)
    shop.store.save(Member(), as: "ada")
    shop.time.advance(by: .hours(3))
    let second = try await shop.bridge.respond(toScheduleOf: "friday-letter", for: "ada")
    #expect(second["friday-letter"]?.outcome.isActed == true)
  }

  @Test func `a hundred hosts that report one customer at once send one message`() async throws {
    let shop = try await Shop([Self.letter(Self.fridayNight)])
    shop.time.advance(to: try Self.moment("2026-01-09T21:00:00Z"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<100 {
        group.addTask { _ = try await shop.bridge.respond(toScheduleOf: "friday-letter", for: "ada") }
      }
      try await group.waitForAll()
    }
    #expect(try await shop.bridge.messages(of: "ada").count == 1)
  }

  @Test func `a schedule without weekdays and hours is one stretch`() async throws {
    let week = CampaignSchedule.days(Self.day("2026-01-05"), through: Self.day("2026-01-11"), in: Self.oslo)
    let shop = try await Shop([Self.letter(week)])
    #expect(
      try await shop.bridge.dueSchedules()
        == DueSchedules(campaigns: [], next: Self.moment("2026-01-04T23:00:00Z"))
    )
    shop.time.advance(to: try Self.moment("2026-01-04T23:00:00Z"))
    for _ in 0..<7 {
      _ = try await shop.bridge.respond(toScheduleOf: "friday-letter", for: "ada")
      shop.time.advance(by: .days(1))
    }
    #expect(try await shop.bridge.messages(of: "ada").count == 1)
    #expect(try await shop.bridge.dueSchedules() == DueSchedules(campaigns: [], next: nil))
  }

  @Test func `a campaign that hears something is none that begins by the clock`() async throws {
    let shop = try await Shop()
    do {
      _ = try await shop.bridge.respond(toScheduleOf: "reward", for: "ada")
      Issue.record("it was taken")
    } catch let error as OfferBridgeError {
      #expect(error.code == .campaignNotScheduled("reward"))
      #expect("\(error)".contains("Mend its name, or give it the trigger .schedule."))
    }
    await #expect(throws: OfferBridgeError.self) {
      let shop = try await Shop([Self.letter(.evergreen)])
      _ = try await shop.bridge.respond(toScheduleOf: "friday-letter", for: "nobody")
    }
  }

  @Test(
    "the next start is the first minute at which it runs after one at which it did not, or another night",
    arguments: [
      .evergreen.on(.friday).from(LocalTime(22), until: LocalTime(2)),
      .evergreen.on(.sunday, .saturday),
      .evergreen.from(LocalTime(2, 30), until: LocalTime(3)),
      .evergreen.from(LocalTime(0), until: LocalTime(24)),
      .days(day("2026-03-20"), through: day("2026-11-03")).on(.sunday).from(
        LocalTime(1, 15),
        until: LocalTime(2, 45)
      ),
      .during(Date(timeIntervalSince1970: 1_772_980_020)..<Date(timeIntervalSince1970: 1_773_300_000))
        .from(LocalTime(6), until: LocalTime(20)),
    ] as [CampaignSchedule],
    ["America/New_York", "Europe/Oslo", "Australia/Lord_Howe"]
  )
  func starts(schedule: CampaignSchedule, zone: String) throws {
    let zone = try #require(TimeZone(identifier: zone))
    let runTime = RunTime(schedule.in(zone))
    // Three weeks around each change of the clocks.
    for first in [
      "2026-02-25T00:07:00Z", "2026-03-25T00:07:00Z", "2026-09-28T00:07:00Z", "2026-10-20T00:07:00Z",
    ] {
      let begin = try Self.moment(first)
      var expected: [Date] = []
      var before = runTime.stretch(at: begin.milliseconds, zone: zone)
      for minute in 1...21 * 1440 {
        let moment = begin + Double(minute) * 60
        let now = runTime.stretch(at: moment.milliseconds, zone: zone)
        // An hour that is shown twice is begun once.
        if let now, now != before,
          expected.last.map({ runTime.stretch(at: $0.milliseconds, zone: zone) }) != now
        {
          expected.append(moment)
        }
        before = now
      }
      var found: [Date] = []
      var moment = begin
      while let next = runTime.nextStart(after: moment), next <= begin + 21 * 86_400 {
        found.append(next)
        moment = next
      }
      #expect(found == expected, "\(schedule) from \(first)")
    }
  }

  @Test func `where it goes by the customer's clock, it begins somewhere first`() throws {
    let runTime = RunTime(
      .days(Self.day("2026-06-05"), through: Self.day("2026-06-05")).from(LocalTime(9), until: LocalTime(10))
    )
    let first = try Self.moment("2026-06-04T19:00:00Z")
    #expect(runTime.nextStart(after: first - 86_400) == first)
    #expect(!runTime.isRunningSomewhere(at: first.milliseconds - 1))
    #expect(runTime.isRunningSomewhere(at: first.milliseconds))
    #expect(runTime.nextStart(after: first) == first + 900)
    let last = try Self.moment("2026-06-05T21:00:00Z")
    #expect(runTime.nextStart(after: last - 1) == last)
    #expect(runTime.nextStart(after: last) == nil)
    #expect(runTime.isRunningSomewhere(at: last.milliseconds + 3_599_999))
    #expect(!runTime.isRunningSomewhere(at: last.milliseconds + 3_600_000))
  }

  // MARK: Opting in

  private func optedIn(
    _ optIn: OptIn,
    _ schedule: CampaignSchedule = .days(day("2026-05-01"), through: day("2026-05-31"), in: oslo)
  ) async throws -> Shop {
    try await Shop([
      Campaign(
        "spring",
        on: .action("app_opened"),
        rule: Rule { $0.customer.tier == .gold },
        outcome: .issue("ten-off"),
        schedule: schedule,
        optIn: optIn
      )
    ])
  }

  @Test(
    "who opted in within the window takes part, and nobody else",
    arguments: [
      ("2026-04-19T21:59:59Z", false), ("2026-04-19T22:00:00Z", true), ("2026-05-15T21:59:59Z", true),
      ("2026-05-15T22:00:00Z", false),
    ]
  )
  func optIn(moment: String, isMet: Bool) async throws {
    let moment = try Self.moment(moment)
    let days = OptIn(
      by: "joined",
      from: Self.day("2026-04-20"),
      through: Self.day("2026-05-15"),
      in: Self.oslo
    )
    let interval = try Self.moment("2026-04-19T22:00:00Z")..<Self.moment("2026-05-15T22:00:00Z")
    for optIn in [days, OptIn(by: "joined", during: interval)] {
      let shop = try await optedIn(optIn)
      shop.store.record(CustomerAction("joined", id: "j-1", by: "ada", at: moment))
      shop.time.advance(to: try Self.moment("2026-05-20T12:00:00Z"))
      let decision = try await shop.bridge.respond(to: shop.opened("a-1"))["spring"]
      #expect((decision?.issuedOffer != nil) == isMet)
      #expect(decision?.explanation.description.contains("opted in") == true)
    }
  }

  @Test func `an opt-in counts from its moment on, and the present action may be it`() async throws {
    let schedule = CampaignSchedule.days(
      Self.day("2026-05-01"),
      through: Self.day("2026-05-31"),
      in: Self.oslo
    )
    let optIn = OptIn(
      by: "app_opened",
      from: Self.day("2026-04-20"),
      through: Self.day("2026-05-15"),
      in: Self.oslo
    )
    let shop = try await optedIn(optIn, schedule)
    shop.time.advance(to: try Self.moment("2026-05-10T12:00:00Z"))
    #expect(try await shop.bridge.respond(to: shop.opened("a-1"))["spring"]?.issuedOffer != nil)
    shop.time.advance(to: try Self.moment("2026-05-20T12:00:00Z"))
    #expect(try await shop.bridge.respond(to: shop.opened("a-2", by: "ada"))["spring"]?.outcome == .notMet)
  }

  @Test(
    "an opt-in window that begins or ends after its campaign is a fault at the door",
    arguments: [
      (OptIn(by: "joined", from: day("2026-05-02"), through: day("2026-05-15"), in: oslo), false),
      (OptIn(by: "joined", from: day("2026-04-01"), through: day("2026-06-01"), in: oslo), false),
      (OptIn(by: "joined", from: day("2026-04-10"), through: day("2026-04-01"), in: oslo), false),
      (OptIn(by: "joined", from: day("2026-05-01"), through: day("2026-05-31"), in: oslo), true),
      (OptIn(by: "joined", from: day("2026-04-01"), through: day("2026-04-20"), in: oslo), true),
    ]
  )
  func optInFaults(optIn: OptIn, isTaken: Bool) async throws {
    let schedule = CampaignSchedule.days(
      Self.day("2026-05-01"),
      through: Self.day("2026-05-31"),
      in: Self.oslo
    )
    do {
      _ = try await optedIn(optIn, schedule)
      #expect(isTaken)
    } catch let error as OfferBridgeError {
      #expect(!isTaken)
      #expect(error.code == .configurationInvalid([.optInOutsideSchedule("spring")]))
      #expect("\(error)".contains("Let it begin and end no later than the campaign."))
    }
  }

  @Test("a campaign that always runs takes any opt-in window that is not empty")
  func optInOfEvergreen() async throws {
    let someDays = OptIn(
      by: "joined",
      from: Self.day("2026-04-01"),
      through: Self.day("2036-06-01"),
      in: Self.oslo
    )
    _ = try await optedIn(someDays, .evergreen)
    let noDay = OptIn(
      by: "joined",
      from: Self.day("2026-04-10"),
      through: Self.day("2026-04-01"),
      in: Self.oslo
    )
    let error = await #expect(throws: OfferBridgeError.self) { _ = try await optedIn(noDay, .evergreen) }
    #expect(error?.code == .configurationInvalid([.optInOutsideSchedule("spring")]))
  }
}
