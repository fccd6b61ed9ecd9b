import OfferBridgeKit

// What a wallet really did, beside what is written of it.
extension SimulationWitness {
  /// That the wallet took a message in that attempt.
  func took(_ delivery: MessageDelivery) {
    state.withLock { $0.taken[delivery.message.key] = delivery.deadline }
  }

  /// That a wallet said it was still at a message.
  func isUnderWay(_ key: DerivedKey) { state.withLock { _ = $0.underWay.insert(key) } }
  /// That a wallet said it was done.
  func isDone(_ key: DerivedKey) { state.withLock { _ = $0.underWay.remove(key) } }

  /// The end of a look-up, which is that of its attempt too, unless something is sent.
  struct LookUpEnd: Hashable {
    let life: Int
    let moment: Int64
    let task: Int

    /// Here and now.
    init(_ life: SimulatedLife, at moment: Int64) {
      self.life = life.number
      self.moment = moment
      task = withUnsafeCurrentTask { $0?.hashValue ?? 0 }
    }
  }

  /// That a look-up ended without saying whether it is there.
  func lookUpFailed(_ key: DerivedKey, _ end: LookUpEnd) { state.withLock { $0.unanswered[key] = end } }

  /// That a message is sent.
  func attempted(_ key: DerivedKey, _ beginning: LookUpEnd) {
    guard state.withLock({ $0.unanswered[key] }) == beginning else { return }
    book.violate("I7", "message \(key) was sent though its look-up had not said whether it is there")
  }

  /// No attempt is written down as another than it was for the wallet.
  func checkDoubt(_ settlement: Settlement) {
    let key = settlement.lease.message
    let (wasTaken, isUnderWay) = state.withLock { state in
      (state.taken[key] == settlement.lease.until, state.underWay.contains(key))
    }
    switch settlement.outcome {
    case .accepted where isUnderWay:
      book.violate("I8", "message \(key) counts as accepted, and its wallet is still at it")
    case .retry(_, _, isUnknown: false) where wasTaken, .buried(_, isUnknown: false) where wasTaken:
      book.violate("I8", "message \(key) counts as not taken, and its wallet has it")
    case .rejected where wasTaken:
      book.violate("I8", "message \(key) counts as refused, and its wallet has it")
    default: break
    }
  }
}
