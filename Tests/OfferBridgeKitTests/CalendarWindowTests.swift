import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Windows of limits on every day of twenty years, and over the changes of the clocks.
@Suite struct CalendarWindowTests {
  /// Both ends of the date line, daylight in both halves of the year, by half an hour, at midnight, and a day left out.
  private static let zones = [
    "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Oslo", "Australia/Lord_Howe", "America/Sao_Paulo",
    "Pacific/Apia",
  ]

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// The names of the day, week, month and year of a moment, by Foundation's calendar and nothing of the library.
  private static func names(of moment: Date, by calendar: Calendar) -> [CalendarPeriod: String] {
    let parts = calendar.dateComponents([.year, .month, .day, .weekOfYear, .yearForWeekOfYear], from: moment)
    let (year, month, day) = (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    return [
      .day: "\(year)-\(twoDigits(month))-\(twoDigits(day))",
      .week: "\(parts.yearForWeekOfYear ?? 0)-W\(twoDigits(parts.weekOfYear ?? 0))",
      .month: "\(year)-\(twoDigits(month))",
      .year: "\(year)",
    ]
  }

  @Test(arguments: zones)
  func `calendar windows begin and end as the wall calendar does, on every day of 2007 to 2026`(
    name: String
  ) throws {
    let zone = try #require(TimeZone(identifier: name))
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = zone
    let periods: [CalendarPeriod] = [.day, .week, .month, .year]
    let limits = periods.map { RegisteredLimit(.perCustomer(1, in: .calendar($0, in: zone)), of: "c") }
    let own = periods.map { RegisteredLimit(.perCustomer(1, in: .calendar($0)), of: "c") }
    func period(_ limit: RegisteredLimit, at moment: Date) -> String? {
      limit.use(offer: nil, customer: "ada", at: moment, in: zone, worth: nil)?.counter.period
    }

    let parts = DateComponents(timeZone: zone, year: 2007, month: 1, day: 1)
    var start = calendar.startOfDay(for: try #require(calendar.date(from: parts)))
    var began: [CalendarPeriod: (name: String, at: Date)] = [:]
    var days = 0
    var differences: [String] = []
    while true {
      let names = Self.names(of: start, by: calendar)
      guard names[.year] != "2027", let end = calendar.dateInterval(of: .day, for: start)?.end else { break }
      days += 1
      for (index, kind) in periods.enumerated() {
        let expected = names[kind] ?? ""
        if began[kind]?.name != expected { began[kind] = (expected, start) }
        // The first millisecond of the day and its last one.
        for moment in [start, Date(milliseconds: end.milliseconds - 1)]
        where period(limits[index], at: moment) != "\(expected) \(zone.identifier)"
          || period(own[index], at: moment) != "\(expected) here"
        {
          differences.append("\(kind) of \(moment): \(period(limits[index], at: moment) ?? "none")")
        }
        // Before the first whole one there is nothing to compare a beginning with.
        if days > 366 || kind == .day, kind.start(at: start, in: zone) != began[kind]?.at {
          differences.append("the beginning of the \(kind) of \(start)")
        }
      }
      start = end
    }
    #expect(differences == [], "\(differences.prefix(5))")
    // Twenty years, and the day that Apia left out in 2011.
    #expect(days == (name == "Pacific/Apia" ? 7304 : 7305))
  }

  @Test(arguments: [
    ("Europe/Oslo", "2026-03-29T01:00:00Z"), ("Europe/Oslo", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"), ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"), ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
  ])
  func `a rolling window is as long over a change of the clocks as ever, and a calendar day is not`(
    name: String,
    text: String
  ) throws {
    let zone = try #require(TimeZone(identifier: name))
    let change = try Date(text, strategy: .iso8601).milliseconds
    #expect(
      zone.secondsFromGMT(for: Date(milliseconds: change - 1000))
        != zone.secondsFromGMT(for: Date(milliseconds: change))
    )
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    for hours in [1, 23, 24, 25] {
      let limit = CampaignLimit.perCustomer(2, in: .rolling(.hours(hours)))
      let daily = CampaignLimit.perCustomer(1, of: .group("daily"), in: .calendar(.day, in: zone))
      var desk = Desk()
      var taken: [Int64] = []
      var takenByDay: [String: Int] = [:]
      // Every ten minutes of three days, the change in their middle.
      for step in -216...216 {
        desk.now = change + Int64(step) * 600_000
        let isFree = taken.count { $0 > desk.now - Int64(hours) * 3_600_000 } < 2
        let answer = desk.issue("\(step)", limits: [limit])
        #expect((answer == .written) == isFree, "\(hours) hours, step \(step)")
        if isFree { taken.append(desk.now) }
        let day = Self.names(of: Date(milliseconds: desk.now), by: calendar)[.day] ?? ""
        let isFirst = takenByDay[day] == nil
        #expect((desk.issue("day \(step)", limits: [daily]) == .written) == isFirst, "\(day), step \(step)")
        takenByDay[day, default: 0] += 1
      }
      #expect(takenByDay.count >= 3)
    }
  }
}
