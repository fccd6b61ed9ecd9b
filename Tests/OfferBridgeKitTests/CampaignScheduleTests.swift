import Foundation
import OfferBridgeTesting
import Testing

@testable import OfferBridgeKit

/// When a campaign runs: days, weekdays and hours, in its own zone or the customer's.
@Suite struct CampaignScheduleTests {
  private static let newYork = TimeZone(identifier: "America/New_York") ?? .gmt
  private static let oslo = TimeZone(identifier: "Europe/Oslo") ?? .gmt
  private static let kiritimati = TimeZone(identifier: "Pacific/Kiritimati") ?? .gmt
  private static let bakerIsland = TimeZone(secondsFromGMT: -12 * 3600) ?? .gmt

  private static func day(_ text: String) -> LocalDay { LocalDay(text) ?? LocalDay(clamping: 0) }

  private static func moment(_ text: String) throws -> Date {
    try Date(text, strategy: .iso8601)
  }

  private func runs(_ schedule: CampaignSchedule, at moment: String, in zone: TimeZone = .gmt) throws -> Bool
  {
    RunTime(schedule).isRunning(at: try Self.moment(moment).milliseconds, zone: zone)
  }

  @Test(
    "a schedule runs from its first moment on, up to its end, which is outside",
    arguments: [
      // A winter's Friday night, which belongs to Friday also after midnight.
      (
        CampaignSchedule.evergreen.on(.friday).from(LocalTime(22), until: LocalTime(2)).in(oslo),
        "2026-01-09T20:59:59Z", false
      ),
      (
        .evergreen.on(.friday).from(LocalTime(22), until: LocalTime(2)).in(oslo), "2026-01-09T21:00:00Z", true
      ),
      (
        .evergreen.on(.friday).from(LocalTime(22), until: LocalTime(2)).in(oslo), "2026-01-10T00:59:59Z", true
      ),
      (
        .evergreen.on(.friday).from(LocalTime(22), until: LocalTime(2)).in(oslo), "2026-01-10T01:00:00Z",
        false
      ),
      (
        .evergreen.on(.friday).from(LocalTime(22), until: LocalTime(2)).in(oslo), "2026-01-09T00:30:00Z",
        false
      ),
      // Days, to the end of the last one.
      (.days(day("2026-06-01"), through: day("2026-06-02"), in: oslo), "2026-05-31T21:59:59Z", false),
      (.days(day("2026-06-01"), through: day("2026-06-02"), in: oslo), "2026-05-31T22:00:00Z", true),
      (.days(day("2026-06-01"), through: day("2026-06-02"), in: oslo), "2026-06-02T21:59:59Z", true),
      (.days(day("2026-06-01"), through: day("2026-06-02"), in: oslo), "2026-06-02T22:00:00Z", false),
      // The last night goes on past the last day, and none comes before the first.
      (
        .days(day("2026-06-01"), through: day("2026-06-02"), in: .gmt).from(
          LocalTime(22),
          until: LocalTime(2)
        ), "2026-06-03T01:59:59Z", true
      ),
      (
        .days(day("2026-06-01"), through: day("2026-06-02"), in: .gmt).from(
          LocalTime(22),
          until: LocalTime(2)
        ), "2026-06-03T22:00:00Z", false
      ),
      (
        .days(day("2026-06-01"), through: day("2026-06-02"), in: .gmt).from(
          LocalTime(22),
          until: LocalTime(2)
        ), "2026-06-01T01:00:00Z", false
      ),
      // To the minute, to midnight.
      (.evergreen.from(LocalTime(9, 30), until: LocalTime(24)).in(.gmt), "2026-06-01T09:29:59Z", false),
      (.evergreen.from(LocalTime(9, 30), until: LocalTime(24)).in(.gmt), "2026-06-01T09:30:00Z", true),
      (.evergreen.from(LocalTime(9, 30), until: LocalTime(24)).in(.gmt), "2026-06-01T23:59:59Z", true),
      (.evergreen.from(LocalTime(9, 30), until: LocalTime(24)).in(.gmt), "2026-06-02T00:00:00Z", false),
      // Moments bound days and hours.
      (
        .during(Date(timeIntervalSince1970: 0)..<Date(timeIntervalSince1970: 60)).from(
          LocalTime(0),
          until: LocalTime(1)
        ).in(.gmt), "1970-01-01T00:00:59Z", true
      ),
      (
        .during(Date(timeIntervalSince1970: 0)..<Date(timeIntervalSince1970: 60)).from(
          LocalTime(0),
          until: LocalTime(1)
        ).in(.gmt), "1970-01-01T00:01:00Z", false
      ),
      (.starting(Date(timeIntervalSince1970: 60)), "1970-01-01T00:00:59Z", false),
      (.starting(Date(timeIntervalSince1970: 60)), "2400-01-01T00:00:00Z", true),
      (.evergreen, "1970-01-01T00:00:59Z", true),
    ] as [(CampaignSchedule, String, Bool)]
  )
  func edges(schedule: CampaignSchedule, moment: String, isRunning: Bool) throws {
    #expect(try runs(schedule, at: moment) == isRunning, "\(schedule)")
    // Whose schedule names a zone, the customer's does not matter.
    #expect(try runs(schedule, at: moment, in: Self.kiritimati) == isRunning, "\(schedule)")
  }

