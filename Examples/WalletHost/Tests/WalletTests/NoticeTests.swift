import Testing

@testable import Wallet

/// What reports redemptions: when it goes on, and when it ends.
@Suite(.timeLimit(.minutes(2))) struct NoticeTests {
  @Test func `a sender that is told to stop while a webhook is under way returns, and sends it later`()
    async throws
  {
    try await TestWallet.run { wallet async throws in
      let stopped = try wallet.idle()
      _ = try await stopped.issue("k1")
      _ = try await stopped.redeem(1, request: "q1")
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

  // MARK: - Troubles

  @Test func `with duplicates a webhook is sent twice, though the host took it at once`() async throws {
    try await TestWallet.run { wallet async throws in
      _ = try await wallet.send("k1")
      _ = try await wallet.redeem("W-1", of: "ada", request: "q1")
      try await wallet.inTime { try await wallet.wallet.store.counts().unreported == 0 }
      #expect(wallet.host.received.map(\.id) == ["notice-R-1"])
      try await wallet.trouble(#"{"duplicates":true}"#)
      _ = try await wallet.redeem("W-1", of: "ada", request: "q2")
      try await wallet.inTime { try await wallet.wallet.store.counts().unreported == 0 }
      #expect(wallet.host.received.map(\.id) == ["notice-R-1", "notice-R-2", "notice-R-2"])
    }
  }

  @Test(
    "what waits together is sent oldest first, and newest first with reordering",
    arguments: [(false, ["R-1", "R-2", "R-3", "R-4"]), (true, ["R-1", "R-4", "R-3", "R-2"])]
  )
  func order(reordering: Bool, order: [String]) async throws {
    try await TestWallet.run { wallet async throws in
      _ = try await wallet.send("k1")
      try await wallet.trouble(#"{"reordering":\#(reordering)}"#)
      // While the first has no answer, the others come to wait together.
      wallet.host.hold()
      _ = try await wallet.redeem("W-1", of: "ada", request: "q1")
      try await wallet.inTime { wallet.host.received.count == 1 }
      for request in ["q2", "q3", "q4"] { _ = try await wallet.redeem("W-1", of: "ada", request: request) }
      wallet.host.goOn()
      try await wallet.inTime { try await wallet.wallet.store.counts().unreported == 0 }
      #expect(wallet.host.received.map(\.id) == order.map { "notice-\($0)" })
    }
  }

  private static func cancelThisTask() {
    withUnsafeCurrentTask { task in
      guard let task else { return }
      task.cancel()
    }
  }
}
