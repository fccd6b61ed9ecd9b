import Foundation
import Testing

@testable import CompleteJourney

/// Moments as a file writes them.
struct WrittenTimeTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0),
    ("2017-01-01T11:53:26Z", 1_483_271_606),
    ("2016-02-29T23:59:59Z", 1_456_790_399),
    ("2000-03-01T00:00:00Z", 951_868_800),
    ("1969-12-31T23:59:59Z", -1),
    ("0001-01-01T00:00:00Z", -62_135_596_800),
    ("9999-12-31T23:59:59Z", 253_402_300_799),
    ("2017-01-01T11:53:26.25Z", 1_483_271_606.25),
    ("2017-01-01T11:53:26.000000000Z", 1_483_271_606),
  ])
  func `a moment is read to the second and its fraction`(text: String, seconds: Double) {
    #expect(WrittenTime.moment(Array(text.utf8)[...]) == Date(timeIntervalSince1970: seconds))
  }

  @Test(arguments: [
    "2017-02-30T00:00:00Z", "2017-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2017-13-01T00:00:00Z",
    "2017-00-01T00:00:00Z", "2017-01-00T00:00:00Z", "2017-01-01T25:00:00Z", "2017-01-01T24:00:00Z",
    "2017-01-01T00:60:00Z", "2017-01-01T00:00:60Z", "2017-01-01T00:00:00", "2017-01-01T00:00:00+00:00",
    "2017-01-01 00:00:00Z", "2017-01-01t00:00:00Z", "2017-01-01T00:00:00z", "2017-1-01T00:00:00Z",
    "2017-01-01T00:00:00.Z", "2017-01-01T00:00:00,5Z", "2017-01-01T00:00:00.1234567890Z", "2017-01-01", "Z",
    "+017-01-01T00:00:00Z", " 2017-01-01T00:00:00Z",
  ])
  func `a moment that does not exist or is written another way is refused`(text: String) {
    var files = RetailFiles()
    files.baskets += "1,9,\"\(text)\",5"
    let message =
      "baskets.csv, line 2, checked_out_at: \"\(text)\" is not a moment in UTC. "
      + "Write an existing day and time as 2017-01-01T11:53:26Z."
    #expect(files.message() == message)
  }
}
