import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What becomes of a message that the external system may have forgotten, or that is too old.
@Suite struct IdempotencyWindowTests {
  /// Forgets keys after an hour, and can be asked for one, or not.
  private final class Forgetful: MessageProvider {
    let scripted: ScriptedMessageProvider
    let idempotencyWindow: Duration? = .hours(1)
    let known: DeliveryLookup?
    let asked = Guarded<[DerivedKey]>([])

    init(_ replies: [ScriptedMessageProvider.Reply], known: DeliveryLookup?) {
      scripted = ScriptedMessageProvider(replies: replies)
      self.known = known
    }

    func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
      try await scripted.deliver(delivery)
    }

    func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup {
      asked.withLock { $0.append(key) }
      guard let known else { throw ScriptedMessageProvider.Failure(reply: .fail) }
      return known
    }
  }

  private func shop(_ wallet: Forgetful) async throws -> Shop {
    let retry = MessageRetry(delays: [.minutes(60), .minutes(30), .minutes(30)], jitter: 0)
    let shop = try await Shop(wallet: wallet, settings: BridgeSettings(retry: retry))
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    return shop
  }

  private func deliverAll(_ shop: Shop) async throws {
    while let next = try await shop.bridge.deliverDueMessages() { shop.time.advance(to: next) }
  }

  @Test func `within the window it is sent again, at its very end too`() async throws {
    let wallet = Forgetful([.loseAcknowledgement, .accepted(reference: "W1")], known: .notSupported)
    let shop = try await shop(wallet)
    try await deliverAll(shop)
    #expect(wallet.scripted.deliveries.count == 2)
    #expect(wallet.asked.withLock { $0.count } == 1)
    #expect(try await shop.message().state == .accepted("W1"))
  }

  @Test(arguments: [
    (DeliveryLookup.found(reference: "W1"), 1), (.found(), 1), (.notFound, 3), (.notSupported, 2),
  ])
  func `past the window it is looked up, and never sent blindly`(known: DeliveryLookup, calls: Int)
    async throws
  {
    let wallet = Forgetful([.loseAcknowledgement, .retry(), .accepted(reference: "W2")], known: known)
    let shop = try await shop(wallet)
    try await deliverAll(shop)
    #expect(wallet.scripted.deliveries.count == calls)
    #expect(wallet.asked.withLock { $0.count } == (calls == 1 ? 1 : 2))
    let (message, replica) = (try await shop.message(), try await shop.issued().replicas[0].state)
    switch known {
    case .found(let reference):
      #expect(message.state == .accepted(reference))
      #expect(replica == .accepted(reference))
    case .notFound: #expect(message.state == .accepted("W2"))
    case .notSupported:
      #expect(
        message.state
          == .buried(
            reason:
              "windowExceeded: 'wallet' may have had it since 2026-01-01T00:00:00Z, remembers keys for 1 hour "
              + "and cannot be asked; it was not sent again"
          )
      )
      #expect(replica == .unknown)
    case .taken, .rejected, .retry, .unknown: Issue.record("see TakenTests")
    }
  }

  @Test func `a look-up that fails is tried again, as an attempt is`() async throws {
    let wallet = Forgetful([.loseAcknowledgement, .retry()], known: nil)
    let shop = try await shop(wallet)
    try await deliverAll(shop)
    #expect(wallet.scripted.deliveries.count == 1)
    #expect(wallet.asked.withLock { $0.count } == 3)
    #expect(try await shop.message().state == .buried(reason: "4 attempts; the last: no answer: Failure"))
  }

  @Test func `attempts that were told "not now" do not begin the window`() async throws {
    let wallet = Forgetful([.retry(), .retry(), .retry(), .accepted(reference: "W1")], known: .notSupported)
    let shop = try await shop(wallet)
    try await deliverAll(shop)
    #expect(wallet.asked.withLock { $0 } == [])
    #expect(try await shop.message().state == .accepted("W1"))
  }

  @Test func `a provider that says nothing remembers keys for ever and cannot be asked`() async throws {
    let wallet = InMemoryMessageProvider()
    #expect(wallet.idempotencyWindow == nil)
    #expect(try await wallet.lookUp(.derive("key")) == .notSupported)
  }
}

/// How old a message may become.
@Suite struct MessageDeadlineTests {
  private func shop(_ replies: [ScriptedMessageProvider.Reply], deadline: Duration) async throws -> (
    Shop, ScriptedMessageProvider
  ) {
    let provider = ScriptedMessageProvider(replies: replies)
    let retry = MessageRetry(
      delays: [.minutes(10), .minutes(20), .minutes(40)],
      jitter: 0,
      deadline: deadline
    )
    let shop = try await Shop(wallet: provider, settings: BridgeSettings(retry: retry))
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    return (shop, provider)
  }

  @Test(arguments: [
    (Duration.minutes(10), 1), (.minutes(10) + .milliseconds(1), 2), (.minutes(30), 2), (.minutes(31), 3),
  ])
  func `no attempt is made at the deadline or later`(deadline: Duration, attempts: Int) async throws {
    let (shop, provider) = try await shop([.retry(), .retry(), .retry(), .retry()], deadline: deadline)
    while let next = try await shop.bridge.deliverDueMessages() { shop.time.advance(to: next) }
    #expect(provider.deliveries.count == attempts)
    let count = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
    #expect(
      try await shop.message().state
        == .buried(reason: "deadlinePassed: \(count); the last: asked to come again")
    )
  }

  @Test func `what the wallet asks for cannot lead past the deadline`() async throws {
    let (shop, _) = try await shop([.retry(after: .hours(2))], deadline: .hours(1))
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(try await shop.message().state.name == .buried)
  }

  @Test func `a message that waited too long is buried untried, and a redrive opens it anew`() async throws {
    let (shop, provider) = try await shop([], deadline: .hours(1))
    shop.time.advance(by: .hours(1))
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(provider.deliveries == [])
    let message = try await shop.message()
    #expect(message.state == .buried(reason: "deadlinePassed: it was open for more than 1 hour"))
    #expect(try await shop.issued().replicas[0].state == .rejected(reason: message.lastFailure ?? ""))
    let answer = try await shop.bridge.redrive(message.message.key, mode: .sameKey, reason: "still wanted")
    #expect(answer == .redriven(message.message.key))
    try await shop.bridge.deliverDueMessages()
    #expect(try await shop.message().state == .accepted(nil))
  }

  @Test func `a rejection is never tried again, whatever the schedule`() async throws {
    let (shop, provider) = try await shop([.rejected(reason: "no such card")], deadline: .days(30))
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    shop.time.advance(by: .days(1))
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(provider.deliveries.count == 1)
  }
}
