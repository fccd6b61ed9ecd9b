import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// What happens while a claim is under way: time-outs, wakes, an open breaker, and too little lease left.
@Suite struct SlowLedgerTests {
  private struct Down: Error {}

  private let trial = LaneTrial()

  @Test func `a time-out is kept while the ledger does not answer a claim`() {
    let wallet = trial.wallet("wallet") { wallet, _ in
      await wallet.take(10_000_000)
      throw CancellationError()
    }
    let slow = trial.bent { ledger in
      ledger.claim = { inner, query in
        let answer = try await inner.claim(query)
        if answer.claims.isEmpty { await trial.executor.sleepThrough(for: 200_000) }
        return answer
      }
    }
    trial.drive {
      let retry = MessageRetry(delays: [.hours(1)], jitter: 0)
      let bridge = try await trial.bridge([wallet], ledger: slow, settings: BridgeSettings(retry: retry))
      try await trial.run(bridge) { signal in
        try await trial.open(1, bridge)
        signal.wake()
        await trial.pass(230_001)
        #expect(try await trial.message(of: 1, bridge).lastFailure == "no answer within 30 seconds")
        signal.wake()
        await trial.pass(1_000)
      }
    }
    #expect(wallet.calls.count == 1)
  }

  @Test func `a claim that comes too late for its lease is given back, and then sent as the first attempt`() {
    let wallet = trial.wallet("wallet")
    let slow = trial.bent { ledger in
      ledger.claim = { inner, query in
        let answer = try await inner.claim(query)
        if !answer.claims.isEmpty, trial.executor.now < 60_000 {
          await trial.executor.sleepThrough(for: 30_001)
        }
        return answer
      }
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet], ledger: slow)
      try await trial.run(bridge) { signal in
        try await trial.open(1, bridge)
        signal.wake()
        await trial.pass(70_000)
      }
      #expect(try await trial.message(of: 1, bridge).attempts == 1)
      #expect(try await trial.message(of: 1, bridge).lastFailure == nil)
    }
    // Twice thirty seconds and a millisecond, a tenth of a second and two tenths, each a little longer.
    #expect(wallet.calls.map(\.attempt) == [1])
    #expect(wallet.calls.allSatisfy { (60_302...60_340).contains($0.at) }, "\(wallet.calls)")
  }

  @Test func `a claim that comes just in time for its lease is sent`() {
    let wallet = trial.wallet("wallet")
    let slow = trial.bent { ledger in
      ledger.claim = { inner, query in
        let answer = try await inner.claim(query)
        if !answer.claims.isEmpty { await trial.executor.sleepThrough(for: 30_000) }
        return answer
      }
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet], ledger: slow)
      try await trial.run(bridge) { signal in
        try await trial.open(1, bridge)
        signal.wake()
        await trial.pass(70_000)
      }
    }
    #expect(wallet.calls.map(\.at) == [30_000])
  }

  @Test func `a ledger that hands out more than it was asked for is not asked again at once`() {
    let wallet = trial.wallet("wallet")
    let asked = Guarded(0)
    let generous = trial.bent { ledger in
      ledger.claim = { inner, query in
        asked.withLock { $0 += 1 }
        let more = ClaimQuery(tenant: query.tenant, provider: query.provider, limit: 9, lease: query.lease)
        return try await inner.claim(more)
      }
    }
    trial.drive {
      let settings = BridgeSettings(lane: LaneSettings(atOnce: 2))
      let bridge = try await trial.bridge([wallet], ledger: generous, settings: settings)
      for number in 0..<9 { try await trial.open(number, bridge) }
      try await trial.run(bridge) { signal in
        for _ in 0..<60 {
          signal.wake()
          await trial.pass(1_000)
        }
      }
    }
    #expect(wallet.calls.map(\.attempt) == Array(repeating: 1, count: 9))
    #expect(wallet.mostPresent == 2)
    #expect(asked.withLock { $0 } < 100)
  }

  @Test func `a wake while a claim is under way is not lost`() {
    let wallet = trial.wallet("wallet")
    let slow = trial.bent { ledger in
      ledger.claim = { inner, query in
        let answer = try await inner.claim(query)
        await trial.executor.sleepThrough(for: 1_000)
        return answer
      }
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet], ledger: slow)
      try await trial.run(bridge) { signal in
        await trial.pass(500)
        try await trial.open(1, bridge)
        signal.wake()
        await trial.pass(60_000)
      }
    }
    #expect(wallet.calls.map(\.at) == [2_000])
  }

  @Test func `a breaker that opens while a claim is under way lets nothing begin`() {
    let wallet = trial.wallet("wallet") { wallet, delivery in
      await wallet.take(1_000)
      if delivery.message.customer == "c-1", delivery.attempt == 1 { throw Down() }
      return .accepted()
    }
    let slow = trial.bent { ledger in
      ledger.claim = { inner, query in
        let answer = try await inner.claim(query)
        if answer.claims.contains(where: { $0.message.customer == "c-2" }), trial.executor.now < 5_000 {
          await trial.executor.sleepThrough(for: 5_000)
        }
        return answer
      }
    }
    trial.drive {
      var settings = BridgeSettings(retry: MessageRetry(delays: [.minutes(10)], jitter: 0))
      settings.lane.breaker = .opening(after: 1, for: .seconds(20))
      let bridge = try await trial.bridge([wallet], ledger: slow, settings: settings)
      try await trial.run(bridge) { signal in
        try await trial.open(1, bridge)
        signal.wake()
        await trial.pass(500)
        try await trial.open(2, bridge)
        signal.wake()
        await trial.pass(10_000)
        #expect(try await trial.message(of: 2, bridge).attempts == 0)
        await trial.pass(20_000)
      }
    }
    #expect(wallet.calls.map(\.customer) == ["c-1", "c-2"])
    #expect(wallet.calls.last.map { $0.at >= 21_000 && $0.attempt == 1 } == true)
  }

  @Test func `a lease that the ledger does not prolong after a look-up costs an attempt, and sends nothing`()
  {
    let wallet = trial.wallet("wallet", window: .seconds(31)) { _, delivery in
      if delivery.attempt == 1 { throw Down() }
      return .accepted()
    } lookUp: { _ in
      .notFound
    }
    let failing = trial.bent { ledger in ledger.extend = { _, _ in throw Down() } }
    trial.drive {
      let retry = MessageRetry(delays: [.seconds(10), .seconds(10)], jitter: 0)
      let bridge = try await trial.bridge([wallet], ledger: failing, settings: BridgeSettings(retry: retry))
      try await trial.open(1, bridge)
      for _ in 0..<3 {
        try await bridge.deliverDueMessages()
        await trial.pass(10_000)
      }
      let message = try await trial.message(of: 1, bridge)
      #expect(message.state == .buried(reason: "3 attempts; the last: the ledger did not prolong its lease"))
    }
    #expect(wallet.calls.map(\.attempt) == [1])
  }

  @Test func `a probe that ends untried lets the next one find out`() {
    let wallet = trial.wallet("wallet") { wallet, _ in
      await wallet.take(20)
      if wallet.now < 5_000 { throw Down() }
      return .accepted()
    }
    trial.drive {
      let retry = MessageRetry(delays: [.seconds(1), .seconds(1)], jitter: 0, deadline: .seconds(8))
      var settings = BridgeSettings(retry: retry)
      settings.lane.breaker = .opening(after: 1, for: .seconds(10))
      let bridge = try await trial.bridge([wallet], settings: settings)
      try await trial.run(bridge) { signal in
        // The first is too old when the provider is tried again, the second is not.
        try await trial.open(1, bridge)
        signal.wake()
        await trial.pass(9_000)
        try await trial.open(2, bridge)
        signal.wake()
        await trial.pass(20_000)
        #expect(try await trial.message(of: 1, bridge).state.name == .buried)
        #expect(try await trial.message(of: 2, bridge).state == .accepted(nil))
      }
    }
    #expect(wallet.calls.map(\.customer) == ["c-1", "c-2"])
  }
}
