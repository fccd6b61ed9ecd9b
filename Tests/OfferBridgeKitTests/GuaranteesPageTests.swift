import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Keeps `Documentation/Guarantees.md` true: the tests that it names exist.
@Suite struct GuaranteesPageTests {
  @Test func `every test that the page names exists`() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let page = try String(
      contentsOf: tests.appending(path: "../../Documentation/Guarantees.md"),
      encoding: .utf8
    )
    let sources = try FileManager.default.contentsOfDirectory(at: tests, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }
    // A test's name has spaces, other code on the page has none.
    let named = page.matches(of: /`([^`\n]+)`/).map(\.1).filter { $0.contains(" ") }
    #expect(named.count >= 20)
    for name in named {
      #expect(sources.contains { $0.contains("func `\(name)`(") }, "no test is named '\(name)'")
    }
  }

  @Test func `after a lost acknowledgement the wallet still has one card, and learns of nothing new`()
    async throws
  {
    let shop = try await Shop()
    let wallet = try #require(shop.wallet as? FakeWallet)
    wallet.loseAcknowledgements(2)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    while let due = try await shop.bridge.deliverDueMessages() { shop.time.advance(to: due) }
    // It was asked for its key, and never sent again.
    #expect(wallet.attempts == 1)
    #expect(wallet.cards.count == 1)
    #expect(try await shop.bridge.issuedOffers(of: "ada")[0].replicas[0].state == .accepted("W1"))
  }
}
