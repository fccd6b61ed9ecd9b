import Testing

@testable import Wallet

/// What reports redemptions: when it goes on, and when it ends.
@Suite(.timeLimit(.minutes(2))) struct NoticeTests {
  @Test func `a sender that is told to stop while a webhook is under way returns, and sends it later`()
    async throws
  {
    try await TestWallet.run { wallet async throws in
      let stopped = try wallet.idle()
      try await stopped.redeem(cards: 1)
      wallet.host.hold()
      let sending = Task { await stopped.sender.run() }
      try await wallet.inTime { !wallet.host.received.isEmpty }
      sending.cancel()
      await sending.value
      #expect(try await stopped.store.counts().unreported == 1)
      #expect(wallet.other.received.isEmpty)
      wallet.host.goOn()
      #expect(try await stopped.sender.sendDue() == 1)
      #expect(try await stopped.store.counts().unreported == 0)
    }
  }

  @Test func `a round that throws is told of and made again after a while`() async {
    struct Fault: Error {}
    let (waits, failures, rounds) = await Task {
      var (waits, failures, rounds): ([Duration], Int, Int) = ([], 0, 0)
      await NoticeRounds.run {
        rounds += 1
        switch rounds {
        case 1: return 2
        case 2: throw Fault()
        default: return 0
        }
      } failed: { error in
        if error is Fault { failures += 1 }
      } wait: { time in
        waits.append(time)
        if waits.count == 3 { Self.cancelThisTask() }
      }
      return (waits, failures, rounds)
    }
    .value
    #expect(waits == [NoticeRounds.restAfterFailure, NoticeRounds.rest, NoticeRounds.rest])
    #expect(failures == 1)
    #expect(rounds == 4)
  }

  @Test func `a round that is cut off by the cancellation is no failure`() async {
    let failures = await Task {
      var failures = 0
      await NoticeRounds.run {
        Self.cancelThisTask()
        throw CancellationError()
      } failed: { _ in
        failures += 1
      }
      return failures
    }
    .value
    #expect(failures == 0)
  }

  private static func cancelThisTask() {
    withUnsafeCurrentTask { task in
      guard let task else { return }
      task.cancel()
    }
  }
}
