import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// Lanes on as many threads as there are: for the thread sanitizer, and for what virtual time has no room for.
@Suite struct LaneRaceTests {
  private struct Down: Error {}

  /// Answers at once, or when it is told to stop.
  private struct Wallet: MessageProvider {
    let hangsEvery: Int
    let count = Guarded(0)

    func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
      let number = count.withLock { count in
        count += 1
        return count
      }
      await Task.yield()
      guard hangsEvery > 0, number % hangsEvery == 0 else { return .accepted() }
      while !Task.isCancelled { await Task.yield() }
      throw CancellationError()
    }
  }

  private let time = ManualTime()

  private func bridge(_ wallet: Wallet, failingEvery: Int) async throws -> OfferBridge<Member> {
    let calls = Guarded(0)
    @Sendable func fails() -> Bool {
      calls.withLock { calls in
        calls += 1
        return failingEvery > 0 && calls % failingEvery == 0
      }
    }
    var ledger = BentLedger(DistantLedger(InMemoryOfferLedger(now: { time.now })))
    ledger.claim = { inner, query in
      if fails() { throw Down() }
      return try await inner.claim(query)
    }
    ledger.settle = { inner, call in
      let answers = try await inner.settle(call.0, tenant: call.1)
      if fails() { throw Down() }
      return answers
    }
    let card = MessageVariant<Member>("card") { DataPoint("name") { $0.customer.name } }
    let store = InMemoryCustomerStore<Member>()
    for number in 0..<60 { store.save(Member(), as: CustomerID("c-\(number)")) }
    let providers: [ProviderID: any MessageProvider] = ["wallet": wallet, "mail": Wallet(hangsEvery: 0)]
    return try await OfferBridge(
      customers: store,
      catalog: InMemoryOfferCatalog([]),
      campaigns: providers.keys.map { provider in
        Campaign(
          CampaignID("to-\(provider)"),
          on: .action("app_opened"),
          rule: Everyone(),
          outcome: .send(card, through: provider)
        )
      },
      providers: providers,
      ledger: ledger,
      settings: BridgeSettings(
        retry: MessageRetry(delays: Array(repeating: .zero, count: 20), jitter: 0),
        ledgerPatience: .hours(9),
        lane: LaneSettings(atOnce: 4, breaker: nil)
      )
    )
  }

  private func open(_ number: Int, _ bridge: OfferBridge<Member>) async throws {
    let customer = CustomerID("c-\(number)")
    let action = CustomerAction("app_opened", id: "a-\(number)", by: customer, at: time.now)
    #expect(try await bridge.respond(to: action).count == 2)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a ledger on other threads that fails every seventh call loses nothing`() async throws {
    let bridge = try await bridge(Wallet(hangsEvery: 0), failingEvery: 7)
    let signal = DeliverySignal()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await bridge.run(on: time.clock, signal: signal) }
      try await withThrowingTaskGroup(of: Void.self) { customers in
        for number in 0..<60 {
          customers.addTask {
            try await open(number, bridge)
            signal.wake()
          }
        }
        try await customers.waitForAll()
      }
      try await waitUntil {
        time.advance(by: .milliseconds(20))
        return try await bridge.audit().messagesAccepted >= 120
      }
      // What was written and not answered is written once more, which takes its time.
      let isStopped = Guarded(false)
      group.addTask {
        await signal.drain(within: .hours(9))
        isStopped.withLock { $0 = true }
      }
      try await waitUntil {
        time.advance(by: .milliseconds(20))
        return isStopped.withLock { $0 }
      }
      try await group.waitForAll()
    }
    let audit = try await bridge.audit()
    #expect(audit.imbalances == [])
    #expect(audit.messagesOpen == 0)
  }

  @Test(.timeLimit(.minutes(5)), arguments: [true, false])
  func `a stop in the midst of it leaves every message settled or due`(isDrained: Bool) async throws {
    let wallet = Wallet(hangsEvery: 5)
    let bridge = try await bridge(wallet, failingEvery: 0)
    let signal = DeliverySignal()
    for number in 0..<60 { try await open(number, bridge) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await bridge.run(on: time.clock, signal: signal) }
      try? await waitUntil { wallet.count.withLock { $0 } >= 12 }
      if isDrained { await signal.drain(within: .zero) } else { group.cancelAll() }
    }
    let audit = try await bridge.audit()
    #expect(audit.imbalances == [])
    for number in 0..<60 {
      for message in try await bridge.messages(of: CustomerID("c-\(number)")) {
        #expect(message.state.name == .accepted || message.state.name == .waiting)
        #expect(
          message.state.name == .accepted || message.attempts == 0 || message.message.provider == "wallet"
        )
      }
    }
  }
}
