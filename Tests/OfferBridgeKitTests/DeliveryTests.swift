import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// From "a message was committed" to where it ends.
@Suite struct DeliveryTests {
  private static let retry = MessageRetry(delays: [.seconds(10), .seconds(20)], jitter: 0)

  private func shop(_ replies: [ScriptedMessageProvider.Reply]) async throws -> (
    Shop, ScriptedMessageProvider
  ) {
    let provider = ScriptedMessageProvider(replies: replies)
    let shop = try await Shop(wallet: provider, settings: BridgeSettings(retry: Self.retry))
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    return (shop, provider)
  }

  @Test func `what the wallet answers decides where message and replica stand`() async throws {
    typealias Row = (reply: ScriptedMessageProvider.Reply, replica: Replica.State, isFinal: Bool)
    let rows: [Row] = [
      (.accepted(reference: "W1"), .accepted("W1"), true),
      (.accepted(), .accepted(nil), true),
      (.rejected(reason: "no such card"), .rejected(reason: "no such card"), true),
      (.retry(), .pending, false),
      (.fail, .unknown, false),
      (.loseAcknowledgement, .unknown, false),
    ]
    for row in rows {
      let (shop, _) = try await shop([row.reply])
      #expect(try await shop.issued().replicas[0].state == .pending)
      let next = try await shop.bridge.deliverDueMessages()
      #expect(try await shop.issued().replicas[0].state == row.replica, "\(row.reply)")
      #expect(try await shop.message().state.isFinal == row.isFinal, "\(row.reply)")
      #expect(next == (row.isFinal ? nil : shop.time.now + 10), "\(row.reply)")
    }
  }

  @Test func `a message is tried again with the same key and the same bytes, and no sooner than it is due`()
    async throws
  {
    let (shop, provider) = try await shop([.loseAcknowledgement, .retry(), .accepted(reference: "W1")])
    shop.store.save(Member(name: "Somebody else"), as: "ada")
    #expect(try await shop.bridge.deliverDueMessages() == shop.time.now + 10)
    shop.time.advance(by: .milliseconds(9_999))
    try await shop.bridge.deliverDueMessages()
    #expect(provider.deliveries.count == 1)
    shop.time.advance(by: .milliseconds(1))
    #expect(try await shop.bridge.deliverDueMessages() == shop.time.now + 20)
    shop.time.advance(by: .seconds(20))
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(provider.deliveries.map(\.attempt) == [1, 2, 3])
    #expect(Set(provider.deliveries.map(\.message)).count == 1)
    #expect(provider.deliveries[0].message.payloadText == #"{"name":"Ada","offer":"TEN"}"#)
    #expect(try await shop.issued().replicas[0].state == .accepted("W1"))
  }

  @Test func `what the wallet asks for is the least wait`() async throws {
    let (shop, _) = try await shop([.retry(after: .seconds(3)), .retry(after: .minutes(5))])
    #expect(try await shop.bridge.deliverDueMessages() == shop.time.now + 10)
    shop.time.advance(by: .seconds(10))
    #expect(try await shop.bridge.deliverDueMessages() == shop.time.now + 300)
  }

  @Test(arguments: [
    ([ScriptedMessageProvider.Reply.retry(), .retry(), .retry()], false),
    ([.retry(), .fail, .retry()], true),
    ([.retry(), .retry(), .fail], true),
  ])
  func `when the attempts are spent the message is buried with its reason`(
    replies: [ScriptedMessageProvider.Reply],
    isUnknown: Bool
  ) async throws {
    let (shop, provider) = try await shop(replies)
    while let next = try await shop.bridge.deliverDueMessages() { shop.time.advance(to: next) }
    #expect(provider.deliveries.count == 3)
    let message = try await shop.message()
    guard case .buried(let reason) = message.state else { throw Unexpected("\(message.state)") }
    #expect(reason.hasPrefix("3 attempts; the last: "))
    #expect(message.attempts == 3)
    let replica = try await shop.issued().replicas[0].state
    #expect(replica == (isUnknown ? .unknown : .rejected(reason: reason)))
    #expect(try await shop.bridge.audit().messagesBuried == 1)
  }

