import Foundation
import OfferBridgeKit
import Testing

@testable import CompleteJourney

/// The command line with a statement: the year's own redemptions, made wrong.
struct StatementCommandTests {
  private static let header = "redemption_id,household_id,coupon_upc,campaign_id,redemption_date"
  private static let received = (1...9).map { "R\($0),ann,U,C1,2017-03-0\($0)" }

  private func run(_ statement: [String], _ arguments: [String] = ["--json"]) async throws -> Ran {
    try await run(text: ([Self.header] + statement).map { $0 + "\n" }.joined(), arguments)
  }

  private func run(text: String, _ arguments: [String] = ["--json"]) async throws -> Ran {
    var files = RetailFiles()
    files.campaigns += "C1,A,2017-03-03,2017-03-05\n"
    files.targets += "C1,ann\n"
    files.baskets += "1,ann,2017-03-04T12:00:00Z,100\n2,bob,2017-03-04T13:00:00Z,100\n"
    files.redemptions += Self.received.map { $0 + "\n" }.joined() + "R10,ghost,U,C1,2017-03-04\n"
    try files.write()
    defer { files.remove() }
    let url = files.folder.appending(path: "statement.csv")
    try Data(text.utf8).write(to: url)
    return await Ran(["--data", files.folder.path, "--statement", url.path] + arguments)
  }

  @Test func `what the statement differs in is told by kind, and that is an answer`() async throws {
    var lines = Self.received + ["R10,ghost,U,C1,2017-03-04"]
    lines[1] = "R2,bob,U,C1,2017-03-02"
    lines[2] = "R3,ann,U,C1,2017-04-12"
    lines[4] = "N2,ann,U,C1,2017-03-05"
    lines.append("N1,nobody,U,C9,2017-03-05")
    lines += [lines[0], lines[0], lines[9]]
    let ran = try await run(lines)
    #expect(ran.status == 0)
    #expect(ran.stderr.isEmpty)
    // R10 waits for an offer that nobody was issued: it is here all the same.
    #expect(
      ran.stdout == """
        {
          "customer" : [
            "R2"
          ],
          "duplicate" : [
            "R1",
            "R10"
          ],
          "lines" : 14,
          "matched" : 7,
          "missingHere" : [
            "N1",
            "N2"
          ],
          "missingThere" : [
            "R5"
          ],
          "nothingMatched" : false,
          "time" : [
            "R3"
          ]
        }

        """
    )
  }

  @Test func `ids in lower case match nothing, and the reason is said beside the JSON`() async throws {
    let lower = Self.received.map { $0.lowercased().replacing(",u,c1,", with: ",U,C1,") }
    let ran = try await run(lower)
    #expect(ran.status == 0)
    #expect(ran.stdout.contains("\"nothingMatched\" : true"))
    #expect(ran.stdout.contains("\"matched\" : 0"))
    #expect(
      ran.stderr.hasPrefix("CompleteJourney: Nothing matched: the ids are in another case, \"r1\" there")
    )
    let text = try await run(lower, [])
    #expect(text.status == 0)
    #expect(text.stderr.isEmpty)
    #expect(text.stdout.contains("\nNothing matched: the ids are in another case"))
  }

  @Test func `a statement prints as a report`() async throws {
    let ran = try await run(Array(Self.received.dropFirst()), [])
    #expect(ran.status == 0)
    #expect(ran.stdout.hasPrefix("Statement of wallet: 8 lines, 10 received\n\n  agreed "))
    #expect(ran.stdout.contains("missing there  R1 "))
  }

  @Test(arguments: [
    ("", "statement.csv, line 1: \"\" is not the header."),
    (header + "\nthis line is broken\n", "statement.csv, line 2: 1 field, not 5."),
    (
      header + "\nR1,ann,U,C1,soon\n",
      "statement.csv, line 2, redemption_date: \"soon\" is not a day of the calendar."
    ),
    (header + "\n,ann,U,C1,2017-03-04\n", "statement.csv, line 2, redemption_id: the id is empty."),
  ])
  func `a statement that cannot be read to its last line prints nothing but what is wrong`(
    text: String,
    problem: String
  ) async throws {
    let ran = try await run(text: text)
    #expect(ran.status == 1)
    #expect(ran.stdout.isEmpty)
    #expect(ran.stderr.hasPrefix("CompleteJourney: \(problem)"))
  }

  @Test func `a statement that is not there prints nothing but that`() async throws {
    let ran = await Ran(["--statement", "/no/such/statement.csv", "--json"])
    #expect(ran.status == 1)
    #expect(ran.stdout.isEmpty)
    #expect(ran.stderr.hasPrefix("CompleteJourney: statement.csv: there is no such file in /no/such."))
  }
}