  @Test func `a day without a zone is the customer's own, from the first on earth to the last`() throws {
    let schedule = CampaignSchedule.days(Self.day("2026-06-01"), through: Self.day("2026-06-01"))
    for (zone, start, end) in [
      (Self.kiritimati, "2026-05-31T10:00:00Z", "2026-06-01T10:00:00Z"),
      (Self.oslo, "2026-05-31T22:00:00Z", "2026-06-01T22:00:00Z"),
      (Self.bakerIsland, "2026-06-01T12:00:00Z", "2026-06-02T12:00:00Z"),
    ] {
      let (start, end) = (try Self.moment(start).milliseconds, try Self.moment(end).milliseconds)
      let runTime = RunTime(schedule)
      let edges = [start - 1, start, end - 1, end].map { runTime.isRunning(at: $0, zone: zone) }
      #expect(edges == [false, true, true, false], "\(zone.identifier)")
    }
  }

  @Test func `an hour that the clock skips does not come, and one that it shows twice comes twice`() throws {
    let night = CampaignSchedule.evergreen.from(LocalTime(2), until: LocalTime(3)).in(Self.newYork)
    func minutes(of day: String) throws -> Int {
      let interval = Self.day(day).interval(in: Self.newYork)
      let start = interval.lowerBound.milliseconds
      let length = Int((interval.upperBound.milliseconds - start) / 60_000)
      return (0..<length).count { RunTime(night).isRunning(at: start + Int64($0) * 60_000, zone: .gmt) }
    }
    #expect(try minutes(of: "2026-03-07") == 60)
    #expect(try minutes(of: "2026-03-08") == 0)
    let early = CampaignSchedule.evergreen.from(LocalTime(1), until: LocalTime(2)).in(Self.newYork)
    let start = Self.day("2026-11-01").start(in: Self.newYork).milliseconds
    let twice = (0..<25 * 60).count { RunTime(early).isRunning(at: start + Int64($0) * 60_000, zone: .gmt) }
    #expect(twice == 120)
  }

  /// Every quarter of an hour of two years in six zones, against a calendar of Foundation's.
  @Test func `every quarter of an hour is as Foundation's own calendar says`() throws {
    let zones = [
      "Europe/Oslo", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia",
      "Pacific/Chatham",
    ]
    let schedule = CampaignSchedule.days(Self.day("2026-02-10"), through: Self.day("2027-11-20"))
      .on(.sunday, .wednesday).from(LocalTime(23, 15), until: LocalTime(4, 45))
    let runTime = RunTime(schedule)
    for name in zones {
      let zone = try #require(TimeZone(identifier: name))
      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = zone
      var moment = try Self.moment("2026-02-08T00:00:00Z")
      let end = try Self.moment("2027-11-25T00:00:00Z")
      var wrong: [String] = []
      while moment < end {
        let parts = calendar.dateComponents([.hour, .minute], from: moment)
        let minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
        let began =
          minute < 23 * 60 + 15 ? calendar.date(byAdding: .day, value: -1, to: moment) ?? moment : moment
        let date = calendar.dateComponents([.year, .month, .day, .weekday], from: began)
        let text = String(format: "%04d-%02d-%02d", date.year ?? 0, date.month ?? 0, date.day ?? 0)
        let expected =
          (minute >= 23 * 60 + 15 || minute < 4 * 60 + 45) && [1, 4].contains(date.weekday)
          && ("2026-02-10"..."2027-11-20").contains(text)
        if runTime.isRunning(at: moment.milliseconds, zone: zone) != expected { wrong.append("\(moment)") }
        moment += 900
      }
      #expect(wrong.isEmpty, "\(name): \(wrong.prefix(3))")
    }
  }

