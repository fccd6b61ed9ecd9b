import Foundation
import Testing

@testable import CompleteJourney

/// The year that comes with the example, and the compact form it is kept in.
struct BundledYearTests {
  @Test func `the bundled year is the published one`() throws {
    let year = try RetailYear.bundled()
    #expect(year.baskets.count == 155_848)
    #expect(Set(year.baskets.map(\.household)).count == 2469)
    #expect(Set(year.baskets.map(\.id)).count == 155_848)
    #expect(year.baskets.reduce(0) { $0 + $1.amountCents } == 459_603_958)
    #expect(year.baskets.first == basket("31198570044", "900", at: 1_483_271_606, cents: 50))
    #expect(year.baskets.last == basket("41453083334", "2070", at: 1_514_779_280, cents: 1052))
    #expect(year.campaigns.map(\.id) == (1...27).map(String.init))
    #expect(year.targets.values.reduce(0) { $0 + $1.count } == 6589)
    #expect(year.redemptions.count == 2102)
  }

  @Test func `gaps add up to ids and moments, and an empty household is the one above`() throws {
    let baskets = try compactBaskets("100,9,1000,5\n20,,-400,6\n1,8,0,7\n")
    let expected = [
      basket("120", "9", at: 600, cents: 6),
      basket("121", "8", at: 600, cents: 7),
      basket("100", "9", at: 1000, cents: 5),
    ]
    #expect(baskets == expected)
  }

  @Test(arguments: [
    (
      "100,9,0,5\n0,9,0,5",
      #"line 3, basket_id_gap: "0" is not above 0. "#
        + "Make the file again with .ci/compact-complete-journey.py."
    ),
    ("100,,0,5", "line 2, household_id: the id is empty. Give it 1 to 256 bytes."),
    (
      "1,9,9223372036854775807,5\n1,9,1,5",
      #"line 3, seconds_gap: "1" does not fit in 64 bits. Write a smaller number."#
    ),
  ])
  func `a compact line that gives no basket is named`(lines: String, message: String) {
    let error = #expect(throws: CSVError.self) { try compactBaskets(lines) }
    #expect(error?.description == "compact-baskets.csv, \(message)")
  }

  /// The baskets of a folder in the compact form whose other files hold headers only.
  private func compactBaskets(_ lines: String) throws -> [Basket] {
    let empty = RetailFiles(absent: ["baskets.csv", "campaign_households.csv"])
    try empty.write()
    defer { empty.remove() }
    let files = [
      ("compact-baskets.csv", "basket_id_gap,household_id,seconds_gap,amount_cents\n" + lines),
      ("compact-campaign-households.csv", "campaign_id,household_id_gap\n"),
    ]
    for (name, text) in files { try Data(text.utf8).write(to: empty.folder.appending(path: name)) }
    return try RetailYear(compactDirectory: empty.folder).baskets
  }

  private func basket(_ id: String, _ household: String, at seconds: Double, cents: Int) -> Basket {
    Basket(
      id: id,
      household: household,
      checkedOutAt: Date(timeIntervalSince1970: seconds),
      amountCents: cents
    )
  }
}
