import Foundation
import Testing

@testable import CompleteJourney

/// The year decided without writing, held against the year that is replayed for real.
struct DryYearTests {
  private static let newYork = TimeZone(identifier: "America/New_York") ?? .gmt

  @Test func `a dry run of the year decides and sends what the real run does, and writes nothing`()
    async throws
  {
    let whole = try RetailYear.bundled()
    let year = RetailYear(
      baskets: whole.baskets.filter { $0.household.hasSuffix("88") },
      campaigns: whole.campaigns,
      targets: whole.targets,
      redemptions: whole.redemptions
    )
    let replay = YearReplay(year: year, zone: Self.newYork)
    var (dry, real): (YearDecisions?, YearDecisions?) = (YearDecisions(), YearDecisions())
    let dryYear = try await replay.dryRun(into: &dry)
    let summary = try await replay.run(into: &real)
    #expect(dry == real)
    #expect(dry?.lines.count == 2 * dryYear.issued)
    #expect(dryYear.issued == summary.counts.issued && dryYear.issued > 50)
    #expect(dryYear.messages == summary.counts.messagesAccepted)
    #expect(dryYear.baskets == summary.counts.baskets)
    #expect(dryYear.ledger == "empty")
  }

  @Test func `the command tells what would be, and writes the same decisions as a real run`() async throws {
    var files = RetailFiles()
    files.campaigns += "C1,A,2017-03-03,2017-03-05\n"
    files.targets += "C1,ann\n"
    files.baskets += "1,ann,2017-03-04T12:00:00Z,100\n2,ann,2017-03-04T13:00:00Z,100\n"
    files.redemptions += "R1,ann,U,C1,2017-03-04\n"
    try files.write()
    defer { files.remove() }
    let told = files.folder.appending(path: "decisions").path
    let arguments = ["--data", files.folder.path, "--decisions", told]
    let ran = await Ran(arguments + ["--dry-run", "--json"])
    #expect(ran.status == 0 && ran.stderr.isEmpty)
    #expect(
      ran.stdout.replacing(/"seconds" : [0-9.e-]+/, with: #""seconds" : 0"#) == """
        {
          "baskets" : 2,
          "campaigns" : 1,
          "households" : 1,
          "issued" : 1,
          "ledger" : "empty",
          "messages" : 1,
          "seconds" : 0
        }

        """
    )
    let dry = try String(contentsOfFile: told, encoding: .utf8)
    let lines = dry.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("1  C1 issued C1 as "))
    #expect(lines[1].contains(#"through wallet: {"coupon":"C1","household":"ann","issuedOffer":"#))
    #expect(await Ran(arguments + ["--json"]).status == 0)
    #expect(try String(contentsOfFile: told, encoding: .utf8) == dry)

    let report = await Ran("--dry-run", "--data", files.folder.path)
    #expect(
      report.stdout.hasPrefix(
        """
        \(files.folder.path): a dry run
        2 baskets of 1 households

          would be issued  1 offers of 1 campaigns
          would be sent    1 messages

        ledger: empty

        """
      )
    )
  }
}
