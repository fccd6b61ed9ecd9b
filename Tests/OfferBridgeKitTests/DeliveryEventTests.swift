import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// What listeners and metrics are told.
@Suite struct DeliveryEventTests {
  @Test func `each step of a message is told, in order and with what it goes back to`() async throws {
    let provider = ScriptedMessageProvider(replies: [
      .retry(after: .seconds(60)), .fail, .accepted(reference: "W1"),
    ])
    let retry = MessageRetry(delays: [.seconds(10), .seconds(20)], jitter: 0)
    let shop = try await Shop(wallet: provider, settings: BridgeSettings(retry: retry))
    let events = shop.bridge.deliveries
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    while let next = try await shop.bridge.deliverDueMessages() { shop.time.advance(to: next) }
    var told: [String] = []
    for await event in events {
      switch event {
      case .claimed(let attempt): told.append("claimed \(attempt.attempt)")
      case .attempted(let attempt):
        told.append("attempted \(attempt.attempt)")
        #expect(attempt.provider == "wallet")
        #expect(attempt.campaign == "to-wallet")
        #expect(try await attempt.issuedOffer == shop.issued().id)
        #expect(attempt.trigger == TriggerID(.action, "a-1"))
      case .waitingAgain(_, let wait, let reason): told.append("waiting \(wait), \(reason)")
      case .accepted(_, let reference): told.append("accepted as \(reference?.rawValue ?? "nothing")")
      default: told.append("\(event)")
      }
      if case .accepted = event { break }
    }
    #expect(
      told == [
        "claimed 1", "attempted 1", "waiting 60.0 seconds, asked to come again",
        "claimed 2", "attempted 2", "waiting 20.0 seconds, no answer: Failure",
        "claimed 3", "attempted 3", "accepted as W1",
      ]
    )
  }

  @Test func `a refusal, a burial and a lost lease are told`() async throws {
    let provider = ScriptedMessageProvider(replies: [.rejected(reason: "no such card"), .fail])
    let shop = try await Shop(wallet: provider, settings: BridgeSettings(retry: MessageRetry(delays: [])))
    var bent = BentLedger(shop.ledger)
    bent.settle = { inner, call in
      let answers = try await inner.settle(call.0, tenant: call.1)
      if case .accepted = call.0[0].outcome { return [.lostLease] }
      return answers
    }
    let bridge = shop.bridge.using(ledger: bent)
    let events = shop.bridge.deliveries
    for id in ["a-1", "a-2", "a-3"] { _ = try await bridge.respond(to: shop.opened(id)) }
    try await bridge.deliverDueMessages()
    var ends: [String] = []
    for await event in events {
      switch event {
      case .rejected(_, let reason): ends.append("rejected: \(reason)")
      case .buried(_, let reason): ends.append("buried: \(reason)")
      case .lostLease: ends.append("lost")
      default: continue
      }
      if ends.count == 3 { break }
    }
    #expect(ends == ["rejected: no such card", "buried: 1 attempt; the last: no answer: Failure", "lost"])
  }

  @Test func `a listener that falls behind loses the oldest, and one that is gone is not told`() async throws
  {
    let shop = try await Shop()
    let events = shop.bridge.deliveries
    for number in 0..<400 {
      _ = try await shop.bridge.respond(to: shop.opened("a-\(number)"))
      try await shop.bridge.deliverDueMessages()
    }
    var seen = 0
    var first: DeliveryAttempt?
    for await event in events {
      if case .claimed(let attempt) = event, first == nil { first = attempt }
      seen += 1
      if seen == 1024 { break }
    }
    // 1,200 were told, the last 1,024 are there.
    #expect(first?.trigger == TriggerID(.action, "a-59"))
  }

  /// Keeps what it is told.
  private final class Book: BridgeMetrics {
    let counts = Guarded<[BridgeCounter: Int]>([:])
    let correlations = Guarded<Set<DerivedKey?>>([])
    let lengths = Guarded<[BridgeTimer: [Duration]]>([:])

    func count(_ counter: BridgeCounter, _ labels: BridgeLabels) {
      counts.withLock { $0[counter, default: 0] += 1 }
      correlations.withLock { _ = $0.insert(labels.correlation) }
    }

    func time(_ timer: BridgeTimer, _ length: Duration, _ labels: BridgeLabels) {
      lengths.withLock { $0[timer, default: []].append(length) }
    }
  }

  @Test func `one correlation id leads from the trigger to the redemption`() async throws {
    let (book, time, wallet) = (Book(), ManualTime(), FakeWallet())
    wallet.loseAcknowledgements(1)
    let bridge = try await OfferBridge(
      customers: InMemoryCustomerStore<Member>(["ada": Member()]),
      catalog: InMemoryOfferCatalog([Shop.tenOff]),
      campaigns: [Shop.reward(), Shop.toWallet()],
      providers: ["wallet": wallet],
      ledger: InMemoryOfferLedger(now: { time.now }),
      settings: BridgeSettings(retry: MessageRetry(delays: [.seconds(10)], jitter: 0)),
      metrics: book
    )
    let opened = CustomerAction("app_opened", id: "a-1", by: "ada", at: time.now)
    for _ in 0..<3 { _ = try await bridge.respond(to: opened) }
    while let next = try await bridge.deliverDueMessages() { time.advance(to: next) }
    let redemption = try wallet.redeem("TEN", of: "ada", at: time.now)
    _ = try await bridge.reconcile(redemption)
    _ = try await bridge.reconcile(redemption)
    _ = try await bridge.reconcile(Redemption(id: "r-9", of: redemption.reference, at: time.now))
    #expect(
      book.counts.withLock { $0 }
        == [.issued: 1, .sent: 1, .retried: 1, .accepted: 1, .redeemed: 1, .discrepant: 1]
    )
    let expected = TriggerID(.action, "a-1").correlation(in: "main")
    #expect(book.correlations.withLock { $0 } == [expected])
    #expect(book.lengths.withLock { $0 } == [.delivery: [.seconds(10)]])
    #expect(TriggerID(.hostEvent, "a-1").correlation(in: "main") != expected)
    #expect(TriggerID(.action, "a-1").correlation(in: "other") != expected)
  }

  @Test func `attempts are timed by the loop's clock`() {
    let (trial, book) = (LaneTrial(), Book())
    let wallet = trial.wallet("wallet")
    trial.drive {
      let bridge = try await trial.bridge([wallet], metrics: book)
      for number in 0..<3 { try await trial.open(number, bridge) }
      try await trial.run(bridge) { _ in await trial.pass(1_000) }
    }
    let length = Array(repeating: Duration.milliseconds(20), count: 3)
    #expect(book.lengths.withLock { $0 } == [.attempt: length, .delivery: length])
  }
}