  @Test func `one customer's messages leave in order, another's do not wait for them`() async throws {
    let provider = ScriptedMessageProvider(replies: [.retry()])
    let shop = try await Shop(wallet: provider, settings: BridgeSettings(retry: Self.retry))
    shop.store.save(Member(name: "Ben"), as: "ben")
    for id in ["a-1", "a-2", "a-3"] { _ = try await shop.bridge.respond(to: shop.opened(id)) }
    try await shop.bridge.deliverDueMessages()
    #expect(provider.deliveries.count == 1)
    _ = try await shop.bridge.respond(to: shop.opened("b-1", by: "ben"))
    try await shop.bridge.deliverDueMessages()
    #expect(provider.deliveries.map(\.message.customer) == ["ada", "ben"])
    shop.time.advance(by: .seconds(10))
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    let ada = provider.received.filter { $0.customer == "ada" }.map(\.key)
    #expect(try await ada == shop.bridge.messages(of: "ada").map(\.message.key))
    #expect(ada.count == 3)
  }

  @Test func `many workers at once send each message once`() async throws {
    let provider = ScriptedMessageProvider()
    let shop = try await Shop(wallet: provider)
    for number in 0..<200 {
      let customer = CustomerID("c-\(number)")
      shop.store.save(Member(), as: customer)
      _ = try await shop.bridge.respond(to: shop.opened("a-\(number)", by: customer))
      _ = try await shop.bridge.respond(to: shop.opened("b-\(number)", by: customer))
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<16 { group.addTask { _ = try await shop.bridge.deliverDueMessages() } }
      try await group.waitForAll()
    }
    try await shop.bridge.deliverDueMessages()
    #expect(provider.deliveries.count == 400)
    #expect(Set(provider.deliveries.map(\.message.key)).count == 400)
    #expect(try await shop.bridge.audit().messagesAccepted == 400)
  }

  @Test func `two messages about one issued offer settle one replica, and what was accepted stays`()
    async throws
  {
    let second = Campaign<Member>(
      "reminder",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(Shop.card, through: "wallet")
    )
    let provider = ScriptedMessageProvider(replies: [.accepted(reference: "W1"), .rejected(reason: "known")])
    let shop = try await Shop([Shop.reward(), Shop.toWallet(), second], wallet: provider)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    #expect(provider.deliveries.count == 2)
    #expect(try await shop.issued().replicas[0].state == .accepted("W1"))
  }
}

/// The lease and its fence, on the ledger's own steps.
@Suite struct LeaseTests {
  private func claimed() async throws -> (Shop, Claim) {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    return (shop, try await claim(shop))
  }

