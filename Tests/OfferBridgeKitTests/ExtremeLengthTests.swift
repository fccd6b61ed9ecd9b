import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// Lengths of nothing, of less than nothing and of longer than the world has stood, in every setting that takes one.
@Suite struct ExtremeLengthTests {
  static let lengths: [Duration] = [
    .zero, .seconds(-1), .seconds(Int64.min), .nanoseconds(1), .days(365_000), .seconds(Int64.max),
    .seconds(Int64.max) * 18, .seconds(Int64.min) * 18,
  ]

  /// Sends twenty messages, of which every other is told to come again.
  private func calls(
    _ settings: BridgeSettings,
    retryAfter: Duration? = nil,
    timeout: Duration = .seconds(30)
  ) -> Int {
    let trial = LaneTrial()
    let wallet = trial.wallet("wallet", timeout: timeout) { wallet, delivery in
      await wallet.take(20)
      struct Down: Error {}
      let number = delivery.message.customer.rawValue.last?.wholeNumberValue ?? 0
      if number % 2 == 0, delivery.attempt == 1 {
        if number % 4 == 0 { throw Down() }
        return .retry(after: retryAfter)
      }
      return .accepted()
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet], settings: settings)
      try await trial.run(bridge) { signal in
        for number in 0..<20 {
          try await trial.open(number, bridge)
          signal.wake()
          await trial.pass(1_000)
        }
      }
    }
    return wallet.calls.count
  }

  @Test(arguments: lengths)
  func `no length in a setting stops the process`(length: Duration) {
    let now = MessageRetry(delays: [.zero], jitter: 0)
    #expect(calls(BridgeSettings(retry: now), retryAfter: length) >= 20)
    #expect(calls(BridgeSettings(retry: MessageRetry(delays: [length, length], jitter: 1))) >= 20)
    #expect(calls(BridgeSettings(retry: MessageRetry(delays: [.zero], deadline: length))) >= 0)
    #expect(calls(BridgeSettings(retry: now, ledgerPatience: length)) >= 20)
    for breaker in [
      LaneBreaker.opening(after: 1, for: length), LaneBreaker(failures: 1, open: .seconds(1), cap: length),
    ] {
      #expect(calls(BridgeSettings(retry: now, lane: LaneSettings(breaker: breaker))) >= 1)
    }
    for burst in [nil, 0, Int.max] {
      let lane = LaneSettings(rate: LaneRate(1, per: length, burst: burst), breaker: nil)
      #expect(calls(BridgeSettings(retry: now, lane: lane)) >= 1)
    }
    let fast = LaneSettings(rate: LaneRate(Int.max, per: length, burst: Int.max), breaker: nil)
    #expect(calls(BridgeSettings(retry: now, lane: fast)) >= 20)
  }

  @Test(arguments: lengths)
  func `a lease, a margin or a time-out of any length is refused or kept`(length: Duration) async throws {
    let now = MessageRetry(delays: [.zero], jitter: 0)
    func check(_ settings: BridgeSettings, timeout: Duration = .seconds(30)) async throws {
      let wallet = LaneTrial().wallet("wallet", timeout: timeout)
      do {
        _ = try await LaneTrial().bridge([wallet], settings: settings)
      } catch let error as OfferBridgeError {
        guard case .configurationInvalid = error.code else { throw error }
        return
      }
      #expect(calls(settings, timeout: timeout) >= 0)
    }
    try await check(BridgeSettings(retry: now, lease: length))
    try await check(BridgeSettings(retry: now, leaseMargin: length))
    try await check(BridgeSettings(retry: now, lease: .seconds(Int64.max)), timeout: length)
  }

  @Test(arguments: lengths)
  func `a drain of any length ends`(length: Duration) {
    let trial = LaneTrial()
    let wallet = trial.wallet("wallet") { wallet, _ in
      await wallet.take(10_000)
      return .accepted()
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet])
      try await trial.open(1, bridge)
      let signal = DeliverySignal()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await bridge.run(on: trial.clock, signal: signal) }
        await trial.pass(1_000)
        await signal.drain(within: length)
        try await group.waitForAll()
      }
      #expect(trial.executor.now == (length > .seconds(9) ? 10_000 : 1_000) || length == .nanoseconds(1))
    }
  }

  @Test func `a message that waits for years costs one sleep of a day at a time`() {
    let trial = LaneTrial()
    let sleeps = Guarded<[Duration]>([])
    let wallet = trial.wallet("wallet") { _, delivery in
      delivery.attempt == 1 ? .retry(after: .days(10)) : .accepted()
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet])
      try await trial.open(1, bridge)
      let signal = DeliverySignal()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await bridge.run(on: CountingClock(clock: trial.clock, sleeps: sleeps), signal: signal)
        }
        await trial.pass(11 * 86_400_000)
        await signal.drain(within: .seconds(1))
        try await group.waitForAll()
      }
      #expect(try await bridge.messages(of: LaneTrial.customer(1))[0].state == .accepted(nil))
    }
    #expect(wallet.calls.map(\.at) == [0, 10 * 86_400_000])
    #expect(sleeps.withLock { $0.max() } == .days(1))
    #expect(sleeps.withLock { $0.count } < 20)
  }

  @Test func `however often the next moment moves, a lane sleeps once at a time`() {
    let trial = LaneTrial()
    let sleeps = Guarded<[Duration]>([])
    let present = Guarded((now: 0, most: 0))
    let wallet = trial.wallet("wallet") { _, delivery in
      let number = Int(delivery.message.customer.rawValue.dropFirst(2)) ?? 0
      return delivery.attempt == 1 ? .retry(after: .seconds(10_000 - 10 * number)) : .accepted()
    }
    trial.drive {
      let retry = MessageRetry(delays: [.zero], jitter: 0)
      let bridge = try await trial.bridge(
        [wallet],
        settings: BridgeSettings(retry: retry, lane: LaneSettings(breaker: nil))
      )
      let signal = DeliverySignal()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          let clock = CountingClock(clock: trial.clock, sleeps: sleeps, present: present)
          try await bridge.run(on: clock, signal: signal)
        }
        for number in 0..<200 {
          try await trial.open(number, bridge)
          signal.wake()
          await trial.pass(1_000)
        }
        await trial.pass(20_000_000)
        await signal.drain(within: .seconds(1))
        try await group.waitForAll()
      }
    }
    #expect(wallet.acceptedAt.count == 200)
    // The lane's and the drain's; one that is cancelled may not have ended when the next begins.
    #expect(present.withLock { $0.most } <= 3)
  }

  /// Counts the sleeps on another clock.
  private struct CountingClock: Clock {
    let clock: SimulatedClock
    let sleeps: Guarded<[Duration]>
    var present = Guarded((now: 0, most: 0))

    var now: SimulatedClock.Instant { clock.now }
    var minimumResolution: Duration { clock.minimumResolution }

    func sleep(until deadline: SimulatedClock.Instant, tolerance: Duration?) async throws {
      sleeps.withLock { $0.append(clock.now.duration(to: deadline)) }
      present.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      defer { present.withLock { $0.now -= 1 } }
      try await clock.sleep(until: deadline, tolerance: tolerance)
    }
  }
}
