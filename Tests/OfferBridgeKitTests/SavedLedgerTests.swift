import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What an app without a database keeps across a restart.
@Suite struct SavedLedgerTests {
  private static let start: Int64 = 1_767_225_600_000

  /// One operation, made of numbers, so that two ledgers are given the same.
  static func operate(
    _ ledger: InMemoryOfferLedger,
    _ time: ManualTime,
    _ random: inout Seeded,
    _ number: Int
  ) async throws -> String {
    let limits = [
      CampaignLimit.perCustomer(4, in: .rolling(.seconds(60))), .total(40),
      .total(Money(minorUnits: 9000, currency: "EUR"), in: .calendar(.day, in: .gmt)),
    ]
    time.advance(by: .milliseconds(Int.random(in: 0...3000, using: &random)))
    let now = time.now.milliseconds
    let some = "\(Int.random(in: 0...number, using: &random))"
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<4:
      let plan = Desk.plan(
        "\(number)",
        to: CustomerID("c-\(number % 5)"),
        limits: limits,
        at: now,
        redeemable: .times(2),
        faceValue: Money(minorUnits: Int64(number % 7) * 50, currency: "EUR")
      )
      return "\(try await ledger.commit(plan))"
    case 4..<8:
      let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 2, lease: .seconds(30))
      let answer = try await ledger.claim(query)
      var text = "next due \(answer.nextDue?.milliseconds ?? 0)"
      for claim in answer.claims {
        let outcomes: [Settlement.Outcome] = [
          .accepted(ReplicaReference("W\(some)")), .rejected(reason: "no"), .released(wasHanded: true),
          .released(wasHanded: false),
          .buried(reason: "spent", isUnknown: true),
          .retry(after: .seconds(5), failure: "busy", isUnknown: number % 2 == 0),
        ]
        text += " claimed \(claim.message.variant) as \(claim.lease.fence), attempt \(claim.attempt)"
        let outcome = outcomes[Int.random(in: 0..<outcomes.count, using: &random)]
        text +=
          "\(try await ledger.settle([Settlement(lease: claim.lease, outcome: outcome)], tenant: "main"))"
      }
      return text
    case 8..<10:
      let contents: [ExternalEvent.Content] = [
        .redemption(.issuedOffer(Desk.id(some)), amount: Money(minorUnits: 10, currency: "EUR")),
        .redemption(.replica(ReplicaReference("W\(some)")), amount: nil),
        .redemption(.customer(CustomerID("c-\(number % 5)"), replica: "TEN"), amount: nil),
        .reversal(of: "r-\(some)"),
      ]
      let event = ExternalEvent(
        id: ExternalEventID(source: "wallet", id: "r-\(number - number % 3)"),
        content: contents[Int.random(in: 0..<contents.count, using: &random)],
        time: .moment(time.now - Double(Int.random(in: 0...9, using: &random)))
      )
      let events = number % 4 == 0 ? [event, event] : [event]
      return "\(try await ledger.reconcile(events, tenant: "main"))"
    case 10:
      let closing = OfferClosing(
        Desk.id(some),
        as: .revoked,
        reason: "test",
        limitUses: number % 2 == 0 ? .givenBack : .kept,
        recalls: []
      )
      return "\(try await ledger.close(closing, tenant: "main"))"
    default:
      let redrive = MessageRedrive(
        .derive("message", some),
        mode: number % 2 == 0 ? .sameKey : .newGeneration,
        reason: "test"
      )
      return "\(try await ledger.redrive(redrive, tenant: "main"))"
    }
  }

  static func bytes(_ ledger: InMemoryOfferLedger) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return try encoder.encode(ledger.saved())
  }

  static func restored(_ bytes: Data, _ time: ManualTime) throws -> InMemoryOfferLedger {
    try InMemoryOfferLedger(
      restoring: JSONDecoder().decode(SavedLedger.self, from: bytes),
      now: { time.now }
    )
  }

  // As many as reach every kind of answer.
  private static let seeds = 0..<Trials.count(24)

  @Test(arguments: seeds)
  func `a restored ledger is saved as the same bytes, and answers the same to all that follows`(
    seed: Int
  ) async throws {
    let time = ManualTime()
    let ledger = InMemoryOfferLedger(now: { time.now })
    var random = Seeded(UInt64(seed))
    for number in 0..<150 { _ = try await Self.operate(ledger, time, &random, number) }
    let bytes = try Self.bytes(ledger)
    #expect(try Self.bytes(ledger) == bytes)
    let later = ManualTime(time.now)
    let restored = try Self.restored(bytes, later)
    #expect(try Self.bytes(restored) == bytes)
    var (left, right) = (random, random)
    for number in 150..<300 {
      let mine = try await Self.operate(ledger, time, &left, number)
      let theirs = try await Self.operate(restored, later, &right, number)
      #expect(mine == theirs, "operation \(number)")
    }
    #expect(try Self.bytes(restored) == Self.bytes(ledger))
    #expect(try await restored.audit(tenant: "main") == ledger.audit(tenant: "main"))
    #expect(try await restored.audit(tenant: "main").imbalances == [])
  }

  @Test func `the operations at random reach every kind of answer`() async throws {
    var answers = ""
    for seed in Self.seeds {
      let time = ManualTime()
      let ledger = InMemoryOfferLedger(now: { time.now })
      var random = Seeded(UInt64(seed))
      for number in 0..<300 { answers += try await Self.operate(ledger, time, &random, number) }
    }
    let words = [
      "written", "refused", "claimed", "settled", "applied", "discrepant", "unknown offer",
      "reversal before its redemption", "duplicate", "conflict", "after it was closed", "over its limit",
      "closed", "usedUp", "alreadyClosed", "redriven", "superseded", "alreadyOpen", "offerClosed",
    ]
    #expect(words.filter { !answers.contains($0) } == [])
  }

  @Test func `what was being sent is due again, and may have arrived`() async throws {
    let time = ManualTime()
    let ledger = InMemoryOfferLedger(now: { time.now })
    for name in ["a", "b"] {
      _ = try await ledger.commit(Desk.plan(name, at: time.now.milliseconds))
    }
    let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 9, lease: .hours(1))
    let claim = try #require(try await ledger.claim(query).claims.first)
    let restored = try Self.restored(Self.bytes(ledger), time)
    let record = try #require(try await restored.record(of: Desk.id("a"), tenant: "main"))
    #expect(record.messages[0].state == .waiting(due: time.now))
    #expect(record.issuedOffer.replicas[0].state == .unknown)
    let again = try #require(try await restored.claim(query).claims.first)
    #expect(again.message == claim.message)
    #expect((again.attempt, again.lease.fence) == (2, 2))
    let old = Settlement(lease: claim.lease, outcome: .accepted(nil))
    #expect(try await restored.settle([old], tenant: "main") == [.lostLease])
  }

  @Test func `an app that was restarted goes on where it was, each tenant for itself`() async throws {
    let time = ManualTime()
    let before = try await Shop()
    _ = try await before.bridge.respond(to: before.opened("a-1"))
    let restored = try Self.restored(Self.bytes(before.ledger), time)
    let bridge = before.bridge.using(ledger: restored)
    #expect(try await bridge.respond(to: before.opened("a-1"))["reward"]?.isReplay == true)
    try await bridge.deliverDueMessages()
    #expect(try await bridge.issuedOffers(of: "ada").map(\.replicas[0].state) == [.accepted("W1")])
    #expect(try await before.bridge.issuedOffers(of: "ada").map(\.replicas[0].state) == [.pending])
    #expect(try await restored.audit(tenant: "other").issued == 0)
  }

  @Test func `a version that is not known is told`() throws {
    let bytes = Data(#"{"version": 2, "tenants": {"later": "form"}}"#.utf8)
    let error = #expect(throws: OfferBridgeError.self) {
      try JSONDecoder().decode(SavedLedger.self, from: bytes)
    }
    #expect(error?.code == .savedLedgerUnknown(version: 2))
  }

  @Test(arguments: [
    (#""fence":1"#, #""fence":1"#, true), (#""totals":[1]"#, #""totals":[2]"#, false),
    (#""totals":[1]"#, #""totals":[]"#, false), (#""events":[0]"#, #""events":[7]"#, false),
    (#""events":[0]"#, #""events":[0,0]"#, false), (#""events":[0]"#, #""events":[]"#, false),
    (#""count":1"#, #""count":2"#, false), (#""evidence":1"#, #""evidence":0"#, false),
  ])
  func `a saved ledger whose parts do not fit is not restored`(part: String, edited: String, isSound: Bool)
    async throws
  {
    let time = ManualTime()
    let ledger = InMemoryOfferLedger(now: { time.now })
    let limit = CampaignLimit.perCustomer(9, in: .rolling(.days(1)))
    _ = try await ledger.commit(Desk.plan("a", limits: [limit], at: time.now.milliseconds))
    _ = try await ledger.claim(ClaimQuery(tenant: "main", provider: "wallet", limit: 1, lease: .hours(1)))
    let event = ExternalEvent(
      id: ExternalEventID(source: "wallet", id: "r-1"),
      content: .redemption(.issuedOffer(Desk.id("a")), amount: nil),
      time: .moment(time.now)
    )
    _ = try await ledger.reconcile([event], tenant: "main")
    let text = String(decoding: try Self.bytes(ledger), as: UTF8.self)
    try #require(text.contains(part))
    let bytes = Data(text.replacing(part, with: edited).utf8)
    if isSound {
      _ = try Self.restored(bytes, time)
    } else {
      let error = #expect(throws: OfferBridgeError.self) { try Self.restored(bytes, time) }
      guard case .savedLedgerDamaged = error?.code else { throw Unexpected("\(String(describing: error))") }
    }
  }

  @Test func `numbers that were changed at random never end the process`() async throws {
    let time = ManualTime()
    let ledger = InMemoryOfferLedger(now: { time.now })
    var random = Seeded(7)
    for number in 0..<40 { _ = try await Self.operate(ledger, time, &random, number) }
    let bytes = [UInt8](try Self.bytes(ledger))
    let digits = bytes.indices.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0]) }
    var refused = 0
    for _ in 0..<100 {
      var edited = bytes
      let place = digits[Int.random(in: digits.indices, using: &random)]
      let huge =
        Bool.random(using: &random) ? "9223372036854775807" : "\(Int.random(in: 0...9, using: &random))"
      edited.replaceSubrange(place...place, with: Array(huge.utf8))
      guard let restored = try? Self.restored(Data(edited), time) else {
        refused += 1
        continue
      }
      var later = random
      for number in 40..<60 { _ = try await Self.operate(restored, time, &later, number) }
    }
    #expect(refused > 20)
  }
}
