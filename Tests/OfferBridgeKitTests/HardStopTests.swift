import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// What is cancelled or drained in the midst of it: nothing that is known is lost, and nobody waits for ever.
@Suite struct HardStopTests {
  private let trial = LaneTrial()

  /// A ledger that honours the cancellation of whoever calls it.
  private var attentive: BentLedger {
    var ledger = BentLedger(trial.ledger())
    ledger.settle = { inner, call in
      try Task.checkCancellation()
      await trial.pass(50)
      try Task.checkCancellation()
      return try await inner.settle(call.0, tenant: call.1)
    }
    return ledger
  }

  private func message(_ bridge: OfferBridge<Member>) async throws -> MessageRecord {
    try await bridge.messages(of: LaneTrial.customer(1))[0]
  }

  /// Begins a run, and cancels it after so long.
  private func cancelled(after milliseconds: Int64, _ bridge: OfferBridge<Member>) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await bridge.run(on: trial.clock, signal: DeliverySignal()) }
      await trial.pass(milliseconds)
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  // Before the answer, with it, and while it is written.
  @Test(arguments: [1_000, 2_000, 2_025])
  func `what came of an attempt is written though the run is cancelled`(milliseconds: Int64) {
    let wallet = trial.wallet("wallet") { wallet, _ in
      // It answers at once when it is told to stop.
      await wallet.take(2_000)
      return .accepted(reference: "W1")
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet], ledger: attentive)
      try await trial.open(1, bridge)
      try await cancelled(after: milliseconds, bridge)
      #expect(try await message(bridge).state == .accepted("W1"))
    }
  }

  @Test func `what came of an attempt is written though the delivery of what is due is cancelled`() {
    let wallet = trial.wallet("wallet") { wallet, _ in
      await wallet.take(2_000)
      return .accepted(reference: "W1")
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet], ledger: attentive)
      try await trial.open(1, bridge)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { _ = try? await bridge.deliverDueMessages() }
        await trial.pass(1_000)
        group.cancelAll()
      }
      #expect(try await message(bridge).state == .accepted("W1"))
    }
  }

  @Test func `a ledger that never answers is waited for no longer than the lease's margin once cancelled`() {
    let wallet = trial.wallet("wallet") { wallet, _ in
      await wallet.take(2_000)
      return .accepted()
    }
    var deaf = BentLedger(trial.ledger())
    deaf.settle = { inner, call in
      await trial.pass(10_000_000)
      return try await inner.settle(call.0, tenant: call.1)
    }
    let ledger = deaf
    trial.drive {
      let settings = BridgeSettings(leaseMargin: .seconds(3))
      let bridge = try await trial.bridge([wallet], ledger: ledger, settings: settings)
      try await trial.open(1, bridge)
      try await cancelled(after: 1_000, bridge)
      #expect(trial.executor.now == 4_000)
    }
  }

  @Test func `a run that is cancelled before it starts claims nothing`() {
    let wallet = trial.wallet("wallet")
    trial.drive {
      let bridge = try await trial.bridge([wallet])
      try await trial.open(1, bridge)
      await withTaskGroup(of: Void.self) { group in
        group.cancelAll()
        group.addTask { try? await bridge.run(on: trial.clock, signal: DeliverySignal()) }
      }
      #expect(try await message(bridge).attempts == 0)
    }
    #expect(wallet.calls == [])
  }

  @Test func `a cancelled attempt that its provider had counts, one that was looked up alone does not`() {
    let trial = trial
    let hanging = trial.wallet("wallet") { wallet, _ in
      await wallet.take(10_000)
      throw CancellationError()
    }
    trial.drive {
      let bridge = try await trial.bridge([hanging])
      try await trial.open(1, bridge)
      try await cancelled(after: 1_000, bridge)
      #expect(try await message(bridge).attempts == 1)
      #expect(try await message(bridge).state.name == .waiting)
    }
    let second = LaneTrial()
    let asked = second.wallet("wallet", window: .seconds(31)) { _, _ in
      throw CancellationError()
    } lookUp: { _ in
      await second.pass(10_000)
      try Task.checkCancellation()
      return .notFound
    }
    second.drive {
      let retry = MessageRetry(delays: [.seconds(10)], jitter: 0)
      let bridge = try await second.bridge([asked], settings: BridgeSettings(retry: retry))
      try await second.open(1, bridge)
      await withTaskGroup(of: Void.self) { group in
        group.addTask { try? await bridge.run(on: second.clock, signal: DeliverySignal()) }
        await second.pass(11_000)
        group.cancelAll()
      }
      #expect(try await bridge.messages(of: LaneTrial.customer(1))[0].attempts == 1)
    }
    #expect(asked.calls.count == 1)
  }

  @Test func `what is claimed once a drain has begun is given back unsent, and at no cost`() {
    let wallet = trial.wallet("wallet")
    var slow = BentLedger(trial.ledger())
    slow.claim = { inner, query in
      await trial.executor.sleepThrough(for: 2_000)
      return try await inner.claim(query)
    }
    let ledger = slow
    trial.drive {
      let bridge = try await trial.bridge([wallet], ledger: ledger)
      try await trial.open(1, bridge)
      let events = bridge.deliveries
      let signal = DeliverySignal()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await bridge.run(on: trial.clock, signal: signal) }
        await trial.pass(1_000)
        await signal.drain(within: .minutes(1))
        try await group.waitForAll()
      }
      #expect(trial.executor.now == 2_000)
      #expect(try await message(bridge).state == .waiting(due: trial.now - 2))
      #expect(try await message(bridge).attempts == 0)
      var told: [String] = []
      for await event in events {
        switch event {
        case .claimed: told.append("claimed")
        case .released(let attempt, let wasHanded): told.append("released \(attempt.attempt) \(wasHanded)")
        default: told.append("\(event)")
        }
        if event == .drained { break }
      }
      #expect(told == ["claimed", "released 1 false", "drained"])
    }
    #expect(wallet.calls == [])
  }

  @Test func `a second drain cuts the first one short, and does not lengthen it`() {
    for (second, end) in [
      (Duration.seconds(1), Int64(11_000)), (.minutes(9), 25_100), (.seconds(-1), 10_000),
    ] {
      let trial = LaneTrial()
      trial.drive {
        let other = trial.wallet("wallet") { wallet, _ in
          await wallet.take(3_600_000)
          throw CancellationError()
        }
        let bridge = try await trial.bridge([other])
        try await trial.open(1, bridge)
        let signal = DeliverySignal()
        await withTaskGroup(of: Void.self) { group in
          group.addTask { try? await bridge.run(on: trial.clock, signal: signal) }
          await trial.pass(100)
          group.addTask { await signal.drain(within: .seconds(25)) }
          await trial.pass(9_900)
          await signal.drain(within: second)
          #expect(trial.executor.now == end)
        }
      }
    }
  }

  @Test func `a drain ends both loops that run under one signal`() {
    let wallet = trial.wallet("wallet")
    trial.drive {
      let bridge = try await trial.bridge([wallet])
      let signal = DeliverySignal()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 { group.addTask { try await bridge.run(on: trial.clock, signal: signal) } }
        await trial.pass(1_000)
        for number in 0..<20 { try await trial.open(number, bridge) }
        signal.wake()
        await trial.pass(1_000)
        await signal.drain(within: .seconds(1))
        try await group.waitForAll()
      }
      #expect(trial.executor.now == 2_000)
    }
    #expect(wallet.calls.count == 20)
    #expect(Set(wallet.calls.map(\.customer)).count == 20)
  }

  @Test func `what was looked up for longer than its lease is not sent once another has it`() {
    let trial = trial
    let bridgeInside = Guarded<OfferBridge<Member>?>(nil)
    let inner = Guarded(0)
    let wallet = trial.wallet("wallet", window: .seconds(31)) { _, delivery in
      if delivery.attempt == 1 { throw CancellationError() }
      return .accepted()
    } lookUp: { _ in
      // The first to ask waits beyond its lease, and the second gets the message meanwhile.
      if inner.withLock({ count in
        count += 1
        return count
      }) == 1 {
        await trial.pass(61_000)
        _ = try await bridgeInside.withLock { $0 }?.deliverDueMessages()
      }
      return .notFound
    }
    trial.drive {
      let retry = MessageRetry(delays: [.seconds(10), .seconds(10)], jitter: 0)
      let bridge = try await trial.bridge([wallet], settings: BridgeSettings(retry: retry))
      bridgeInside.withLock { $0 = bridge }
      try await trial.open(1, bridge)
      _ = try await bridge.deliverDueMessages()
      await trial.pass(10_000)
      _ = try await bridge.deliverDueMessages()
      #expect(try await message(bridge).state == .accepted(nil))
    }
    #expect(wallet.calls.map(\.attempt) == [1, 3])
  }
}
