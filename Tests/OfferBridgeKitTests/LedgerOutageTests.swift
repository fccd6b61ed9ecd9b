import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// What a ledger that fails, loses answers or is slow does to the lanes of a run.
@Suite struct LedgerOutageTests {
  private struct Down: Error {}

  private let trial = LaneTrial()

  /// A ledger that does what it is told before and after a call for the wallet.
  private func bent(_ bend: (inout BentLedger) -> Void) -> BentLedger {
    var ledger = BentLedger(trial.ledger())
    bend(&ledger)
    return ledger
  }

  private func message(
    of number: Int,
    to provider: ProviderID = "wallet",
    _ bridge: OfferBridge<Member>
  ) async throws -> MessageRecord {
    let messages = try await bridge.messages(of: LaneTrial.customer(number))
    return try #require(messages.first { $0.message.provider == provider })
  }

  @Test func `a lane whose claims fail asks again by itself, and no other lane notices`() {
    let (wallet, mail) = (trial.wallet("wallet"), trial.wallet("mail"))
    let asked = Guarded<[Int64]>([])
    let failing = bent { ledger in
      ledger.claim = { inner, query in
        if query.provider == "wallet", trial.executor.now < 30_000 {
          asked.withLock { $0.append(trial.executor.now) }
          throw Down()
        }
        return try await inner.claim(query)
      }
    }
    let told = Guarded<[Duration?]>([])
    trial.drive {
      let bridge = try await trial.bridge([wallet, mail], ledger: failing)
      let events = bridge.deliveries
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for await event in events {
            if case .ledgerFailed("wallet", let wait) = event { told.withLock { $0.append(wait) } }
          }
        }
        try await trial.run(bridge) { signal in
          for number in 0..<50 {
            try await trial.open(number, bridge)
            signal.wake()
            await trial.pass(1_000)
          }
        }
        group.cancelAll()
      }
    }
    #expect(Set(mail.delays.values) == [20])
    #expect(mail.delays.count == 50)
    #expect(wallet.delays.count == 50)
    #expect(wallet.calls.map(\.attempt) == Array(repeating: 1, count: 50))
    // Twice as long each time, ten seconds at most and a tenth more, however often it is woken meanwhile.
    let waits = zip(asked.withLock { $0 }, asked.withLock { $0.dropFirst() }).map { $1 - $0 }
    for (wait, least) in zip(waits, [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]) {
      #expect((least...least * 11 / 10 + 1).contains(Int(wait)), "\(waits)")
    }
    #expect(wallet.acceptedAt.values.min().map { $0 < 41_100 } == true)
    #expect(told.withLock { $0.count } == asked.withLock { $0.count })
    #expect(told.withLock { $0.allSatisfy { $0 != nil } })
  }

  @Test(arguments: [false, true])
  func `what came of an attempt is written once the ledger answers, and nothing is sent twice`(
    isWrittenFirst: Bool
  ) {
    let (wallet, mail) = (trial.wallet("wallet"), trial.wallet("mail"))
    let failing = bent { ledger in
      ledger.settle = { inner, call in
        guard trial.executor.now < 7_000 else { return try await inner.settle(call.0, tenant: call.1) }
        if isWrittenFirst { _ = try await inner.settle(call.0, tenant: call.1) }
        throw Down()
      }
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet, mail], ledger: failing)
      try await trial.run(bridge) { signal in
        try await trial.open(1, bridge)
        signal.wake()
        await trial.pass(20_000)
        #expect(try await message(of: 1, bridge).state == .accepted(nil))
      }
      #expect(try await message(of: 1, bridge).attempts == 1)
    }
    #expect((wallet.calls.count, mail.calls.count) == (1, 1))
  }

  @Test func `what cannot be written until its lease ends is left to the lease`() {
    let wallet = trial.wallet("wallet")
    let settled = Guarded<[Int64]>([])
    let failing = bent { ledger in
      ledger.settle = { inner, call in
        settled.withLock { $0.append(trial.executor.now) }
        if trial.executor.now < 61_000 { throw Down() }
        return try await inner.settle(call.0, tenant: call.1)
      }
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet], ledger: failing)
      try await trial.run(bridge) { signal in
        try await trial.open(1, bridge)
        signal.wake()
        await trial.pass(100_000)
        #expect(try await message(of: 1, bridge).state == .accepted(nil))
        #expect(try await message(of: 1, bridge).attempts == 2)
      }
    }
    #expect(wallet.calls.map(\.at) == [0, 60_000])
    // Of the first none is tried beyond its lease.
    #expect(settled.withLock { $0.filter { $0 > 60_000 }.allSatisfy { $0 >= 60_020 } })
  }

  @Test func `a ledger that fails for too long ends the run, once all that is on its way is written`() {
    let wallet = trial.wallet("wallet")
    let mail = trial.wallet("mail") { wallet, _ in
      await wallet.take(10_000)
      return .accepted()
    }
    let failing = bent { ledger in
      ledger.claim = { inner, query in
        if query.provider == "wallet" { throw Down() }
        return try await inner.claim(query)
      }
    }
    trial.drive {
      var settings = BridgeSettings(ledgerPatience: .seconds(5))
      settings.lanes["mail"] = LaneSettings(atOnce: 1)
      let bridge = try await trial.bridge([wallet, mail], ledger: failing, settings: settings)
      for number in 0..<3 { try await trial.open(number, bridge) }
      let error = await #expect(throws: OfferBridgeError.self) {
        try await bridge.run(on: trial.clock, signal: DeliverySignal())
      }
      #expect(error?.code == .ledgerFailed)
      #expect(error?.underlyingError is Down)
      // Five seconds and the wait that leads beyond them; then the mail's first message has its ten.
      #expect(trial.executor.now == 10_000)
      #expect(try await message(of: 0, to: "mail", bridge).state == .accepted(nil))
      #expect(try await message(of: 1, to: "mail", bridge).attempts == 0)
    }
    #expect(mail.calls.count == 1)
  }

  @Test(arguments: ["claim", "settle"])
  func `a ledger that says that it cannot be worked with ends the run at once`(call: String) {
    let wallet = trial.wallet("wallet")
    let unknown = OfferBridgeError(.savedLedgerUnknown(version: 9))
    let failing = bent { ledger in
      if call == "claim" { ledger.claim = { _, _ in throw unknown } }
      if call == "settle" { ledger.settle = { _, _ in throw unknown } }
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet], ledger: failing)
      try await trial.open(1, bridge)
      let error = await #expect(throws: OfferBridgeError.self) {
        try await bridge.run(on: trial.clock, signal: DeliverySignal())
      }
      #expect(error?.code == .savedLedgerUnknown(version: 9))
      #expect(trial.executor.now <= 20)
    }
  }

  @Test func `without patience the first failure ends the run`() {
    let wallet = trial.wallet("wallet")
    let failing = bent { ledger in ledger.claim = { _, _ in throw Down() } }
    trial.drive {
      let settings = BridgeSettings(ledgerPatience: .zero)
      let bridge = try await trial.bridge([wallet], ledger: failing, settings: settings)
      await #expect(throws: OfferBridgeError.self) {
        try await bridge.run(on: trial.clock, signal: DeliverySignal())
      }
      #expect(trial.executor.now == 0)
    }
  }

  @Test func `a time-out is kept while the ledger does not answer a claim`() {
    let wallet = trial.wallet("wallet") { wallet, _ in
      await wallet.take(10_000_000)
      throw CancellationError()
    }
    let slow = bent { ledger in
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
        #expect(try await message(of: 1, bridge).lastFailure == "no answer within 30 seconds")
        signal.wake()
        await trial.pass(1_000)
      }
    }
    #expect(wallet.calls.count == 1)
  }

  @Test func `a claim that comes too late for its lease is given back, and then sent as the first attempt`() {
    let wallet = trial.wallet("wallet")
    let slow = bent { ledger in
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
      #expect(try await message(of: 1, bridge).attempts == 1)
      #expect(try await message(of: 1, bridge).lastFailure == nil)
    }
    // Twice thirty seconds and a millisecond, a tenth of a second and two tenths, each a little longer.
    #expect(wallet.calls.map(\.attempt) == [1])
    #expect(wallet.calls.allSatisfy { (60_302...60_340).contains($0.at) }, "\(wallet.calls)")
  }

  @Test func `a claim that comes just in time for its lease is sent`() {
    let wallet = trial.wallet("wallet")
    let slow = bent { ledger in
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

  @Test func `a wake while a claim is under way is not lost`() {
    let wallet = trial.wallet("wallet")
    let slow = bent { ledger in
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
    let slow = bent { ledger in
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
        #expect(try await message(of: 2, bridge).attempts == 0)
        await trial.pass(20_000)
      }
    }
    #expect(wallet.calls.map(\.customer) == ["c-1", "c-2"])
    #expect(wallet.calls.last.map { $0.at >= 21_000 && $0.attempt == 1 } == true)
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
        #expect(try await message(of: 1, bridge).state.name == .buried)
        #expect(try await message(of: 2, bridge).state == .accepted(nil))
      }
    }
    #expect(wallet.calls.map(\.customer) == ["c-1", "c-2"])
  }
}
