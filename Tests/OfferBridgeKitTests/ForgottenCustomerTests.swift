import Foundation
// An entry's words are internal.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What is left of a customer who was forgotten: all that is counted, and nothing of a person.
@Suite struct ForgottenCustomerTests {
  /// How Ada would be told from a digest that happens to have her letters in it.
  private static let adas = ["\"ada\"", "ada-"]

  private func forgotten(_ answer: ForgetAnswer) throws -> ForgottenCustomer {
    guard case .forgotten(let what) = answer else { throw Unexpected("\(answer)") }
    return what
  }

  /// All that can be read of a ledger, as text: what it saves, what it lists, what its trail tells.
  private func everything(in shop: Shop) async throws -> String {
    var text = String(decoding: try SavedLedgerTests.bytes(shop.ledger), as: UTF8.self)
    let listings =
      MessageState.Name.allCases.map { LedgerListing.messagesIn($0) } + [
        .parkedEvents, .reported(by: "wallet"),
      ]
    for listing in listings {
      let page = try await shop.bridge.page(listing)
      dump(page, to: &text)
      for message in page.messages { text += message.message.payloadText }
      for id in page.messages.compactMap(\.message.issuedOffer) {
        dump(try await shop.bridge.record(of: id), to: &text)
      }
    }
    for try await entry in shop.bridge.trail() { text += entry.line }
    return text
  }

