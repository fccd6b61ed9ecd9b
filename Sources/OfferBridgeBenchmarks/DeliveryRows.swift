import OfferBridgeKit
import Synchronization

/// What the delivery loop adds to the calls that it makes.
///
/// Every message is committed before the clock starts; then `run` delivers all
/// of them, beside a bare task group that makes the same calls with as many on
/// their way, and keeps nothing.
struct DeliveryRows {
  let plan: BenchmarkPlan
  private let bare = "bare task group"

  func rows() async throws -> [BenchmarkRow] {
    var rows: [BenchmarkRow] = []
    if plan.includes("deliver.instant") {
      let row = SideBySide(name: "deliver.instant", against: bare, rounds: plan.rounds, count: 2_000)
      rows.append(
        try await row.row(
          ours: { try await run(2_000, atOnce: 16, taking: .zero) },
          theirs: { try await group(2_000, atOnce: 16, taking: .zero) }
        )
      )
    }
    if plan.includes("deliver.slow") { rows.append(try await slow()) }
    return rows
  }

  /// A provider that takes 50 ms, 256 at once: the share of 256 ÷ 50 ms that is reached, in percent.
  private func slow() async throws -> BenchmarkRow {
    let (count, atOnce, length) = (5_120, 256, Duration.milliseconds(50))
    let rounds = plan.redemptionRounds
    var (ours, theirs): ([Double], [Double]) = ([], [])
    let least = length * (count / atOnce)
    for _ in 0..<rounds {
      ours.append(100 * (least / (try await run(count, atOnce: atOnce, taking: length))))
      theirs.append(100 * (least / (try await group(count, atOnce: atOnce, taking: length))))
    }
    return BenchmarkRow(
      name: "deliver.slow",
      value: ours.median,
      unit: "%",
      comparison: .init(against: bare, value: theirs.median),
      minimum: ours.min()
    )
  }

  private func run(_ count: Int, atOnce: Int, taking length: Duration) async throws -> Duration {
    let shop = Shop(size: count)
    let wallet = TimedWallet(count, length)
    var settings = BridgeSettings.standard
    settings.lane.atOnce = atOnce
    let bridge = try await Shop.bridge(shop.customers, wallet, settings: settings)
    for action in shop.actions { _ = try await bridge.respond(to: action) }
    let signal = DeliverySignal()
    let taken = try await timed {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await bridge.run(on: ContinuousClock(), signal: signal) }
        await wallet.whenDone()
        await signal.drain(within: .seconds(10))
        try await group.waitForAll()
      }
    }
    guard try await bridge.audit().messagesAccepted == count else { throw NotTheSameWork() }
    return taken
  }

  /// The same calls with nothing around them: the next begins when one ends.
  private func group(_ count: Int, atOnce: Int, taking length: Duration) async throws -> Duration {
    let wallet = TimedWallet(count, length)
    let work = LedgerWork()
    let deliveries = Shop(size: count).actions.map { action in
      MessageDelivery(message: work.message(action), attempt: 1, deadline: action.occurredAt)
    }
    let taken = try await timed {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, delivery) in deliveries.enumerated() {
          if index >= atOnce { try await group.next() }
          group.addTask { _ = try await wallet.deliver(delivery) }
        }
        try await group.waitForAll()
      }
    }
    guard wallet.received == count else { throw NotTheSameWork() }
    return taken
  }
}

/// Takes every message after a while, and says when it has had all of them.
private final class TimedWallet: MessageProvider {
  private let number = Atomic(0)
  private let count: Int
  private let length: Duration
  private let done: AsyncStream<Void>
  private let isDone: AsyncStream<Void>.Continuation

  init(_ count: Int, _ length: Duration) {
    self.count = count
    self.length = length
    (done, isDone) = AsyncStream.makeStream()
  }

  var received: Int { number.load(ordering: .relaxed) }

  func whenDone() async { for await _ in done { return } }

  func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    if length > .zero { try await ContinuousClock().sleep(for: length) }
    if number.add(1, ordering: .relaxed).newValue == count { isDone.finish() }
    return .accepted(reference: ReplicaReference(rawValue: delivery.message.customer.rawValue))
  }
}
