import Foundation
import Testing

@testable import CompleteJourney

/// The count the bridge is held against, itself held against numbers found without Swift.
struct IndependentCountTests {
  @Test(arguments: [
    ("America/New_York", 6404, 2102, 0),
    // The naive reading, basket times taken for local ones: offers seem issued a day too late.
    ("GMT", 6403, 2073, 29),
  ])
  func `the zone decides which redemptions come before their offer`(
    zone: String,
    issued: Int,
    matched: Int,
    redeemedBeforeIssue: Int
  ) throws {
    let count = IndependentCount(of: try .bundled(), in: try #require(TimeZone(identifier: zone)))
    let expected = IndependentCount(
      households: 2469,
      baskets: 155_848,
      campaigns: 27,
      issued: issued,
      redemptions: 2102,
      matched: matched,
      redeemedBeforeIssue: redeemedBeforeIssue
    )
    #expect(count == expected)
  }

  @Test func `each redemption is counted once, and a duplicate before all else`() throws {
    var files = RetailFiles()
    files.campaigns += "C1,A,2017-03-03,2017-03-05\n"
    files.targets += "C1,ann\nC1,bob\n"
    // In New York, ann shops at the first moment of the campaign and bob in its last second.
    files.baskets +=
      "1,ann,2017-03-03T05:00:00Z,100\n2,bob,2017-03-06T04:59:59Z,0\n3,cy,2017-03-04T12:00:00Z,5\n"
    files.redemptions += """
      R1,ann,U,C1,2017-03-03
      R2,ann,U,C1,2017-03-02
      R3,cy,U,C1,2017-03-04
      R4,bob,U,C1,2017-03-04
      R1,nobody,U,C1,2017-03-04
      R3,ann,U,C1,2017-03-04

      """
    let year = try files.read()
    let count = IndependentCount(of: year, in: try #require(TimeZone(identifier: "America/New_York")))
    let expected = IndependentCount(
      households: 3,
      baskets: 3,
      campaigns: 1,
      issued: 2,
      redemptions: 6,
      matched: 1,
      redeemedBeforeIssue: 2,
      unknown: 1,
      duplicates: 2
    )
    #expect(count == expected)
  }
}
