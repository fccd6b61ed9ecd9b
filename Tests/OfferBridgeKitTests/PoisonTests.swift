import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// Messages that kill the process that attempts them, and a drain in the midst of the work.
@Suite struct PoisonTests {
  /// A process: what it asks of the ledger after its end has no effect.
  private final class Life: Sendable {
    struct Dead: Error {}
    private let isOver = Guarded(false)
    func end() { isOver.withLock { $0 = true } }
    func check() throws { if isOver.withLock({ $0 }) { throw Dead() } }
  }

  private static func isPoison(_ customer: CustomerID) -> Bool { customer.rawValue.hasSuffix("50") }

  /// A thousand customers, two a second, over two processes; one in a hundred is poison, or none is.
  private func delays(poisoned: Bool) -> (healthy: [Int64], poison: [MessageRecord]) {
    let trial = LaneTrial()
    let records = Guarded<[MessageRecord]>([])
    let lives = Guarded<[Int: Life]>([:])
    let ledger = trial.ledger()
    let wallets = (0..<2).map { process in
      trial.wallet("wallet") { wallet, delivery in
        if poisoned && Self.isPoison(delivery.message.customer) {
          lives.withLock { $0[process]?.end() }
          throw Life.Dead()
        }
        await wallet.take(20)
        return .accepted()
      }
    }
    trial.drive {
      let signals = Guarded<[Int: DeliverySignal]>([:])
      await withThrowingTaskGroup(of: Void.self) { group in
        for process in 0..<2 {
          group.addTask {
            while !Task.isCancelled {
              let life = Life()
              lives.withLock { $0[process] = life }
              var mortal = BentLedger(ledger)
              mortal.claim = { inner, query in
                try life.check()
                return try await inner.claim(query)
              }
              mortal.settle = { inner, call in
                try life.check()
                return try await inner.settle(call.0, tenant: call.1)
              }
              let retry = MessageRetry(delays: [.seconds(5), .seconds(30)], jitter: 0)
              let bridge = try await trial.bridge(
                [wallets[process]],
                ledger: mortal,
                settings: BridgeSettings(retry: retry, ledgerPatience: .zero)
              )
              let signal = DeliverySignal()
              signals.withLock { $0[process] = signal }
              try? await bridge.run(on: trial.clock, signal: signal)
              await trial.pass(1_000)
            }
          }
        }
        let bridge = try? await trial.bridge([wallets[0]], ledger: ledger)
        for number in 0..<1_000 {
          if let bridge { try? await trial.open(number, bridge) }
          for signal in signals.withLock({ [$0[0], $0[1]] }) { signal?.wake() }
          // No multiple of the lease, or each poison message would take the next healthy one with it.
          await trial.pass(503)
        }
        await trial.pass(600_000)
        for number in 0..<1_000 where Self.isPoison(LaneTrial.customer(number)) {
          let found = (try? await bridge?.messages(of: LaneTrial.customer(number))) ?? []
          records.withLock { $0 += found }
        }
        group.cancelAll()
      }
    }
    let healthy = wallets.flatMap(\.delays).filter { !Self.isPoison($0.key) }.map(\.value).sorted()
    return (healthy, records.withLock { $0 })
  }

  @Test func `one poison message in a hundred is buried, and the 99th of a hundred others waits no longer`()
    throws
  {
    let (ill, well) = (delays(poisoned: true), delays(poisoned: false))
    #expect(ill.healthy.count == 990)
    #expect(well.healthy.count == 990)
    #expect(ill.healthy[ill.healthy.count * 99 / 100] == well.healthy[well.healthy.count * 99 / 100])
    #expect(ill.poison.count == 10)
    for record in ill.poison {
      #expect(record.state == .buried(reason: "3 attempts without an answer"))
      // Counted at the claim; the fourth found that they are spent.
      #expect(record.attempts == 4)
    }
  }

  @Test func `a drain under load loses nothing and costs no attempt`() throws {
    let trial = LaneTrial()
    let wallet = trial.wallet("wallet") { wallet, _ in
      await wallet.take(50)
      return .accepted()
    }
    trial.drive {
      let bridge = try await trial.bridge([wallet])
      let events = bridge.deliveries
      for number in 0..<200 { try await trial.open(number, bridge) }
      for round in 1...4 {
        let signal = DeliverySignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await bridge.run(on: trial.clock, signal: signal) }
          await trial.pass(120)
          await signal.drain(within: .seconds(5))
          try await group.waitForAll()
        }
        // Three rounds of sixteen were begun by then; each that was begun has ended.
        let audit = try await bridge.audit()
        #expect(audit.messagesAccepted == round * 48)
        #expect(audit.attempts == round * 48)
        #expect(audit.messagesOpen == 200 - round * 48)
      }
      let open = try await bridge.messages(of: LaneTrial.customer(199))
      #expect(open.map(\.attempts) == [0])
      try await trial.run(bridge) { _ in await trial.pass(10_000) }
      let audit = try await bridge.audit()
      #expect(audit.messagesAccepted == 200)
      #expect(audit.attempts == 200)
      var drains = 0
      for await event in events {
        if event == .drained { drains += 1 }
        if drains == 5 { break }
      }
    }
    #expect(Set(wallet.calls.map(\.customer)).count == 200)
    #expect(wallet.calls.count == 200)
  }
}
