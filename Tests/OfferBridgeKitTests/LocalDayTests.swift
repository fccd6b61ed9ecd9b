import Foundation
import OfferBridgeKit
import Testing

struct LocalDayTests {
  private static let zones = [
    "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York", "Europe/Oslo", "Australia/Lord_Howe",
    "America/Sao_Paulo",
  ]

  // MARK: Against Foundation's calendar

  @Test(arguments: zones)
  func `each day of 20 years starts when Foundation's calendar says`(identifier: String) throws {
    let zone = try #require(TimeZone(identifier: identifier))
    let calendar = calendar(in: zone)
    var day = try #require(LocalDay(year: 2005, month: 1, day: 1))
    let end = try #require(LocalDay(year: 2025, month: 1, day: 1))
    var noon = try #require(calendar.date(from: DateComponents(year: 2005, month: 1, day: 1, hour: 12)))
    var wrong: [String] = []
    while day < end {
      let start = day.start(in: zone)
      if start != calendar.startOfDay(for: noon) { wrong.append("\(day) starts \(start)") }
      day = day.adding(days: 1)
      noon = try #require(calendar.date(byAdding: .day, value: 1, to: noon))
    }
    #expect(wrong == [])
  }

  /// One moment a day at an hour that wanders, and the two seconds around each start.
  @Test(arguments: zones)
  func `a moment is on the day and in the week that Foundation's calendar says`(identifier: String) throws {
    let zone = try #require(TimeZone(identifier: identifier))
    let calendar = calendar(in: zone)
    let first = try #require(LocalDay(year: 2005, month: 1, day: 1))
    var wrong: [String] = []
    for index in 0..<(20 * 365 + 5) {
      let start = first.adding(days: index).start(in: zone)
      for moment in [start, start - 1, start + Double(index * 7919 % 86_400)] {
        let parts = calendar.dateComponents(
          [.year, .month, .day, .weekOfYear, .yearForWeekOfYear],
          from: moment
        )
        let day = LocalDay(of: moment, in: zone)
        if (day.year, day.month, day.day) != (parts.year, parts.month, parts.day) {
          wrong.append("\(moment) is on \(day)")
        }
        let week = "\(parts.yearForWeekOfYear ?? 0)-W\(twoDigits(parts.weekOfYear ?? 0))"
        if CalendarPeriod.week.label(of: moment, in: zone) != week { wrong.append("\(moment) is in \(week)") }
      }
    }
    #expect(wrong == [])
  }

  @Test(arguments: zones + ["Pacific/Apia", "America/St_Johns", "Africa/Casablanca", "Asia/Kathmandu"])
  func `the days of a zone follow each other without gap or overlap`(identifier: String) throws {
    let zone = try #require(TimeZone(identifier: identifier))
    var day = try #require(LocalDay(year: 2005, month: 1, day: 1))
    var end = day.start(in: zone)
    for _ in 0..<(20 * 365) {
      let interval = day.interval(in: zone)
      if interval.lowerBound != end { Issue.record("\(day) starts \(interval.lowerBound), not \(end)") }
      if !interval.isEmpty {
        // The moment before is on an earlier day, so no moment of the day is left out.
        if LocalDay(of: interval.lowerBound, in: zone) != day { Issue.record("\(day) starts elsewhere") }
        if LocalDay(of: interval.lowerBound - 1, in: zone) >= day { Issue.record("\(day) starts late") }
      }
      end = interval.upperBound
      day = day.adding(days: 1)
    }
  }

  // MARK: Days that are not 24 hours

