import Foundation
import Testing

@testable import CompleteJourney

/// The year replayed through a bridge, held against the count over plain dictionaries.
struct CompleteJourneyTests {
  private static let gmt = TimeZone.gmt
  private static let newYork = TimeZone(identifier: "America/New_York") ?? .gmt

  /// Those to whom, days taken for days in UTC, an offer seems issued a day too late.
  private static let shoppersOfTheEvening: Set<String> = [
    "139", "574", "596", "647", "1098", "1437", "1453", "1488", "1591", "1618", "1633", "1677", "1937",
    "2080", "2233", "2305", "2462",
  ]

  // One in ten of those who redeemed: nothing is optimised here, and the release build replays them all.
  @Test func `a year of some who redeemed comes to what an independent count says`() async throws {
    let whole = try RetailYear.bundled()
    let redeemers = Set(whole.redemptions.map(\.household))
    let year = whole.households { redeemers.contains($0) && $0.hasSuffix("8") }
    let summary = try await YearReplay(year: year, zone: Self.newYork).run()
    #expect(summary.audit == "balanced")
    #expect(IndependentCount(summary.counts) == IndependentCount(of: year, in: Self.newYork))
    #expect(summary.counts.households == 49)
    #expect(summary.counts.baskets == 5805)
    #expect(summary.counts.matched == 217)
    #expect(summary.counts.messagesAccepted == summary.counts.issued)
  }

  @Test func `days taken for days in UTC show 29 redemptions before their offer, and none in New York`()
    async throws
  {
    let year = try RetailYear.bundled().households { Self.shoppersOfTheEvening.contains($0) }
    let naive = try await YearReplay(year: year, zone: Self.gmt).run()
    #expect(naive.counts.redeemedBeforeIssue == 29)
    #expect(naive.audit == "balanced")
    #expect(IndependentCount(naive.counts) == IndependentCount(of: year, in: Self.gmt))
    let local = try await YearReplay(year: year, zone: Self.newYork).run()
    #expect(local.counts.redeemedBeforeIssue == 0)
    #expect(local.counts.matched == naive.counts.matched + 29)
  }

  @Test func `when and how often redemptions are reported changes nothing but the repeats`() async throws {
    let year = try RetailYear.bundled().households { $0.hasSuffix("88") }
    var inOrder = try await YearReplay(year: year, zone: Self.gmt).run().counts
    #expect(IndependentCount(inOrder) == IndependentCount(of: year, in: Self.gmt))
    #expect(inOrder.redeemedBeforeIssue == 3)
    inOrder.duplicates = inOrder.redemptions
    inOrder.redemptions *= 2
    for (seed, order) in RedemptionReports.Order.allCases.enumerated() {
      let reports = RedemptionReports(order: order, seed: UInt64(seed), times: 2)
      let shuffled = try await YearReplay(year: year, zone: Self.gmt, reports: reports).run()
      #expect(shuffled.counts == inOrder, "\(reports)")
      #expect(shuffled.audit == "balanced")
    }
  }

  @Test(arguments: RedemptionReports.Order.allCases)
  func `each redemption has one answer in the end, whenever it is reported`(
    order: RedemptionReports.Order
  ) async throws {
    let year = try Self.spring.read()
    let expected = IndependentCount(
      households: 3,
      baskets: 5,
      campaigns: 2,
      issued: 3,
      redemptions: 10,
      matched: 3,
      redeemedBeforeIssue: 2,
      unknown: 3,
      duplicates: 2
    )
    #expect(IndependentCount(of: year, in: Self.newYork) == expected)
    for seed in [nil, 1, 2, 3, 4, 5] as [UInt64?] {
      let reports = RedemptionReports(order: order, seed: seed)
      let summary = try await YearReplay(year: year, zone: Self.newYork, reports: reports).run()
      #expect(IndependentCount(summary.counts) == expected, "\(reports)")
      #expect(summary.audit == "balanced")
      #expect(summary.campaigns.map(\.issued) == [2, 1])
      #expect(summary.campaigns.map(\.accepted) == [2, 1])
      #expect(summary.campaigns.map(\.redeemed) == [4, 1])
    }
  }

  @Test(arguments: RedemptionReports.Order.allCases)
  func `of two lines with one id the first in the file stands, though the second is of an earlier day`(
    order: RedemptionReports.Order
  ) async throws {
    var files = Self.spring
    files.redemptions += "R9,ann,U,C1,2017-03-05\nR9,ann,U,C1,2017-03-01\n"
    let year = try files.read()
    let reports = RedemptionReports(order: order)
    let summary = try await YearReplay(year: year, zone: Self.newYork, reports: reports).run()
    #expect(summary.counts.matched == 4)
    #expect(summary.counts.duplicates == 3)
    #expect(IndependentCount(summary.counts) == IndependentCount(of: year, in: Self.newYork))
  }

