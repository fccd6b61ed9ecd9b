import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// Providers, bridges and their loops on virtual time: hours pass in moments, and in the same way each time.
struct LaneTrial: Sendable {
  let executor = SimulatedExecutor(seed: 1)

  var now: Date { Date(milliseconds: 1_767_225_600_000 + executor.now) }
  var clock: SimulatedClock { SimulatedClock(executor: executor, pace: 100) }

  /// A wallet that answers after 20 ms, or does what it is told.
  func wallet(
    _ name: ProviderID,
    timeout: Duration = .seconds(30),
    window: Duration? = nil,
    _ behave: @escaping VirtualWallet.Behaviour = { wallet, _ in
      await wallet.take(20)
      return .accepted()
    },
    lookUp: @escaping @Sendable (DerivedKey) async throws -> DeliveryLookup = { _ in .notSupported }
  ) -> VirtualWallet {
    VirtualWallet(name, executor, timeout, window, lookUp, behave)
  }

  func ledger() -> InMemoryOfferLedger { InMemoryOfferLedger(now: { now }) }

  /// A bridge that sends each customer who opens the app a message through each of the wallets.
  func bridge(
    _ wallets: [VirtualWallet],
    ledger: (any OfferLedger)? = nil,
    settings: BridgeSettings = .standard,
    metrics: (any BridgeMetrics)? = nil
  ) async throws -> OfferBridge<Member> {
    let card = MessageVariant<Member>("card") { DataPoint("name") { $0.customer.name } }
    return try await OfferBridge(
      customers: Everybody(),
      catalog: InMemoryOfferCatalog([]),
      campaigns: wallets.map { wallet in
        Campaign(
          CampaignID("to-\(wallet.name)"),
          on: .action("app_opened"),
          rule: Everyone(),
          outcome: .send(card, through: wallet.name)
        )
      },
      providers: Dictionary(uniqueKeysWithValues: wallets.map { ($0.name, $0) }),
      ledger: BentLedger(ledger ?? self.ledger()),
      settings: settings,
      metrics: metrics
    )
  }

  /// Customer number so-and-so opens the app.
  func open(_ number: Int, _ bridge: OfferBridge<Member>) async throws {
    let action = CustomerAction("app_opened", id: "a-\(number)", by: Self.customer(number), at: now)
    #expect(try await bridge.respond(to: action).count > 0)
  }

  static func customer(_ number: Int) -> CustomerID { CustomerID("c-\(number)") }

  /// A ledger with one thing bent.
  func bent(_ bend: (inout BentLedger) -> Void) -> BentLedger {
    var ledger = BentLedger(self.ledger())
    bend(&ledger)
    return ledger
  }

  /// Where a customer's message stands.
  func message(
    of number: Int,
    to provider: ProviderID = "wallet",
    _ bridge: OfferBridge<Member>
  ) async throws -> MessageRecord {
    let messages = try await bridge.messages(of: Self.customer(number))
    return try #require(messages.first { $0.message.provider == provider })
  }

  /// Lets the bridge run for as long as the body does, and drains it.
  func run(
    _ bridge: OfferBridge<Member>,
    _ body: @escaping @Sendable (DeliverySignal) async throws -> Void
  ) async throws {
    let signal = DeliverySignal()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await bridge.run(on: clock, signal: signal) }
      try await body(signal)
      await signal.drain(within: .minutes(10))
      try await group.waitForAll()
    }
  }

  /// Waits so many milliseconds of virtual time.
  func pass(_ milliseconds: Int64) async { await executor.sleep(for: milliseconds) }

  /// Does it all on virtual time, to the end.
  func drive(_ body: @escaping @Sendable () async throws -> Void) {
    let isOver = executor.drive {
      do { try await body() } catch { Issue.record(error) }
    }
    #expect(isOver, "nothing moves any more")
    #expect(executor.foreignJobs == 0)
  }

  private struct Everybody: CustomerStore {
    func customer(_ id: CustomerID) async throws -> Member? { Member() }
    func history(of id: CustomerID, needs: [HistoryNeed]) async throws -> CustomerHistory {
      CustomerHistory([])
    }
  }
}

/// An external system on virtual time, which remembers when it was called and when it accepted.
final class VirtualWallet: MessageProvider {
  typealias Behaviour = @Sendable (VirtualWallet, MessageDelivery) async throws -> DeliveryAnswer

  struct Call: Sendable, Hashable {
    let customer: CustomerID
    let attempt: Int
    let at: Int64
  }

  private struct State {
    var calls: [Call] = []
    var acceptedAt: [CustomerID: Int64] = [:]
    var delays: [CustomerID: Int64] = [:]
    var present = 0
    var mostPresent = 0
  }

  let name: ProviderID
  let timeout: Duration
  let idempotencyWindow: Duration?
  private let executor: SimulatedExecutor
  private let behave: Behaviour
  private let answer: @Sendable (DerivedKey) async throws -> DeliveryLookup
  private let state = Guarded(State())

  init(
    _ name: ProviderID,
    _ executor: SimulatedExecutor,
    _ timeout: Duration,
    _ window: Duration?,
    _ lookUp: @escaping @Sendable (DerivedKey) async throws -> DeliveryLookup,
    _ behave: @escaping Behaviour
  ) {
    self.name = name
    self.executor = executor
    self.timeout = timeout
    idempotencyWindow = window
    answer = lookUp
    self.behave = behave
  }

  var calls: [Call] { state.withLock { $0.calls } }
  /// When each customer's message was accepted, in milliseconds of virtual time.
  var acceptedAt: [CustomerID: Int64] { state.withLock { $0.acceptedAt } }
  /// How long each customer's message took from its commit to its acceptance.
  var delays: [CustomerID: Int64] { state.withLock { $0.delays } }
  var mostPresent: Int { state.withLock { $0.mostPresent } }
  var now: Int64 { executor.now }

  /// Lets milliseconds pass, or the task's cancellation come.
  func take(_ milliseconds: Int64) async { await executor.sleep(for: milliseconds) }
  /// Lets milliseconds pass whatever comes.
  func takeDeafly(_ milliseconds: Int64) async { await executor.sleepThrough(for: milliseconds) }

  func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup { try await answer(key) }

  func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    let customer = delivery.message.customer
    state.withLock { state in
      state.calls.append(Call(customer: customer, attempt: delivery.attempt, at: executor.now))
      state.present += 1
      state.mostPresent = max(state.mostPresent, state.present)
    }
    defer { state.withLock { $0.present -= 1 } }
    let answer = try await behave(self, delivery)
    if case .accepted = answer {
      state.withLock { state in
        state.acceptedAt[customer] = executor.now
        state.delays[customer] =
          executor.now - (delivery.message.createdAt.milliseconds - 1_767_225_600_000)
      }
    }
    return answer
  }
}
