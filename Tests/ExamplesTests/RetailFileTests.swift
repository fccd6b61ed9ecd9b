import Foundation
import Testing

@testable import CompleteJourney

/// Reading a year: what the files may look like, and what is said when they are wrong.
struct RetailFileTests {
  @Test func `a header without rows is a year in which nothing happened`() throws {
    let year = try RetailFiles().read()
    #expect(year == RetailYear(baskets: [], campaigns: [], targets: [:], redemptions: []))
  }

  @Test func `baskets out of order are put in order of time, equal moments as they stand`() throws {
    var files = RetailFiles()
    files.baskets += """
      z,1,2017-01-02T00:00:00Z,1
      y,1,2017-01-01T00:00:00Z,1
      b,1,2017-01-02T00:00:00Z,1
      x,1,2017-01-01T23:59:59.5Z,1

      """
    #expect(try files.read().baskets.map(\.id) == ["y", "x", "z", "b"])
  }

  @Test(arguments: [
    (
      "1,B,2017-03-08,2017-03-07",
      #"line 2, end_date: "2017-03-07" is before the start, 2017-03-08. "#
        + "Both days belong to the campaign; end it on its start or later."
    ),
    (
      "1,B,2017-03-08,2017-03-08\n1,C,2017-04-01,2017-04-02",
      #"line 3, campaign_id: "1" is already on line 2. Keep one of the two lines."#
    ),
    (
      "1,B,2017-02-30,2017-03-08",
      #"line 2, start_date: "2017-02-30" is not a day of the calendar. Write an existing day as 2017-03-03."#
    ),
    (
      "1,B,2017-03-08,08/03/2017",
      #"line 2, end_date: "08/03/2017" is not a day of the calendar. Write an existing day as 2017-03-03."#
    ),
  ])
  func `a campaign that cannot run is named by its line`(lines: String, message: String) {
    var files = RetailFiles()
    files.campaigns += lines
    #expect(files.message() == "campaigns.csv, \(message)")
  }

  @Test func `a basket that stands twice is named with its first line`() {
    var files = RetailFiles()
    files.baskets += "7,1,2017-01-01T00:00:00Z,1\n8,1,2017-01-01T00:00:00Z,1\n7,2,2017-01-05T00:00:00Z,1"
    let message = #"baskets.csv, line 4, basket_id: "7" is already on line 2. Keep one of the two lines."#
    #expect(files.message() == message)
  }

  @Test func `a target of a campaign that does not exist is named`() {
    var files = RetailFiles()
    files.targets += "99,1\n"
    let message =
      #"campaign_households.csv, line 2, campaign_id: "99" is not in campaigns.csv. "#
      + "Add the campaign there, or remove this line."
    #expect(files.message() == message)
  }

  @Test func `a redemption for a campaign that does not exist is named`() {
    var files = RetailFiles()
    files.redemptions += "R1,1,U,99,2017-01-01\n"
    let message =
      #"coupon_redemptions.csv, line 2, campaign_id: "99" is not in campaigns.csv. "#
      + "Add the campaign there, or remove this line."
    #expect(files.message() == message)
  }

  @Test func `a redemption id seen before and a household never seen are read as they are`() throws {
    var files = RetailFiles()
    files.campaigns += "1,A,2017-03-03,2017-03-05\n"
    files.redemptions += "R1,ghost,U,1,2017-03-04\nR1,ghost,U,1,2017-03-04\n"
    #expect(try files.read().redemptions.map(\.id) == ["R1", "R1"])
  }

  @Test func `a file that is not there is named with its folder`() throws {
    var files = RetailFiles()
    files.absent = ["coupon_redemptions.csv"]
    let folder = files.folder.path
    let message =
      "coupon_redemptions.csv: there is no such file in \(folder). "
      + "Put it there, or name the folder that holds it."
    #expect(files.message() == message)
  }

  @Test func `a folder in the place of a file cannot be read`() throws {
    let parent = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let url = parent.appending(path: "baskets.csv")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: parent) }
    let error = #expect(throws: CSVError.self) { try CSVFile(at: url, columns: ["basket_id"]) }
    let message =
      "baskets.csv: it is in \(parent.path), but cannot be read. "
      + "Check that it is a file and that you may read it."
    #expect(error?.description == message)
  }
}
