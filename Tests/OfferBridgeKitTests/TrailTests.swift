import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What the bridge tells of a journey afterwards.
@Suite struct TrailTests {
  /// A journey with a retry, a redemption and a reversal.
  private func journey() async throws -> Shop {
    let wallet = ScriptedMessageProvider(replies: [
      .retry(after: .seconds(60)), .accepted(reference: "W1"),
    ])
    let shop = try await Shop(wallet: wallet)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    while let due = try await shop.bridge.deliverDueMessages() { shop.time.advance(to: due) }
    let amount = Money(minorUnits: 250, currency: "EUR")
    _ = try await shop.bridge.reconcile(
      Redemption(id: "r-1", of: .replica("W1"), at: shop.time.now, amount: amount)
    )
    _ = try await shop.bridge.reconcile(Reversal(id: "v-1", of: "r-1", at: shop.time.now))
    return shop
  }

  @Test func `a journey is printed a line a change`() async throws {
    let shop = try await journey()
    let printed = try await shop.bridge.journey(of: "ada").description
    #expect(
      printed == """
        2026-01-01T00:00:00Z  commit     ten-off issued by reward to ada (action a-1)
        2026-01-01T00:00:00Z  commit     ten_off_issued raised
        2026-01-01T00:00:00Z  commit     message to wallet: waiting; replica notSent → pending
        2026-01-01T00:00:00Z  claim      message to wallet: waiting → leased
        2026-01-01T00:00:00Z  settle     message to wallet: leased → waiting: asked to come again
        2026-01-01T00:01:00Z  claim      message to wallet: waiting → leased
        2026-01-01T00:01:00Z  settle     message to wallet: leased → accepted as W1; replica pending → accepted
        2026-01-01T00:01:00Z  reconcile  redemption r-1 from wallet of 250 EUR minor units: applied
        2026-01-01T00:01:00Z  reconcile  reversal v-1 from wallet: applied
        """
    )
    let issued = try await shop.issued()
    #expect(try await shop.bridge.journey(of: issued.id).description == printed)
    #expect(try await shop.bridge.journey(of: "bob").entries == [])
  }

  @Test func `a journey is drawn as a sequence diagram`() async throws {
    let shop = try await journey()
    #expect(
      try await shop.bridge.journey(of: "ada").sequenceDiagram == """
        sequenceDiagram
          participant c0 as reward
          participant c1 as to-wallet
          participant ledger as Ledger
          participant p0 as wallet
          c0->>ledger: ten-off issued by reward to ada (action a-1)
          Note over ledger: ten_off_issued raised
          c1->>ledger: message to wallet: waiting#59; replica notSent → pending
          ledger->>p0: message to wallet: waiting → leased
          p0-->>ledger: message to wallet: leased → waiting: asked to come again
          ledger->>p0: message to wallet: waiting → leased
          p0-->>ledger: message to wallet: leased → accepted as W1#59; replica pending → accepted
          p0->>ledger: redemption r-1 from wallet of 250 EUR minor units: applied
          p0->>ledger: reversal v-1 from wallet: applied
        """
    )
  }

  @Test func `no text from outside adds to the drawing or to the lines`() {
    var fact = TrailFact(
      at: Date(milliseconds: 0),
      cause: .settle,
      subject: .message,
      from: .leased,
      to: .buried
    )
    fact.provider = "wal;let\nparticipant x"
    fact.campaign = "c#1<b>"
    var personal = TrailPersonal(salt: .derive("salt"), customer: "ada")
    personal.reason = "no\r\nend;\u{2028}%%{init: {}}%% <script>"
    let entry = TrailEntry(after: .beginning(of: "main"), fact, personal: personal)
    let journey = TrailJourney([entry])
    #expect(journey.description.split(whereSeparator: \.isNewline).count == 1)
    let lines = journey.sequenceDiagram.split(whereSeparator: \.isNewline)
    #expect(lines.count == 5)
    #expect(lines[1] == "  participant c0 as c#35;1#60;b#62;")
    #expect(lines[3] == "  participant p0 as wal#59;let participant x")
    #expect(!lines[4].dropFirst(20).contains { "<>%{}".contains($0) })
  }

  @Test func `an entry and its line that are made in one pass are those that are made apart`() {
    let fact = TrailFact(
      at: Date(milliseconds: 0),
      cause: .settle,
      subject: .message,
      from: .leased,
      to: .buried
    )
    var secret = TrailPersonal(salt: .derive("salt"), customer: "a\"da\\")
    secret.reason = "no\r\nend"
    for personal in [nil, secret] {
      let anchor = TrailAnchor.beginning(of: "main")
      let apart = TrailEntry(after: anchor, fact, personal: personal)
      let (entry, line) = TrailEntry.following(anchor, fact, personal: personal)
      #expect(entry == apart)
      #expect(line == apart.line)
      #expect(TrailEntry(line: line) == apart)
    }
  }

  @Test func `each issued offer and message says by which rule it was decided`() async throws {
    let shop = try await journey()
    let outlines = shop.bridge.ruleOutlines
    let issued = try await shop.issued()
    let message = try await shop.message().message
    #expect(
      outlines["reward"]?.lines == ["all of", "  customer.isOptedIn"]
        || outlines["reward"]?.lines == ["customer.isOptedIn"]
    )
    #expect(issued.rule == outlines["reward"]?.fingerprint)
    #expect(message.rule == outlines["to-wallet"]?.fingerprint)
    var told: Set<RuleFingerprint?> = []
    for try await entry in shop.bridge.trail()
    where entry.fact.subject == .offer || entry.fact.subject == .message {
      told.insert(entry.fact.rule)
    }
    #expect(told == [issued.rule, message.rule])
  }

  @Test func `what is not sent, refused or ended is told with its reason`() async throws {
    let shop = try await Shop([
      Shop.reward(limits: [.perCustomer(1)]), Shop.toWallet(Rule<Member> { $0.customer.age >= 60 }),
    ])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.respond(to: shop.opened("a-2"))
    let issued = try await shop.issued()
    _ = try await shop.bridge.close(issued.id, as: .revoked, reason: "asked by phone", limitUses: .givenBack)
    let printed = try await shop.bridge.journey(of: "ada").description.split(separator: "\n")
    #expect(
      printed.map { $0.dropFirst(33) } == [
        "ten-off issued by reward to ada (action a-1)",
        "ten_off_issued raised",
        "replica at wallet: notSent → notSent (notMet): to-wallet: not met: customer.age >= 60",
        "a step refused by reward (1 per customer of the campaign)",
        "ten-off revoked: asked by phone",
        "what it took from limits: held → givenBack",
      ]
    )
  }

  @Test func `what was being sent when a ledger was saved is told when it is restored`() async throws {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.ledger.claim(
      ClaimQuery(tenant: "main", provider: "wallet", limit: 1, lease: .hours(1))
    )
    let before = try await entries(of: shop.bridge)
    let bytes = try JSONEncoder().encode(shop.ledger.saved())
    let time = shop.time
    let saved = try JSONDecoder().decode(SavedLedger.self, from: bytes)
    let restored = shop.bridge.using(ledger: try InMemoryOfferLedger(restoring: saved, now: { time.now }))
    let after = try await entries(of: restored)
    #expect(Array(after.prefix(before.count)) == before)
    #expect(
      after.dropFirst(before.count).map { TrailJourney([$0]).description.dropFirst(22) } == [
        "restore    message to wallet: leased → waiting; replica pending → unknown"
      ]
    )
    #expect(try await restored.verifiedTrail(expecting: before.last?.anchor).isWhole)
  }

  @Test func `a saved trail that was edited is not restored`() async throws {
    let shop = try await journey()
    _ = try await shop.bridge.verifiedTrail()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(shop.ledger.saved()), as: UTF8.self)
    let start = try #require(text.range(of: #""notes":["#)).upperBound
    var refused = 0
    var edited = 0
    for index in text[start...].indices.prefix(400) where "0123456789".contains(text[index]) {
      var changed = text
      changed.replaceSubrange(index...index, with: text[index] == "1" ? "2" : "1")
      edited += 1
      guard let saved = try? JSONDecoder().decode(SavedLedger.self, from: Data(changed.utf8)) else {
        refused += 1
        continue
      }
      if (try? InMemoryOfferLedger(restoring: saved)) == nil { refused += 1 }
    }
    // Behind the notes stand salts, which have as many digits as chance gives them.
    #expect(edited > 150)
    #expect(refused == edited)
  }

  @Test func `a ledger that was saved before there was a trail begins one`() async throws {
    let shop = try await journey()
    var object = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(shop.ledger.saved())) as? [String: Any]
    )
    var tenants = try #require(object["tenants"] as? [[String: Any]])
    var state = try #require(tenants[0]["state"] as? [String: Any])
    state["trail"] = nil
    tenants[0]["state"] = state
    object["tenants"] = tenants
    let saved = try JSONDecoder().decode(
      SavedLedger.self,
      from: JSONSerialization.data(withJSONObject: object)
    )
    let bridge = shop.bridge.using(ledger: try InMemoryOfferLedger(restoring: saved))
    #expect(try await entries(of: bridge) == [])
    _ = try await bridge.reconcile(Redemption(id: "r-9", of: .replica("W1"), at: shop.time.now))
    #expect(try await bridge.verifiedTrail().isWhole)
  }

  @Test func `a long trail is chained and read a bounded part at a time`() async throws {
    let time = ManualTime()
    let ledger = InMemoryOfferLedger(now: { time.now })
    for number in 0..<4000 { _ = try await ledger.commit(Desk.plan("\(number)", at: time.now.milliseconds)) }
    // Far behind what is chained, a page may be empty and not the last.
    let far = try await ledger.trail(TrailQuery(tenant: "main", after: 7990, limit: 5))
    #expect(far.entries == [])
    #expect(far.next == 7990)
    let again = try await ledger.trail(TrailQuery(tenant: "main", after: 7990, limit: 5))
    #expect(again.entries.map(\.sequence) == [7991, 7992, 7993, 7994, 7995])
    let beyond = try await ledger.trail(TrailQuery(tenant: "main", after: .max, limit: .max))
    #expect(beyond == TrailPage(entries: [], next: nil))
    let most = try await ledger.trail(TrailQuery(tenant: "main", after: 1, limit: .max))
    #expect(most.entries.count == 4096)
    let last = Desk.id("3999")
    var found: [TrailEntry] = []
    var after: Int? = 0
    var pages = 0
    while let number = after {
      let page = try await ledger.trail(TrailQuery(tenant: "main", scope: .issuedOffer(last), after: number))
      found += page.entries
      after = page.next
      pages += 1
    }
    #expect(found.map(\.sequence) == [7999, 8000])
    #expect(pages == 2)
  }

  private func entries(of bridge: OfferBridge<Member>) async throws -> [TrailEntry] {
    var entries: [TrailEntry] = []
    for try await entry in bridge.trail() { entries.append(entry) }
    return entries
  }
}
