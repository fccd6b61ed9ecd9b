public import OfferBridgeKit

/// What a simulation puts to the test: a ledger, and what stands between the bridge and the outside.
///
/// ```swift
/// let ours = LedgerUnderTest { now in OurLedger(now: now) }
/// let report = Simulation(seed: 1).run(on: SimulatedSystem(ours))
/// ```
public struct SimulatedSystem: Sendable {
  let ledger: LedgerUnderTest
  let retry: MessageRetry
  let isCalledInTurn: Bool
  let provider: @Sendable (any MessageProvider) -> any MessageProvider

  /// The library's own ledger in memory.
  public static let inMemory = SimulatedSystem(
    LedgerUnderTest { now in InMemoryOfferLedger(now: now) },
    isCalledInTurn: false
  )

  /// Eight attempts over some four minutes, so that a run sees messages succeed late, and be buried.
  public static let retry = MessageRetry.exponential(from: .seconds(1), cap: .seconds(60), attempts: 8)

  /// A system.
  ///
  /// - Parameters:
  ///   - ledger: The ledger, as for its contract.
  ///   - retry: Whether and when a message is tried again; ``retry`` by default.
  ///   - isCalledInTurn: Whether calls to the ledger are made one after the other, and nothing else runs meanwhile. They
  ///     must be where a call suspends between its effect and its answer, as over a connection or on an actor: for what
  ///     a run expects is worked out in the order of the answers. True by default.
  ///   - provider: Puts something between the bridge and the simulated wallet, such as the host's own adapter; nothing
  ///     by default.
  public init(
    _ ledger: LedgerUnderTest,
    retry: MessageRetry = SimulatedSystem.retry,
    isCalledInTurn: Bool = true,
    provider: @escaping @Sendable (any MessageProvider) -> any MessageProvider = { $0 }
  ) {
    self.ledger = ledger
    self.retry = retry
    self.isCalledInTurn = isCalledInTurn
    self.provider = provider
  }
}