  @Test(arguments: [
    ("Europe/Oslo", "2026-03-29", "2026-03-28T23:00:00Z", 23.0),
    ("Europe/Oslo", "2026-10-25", "2026-10-24T22:00:00Z", 25.0),
    ("Europe/Oslo", "2026-11-22", "2026-11-21T23:00:00Z", 24.0),
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24.5),
    // Midnight does not exist: the clock goes from 23:59:59 to 01:00.
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", 23.0),
    // The hour before midnight comes twice.
    ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25.0),
    ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z", 24.0),
    // The whole day does not exist: Samoa crossed the date line.
    ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", 24.0),
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0.0),
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 24.0),
    // At 00:01 the clock goes back to 23:01 of the day before.
    ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z", 25.0),
  ])
  func `a day lasts as long as it does on the wall`(
    identifier: String,
    text: String,
    start: String,
    hours: Double
  ) throws {
    let zone = try #require(TimeZone(identifier: identifier))
    let interval = try #require(LocalDay(text)).interval(in: zone)
    #expect(interval.lowerBound == (try Date(start, strategy: .iso8601)))
    #expect(interval.upperBound.timeIntervalSince(interval.lowerBound) == hours * 3600)
  }

  @Test func `a clock set back across midnight shows the day before once more`() throws {
    let zone = try #require(TimeZone(identifier: "America/St_Johns"))
    let sunday = try #require(LocalDay("2010-11-07"))
    let start = sunday.start(in: zone)
    let shown = [-1, 0, 59, 60, 3599, 3600].map { LocalDay(of: start + $0, in: zone).day }
    #expect(shown == [6, 7, 7, 6, 6, 7])
  }

  @Test func `the example of the documentation comes out`() {
    let noon = Date(timeIntervalSince1970: 1_795_348_800)
    let kiritimati = TimeZone(identifier: "Pacific/Kiritimati") ?? .gmt
    #expect(LocalDay(of: noon, in: kiritimati).description == "2026-11-23")
  }

  @Test func `the same moment is three days around the world`() throws {
    let moment = try Date("2026-11-22T10:30:00Z", strategy: .iso8601)
    let days = try ["Etc/GMT+12", "Europe/Oslo", "Pacific/Kiritimati"].map { identifier in
      LocalDay(of: moment, in: try #require(TimeZone(identifier: identifier))).description
    }
    #expect(days == ["2026-11-21", "2026-11-22", "2026-11-23"])
  }

  @Test func `the last instant before midnight is still the day before`() throws {
    let midnight = try #require(LocalDay("2026-11-22")).start(in: .gmt)
    #expect(LocalDay(of: midnight, in: .gmt).description == "2026-11-22")
    #expect(LocalDay(of: midnight - 0.001, in: .gmt).description == "2026-11-21")
    #expect(LocalDay(of: Date(timeIntervalSince1970: -0.001), in: .gmt).description == "1969-12-31")
  }

  // MARK: Text and parts

  @Test(arguments: [
    ("0001-01-01", 1, 1, 1), ("1969-12-31", 1969, 12, 31), ("1970-01-01", 1970, 1, 1),
    ("2000-02-29", 2000, 2, 29), ("2024-02-29", 2024, 2, 29), ("2026-11-22", 2026, 11, 22),
    ("9999-12-31", 9999, 12, 31),
  ])
  func `a day reads from its text and prints it`(text: String, year: Int, month: Int, day: Int) throws {
    let read = try #require(LocalDay(text))
    #expect((read.year, read.month, read.day) == (year, month, day))
    #expect(read == LocalDay(year: year, month: month, day: day))
    #expect(read.description == text)
  }

  @Test(arguments: [
    "", "2026", "2026-11", "2026-2-3", "26-02-03", "2026-02-030", "2026/02/03", "20260203", "2026-02-3 ",
    " 2026-02-03", "2026-02-03Z", "+026-02-03", "-026-02-03", "2026-+2-03", "2026-0a-03", "２026-02-3",
    "0000-01-01", "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-04-31", "2026-02-29",
    "1900-02-29", "2100-02-29", "2024-02-30",
  ])
  func `a text that is not exactly a day is none`(text: String) {
    #expect(LocalDay(text) == nil)
  }

  @Test func `parts outside the calendar make no day`() {
    for year in [Int.min, -1, 0, 10_000, Int.max] { #expect(LocalDay(year: year, month: 1, day: 1) == nil) }
    for month in [Int.min, 0, 13, Int.max] { #expect(LocalDay(year: 2026, month: month, day: 1) == nil) }
    for day in [Int.min, 0, 32, Int.max] { #expect(LocalDay(year: 2026, month: 1, day: day) == nil) }
    #expect(LocalDay(year: 9999, month: 12, day: 32) == nil)
  }

  @Test func `every day of the calendar has its own text and reads back`() throws {
    // Every 13th of the 3,652,059 days; 13 divides neither the week, the month nor 400 years.
    let first = try #require(LocalDay("0001-01-01"))
    var last = first
    for count in stride(from: 13, through: 3_652_058, by: 13) {
      let day = first.adding(days: count)
      if LocalDay(year: day.year, month: day.month, day: day.day) != day || day <= last {
        Issue.record("day \(count) is \(day)")
      }
      last = day
    }
    #expect(last.description == "9999-12-24")
  }

  @Test func `a day is stored as its text`() throws {
    let day = try #require(LocalDay("2026-11-22"))
    let data = try JSONEncoder().encode([day])
    #expect(String(decoding: data, as: UTF8.self) == #"["2026-11-22"]"#)
    #expect(try JSONDecoder().decode([LocalDay].self, from: data) == [day])
  }

  @Test func `a stored text that is not a day is corrupt data`() throws {
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([LocalDay].self, from: Data(#"["2026-02-30"]"#.utf8))
    }
    guard case .dataCorrupted(let context) = error else {
      Issue.record("\(String(describing: error)) is not dataCorrupted")
      return
    }
    #expect(
      context.debugDescription
        == "'2026-02-30' is not a day. Write an existing day as YYYY-MM-DD, years 0001 to 9999."
    )
  }

  // MARK: Counting

  @Test(arguments: [
    ("2026-11-22", 0, "2026-11-22"), ("2026-11-22", 9, "2026-12-01"), ("2026-12-31", 1, "2027-01-01"),
    ("2024-02-28", 1, "2024-02-29"), ("2026-01-01", -1, "2025-12-31"), ("1970-01-01", -365, "1969-01-01"),
    ("2000-01-01", 146_097, "2400-01-01"),
  ])
  func `days are counted over months and years`(from: String, count: Int, to: String) throws {
    let start = try #require(LocalDay(from))
    let end = try #require(LocalDay(to))
    #expect(start.adding(days: count) == end)
    #expect(start.days(until: end) == count)
    #expect(end.days(until: start) == -count)
  }

  @Test(arguments: ["0001-01-01", "2026-11-22", "9999-12-31"])
  func `counting stops at the first and the last day`(text: String) throws {
    let day = try #require(LocalDay(text))
    #expect(day.adding(days: .max).description == "9999-12-31")
    #expect(day.adding(days: .min).description == "0001-01-01")
    #expect(day.adding(days: 4_000_000).description == "9999-12-31")
  }

  // MARK: Edges

  @Test(arguments: zones)
  func `moments outside years 1 to 9999 count as the first or the last day`(identifier: String) throws {
    let zone = try #require(TimeZone(identifier: identifier))
    let huge = Double.greatestFiniteMagnitude
    for seconds in [-Double.infinity, -huge, -1e18, -1e12, .nan] {
      #expect(LocalDay(of: Date(timeIntervalSince1970: seconds), in: zone).description == "0001-01-01")
    }
    for seconds in [Double.infinity, huge, 1e18, 1e12] {
      #expect(LocalDay(of: Date(timeIntervalSince1970: seconds), in: zone).description == "9999-12-31")
    }
    #expect(LocalDay(of: .distantPast, in: zone).description == "0001-01-01")
    for text in ["0001-01-01", "9999-12-31"] {
      let day = try #require(LocalDay(text))
      let interval = day.interval(in: zone)
      #expect(LocalDay(of: interval.lowerBound, in: zone) == day)
      #expect(LocalDay(of: interval.upperBound - 1, in: zone) == day)
      #expect(interval.upperBound.timeIntervalSince(interval.lowerBound) == 86_400)
    }
  }

  @Test func `a zone 18 hours from UTC has days too`() throws {
    for seconds in [18 * 3600, -18 * 3600] {
      let zone = try #require(TimeZone(secondsFromGMT: seconds))
      let day = try #require(LocalDay("2026-11-22"))
      let midnight = try Date("2026-11-22T00:00:00Z", strategy: .iso8601)
      #expect(day.start(in: zone) == midnight - Double(seconds))
      #expect(LocalDay(of: day.start(in: zone), in: zone) == day)
    }
  }

  private func calendar(in zone: TimeZone) -> Calendar {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = zone
    return calendar
  }

  private func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}

struct CalendarPeriodTests {
  @Test(arguments: [
    ("2026-11-22", "2026-W47", "2026-11", "2026"),
    ("2026-11-23", "2026-W48", "2026-11", "2026"),
    // ISO 8601 weeks belong to the year of their Thursday.
    ("2027-01-01", "2026-W53", "2027-01", "2027"),
    ("2027-01-03", "2026-W53", "2027-01", "2027"),
    ("2027-01-04", "2027-W01", "2027-01", "2027"),
    ("2024-12-29", "2024-W52", "2024-12", "2024"),
    ("2024-12-30", "2025-W01", "2024-12", "2024"),
    ("0001-01-01", "0001-W01", "0001-01", "0001"),
    ("9999-12-31", "9999-W52", "9999-12", "9999"),
  ])
  func `a day is in one period of each kind`(day: String, week: String, month: String, year: String) throws {
    let localDay = try #require(LocalDay(day))
    let moment = localDay.start(in: .gmt) + 3600
    for (period, label) in [(CalendarPeriod.day, day), (.week, week), (.month, month), (.year, year)] {
      #expect(period.label(of: localDay) == label)
      #expect(period.label(of: moment, in: .gmt) == label)
    }
  }

  @Test func `the zone decides which month it is`() throws {
    let moment = try Date("2026-11-30T23:30:00Z", strategy: .iso8601)
    let oslo = try #require(TimeZone(identifier: "Europe/Oslo"))
    #expect(CalendarPeriod.month.label(of: moment, in: .gmt) == "2026-11")
    #expect(CalendarPeriod.month.label(of: moment, in: oslo) == "2026-12")
  }
}