  private func claim(_ shop: Shop) async throws -> Claim {
    let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 10, lease: .seconds(60))
    let claims = try await shop.ledger.claim(query).claims
    guard let claim = claims.first, claims.count == 1 else { throw Unexpected("\(claims.count) claims") }
    return claim
  }

  private func settle(_ shop: Shop, _ lease: Lease, _ outcome: Settlement.Outcome) async throws
    -> SettleAnswer
  {
    try await shop.ledger.settle([Settlement(lease: lease, outcome: outcome)], tenant: "main")[0]
  }

  @Test func `a message is held by one worker until its lease runs out`() async throws {
    let (shop, first) = try await claimed()
    #expect(first.attempt == 1)
    #expect(first.lease.until == shop.time.now + 60)
    shop.time.advance(by: .milliseconds(59_999))
    #expect(try await shop.bridge.deliverDueMessages() == first.lease.until)
    #expect(try await shop.message().attempts == 1)
    shop.time.advance(by: .milliseconds(1))
    let second = try await claim(shop)
    #expect(second.attempt == 2)
    #expect(second.lease.fence == first.lease.fence + 1)
    #expect(second.message == first.message)
  }

  @Test(arguments: [
    Settlement.Outcome.accepted("W9"), .rejected(reason: "late"), .released(wasHanded: true),
    .retry(after: .seconds(1), failure: "late", isUnknown: true), .buried(reason: "late", isUnknown: false),
  ])
  func `a worker whose lease was taken over changes nothing`(outcome: Settlement.Outcome) async throws {
    let (shop, first) = try await claimed()
    shop.time.advance(by: .seconds(60))
    let second = try await claim(shop)
    let before = try await shop.message()
    #expect(try await settle(shop, first.lease, outcome) == .lostLease)
    #expect(try await shop.message() == before)
    #expect(try await settle(shop, second.lease, .accepted("W1")) == .settled)
    #expect(try await settle(shop, first.lease, outcome) == .lostLease)
    #expect(try await shop.issued().replicas[0].state == .accepted("W1"))
  }

  @Test func `settling again under the same fence is a repeat`() async throws {
    let (shop, claim) = try await claimed()
    #expect(try await settle(shop, claim.lease, .accepted("W1")) == .settled)
    #expect(try await settle(shop, claim.lease, .accepted("W1")) == .alreadySettled)
    #expect(try await settle(shop, claim.lease, .rejected(reason: "no")) == .alreadySettled)
    #expect(try await shop.message().state == .accepted("W1"))
  }

  @Test func `a lease that ran out and was not taken over still settles`() async throws {
    let (shop, claim) = try await claimed()
    shop.time.advance(by: .hours(1))
    #expect(try await settle(shop, claim.lease, .accepted("W1")) == .settled)
  }

  @Test(arguments: [true, false])
  func `a released message is due at once, and its attempt counts if its provider had it`(wasHanded: Bool)
    async throws
  {
    let (shop, first) = try await claimed()
    #expect(try await settle(shop, first.lease, .released(wasHanded: wasHanded)) == .settled)
    let second = try await claim(shop)
    #expect(second.attempt == (wasHanded ? 2 : 1))
  }

  @Test func `a message that keeps killing its worker is buried without another try`() async throws {
    let provider = ScriptedMessageProvider()
    let shop = try await Shop(
      wallet: provider,
      settings: BridgeSettings(retry: MessageRetry(delays: [.seconds(1)]))
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    for _ in 0..<2 {
      _ = try await claim(shop)
      shop.time.advance(by: .seconds(60))
    }
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(provider.deliveries == [])
    #expect(try await shop.message().state == .buried(reason: "2 attempts without an answer"))
    #expect(try await shop.issued().replicas[0].state == .unknown)
  }

  @Test func `an unknown message cannot be settled`() async throws {
    let (shop, claim) = try await claimed()
    let stray = Lease(message: .derive("stray"), fence: claim.lease.fence, until: claim.lease.until)
    #expect(try await settle(shop, stray, .accepted(nil)) == .lostLease)
  }
}

/// Whether and when.
@Suite struct MessageRetryTests {
  @Test func `the standard schedule gives twelve attempts over three days`() {
    let retry = MessageRetry(delays: MessageRetry.standard.delays, jitter: 0)
    let waits = (1...12).map { retry.delay(afterAttempt: $0, of: .derive("message")) }
    #expect(retry.attempts == 12)
    #expect(waits[0] == .seconds(5))
    #expect(waits[11] == nil)
    let total = waits.compactMap(\.self).reduce(.zero, +)
    #expect(total > .days(3) && total < .days(4))
  }

  @Test func `exponential waits grow up to the cap`() {
    let retry = MessageRetry.exponential(from: .seconds(1), cap: .seconds(5), attempts: 6, jitter: 0)
    #expect(retry.delays == [.seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5)])
    #expect(MessageRetry.exponential(from: .seconds(1), cap: .seconds(5), attempts: 1).attempts == 1)
  }

  @Test func `jitter lengthens a wait by its share at most, the same each time and spread over messages`() {
    let retry = MessageRetry(delays: [.seconds(100)], jitter: 0.25)
    let waits = (0..<1000).compactMap { retry.delay(afterAttempt: 1, of: .derive("message", "\($0)")) }
    #expect(waits.allSatisfy { $0 >= .seconds(100) && $0 <= .seconds(125) })
    #expect(waits.count { $0 > .milliseconds(112_500) } > 400)
    #expect(Set(waits).count > 990)
    #expect(waits[7] == retry.delay(afterAttempt: 1, of: .derive("message", "7")))
  }

  @Test func `attempts outside the schedule are not tried again`() {
    let retry = MessageRetry(delays: [.seconds(1)])
    #expect(retry.delay(afterAttempt: 0, of: .derive("m")) == nil)
    #expect(retry.delay(afterAttempt: 2, of: .derive("m"), retryAfter: .seconds(9)) == nil)
  }
}
