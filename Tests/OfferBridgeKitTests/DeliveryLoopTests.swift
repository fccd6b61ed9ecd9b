import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The loop that waits for due messages, on a clock that only the test moves.
@Suite struct DeliveryLoopTests {
  @Test(.timeLimit(.minutes(5)))
  func `the loop sends what becomes due, wakes when told, and drains`() async throws {
    let provider = ScriptedMessageProvider(replies: [.retry(), .accepted(reference: "W1")])
    let shop = try await Shop(
      wallet: provider,
      settings: BridgeSettings(retry: MessageRetry(delays: [.seconds(10)], jitter: 0))
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let signal = DeliverySignal()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: signal) }

      try await waitUntil { try await shop.message().state == .waiting(due: shop.time.now + 10) }
      #expect(provider.deliveries.count == 1)
      shop.time.advance(by: .seconds(10))
      try await settled(shop, "ada")
      #expect(try await shop.issued().replicas[0].state == .accepted("W1"))

      // All is settled: the loop waits for a signal alone.
      shop.store.save(Member(), as: "ben")
      _ = try await shop.bridge.respond(to: shop.opened("b-1", by: "ben"))
      signal.wake()
      try await settled(shop, "ben")
      #expect(provider.deliveries.count == 3)

      await signal.drain(within: .seconds(5))
      try await group.waitForAll()
    }
    _ = try await shop.bridge.respond(to: shop.opened("a-2"))
    signal.wake()
    #expect(provider.deliveries.count == 3)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a drain gives what is on its way its time, then releases it`() async throws {
    let provider = ScriptedMessageProvider(replies: [.hang])
    let shop = try await Shop(wallet: provider)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let signal = DeliverySignal()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: signal) }
      try await waitUntil { !provider.deliveries.isEmpty }
      group.addTask { await signal.drain(within: .seconds(5)) }
      // The drain's time, and the time-out of what is on its way.
      await shop.time.whenSleeping(2)
      #expect(try await shop.message().state == .leased(until: shop.time.now + 60))
      shop.time.advance(by: .seconds(5))
      try await group.waitForAll()
    }
    let message = try await shop.message()
    #expect(!message.state.isFinal)
    #expect(message.state == .waiting(due: shop.time.now - 5))
    #expect(message.lastFailure == nil)
    try await shop.bridge.deliverDueMessages()
    #expect(try await shop.message().state.isFinal)
  }

  @Test(.timeLimit(.minutes(5)))
  func `cancelling the loop releases what is on its way`() async throws {
    let provider = ScriptedMessageProvider(replies: [.hang])
    let shop = try await Shop(wallet: provider)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: DeliverySignal()) }
      try await waitUntil { !provider.deliveries.isEmpty }
      group.cancelAll()
      while let result = await group.nextResult() { _ = result }
    }
    #expect(try await shop.message().state == .waiting(due: shop.time.now))
  }

  @Test(.timeLimit(.minutes(5)))
  func `a slow provider does not hold up another`() async throws {
    let slow = ScriptedMessageProvider(replies: [.hang])
    let quick = ScriptedMessageProvider()
    let offer = Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN", "mail": "ten"])
    func send(_ id: CampaignID, _ provider: ProviderID) -> Campaign<Member> {
      Campaign(
        id,
        on: .event("ten_off_issued"),
        rule: Everyone(),
        outcome: .send(Shop.card, through: provider)
      )
    }
    let store = InMemoryCustomerStore(["ada": Member()])
    let bridge = try await OfferBridge(
      customers: store,
      catalog: InMemoryOfferCatalog([offer]),
      campaigns: [Shop.reward(), send("to-wallet", "wallet"), send("to-mail", "mail")],
      providers: ["wallet": slow, "mail": quick]
    )
    _ = try await bridge.respond(
      to: CustomerAction("app_opened", id: "a", by: "ada", at: ManualTime().now)
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await bridge.deliverDueMessages() }
      try await waitUntil {
        try await bridge.issuedOffers(of: "ada")[0].replica(at: "mail")?.isAccepted == true
      }
      #expect(try await bridge.issuedOffers(of: "ada")[0].replica(at: "wallet")?.state == .pending)
      group.cancelAll()
      while let result = await group.nextResult() { _ = result }
    }
  }

  private func settled(_ shop: Shop, _ customer: CustomerID) async throws {
    try await waitUntil { try await shop.bridge.messages(of: customer).allSatisfy { $0.state.isFinal } }
  }
}

/// A signal outside its loop's life.
@Suite struct DeliverySignalTests {
  @Test(.timeLimit(.minutes(5)))
  func `a drain without a loop returns, and a loop after it stops at once`() async throws {
    let shop = try await Shop()
    let signal = DeliverySignal()
    await signal.drain(within: .seconds(5))
    try await shop.bridge.run(on: shop.time.clock, signal: signal)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a drain waits for a loop that runs a second time under the signal`() async throws {
    let shop = try await Shop()
    let signal = DeliverySignal()
    // The first loop is cancelled, as one that fails would end.
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await shop.bridge.run(on: shop.time.clock, signal: signal) }
      group.cancelAll()
    }
    let provider = ScriptedMessageProvider(replies: [.hang])
    let slow = try await Shop(wallet: provider)
    _ = try await slow.bridge.respond(to: slow.opened("a-1"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await slow.bridge.run(on: slow.time.clock, signal: signal) }
      try await waitUntil { !provider.deliveries.isEmpty }
      group.addTask {
        await signal.drain(within: .seconds(5))
        let state = try await slow.message().state
        #expect(state == .waiting(due: slow.time.now - 5))
      }
      await slow.time.whenSleeping(2)
      slow.time.advance(by: .seconds(5))
      try await group.waitForAll()
    }
  }
}
