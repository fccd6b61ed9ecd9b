import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// How the loop is stopped.
@Suite struct StoppedLoopTests {
  /// Holds each delivery until it is let go, and throws its own error when it is cancelled.
  private final class Gate: MessageProvider {
    struct Interrupted: Error {}
    let scripted = ScriptedMessageProvider()
    private let stream: AsyncStream<Void>
    private let open: AsyncStream<Void>.Continuation

    init() { (stream, open) = AsyncStream.makeStream() }

    func letGo() { open.yield() }

    func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
      let answer = try await scripted.deliver(delivery)
      for await _ in stream { return answer }
      throw Interrupted()
    }
  }

  @Test(.timeLimit(.minutes(5)))
  func `no message is begun once a drain is asked for`() async throws {
    let gate = Gate()
    let shop = try await Shop(wallet: gate, settings: BridgeSettings(lane: LaneSettings(atOnce: 1)))
    shop.store.save(Member(), as: "ben")
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.respond(to: shop.opened("b-1", by: "ben"))
    let signal = DeliverySignal()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: signal) }
      try await waitUntil { !gate.scripted.deliveries.isEmpty }
      group.addTask { await signal.drain(within: .seconds(5)) }
      await shop.time.whenSleeping(2)
      gate.letGo()
      gate.letGo()
      try await group.waitForAll()
    }
    #expect(gate.scripted.deliveries.count == 1)
    #expect(try await shop.message().state.isFinal)
    #expect(try await shop.message(to: "ben").attempts == 0)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a provider that is cancelled and throws its own error has its message released`() async throws {
    let gate = Gate()
    let shop = try await Shop(
      wallet: gate,
      settings: BridgeSettings(retry: MessageRetry(delays: [.hours(1)]))
    )
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: DeliverySignal()) }
      try await waitUntil { !gate.scripted.deliveries.isEmpty }
      group.cancelAll()
      while let result = await group.nextResult() { _ = result }
    }
    #expect(try await shop.message().state == .waiting(due: shop.time.now))
  }

  @Test(.timeLimit(.minutes(5)))
  func `a drain waits for the loop that was started again`() async throws {
    let signal = DeliverySignal()
    let provider = ScriptedMessageProvider(replies: [.hang])
    let shop = try await Shop(wallet: provider)
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: signal) }
      group.cancelAll()
      while let result = await group.nextResult() { _ = result }
    }
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: signal) }
      try await waitUntil { !provider.deliveries.isEmpty }
      group.addTask {
        await signal.drain(within: .seconds(5))
        let state = try await shop.message().state
        #expect(state == .waiting(due: shop.time.now - 5))
      }
      await shop.time.whenSleeping(2)
      shop.time.advance(by: .seconds(5))
      try await group.waitForAll()
    }
  }

  @Test(.timeLimit(.minutes(5)))
  func `a drain of a loop that never ran returns, and the loop then begins nothing`() async throws {
    let signal = DeliverySignal()
    await signal.drain(within: .seconds(5))
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.run(on: shop.time.clock, signal: signal)
    #expect(try await shop.message().attempts == 0)
  }
}