  @Test func `schedules, calendar limits and rules go by the customer's own clock`() async throws {
    struct Traveller: Sendable {
      var zone: TimeZone?
    }
    let time = ManualTime(try Self.moment("2026-06-05T11:00:00Z"))
    let campaigns = [
      Campaign<Traveller>(
        "friday-evening",
        on: .action("app_opened"),
        rule: Rule { $0.now.weekday == 5 },
        outcome: .issue("ten-off"),
        limits: [.perCustomer(1, in: .calendar(.day))],
        schedule: .evergreen.on(.friday).from(LocalTime(18), until: LocalTime(24))
      )
    ]
    let bridge = try await OfferBridge(
      customers: InMemoryCustomerStore<Traveller>([
        "auckland": Traveller(zone: TimeZone(identifier: "Pacific/Auckland")),
        "oslo": Traveller(zone: Self.oslo), "nowhere": Traveller(zone: nil),
      ]),
      catalog: InMemoryOfferCatalog([Offer("ten-off")]),
      campaigns: campaigns,
      zoneOfCustomer: \.zone,
      ledger: InMemoryOfferLedger(now: { time.now }),
      settings: BridgeSettings(zone: Self.newYork)
    )
    var actions = 0
    func outcome(_ customer: CustomerID) async throws -> String? {
      actions += 1
      let action = CustomerAction("app_opened", id: "a-\(actions)", by: customer, at: time.now)
      return try await bridge.respond(to: action)["friday-evening"]?.outcome.description
    }
    // 23:00 in Auckland, 13:00 in Oslo, 07:00 in New York.
    #expect(try await outcome("auckland") == "issued ten-off")
    #expect(try await outcome("auckland") == "limit reached (1 per customer of the campaign a day)")
    #expect(try await outcome("oslo") == "not running")
    time.advance(by: .hours(5))
    #expect(try await outcome("auckland") == "not running")
    #expect(try await outcome("oslo") == "issued ten-off")
    #expect(try await outcome("nowhere") == "not running")
    time.advance(by: .hours(6))
    #expect(try await outcome("nowhere") == "issued ten-off")
    time.advance(by: .days(7))
    #expect(try await outcome("nowhere") == "issued ten-off")
  }

  @Test(
    "a schedule that never runs is a fault at the door",
    arguments: [
      .during(Date(timeIntervalSince1970: 60)..<Date(timeIntervalSince1970: 60)),
      .days(day("2026-06-02"), through: day("2026-06-01")),
      // A Monday and a Tuesday.
      .days(day("2026-06-01"), through: day("2026-06-02")).on(.wednesday, .sunday),
      .evergreen.on(),
      .evergreen.from(LocalTime(9), until: LocalTime(9)),
    ] as [CampaignSchedule]
  )
  func faults(schedule: CampaignSchedule) async throws {
    await #expect(throws: OfferBridgeError.self) { try await Shop([Shop.reward(schedule: schedule)]) }
    #expect(schedule.isEmpty)
  }

  @Test func `a schedule with a day of its weekdays is none`() {
    #expect(
      !CampaignSchedule.days(Self.day("2026-06-01"), through: Self.day("2026-06-02")).on(.tuesday).isEmpty
    )
    #expect(
      !CampaignSchedule.days(Self.day("2026-06-01"), through: Self.day("2026-06-07")).on(.sunday).isEmpty
    )
    #expect(
      !CampaignSchedule.days(Self.day("2026-06-01"), through: Self.day("2029-06-07")).on(.sunday).isEmpty
    )
  }

  @Test func `a time that no clock shows is a fault at the door`() async throws {
    for time in [LocalTime(24, 1), LocalTime(25), LocalTime(-1), LocalTime(9, 60), LocalTime(9, -1)] {
      let schedule = CampaignSchedule.evergreen.from(LocalTime(8), until: time)
      do {
        _ = try await Shop([Shop.reward(schedule: schedule)])
        Issue.record("\(time) was taken")
      } catch let error as OfferBridgeError {
        #expect("\(error)".contains("has the time \(time). Give it one from 00:00 to 24:00."))
      }
    }
  }

  @Test func `a schedule says itself, and is read back as it was written`() throws {
    let schedules: [(CampaignSchedule, String)] = [
      (.evergreen, "evergreen"),
      (
        .days(Self.day("2026-06-01"), through: Self.day("2026-06-30"), in: Self.oslo).on(.sunday, .saturday)
          .from(LocalTime(9), until: LocalTime(17, 5)),
        "2026-06-01 through 2026-06-30, on saturday and sunday, from 09:00 until 17:05, in Europe/Oslo"
      ),
      (.evergreen.on(.monday), "evergreen, on monday, where the customer is"),
    ]
    for (schedule, text) in schedules {
      #expect("\(schedule)" == text)
      #expect(
        try JSONDecoder().decode(CampaignSchedule.self, from: JSONEncoder().encode(schedule)) == schedule
      )
    }
  }
}
