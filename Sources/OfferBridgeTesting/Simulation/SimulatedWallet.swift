import OfferBridgeKit

/// The external system of a simulation: it keeps what it was sent under its key, for as long as it remembers keys.
final class SimulatedWallet: Sendable {
  /// One customer's replica.
  struct Card: Sendable {
    let reference: ReplicaReference
    let customer: CustomerID
    let replica: ReplicaName
    let issuedOffer: IssuedOffer.ID?
  }

  /// For how long a key is remembered; longer than a message is tried, but not than one may be redriven.
  static let memory: Int64 = 4 * 3_600_000

  private struct Entry {
    let reference: ReplicaReference
    let payload: [UInt8]
    let takenAt: Int64
  }

  /// What there must be one of.
  private struct Effect: Hashable {
    let issuedOffer: IssuedOffer.ID
    let purpose: OfferMessage.Purpose
    let generation: Int
  }

  private struct State {
    var entries: [DerivedKey: Entry] = [:]
    var keys: [Effect: DerivedKey] = [:]
    var cards: [CustomerID: [Card]] = [:]
    var effects = 0
    var beyondMemory = 0
  }

  let name: ProviderID
  private let book: SimulationBook
  private let state = Guarded(State())

  init(_ name: ProviderID, _ book: SimulationBook) {
    self.name = name
    self.book = book
  }

  /// Takes a message, once for as long as its key is remembered.
  func take(_ message: OfferMessage, at now: Int64) -> ReplicaReference {
    let (reference, faults) = state.withLock { state -> (ReplicaReference, [(String, String)]) in
      var faults: [(String, String)] = []
      if let known = state.entries[message.key] {
        if known.payload != message.payload {
          faults.append(("I4", "message \(message.key) came with other bytes than before"))
        }
        if now - known.takenAt <= Self.memory { return (known.reference, faults) }
        state.beyondMemory += 1
        faults.append(("I7", "message \(message.key) was forgotten, and sent all the same"))
      }
      state.effects += 1
      let reference = ReplicaReference("\(name)-\(state.effects)")
      state.entries[message.key] = Entry(reference: reference, payload: message.payload, takenAt: now)
      if let issued = message.issuedOffer {
        let effect = Effect(issuedOffer: issued, purpose: message.purpose, generation: message.generation)
        if let key = state.keys.updateValue(message.key, forKey: effect), key != message.key {
          faults.append(("I7", "issued offer \(issued) had two effects, under \(key) and \(message.key)"))
        }
      }
      switch message.purpose {
      case .issue:
        state.cards[message.customer, default: []].append(
          Card(
            reference: reference,
            customer: message.customer,
            replica: message.replica ?? "",
            issuedOffer: message.issuedOffer
          )
        )
      case .recall:
        state.cards[message.customer]?.removeAll { $0.issuedOffer == message.issuedOffer }
      }
      return (reference, faults)
    }
    for (promise, what) in faults { book.violate(promise, what) }
    return reference
  }

  /// Whether it was ever sent that message.
  func has(_ key: DerivedKey) -> Bool { state.withLock { $0.entries[key] != nil } }

  /// A customer's cards, in the order in which they came.
  func cards(of customer: CustomerID) -> [Card] { state.withLock { $0.cards[customer] ?? [] } }

  /// What it calls the replica of a message that it was ever sent.
  func reference(of key: DerivedKey) -> ReplicaReference? { state.withLock { $0.entries[key]?.reference } }

  var effects: (all: Int, beyondMemory: Int) { state.withLock { ($0.effects, $0.beyondMemory) } }
}

/// The way from one process to the wallet.
struct SimulatedProvider: MessageProvider {
  struct Unreachable: Error {}

  let world: SimulatedWorld
  let life: SimulatedLife
  let wallet: SimulatedWallet

  var timeout: Duration { .seconds(10) }

  /// Half an hour less than the wallet remembers: so late a call may be, and so wrong the ledger's clock.
  var idempotencyWindow: Duration? { .milliseconds(SimulatedWallet.memory - 1_800_000) }

  func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup {
    try await life.begin()
    await world.travel()
    try life.check()
    return wallet.reference(of: key).map { .found(reference: $0) } ?? .notFound
  }

  func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    do {
      let answer = try await answer(to: delivery)
      switch answer {
      case .accepted(let reference):
        world.book.saw("delivery.accepted\(reference == nil ? "WithoutReference" : "")")
      case .rejected: world.book.saw("delivery.rejected")
      case .retry: world.book.saw("delivery.retry")
      case .unknown: world.book.saw("delivery.unknown")
      }
      return answer
    } catch {
      world.book.saw("delivery.thrown")
      throw error
    }
  }

  private func answer(to delivery: MessageDelivery) async throws -> DeliveryAnswer {
    try await life.begin()
    let (chance, message) = (world.chance, delivery.message)
    if chance.strikes(.poison, message.key) {
      life.end()
      throw SimulatedLife.Crash()
    }
    await world.travel()
    if chance.strikes(.unreachable) { throw Unreachable() }
    if chance.strikes(.notNow) {
      let seconds = chance.below(120, .providers)
      let after: Duration? = seconds < 20 ? nil : .seconds(seconds)
      if let after { world.witness.askedToComeAgain(message.key, attempt: delivery.attempt, after: after) }
      return .retry(after: after)
    }
    if chance.strikes(.refuses) { return .rejected(reason: "not wanted") }
    if chance.strikes(.hangs) {
      await hang()
      throw Unreachable()
    }
    // From here on it is out of our hands, whatever becomes of the process.
    var reference = wallet.take(message, at: world.executor.now)
    if chance.strikes(.deliversTwice) { reference = wallet.take(message, at: world.executor.now) }
    if chance.strikes(.losesAcknowledgement) { throw Unreachable() }
    if chance.strikes(.acknowledgesLate) { await hang() }
    await world.travel()
    try life.check()
    return .accepted(reference: chance.strikes(.givesNoReference) ? nil : reference)
  }

  /// Longer than any lease.
  private func hang() async {
    let length = world.chance.within(61_000...180_000, .providers)
    if world.chance.strikes(.ignoresCancellation) {
      await world.executor.sleepThrough(for: length)
    } else {
      await world.executor.sleep(for: length)
    }
  }
}