  private func expectNobody(in shop: Shop) async throws {
    let text = try await everything(in: shop)
    for personal in Self.adas { #expect(!text.contains(personal), "\(personal) is left") }
  }

  @Test func `nothing of a person is left anywhere, and nothing of another is missing`() async throws {
    let shop = try await Shop.ofTwo()
    let issued = try await shop.issued().id
    // Bob's offer is redeemed by Ada, and so is one that nobody knows.
    let bobs = try await shop.issued(to: "bob").id
    _ = try await shop.bridge.reconcile(
      Redemption(id: "r-1", of: .issuedOffer(bobs), by: "ada", at: shop.time.now)
    )
    _ = try await shop.bridge.reconcile(
      Redemption(id: "r-2", of: .replica("nobody's"), by: "ada", at: shop.time.now)
    )
    let before = try await shop.bridge.audit()
    let others = try await shop.bridge.export(of: "bob")
    let known = try await shop.bridge.record(of: issued)
    for text in Shop.texts(of: "ada", "a") { #expect(try await everything(in: shop).contains(text)) }

    let what = try forgotten(try await shop.bridge.forget("ada"))
    #expect((what.issuedOffers, what.messages, what.withdrawn, what.events) == (1, 1, 0, 3))
    #expect(what.replicas.map(\.replica.state) == [.accepted("ada-reference")])
    #expect(what.replicas.map(\.issuedOffer) == [issued])

    let text = try await everything(in: shop)
    let base64 = Data("ada-name".utf8).map { "\($0)" }.joined(separator: ",")
    for personal in Self.adas + [base64] { #expect(!text.contains(personal), "\(personal) is left") }
    for kept in Shop.texts(of: "bob", "b") + ["r-a", "v-a", "e-a", "tea-a", "SPRING-a"] {
      #expect(text.contains(kept), "\(kept) is missing")
    }
    let export = try await shop.bridge.export(of: "ada")
    #expect(export.issuedOffers.isEmpty && export.messages.isEmpty && export.events.isEmpty)
    #expect(export.trail.isEmpty)
    #expect(try await shop.bridge.audit() == before)
    #expect(before.isBalanced)

    let bob = try await shop.bridge.export(of: "bob")
    #expect(bob.issuedOffers == others.issuedOffers && bob.messages == others.messages)
    #expect(bob.trail == others.trail)
    let now = try #require(try await shop.bridge.record(of: issued))
    #expect(now.issuedOffer.redeemed == known?.issuedOffer.redeemed)
    #expect(now.issuedOffer.code == known?.issuedOffer.code)
    #expect(now.events.map(\.match) == known?.events.map(\.match))
    #expect(now.limitUses.map(\.amount) == known?.limitUses.map(\.amount))
    #expect(try await shop.bridge.match(of: "r-1")?.description.contains("by another customer") == true)
    #expect(try await shop.bridge.forget("ada") == .unknownCustomer)
  }

  @Test func `the trail stays whole, keeps its digests and tells that somebody was forgotten`() async throws {
    let shop = try await Shop.ofTwo()
    var before: [TrailEntry] = []
    for try await entry in shop.bridge.trail() { before.append(entry) }
    let anchor = try #require(before.last).anchor
    _ = try await shop.bridge.forget("ada")
    var after: [TrailEntry] = []
    for try await entry in shop.bridge.trail() { after.append(entry) }
    let erased = before.map {
      $0.personal?.customer == "bob" || $0.personal?.redemption == "e-b" ? $0 : $0.erased
    }
    #expect(Array(after.dropLast()) == erased)
    #expect(after.last?.words == "a customer forgotten")
    #expect(after.last?.fact.cause == .forget)
    #expect(after.last?.personal == nil)
    #expect(after.last?.commitment == nil)
    let count = zip(before, erased).count { $0 != $1 }
    #expect(count >= 9)
    let finding = try await shop.bridge.verifiedTrail(expecting: anchor)
    #expect(finding == .whole(try #require(after.last).anchor, erased: count))

    // The same when nobody had asked for the trail before.
    let other = try await Shop.ofTwo()
    _ = try await other.bridge.forget("ada")
    #expect(try await other.bridge.verifiedTrail().description.contains("\(count) entries are of forgotten"))
  }

  @Test func `what comes afterwards is counted, or begins anew`() async throws {
    let shop = try await Shop([Shop.reward(limits: [.perCustomer(1), .total(5)]), Shop.toWallet()])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.deliverDueMessages()
    let issued = try await shop.issued().id
    let first = Redemption(id: "r-1", of: .customer("ada", replica: "TEN"), for: "T", at: shop.time.now)
    _ = try await shop.bridge.reconcile(Reversal(id: "v-2", of: "r-2", at: shop.time.now))
    #expect(try await shop.bridge.reconcile(first) == .applied(to: issued))
    _ = try await shop.bridge.forget("ada")

    // What was received is known by its id, whatever it says.
    #expect(try await shop.bridge.reconcile(first) == .duplicate)
    let late = Redemption(id: "r-2", of: .issuedOffer(issued), by: "ada", for: "T", at: shop.time.now)
    #expect(try await shop.bridge.reconcile(late) == .discrepant([.overLimit], on: issued))
    #expect(try await shop.bridge.reconcile(late) == .duplicate)
    #expect(try await shop.bridge.match(of: "v-2") == .applied(to: issued))
    try await expectNobody(in: shop)
    let named = Redemption(id: "r-3", of: .customer("ada", replica: "TEN"), at: shop.time.now)
    #expect(try await shop.bridge.reconcile(named) == .parked(.unknownOffer))

    // The old action is known by what it wrote; a new one is somebody's first.
    let again = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(again["reward"]?.outcome == .conflict)
    #expect(try await shop.bridge.issuedOffers(of: "ada") == [])
    let anew = try await shop.bridge.respond(to: shop.opened("a-2"))
    #expect(anew.issuedOffers.count == 1)
    #expect(try await shop.issued().trigger.id == "a-2")
    let audit = try await shop.bridge.audit()
    #expect(audit.imbalances == [])
    #expect(audit.issued == 2)
    #expect(try await shop.bridge.verifiedTrail().isWhole)
  }

  @Test func `nothing blank is ever sent`() async throws {
    let wallet = ScriptedMessageProvider(replies: [.rejected(reason: "no")])
    let shop = try await Shop(wallet: wallet)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.deliverDueMessages()
    _ = try await shop.bridge.respond(to: shop.opened("a-2"))
    let messages = try await shop.bridge.messages(of: "ada")
    let issued = try await shop.bridge.issuedOffers(of: "ada").map(\.id)
    let what = try forgotten(try await shop.bridge.forget("ada"))
    #expect((what.messages, what.withdrawn, what.replicas) == (2, 1, []))
    #expect(
      try await shop.bridge.redrive(messages[0].message.key, reason: "x") == .refused(.rejected(reason: ""))
    )
    #expect(try await shop.bridge.redrive(messages[1].message.key, reason: "x") == .refused(.withdrawn))
    _ = try await shop.bridge.close(issued[0], as: .revoked, reason: "late", limitUses: .kept)
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(wallet.deliveries.count == 1)
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `a message whose proof goes is not resumed`() async throws {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let issued = try await shop.issued().id
    shop.time.advance(by: .hours(2))
    _ = try await shop.bridge.reconcile(Redemption(id: "r-2", of: .issuedOffer(issued), at: shop.time.now))
    #expect(try await shop.message().state == .accepted(nil))
    _ = try await shop.bridge.forget("ada")
    // An earlier one that names no more than the customer's offer makes the proof one too many.
    _ = try await shop.bridge.reconcile(
      Redemption(id: "r-1", of: .issuedOffer(issued), by: "x", at: shop.time.now - 60)
    )
    let amount = Money(minorUnits: 1, currency: "EUR")
    for id in ["r-3", "r-4"] {
      _ = try await shop.bridge.reconcile(
        Redemption(id: id, of: .issuedOffer(issued), at: shop.time.now - 7200 - 3600, amount: amount)
      )
    }
    #expect(try await shop.bridge.audit().messagesOpen == 0)
    #expect(try await shop.bridge.deliverDueMessages() == nil)
  }

  @Test func `while a worker holds a message, its customer is not forgotten`() async throws {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 1, lease: .minutes(1))
    let claim = try #require(try await shop.ledger.claim(query).claims.first)
    _ = try await shop.bridge.verifiedTrail()
    let before = try SavedLedgerTests.bytes(shop.ledger)
    #expect(try await shop.bridge.forget("ada") == .busy(until: claim.lease.until))
    #expect(try SavedLedgerTests.bytes(shop.ledger) == before)
    // Whoever held it is gone: it may have arrived.
    shop.time.advance(by: .minutes(1))
    let what = try forgotten(try await shop.bridge.forget("ada"))
    #expect(what.withdrawn == 1)
    #expect(what.replicas.map(\.replica.state) == [.unknown])
    let settlement = Settlement(lease: claim.lease, outcome: .accepted("ada-1"))
    #expect(try await shop.ledger.settle([settlement], tenant: "main") == [.alreadySettled])
    try await expectNobody(in: shop)
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `whoever was forgotten is so after a restart`() async throws {
    let shop = try await Shop.ofTwo()
    let message = try await shop.message().message.key
    let euro = shop.redemption(of: "ada", "a")
    _ = try await shop.bridge.forget("ada")
    let bytes = try SavedLedgerTests.bytes(shop.ledger)
    let restored = try SavedLedgerTests.restored(bytes, shop.time)
    #expect(try SavedLedgerTests.bytes(restored) == bytes)
    let bridge = shop.bridge.using(ledger: restored)
    #expect(try await bridge.verifiedTrail() == (try await shop.bridge.verifiedTrail()))
    #expect(try await bridge.reconcile(euro) == .duplicate)
    #expect(try await bridge.redrive(message, reason: "x") == .refused(try await shop.state(of: message)))
    #expect(try await bridge.respond(to: shop.opened("ada-action"))["reward"]?.outcome == .conflict)
    #expect(try await bridge.audit() == (try await shop.bridge.audit()).counting(duplicates: 1))
  }

  @Test(arguments: 0..<Trials.count(4))
  func `whatever was done before and after, all sums agree and the trail is whole`(seed: Int) async throws {
    let time = ManualTime()
    let ledger = InMemoryOfferLedger(now: { time.now })
    var random = Seeded(UInt64(seed))
    var forgotten = 0
    for number in 0..<240 {
      _ = try await SavedLedgerTests.operate(ledger, time, &random, number)
      guard number % 30 == 29 else { continue }
      let before = try await ledger.audit(tenant: "main").closed
      let told = try await trail(of: ledger)
      let customer = CustomerID("c-\(number / 30 % 5)")
      guard case .forgotten = try await ledger.forget(customer, tenant: "main") else { continue }
      forgotten += 1
      #expect(try await ledger.audit(tenant: "main").closed == before)
      #expect(try await trail(of: ledger).prefix(told.count).map(\.hash) == told.map(\.hash))
      let bytes = try SavedLedgerTests.bytes(ledger)
      #expect(!String(decoding: bytes, as: UTF8.self).contains("\"\(customer)\""))
    }
    #expect(forgotten >= 3)
    #expect(try await ledger.audit(tenant: "main").imbalances == [])
    _ = try SavedLedgerTests.restored(SavedLedgerTests.bytes(ledger), time)
    var verification = TrailVerification(of: "main")
    for entry in try await trail(of: ledger) { verification.add(entry) }
    #expect(verification.finding.isWhole, "\(verification.finding)")
  }

  private func trail(of ledger: InMemoryOfferLedger) async throws -> [TrailEntry] {
    var entries: [TrailEntry] = []
    var after: Int? = 0
    while let number = after {
      let page = try await ledger.trail(TrailQuery(tenant: "main", scope: .all, after: number))
      entries += page.entries
      after = page.next
    }
    return entries
  }

  @Test func `a ledger that cannot forget is said to be one`() async throws {
    let shop = try await Shop()
    let clock = ModelledLedger.Clock()
    let modelled = ModelledLedger(InMemoryOfferLedger(now: { clock.now }), clock, tenants: ["main"])
    await #expect {
      try await shop.bridge.using(ledger: modelled).forget("ada")
    } throws: { error in
      (error as? OfferBridgeError)?.code == .forgettingUnsupported && "\(error)".contains("ForgettingLedger")
    }
    #expect(try await shop.bridge.forget("ada") == .unknownCustomer)
    await #expect(throws: OfferBridgeError.self) { try await shop.bridge.forget("") }
  }

  @Test func `who was refused, or decided nothing on, is forgotten too`() async throws {
    let shop = try await Shop([Shop.reward(limits: [.total(1)]), Shop.toWallet()])
    shop.store.save(Member(), as: "bob")
    _ = try await shop.bridge.respond(to: shop.opened("b-0", by: "bob"))
    _ = try await shop.bridge.respond(to: shop.opened("ada-1"))
    #expect(try await everything(in: shop).contains("ada-1"))
    let what = try forgotten(try await shop.bridge.forget("ada"))
    #expect(what.issuedOffers == 0)
    try await expectNobody(in: shop)
    #expect(try await shop.bridge.verifiedTrail().isWhole)
    // The refusals are forgotten in their time, under whatever name.
    let bytes = try SavedLedgerTests.bytes(shop.ledger)
    #expect(try SavedLedgerTests.bytes(SavedLedgerTests.restored(bytes, shop.time)) == bytes)
    shop.time.advance(by: .days(31))
    _ = try await shop.bridge.respond(to: shop.opened("b-1", by: "ada"))
    #expect(try await shop.bridge.audit().imbalances == [])
  }
}

extension Shop {
  fileprivate func state(of message: DerivedKey) async throws -> MessageState {
    for name in MessageState.Name.allCases {
      for record in try await bridge.page(.messagesIn(name)).messages where record.message.key == message {
        return record.state
      }
    }
    throw Unexpected("no message")
  }
}

extension LedgerAudit {
  /// The sums with all messages that are open, accepted or withdrawn as one, and the replicas that follow them too.
  fileprivate var closed: LedgerAudit {
    var audit = self
    audit.replicasNotSent += audit.replicasPending + audit.replicasAccepted
    (audit.replicasPending, audit.replicasAccepted) = (0, 0)
    audit.messagesWithdrawn += audit.messagesOpen + audit.messagesAccepted
    (audit.messagesOpen, audit.messagesAccepted) = (0, 0)
    return audit
  }

  fileprivate func counting(duplicates: Int) -> LedgerAudit {
    var audit = self
    audit.duplicates += duplicates
    audit.received += duplicates
    return audit
  }
}