  @Test func `a year in which nothing happened is balanced`() async throws {
    let summary = try await YearReplay(year: RetailFiles().read(), zone: Self.newYork).run()
    #expect(summary.counts == YearCounts())
    #expect(summary.audit == "balanced")
  }

  @Test func `a retailer's campaign may have the name of ours`() async throws {
    var files = RetailFiles()
    files.campaigns += "to-wallet,A,2017-03-03,2017-03-05\n"
    files.targets += "to-wallet,ann\n"
    files.baskets += "1,ann,2017-03-04T12:00:00Z,100\n"
    let summary = try await YearReplay(year: files.read(), zone: Self.newYork).run()
    #expect(summary.counts.messagesAccepted == 1)
  }

  /// Two campaigns, three households, and a redemption of every kind.
  private static var spring: RetailFiles {
    var files = RetailFiles()
    files.campaigns += "C1,A,2017-03-03,2017-03-05\nC2,B,2017-03-05,2017-03-06\n"
    files.targets += "C1,ann\nC1,bob\nC2,bob\nC2,never-shops\n"
    // In New York, ann shops at the first moment of C1; bob in the last second of it, in which C2 runs too.
    files.baskets += """
      1,ann,2017-03-03T05:00:00Z,100
      2,cy,2017-03-04T12:00:00Z,5
      3,ann,2017-03-05T12:00:00Z,100
      4,bob,2017-03-06T04:59:59Z,0
      5,ann,2017-03-07T12:00:00Z,7

      """
    files.redemptions += """
      R1,ann,U,C1,2017-03-03
      R2,ann,U,C1,2017-03-02
      R3,cy,U,C1,2017-03-04
      R4,bob,U,C1,2017-03-04
      R5,bob,U,C2,2017-03-05
      R1,ann,U,C1,2017-03-03
      R6,ghost,U,C1,2017-03-04
      R7,never-shops,U,C2,2017-03-05
      R6,ghost,U,C1,2017-03-04
      R8,ann,V,C1,2017-12-31

      """
    return files
  }
}

/// The command line: what is printed where, and with which exit status.
struct CompleteJourneyCommandTests {
  @Test func `the numbers are one JSON object with sorted keys`() async throws {
    let files = Self.aDay
    try files.write()
    defer { files.remove() }
    let ran = await Ran("--json", "--data", files.folder.path)
    #expect(ran.status == 0)
    #expect(ran.stderr.isEmpty)
    let timeless = ran.stdout.replacing(/"seconds" : [0-9.e-]+/, with: #""seconds" : 0"#)
    #expect(
      timeless == """
        {
          "audit" : "balanced",
          "baskets" : 1,
          "campaigns" : 1,
          "duplicates" : 0,
          "households" : 1,
          "issued" : 1,
          "matched" : 1,
          "messagesAccepted" : 1,
          "redeemedBeforeIssue" : 0,
          "redemptions" : 1,
          "seconds" : 0,
          "unknown" : 0
        }

        """
    )
  }

