import Foundation
import OfferBridgeKit
import Testing

struct MillisecondsTests {
  private static let counts: [Int64] = [
    -253_402_300_799_999, -62_135_596_800_000, -1, 0, 1, 999, 978_307_200_001, 1_795_348_800_123,
    253_402_300_799_999,
  ]

  @Test(arguments: counts)
  func `a count of milliseconds makes the date that has it`(count: Int64) {
    #expect(Date(milliseconds: count).milliseconds == count)
  }

  @Test func `every millisecond reads back, near and far`() {
    for start in [0, 1_795_348_800_000, -62_135_596_800_000, 253_402_300_790_000] as [Int64] {
      for count in start..<(start + 2000) where Date(milliseconds: count).milliseconds != count {
        Issue.record("\(count) reads back as \(Date(milliseconds: count).milliseconds)")
      }
    }
  }

  @Test(arguments: [(0.0004, 0), (0.0006, 1), (-0.0004, 0), (-0.0006, -1), (1.2344, 1234), (1.2346, 1235)])
  func `a date is rounded to the nearest millisecond`(seconds: Double, count: Int64) {
    #expect(Date(timeIntervalSince1970: seconds).milliseconds == count)
  }

  @Test func `dates too far away, or no dates at all, are moved to the ends`() {
    for seconds in [Double.infinity, .greatestFiniteMagnitude, 1e18, 253_402_300_800] {
      #expect(Date(timeIntervalSince1970: seconds).milliseconds == 253_402_300_799_999)
    }
    for seconds in [-Double.infinity, -.greatestFiniteMagnitude, -1e18, -253_402_300_800, .nan] {
      #expect(Date(timeIntervalSince1970: seconds).milliseconds == -253_402_300_799_999)
    }
    #expect(Date(milliseconds: .max).milliseconds == 253_402_300_799_999)
    #expect(Date(milliseconds: .min).milliseconds == -253_402_300_799_999)
    #expect(Date(milliseconds: Date.distantPast.milliseconds) == .distantPast)
    #expect(Date(milliseconds: Date.distantFuture.milliseconds) == .distantFuture)
  }

  @Test func `minutes, hours and days are exact multiples`() {
    #expect(Duration.minutes(90) == .seconds(5400))
    #expect(Duration.hours(-2) == .seconds(-7200))
    #expect(Duration.days(30) == .hours(720))
    #expect(Duration.days(0) == .zero)
    #expect(Duration.days(.max) == .seconds(Int64.max))
    #expect(Duration.minutes(.min) == .seconds(Int64.min))
  }

  private static let lengths: [(Duration, Int64)] = [
    (.zero, 0), (.milliseconds(1500), 1500), (.milliseconds(-1500), -1500),
    (.microseconds(1999), 1), (.microseconds(-1), -1), (.microseconds(-1000), -1),
    (.nanoseconds(-1_000_001), -2), (.days(1), 86_400_000),
    (.seconds(Int64.max), .max), (.seconds(Int64.min), .min),
    (Duration(attoseconds: .max), .max), (Duration(attoseconds: .min), .min),
  ]

  @Test(arguments: lengths)
  func `a length in milliseconds is rounded down`(length: Duration, count: Int64) {
    #expect(length.milliseconds == count)
  }
}
