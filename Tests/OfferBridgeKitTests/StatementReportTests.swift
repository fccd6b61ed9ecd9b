import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a compared statement looks like, for a person and for other programs.
@Suite struct StatementReportTests {
  private static let now = ManualTime().now

  private func redemption(_ id: String, by customer: CustomerID = "ada", _ units: Int64 = 900) -> Redemption {
    Redemption(
      id: id,
      of: .customer(customer, replica: "TEN"),
      at: Self.now,
      amount: Money(minorUnits: units, currency: "EUR")
    )
  }

  private func report(_ received: [Redemption], _ lines: [Redemption]) async throws -> StatementReport {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.reconcile(received)
    var report = StatementReport()
    for try await finding in shop.bridge.reconcile(statement: lines.map { StatementRecord($0) }) {
      report.add(finding)
    }
    return report
  }

  private func small() async throws -> StatementReport {
    try await report(
      [redemption("r-1"), redemption("r-2"), redemption("r-3")],
      [redemption("r-1"), redemption("r-2", 950), redemption("r-4")]
    )
  }

  @Test func `it prints in columns`() async throws {
    #expect(
      try await small().description == """
        Statement of wallet: 3 lines, 3 received

          agreed           1
          differing        1
          repeated lines   0
          missing here     1
          missing there    1
          amount           1
          discrepant here  2

          what           id   line  there                                                  here                                                   repair
          amount         r-2     2  TEN of ada, 2026-01-01T00:00:00Z, 950 EUR minor units  TEN of ada, 2026-01-01T00:00:00Z, 900 EUR minor units  Ask what r-2 was worth: 950 EUR minor units there, 900 EUR minor units here.
          missing here   r-4     3  TEN of ada, 2026-01-01T00:00:00Z, 900 EUR minor units                                                         Take in r-4: TEN of ada, 2026-01-01T00:00:00Z, 900 EUR minor units.
          missing there  r-3                                                               TEN of ada, 2026-01-01T00:00:00Z, 900 EUR minor units  Ask whether r-3 was withdrawn there; a reversal of it has not been reported.
        """
    )
  }

  @Test func `it is Markdown whose cells stay cells`() async throws {
    let report = try await report(
      [redemption("r-0"), redemption("r-1")],
      [redemption("r-0"), redemption("a|b\n*c*")]
    )
    #expect(report.markdown.contains("\\|b \\*c\\*"))
    #expect(report.markdown.hasPrefix("# Statement of wallet: 2 lines, 2 received\n\n| | |\n"))
    let table = report.markdown.split(separator: "\n").filter {
      $0.hasPrefix("| missing") && $0.contains("TEN")
    }
    #expect(table.count == 2)
  }

  @Test func `where nothing matched it says why, and does not list everything`() async throws {
    let report = try await report([redemption("R-1")], [redemption("r-1")])
    #expect(
      report.description.hasPrefix("Statement of wallet: 1 lines, 1 received\n\nNothing matched: the ids are")
    )
    #expect(report.markdown.contains("\n**Nothing matched: the ids are in another case"))
    for text in [report.description, report.markdown] { #expect(!text.contains("TEN of ada")) }
    #expect(report.csv.split(separator: "\r\n").count == 3)
  }

  @Test func `each finding is one line of JSON, the totals last`() async throws {
    let lines = try await small().jsonLines.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      lines[0] == """
        {"kind":"amount","id":"r-2","line":2,"there_of":"TEN of ada","there_time":"2026-01-01T00:00:00Z",\
        "there_amount":950,"there_currency":"EUR","here_of":"TEN of ada","here_time":"2026-01-01T00:00:00Z",\
        "here_amount":900,"here_currency":"EUR","here_match":"discrepant: over its limit, of an unconfirmed replica",\
        "repair":"ask","advice":"Ask what r-2 was worth: 950 EUR minor units there, 900 EUR minor units here."}
        """
    )
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    let totals = try JSONSerialization.jsonObject(with: Data(lines[3].utf8)) as? [String: Any]
    #expect(totals?["kind"] as? String == "totals")
    #expect(totals?["agreed"] as? Int == 1)
    #expect(totals?["nothingMatched"] == nil)
  }

  @Test(arguments: [
    ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "\"'\rx\""),
    ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""), ("=\"x\",1", "\"'=\"\"x\"\",1\""),
    ("r=1", "r=1"),
  ])
  func `a cell of CSV is quoted where it must be, and never a formula`(id: String, cell: String) async throws
  {
    let report = try await report([redemption("r-1")], [redemption("r-1"), redemption(id)])
    let rows = report.csv.components(separatedBy: "\r\n")
    #expect(rows.count == 3)
    #expect(rows[0] == StatementDiscrepancy.csvHeader)
    #expect(
      rows[1].hasPrefix("missingHere,\(cell),2,TEN of ada,2026-01-01T00:00:00Z,900,EUR,,,,,,reconcile,")
    )
    #expect(rows[2].isEmpty)
  }

  @Test func `before the totals it says that it is not at its end`() {
    #expect(StatementReport().description == "The statement has not ended.")
    #expect(StatementReport().jsonLines == "")
  }
}
