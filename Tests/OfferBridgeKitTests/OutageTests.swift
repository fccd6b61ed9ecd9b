import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a provider that is down, slow or deaf does to its own messages, and not to others'.
@Suite struct OutageTests {
  private static let hour: Int64 = 3_600_000

  private struct Day: Sendable {
    var delays: [ProviderID: [CustomerID: Int64]] = [:]
    var calls = 0
    var attempts = 0
    var claimedWhileOpen = 0
    var drainedAt: Int64 = 0
    var audit: LedgerAudit?
  }

  /// Eight hours, an action every 30 seconds; the wallet is down from the first hour on for six hours, or not.
  private func day(isDown: Bool) -> Day {
    let trial = LaneTrial()
    let outage = Self.hour..<7 * Self.hour
    let wallet = trial.wallet("wallet") { wallet, _ in
      await wallet.take(20)
      struct Down: Error {}
      if isDown && outage.contains(wallet.now) { throw Down() }
      return .accepted()
    }
    let others = [trial.wallet("mail"), trial.wallet("sms")]
    let day = Guarded(Day())
    trial.drive {
      let bridge = try await trial.bridge([wallet] + others)
      let events = bridge.deliveries
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          var isOpen = false
          for await event in events {
            switch event {
            case .laneOpened("wallet", _): isOpen = true
            case .laneHalfOpened("wallet"), .laneClosed("wallet"): isOpen = false
            case .claimed(let attempt) where attempt.provider == "wallet" && isOpen:
              day.withLock { $0.claimedWhileOpen += 1 }
            default: break
            }
          }
        }
        try await trial.run(bridge) { signal in
          for number in 0..<960 {
            try await trial.open(number, bridge)
            signal.wake()
            await trial.pass(30_000)
          }
        }
        group.cancelAll()
      }
      let audit = try await bridge.audit()
      day.withLock { $0.audit = audit }
    }
    day.withLock { day in
      for other in others { day.delays[other.name] = other.delays }
      day.calls = wallet.calls.count
      day.attempts = wallet.calls.count { outage.contains($0.at) }
      let backlog = wallet.acceptedAt.filter { wallet.delays[$0.key, default: 0] > 1_000 }
      day.drainedAt = backlog.values.max() ?? 0
    }
    return day.withLock { $0 }
  }

  @Test func `six hours without one provider leave the others as they were, and its messages are not spent`()
    throws
  {
    let (down, up) = (day(isDown: true), day(isDown: false))
    #expect(down.delays == up.delays)
    #expect(up.delays["mail"]?.count == 960)
    #expect(Set(down.delays.values.flatMap(\.values)) == [20])
    #expect(down.claimedWhileOpen == 0)
    // Five failures open it; from then on a probe every five minutes at the most.
    #expect((60...110).contains(down.attempts), "\(down.attempts)")
    let audit = try #require(down.audit)
    #expect(audit.messagesAccepted == 960 * 3)
    #expect(audit.messagesBuried == 0)
    #expect(audit.attempts == down.calls + 960 * 2)
    // The open time's cap, its jitter, and some seconds for 720 messages.
    #expect(down.drainedAt > 7 * Self.hour && down.drainedAt < 7 * Self.hour + 340_000, "\(down.drainedAt)")
  }

  private static func message(
    of customer: CustomerID,
    _ bridge: OfferBridge<Member>
  ) async throws -> MessageRecord {
    try #require(try await bridge.messages(of: customer).first { $0.message.provider == "wallet" })
  }

  @Test func `a provider that ignores cancellation holds its own places, and nothing else`() throws {
    let trial = LaneTrial()
    // Two customers' calls go on for ten minutes, whatever they are told.
    let deaf = trial.wallet("wallet") { wallet, delivery in
      let isFirst = delivery.attempt == 1 && ["c-0", "c-1"].contains(delivery.message.customer)
      if isFirst { await wallet.takeDeafly(600_000) } else { await wallet.take(20) }
      return .accepted()
    }
    let other = trial.wallet("mail")
    trial.drive {
      var settings = BridgeSettings(retry: MessageRetry(delays: [.seconds(5), .seconds(5)], jitter: 0))
      settings.lanes["wallet"] = LaneSettings(atOnce: 3)
      let bridge = try await trial.bridge([deaf, other], settings: settings)
      try await trial.run(bridge) { signal in
        for number in 0..<50 {
          try await trial.open(number, bridge)
          signal.wake()
          await trial.pass(1_000)
        }
        // Given up at its time-out, and sent again while the first call still runs.
        let message = try await Self.message(of: "c-0", bridge)
        #expect(message.attempts == 2)
        #expect(message.state == .accepted(nil))
        #expect(message.lastFailure == "no answer within 30 seconds")
      }
    }
    #expect(Set(other.delays.values) == [20])
    #expect(other.delays.count == 50)
    // The third place went on for the others, and for the second attempts of the two.
    #expect(deaf.delays.filter { !["c-0", "c-1"].contains($0.key) }.values.allSatisfy { $0 <= 40 })
    let again = deaf.calls.filter { $0.customer == "c-0" }.map(\.at)
    #expect(again == [0, 35_000])
    #expect(deaf.mostPresent == 3)
  }

  @Test func `a lane whose places are all deaf stands still, and the others do not`() throws {
    let trial = LaneTrial()
    let deaf = trial.wallet("wallet") { wallet, _ in
      await wallet.takeDeafly(3_600_000)
      return .accepted()
    }
    let other = trial.wallet("mail")
    trial.drive {
      var settings = BridgeSettings.standard
      settings.lanes["wallet"] = LaneSettings(atOnce: 2, breaker: nil)
      let bridge = try await trial.bridge([deaf, other], settings: settings)
      try await trial.run(bridge) { signal in
        for number in 0..<20 {
          try await trial.open(number, bridge)
          signal.wake()
          await trial.pass(10_000)
        }
        #expect(deaf.calls.count == 2)
        // What has not begun has lost no attempt.
        #expect(try await Self.message(of: "c-9", bridge).attempts == 0)
      }
    }
    #expect(Set(other.delays.values) == [20])
  }

  @Test func `a call that hangs is cancelled at its time-out, to the millisecond`() {
    let trial = LaneTrial()
    let wallet = trial.wallet("wallet", timeout: .milliseconds(1_500)) { wallet, delivery in
      if delivery.attempt < 3 { await wallet.take(10_000_000) }
      try Task.checkCancellation()
      return .accepted()
    }
    trial.drive {
      let retry = MessageRetry(delays: [.seconds(10), .seconds(20)], jitter: 0)
      let bridge = try await trial.bridge([wallet], settings: BridgeSettings(retry: retry))
      try await trial.run(bridge) { signal in
        try await trial.open(1, bridge)
        signal.wake()
        await trial.pass(60_000)
      }
      #expect(try await bridge.messages(of: "c-1")[0].state == .accepted(nil))
    }
    #expect(wallet.calls.map(\.at) == [0, 11_500, 33_000])
  }

  @Test func `a look-up that hangs is cancelled at the same time-out`() {
    let trial = LaneTrial()
    let wallet = trial.wallet("wallet", timeout: .seconds(2), window: .seconds(5)) { _, _ in
      throw CancellationError()
    } lookUp: { _ in
      await trial.pass(10_000_000)
      try Task.checkCancellation()
      return .notFound
    }
    trial.drive {
      let retry = MessageRetry(delays: [.seconds(10), .seconds(20)], jitter: 0)
      let bridge = try await trial.bridge([wallet], settings: BridgeSettings(retry: retry))
      try await trial.run(bridge) { signal in
        try await trial.open(1, bridge)
        signal.wake()
        await trial.pass(13_000)
        let message = try await bridge.messages(of: "c-1")[0]
        #expect(message.lastFailure == "no answer within 2 seconds")
        #expect(message.state == .waiting(due: trial.now.addingTimeInterval(19)))
      }
    }
    #expect(wallet.calls.map(\.at) == [0])
  }
}
