import OfferBridgeKit

/// The way from one process to the wallet.
struct SimulatedProvider: MessageProvider {
  struct Unreachable: Error {}

  let world: SimulatedWorld
  let life: SimulatedLife
  let wallet: SimulatedWallet

  var timeout: Duration { .seconds(10) }

  /// Half an hour less than the wallet remembers: so late a call may be, and so wrong the ledger's clock.
  var idempotencyWindow: Duration? { .milliseconds(SimulatedWallet.memory - 1_800_000) }

  // MARK: Look-ups

  func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup {
    do {
      let known = try await known(of: key)
      world.book.saw(known.name)
      switch known {
      case .found, .notFound, .rejected, .notSupported: break
      case .taken, .retry, .unknown: world.witness.lookUpFailed(key, hereAndNow)
      }
      return known
    } catch {
      world.book.saw("lookUp.thrown")
      world.witness.lookUpFailed(key, hereAndNow)
      throw error
    }
  }

  private func known(of key: DerivedKey) async throws -> DeliveryLookup {
    try await life.begin()
    // One of the two cannot be asked: what a look-up would mend there stays as it is.
    if wallet.name == SimulatedShop.mail { return .notSupported }
    await world.travel()
    try life.check()
    let chance = world.chance
    if chance.strikes(.lookUpFails) {
      if chance.percent(10, .providers) { await hang() }
      throw Unreachable()
    }
    if chance.strikes(.lookUpNotNow) { return .retry(after: after()) }
    switch wallet.work(on: key, at: world.executor.now) {
    case .underWay:
      world.witness.isUnderWay(key)
      return .taken(after: after())
    case .refused: return .rejected(reason: "not wanted in the end")
    case .done: world.witness.isDone(key)
    case nil: break
    }
    return wallet.reference(of: key).map { .found(reference: $0) } ?? .notFound
  }

  // MARK: Attempts

  func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    world.witness.attempted(delivery.message.key, hereAndNow)
    do {
      let answer = try await answer(to: delivery)
      world.book.saw(answer.name)
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
      let after = after()
      if let after { world.witness.askedToComeAgain(message.key, attempt: delivery.attempt, after: after) }
      return .retry(after: after)
    }
    if chance.strikes(.refuses) { return .rejected(reason: "not wanted") }
    if chance.strikes(.hangs) {
      await hang()
      throw Unreachable()
    }
    // From here on it is out of our hands, whatever becomes of the process.
    if let answer = answerOfWork(on: delivery) { return answer }
    var reference = take(delivery)
    if chance.strikes(.deliversTwice) { reference = take(delivery) }
    if chance.strikes(.losesAcknowledgement) { throw Unreachable() }
    if chance.strikes(.saysUnknownWord) { return .unknown(word: "FROZEN") }
    if chance.strikes(.acknowledgesLate) { await hang() }
    await world.travel()
    try life.check()
    return .accepted(reference: chance.strikes(.givesNoReference) ? nil : reference)
  }

  private func take(_ delivery: MessageDelivery) -> ReplicaReference {
    world.witness.took(delivery)
    return wallet.take(delivery.message, at: world.executor.now)
  }

  /// What a wallet says that is longer at it; `nil` when it is not, or is done.
  private func answerOfWork(on delivery: MessageDelivery) -> DeliveryAnswer? {
    let (key, now) = (delivery.message.key, world.executor.now)
    switch wallet.work(on: key, at: now) {
    case .underWay: break
    case .refused: return .rejected(reason: "not wanted in the end")
    case .done:
      world.witness.isDone(key)
      return nil
    case nil:
      guard !wallet.has(key), world.chance.strikes(.takesLonger) else { return nil }
      let until = now + world.chance.within(1_000...240_000, .providers)
      let refuses = world.chance.percent(30, .providers)
      if !refuses { world.witness.took(delivery) }
      wallet.begin(delivery.message, at: now, until: until, refuses: refuses)
    }
    world.witness.isUnderWay(key)
    let after = after()
    if let after { world.witness.askedToComeAgain(key, attempt: delivery.attempt, after: after) }
    return .taken(after: after)
  }

  /// A task is told by where it lies, and so is another after it: the moment tells them apart.
  private var hereAndNow: SimulationWitness.LookUpEnd { .init(life, at: world.executor.now) }

  /// How long it asks to be left alone, if it says so.
  private func after() -> Duration? {
    let seconds = world.chance.below(120, .providers)
    return seconds < 20 ? nil : .seconds(seconds)
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

extension DeliveryAnswer {
  fileprivate var name: String {
    switch self {
    case .accepted(nil): "delivery.acceptedWithoutReference"
    case .accepted: "delivery.accepted"
    case .rejected: "delivery.rejected"
    case .retry: "delivery.retry"
    case .taken: "delivery.taken"
    case .unknown: "delivery.unknown"
    }
  }
}

extension DeliveryLookup {
  fileprivate var name: String {
    switch self {
    case .found: "lookUp.found"
    case .taken: "lookUp.taken"
    case .rejected: "lookUp.rejected"
    case .notFound: "lookUp.notFound"
    case .retry: "lookUp.retry"
    case .unknown: "lookUp.unknown"
    case .notSupported: "lookUp.notSupported"
    }
  }
}
