import Foundation
import Testing

@testable import HomeGoods

/// The story of the home-goods shop, looked at from outside: only its printed lines.
struct HomeGoodsTests {
  @Test func `the story reads the same each time it is told`() async throws {
    let first = try await ToldStory()
    let second = try await ToldStory()
    #expect(first.lines == second.lines)
    #expect(first.summary == second.summary)
    #expect(first.lines.count { $0.wholeMatch(of: /\d+\. .+/) != nil } == 11)
  }

  @Test func `the summary is what a count of the printed lines gives`() async throws {
    let story = try await ToldStory()
    let summary = story.summary
    #expect(summary.actions == story.texts(of: "reported").count)
    #expect(summary.issued == story.texts(of: "decided").count { $0.contains(": issued ") })
    #expect(
      summary.refused
        == story.texts(of: "decided").count {
          ($0.hasPrefix("app-open-reward ") || $0.hasPrefix("birthday-gift ")) && !$0.contains(": issued ")
        }
    )
    let attempts = story.entries.filter { $0.label.hasPrefix("attempt ") }
    #expect(summary.attempts == attempts.count)
    #expect(summary.messagesAccepted == attempts.count { $0.text.hasPrefix("accepted") })

    let answers = zip(story.texts(of: "received"), story.texts(of: "matched"))
      .filter { $0.0.hasPrefix("redemption ") }
      .map(\.1)
    #expect(summary.redemptions == answers.count)
    #expect(summary.matched == answers.count { $0.hasPrefix("applied") })
    #expect(summary.discrepancies == answers.count { $0.hasPrefix("discrepant") })
    #expect(story.texts(of: "audit") == [summary.audit])
  }

  @Test func `the object on standard output has exactly its nine keys`() async throws {
    let story = try await ToldStory()
    #expect(
      try story.summary.json() == """
        {"actions":4,"attempts":4,"audit":"balanced","discrepancies":1,"issued":2,"matched":2,\
        "messagesAccepted":2,"redemptions":3,"refused":2}
        """
    )
  }

  @Test func `the refusal is explained clause by clause`() async throws {
    let story = try await ToldStory()
    #expect(
      story.chapter("Ben opens the app, and is refused") == """
           reported   app_opened by ben (action a-2) at 2026-03-02T09:00:00.000Z
           decided    app-open-reward on app_opened: not met
             ✗ LoyalShopper: all of
             ├─ ✗ any of
             │  ├─ ✗ customer.tier is one of [silver, gold]  (was bronze)
             │  └─ ✗ purchase count in the last 90 days >= 3  (was 1)
             ├─ ✓ customer.wantsOffers  (was true)
             ├─ ? event.channel == "phone"  (the action carries no channel)
             ├─ ✓ not: holds "ten-off"  (was false)
             └─ ✓ not in the 10% holdout  (was bucket 14.11)
        """
    )
  }

  @Test func `the outage is told attempt by attempt, each later than the one before`() async throws {
    let story = try await ToldStory()
    let lines = story.chapter("Cleo has her birthday, and the wallet is down").split(separator: "\n")
    let attempts = lines.filter { $0.hasPrefix("   attempt ") }
    #expect(attempts.count == 3)
    let due = attempts.compactMap { $0.firstMatch(of: /next due at (.+)$/)?.1 }
    #expect(due.count == 2)
    #expect(due == due.sorted())
    #expect(attempts.last == "   attempt 3  accepted as W2")
  }

  @Test func `the diagram's arrows follow the story line by line`() async throws {
    let story = try await ToldStory()
    var expected: [String] = []
    var tried = ""
    for (label, text) in story.entries {
      switch label {
      case "reported": expected.append("Shop->>Bridge: \(story.untimed(text))")
      case "decided", "matched": expected.append("Bridge->>Bridge: \(text)")
      case "payload": tried = text.contains("Ada") ? "ada" : "cleo"
      case "received": expected.append("Wallet->>Bridge: \(story.untimed(text))")
      case _ where label.hasPrefix("attempt "):
        expected.append("Bridge->>Wallet: card for \(tried), \(label)")
        expected.append("Wallet->>Bridge: \(text.split(separator: ", next due")[0])")
      default: break
      }
    }
    #expect(story.arrows == expected)
  }

  @Test func `the journey goes from the app to the wallet and back`() async throws {
    let story = try await ToldStory()
    #expect(story.lines.count { $0 == "sequenceDiagram" } == 1)
    let steps = [
      "Shop->>Bridge: app_opened by ada (action a-1)",
      "Bridge->>Bridge: app-open-reward on app_opened: issued ten-off",
      "Bridge->>Bridge: to-wallet on ten_off_issued: message through wallet",
      "Bridge->>Wallet: card for ada, attempt 1",
      "Wallet->>Bridge: accepted as W1",
      "Bridge->>Wallet: card for cleo, attempt 3",
      "Wallet->>Bridge: reversal v-1 of redemption r-1",
      "Wallet->>Bridge: redemption r-2 of card W1",
      "Wallet->>Bridge: redemption r-3 of CANDLE by cleo",
    ]
    let places = try steps.map { try #require(story.arrows.firstIndex(of: $0)) }
    #expect(places == places.sorted())
  }

  @Test func `a text cannot break the diagram`() {
    var diagram = Diagram()
    diagram.add(.shop, .bridge, "basket #7; paid")
    #expect(diagram.lines.last == "  Shop->>Bridge: basket #35;7#59; paid")
  }
}

/// The story's lines and its numbers, collected instead of printed.
private struct ToldStory {
  let lines: [String]
  let summary: Summary

  init() async throws {
    var lines: [String] = []
    var story = try await Story { lines.append($0) }
    summary = try await story.tell()
    self.lines = lines
  }

  /// The lines that carry a label, such as "decided", with what it says.
  var entries: [(label: String, text: String)] {
    lines.compactMap { line in
      line.wholeMatch(of: /\ {3}(\S.{10})(.+)/).map {
        (String($0.1).trimmingCharacters(in: .whitespaces), String($0.2))
      }
    }
  }

  /// The diagram's arrows, without their indentation.
  var arrows: [String] {
    lines.drop { $0 != "sequenceDiagram" }.filter { $0.contains("->>") }.map { String($0.dropFirst(2)) }
  }

  func texts(of label: String) -> [String] { entries.filter { $0.label == label }.map(\.text) }

  /// The lines below a chapter's title, up to the empty one.
  func chapter(_ title: String) -> String {
    lines.drop { !$0.hasSuffix(". " + title) }.dropFirst().prefix { !$0.isEmpty }.joined(separator: "\n")
  }

  func untimed(_ text: String) -> String { text.replacing(/\ at \d{4}-\S+Z$/, with: "") }
}
