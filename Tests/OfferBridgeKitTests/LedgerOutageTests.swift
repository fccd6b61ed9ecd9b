import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// What a ledger that fails or loses answers does to the lanes of a run.
@Suite struct LedgerOutageTests {
  private struct Down: Error {}

  private let trial = LaneTrial()

  @Test func `a lane whose claims fail asks again by itself, and no other lane notices`() {
    let (wallet, mail) = (trial.wallet("wallet"), trial.wallet("mail"))
    let asked = Guarded<[Int64]>([])
    let failing = trial.bent { ledger in
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
    let failing = trial.bent { ledger in
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
        #expect(try await trial.message(of: 1, bridge).state == .accepted(nil))
      }
      #expect(try await trial.message(of: 1, bridge).attempts == 1)
    }
    #expect((wallet.calls.count, mail.calls.count) == (1, 1))
  }

  @Test func `what cannot be written until its lease ends is left to the lease`() {
    let wallet = trial.wallet("wallet")
    let settled = Guarded<[Int64]>([])
    let failing = trial.bent { ledger in
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
        #expect(try await trial.message(of: 1, bridge).state == .accepted(nil))
        #expect(try await trial.message(of: 1, bridge).attempts == 2)
      }
    }
    #expect(wallet.calls.map(\.at) == [0, 60_000])
    // The second is written within two seconds; of the first none is tried beyond its lease.
    #expect(settled.withLock { $0.allSatisfy { $0 < 62_000 } })
  }

  @Test func `a ledger that fails for too long ends the run, once all that is on its way is written`() {
    let wallet = trial.wallet("wallet")
    let mail = trial.wallet("mail") { wallet, _ in
      await wallet.take(10_000)
      return .accepted()
    }
    let failing = trial.bent { ledger in
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
      #expect(try await trial.message(of: 0, to: "mail", bridge).state == .accepted(nil))
      #expect(try await trial.message(of: 1, to: "mail", bridge).attempts == 0)
    }
    #expect(mail.calls.count == 1)
  }

  @Test(arguments: ["claim", "settle"])
  func `a ledger that says that it cannot be worked with ends the run at once`(call: String) {
    let wallet = trial.wallet("wallet")
    let unknown = OfferBridgeError(.savedLedgerUnknown(version: 9))
    let failing = trial.bent { ledger in
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
    let failing = trial.bent { ledger in ledger.claim = { _, _ in throw Down() } }
    trial.drive {
      let settings = BridgeSettings(ledgerPatience: .zero)
      let bridge = try await trial.bridge([wallet], ledger: failing, settings: settings)
      await #expect(throws: OfferBridgeError.self) {
        try await bridge.run(on: trial.clock, signal: DeliverySignal())
      }
      #expect(trial.executor.now == 0)
    }
  }
}