  @Test func `the report says what was replayed and what each campaign came to`() async throws {
    let files = Self.aDay
    try files.write()
    defer { files.remove() }
    let ran = await Ran("--data", files.folder.path, "--shuffle", "7", "--repeat", "2", "--zone", "GMT")
    #expect(ran.status == 0)
    #expect(ran.stderr.isEmpty)
    #expect(
      ran.stdout.hasPrefix(
        """
        \(files.folder.path)
        1 baskets of 1 households, 2017-03-04 to 2017-03-04, days of GMT

          campaign  type  first day   last day    issued  messages  redeemed
          C1        A     2017-03-03  2017-03-05       1         1         1
          1 in all                                     1         1         1

          issued     once to each targeted household, at its first basket of the run time
          messages   accepted by the wallet
          redeemed   coupons handed in, early ones included

          redemptions        2   reported shuffled (seed 7) between the baskets, 2 times each
          matched            1   on the day of the issue or later
          before issue       0   on an earlier day in GMT
          unknown            0   never issued to that household; they wait
          duplicates         1   an id that was reported before

        audit: balanced

        """
      )
    )
  }

  @Test func `help is an answer`() async {
    let ran = await Ran("--json", "--help")
    #expect(ran.status == 0)
    #expect(ran.stdout == ReplayOptions.usage)
  }

  @Test(arguments: [
    (["--xml"], #""--xml" is not an option."#),
    (["2017"], #""2017" is not an option."#),
    (["--data"], "--data needs a folder."),
    (["--data", ""], #"--data needs a folder, not ""."#),
    (["--statement"], "--statement needs a file."),
    (["--decisions", ""], #"--decisions needs a file, not ""."#),
    (["--dry-run", "--statement", "x"], "A dry run receives no redemptions to compare a statement with."),
    (["--zone", "Atlantis"], #"This computer knows no time zone "Atlantis"."#),
    (["--zone", ""], #"This computer knows no time zone ""."#),
    (["--redemptions", "never"], #"--redemptions needs first, between or last, not "never"."#),
    (["--shuffle", "-1"], #"--shuffle needs a whole number, 0 or more, not "-1"."#),
    (["--repeat", "0"], #"--repeat needs a number from 1 to 100, not "0"."#),
  ])
  func `arguments that are not understood are named`(arguments: [String], problem: String) async {
    let ran = await Ran(["--json"] + arguments)
    #expect(ran.status == 2)
    #expect(ran.stdout.isEmpty)
    #expect(ran.stderr == "CompleteJourney: \(problem) Try --help.\n")
  }

  @Test func `a broken line in any of the files prints nothing but what is wrong`() async throws {
    for file in ["baskets.csv", "campaigns.csv", "campaign_households.csv", "coupon_redemptions.csv"] {
      let files = Self.aDay
      try files.write()
      defer { files.remove() }
      let url = files.folder.appending(path: file)
      let text = try String(contentsOf: url, encoding: .utf8)
      try Data((text + "this line is broken\n").utf8).write(to: url)
      let ran = await Ran("--json", "--data", files.folder.path)
      #expect(ran.status == 1)
      #expect(ran.stdout.isEmpty)
      #expect(ran.stderr.hasPrefix("CompleteJourney: \(file), line 3: 1 field, not "))
    }
  }

  @Test func `a file without its header prints nothing but what is wrong`() async throws {
    var files = Self.aDay
    files.baskets = "1,ann,2017-03-04T12:00:00Z,100\n"
    try files.write()
    defer { files.remove() }
    let ran = await Ran("--data", files.folder.path)
    #expect(ran.status == 1)
    #expect(ran.stdout.isEmpty)
    #expect(ran.stderr.hasPrefix("CompleteJourney: baskets.csv, line 1: "))
  }

  @Test func `a folder that is not there prints nothing but what is wrong`() async {
    let ran = await Ran("--data", "/no/such/folder", "--json")
    #expect(ran.status == 1)
    #expect(ran.stdout.isEmpty)
    #expect(
      ran.stderr
        == "CompleteJourney: campaigns.csv: there is no such file in /no/such/folder. "
        + "Put it there, or name the folder that holds it.\n"
    )
  }

  @Test func `an output that cannot be written is an error`() async {
    struct DiskFull: Error {}
    var stderr = ""
    let status = await Main.run(
      arguments: ["--help"],
      stdout: { _ in throw DiskFull() },
      stderr: { stderr += $0 }
    )
    #expect(status == 1)
    #expect(stderr == "CompleteJourney: DiskFull()\n")
  }

  /// One campaign, one basket, one redemption.
  private static var aDay: RetailFiles {
    var files = RetailFiles()
    files.campaigns += "C1,A,2017-03-03,2017-03-05\n"
    files.targets += "C1,ann\n"
    files.baskets += "1,ann,2017-03-04T12:00:00Z,100\n"
    files.redemptions += "R1,ann,U,C1,2017-03-04\n"
    return files
  }
}

extension IndependentCount {
  /// The same numbers as the replay has them.
  fileprivate init(_ counts: YearCounts) {
    self.init(
      households: counts.households,
      baskets: counts.baskets,
      campaigns: counts.campaigns,
      issued: counts.issued,
      redemptions: counts.redemptions,
      matched: counts.matched,
      redeemedBeforeIssue: counts.redeemedBeforeIssue,
      unknown: counts.unknown,
      duplicates: counts.duplicates
    )
  }
}

extension RetailYear {
  /// The year of some of the households, all campaigns included.
  fileprivate func households(_ isWanted: (String) -> Bool) -> RetailYear {
    RetailYear(
      baskets: baskets.filter { isWanted($0.household) },
      campaigns: campaigns,
      targets: targets.mapValues { $0.filter(isWanted) },
      redemptions: redemptions.filter { isWanted($0.household) }
    )
  }
}
