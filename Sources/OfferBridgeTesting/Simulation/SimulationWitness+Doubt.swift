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

  /// That a message is looked up: until that says something, nothing is to be sent in this attempt.
  func lookUpBegan(_ key: DerivedKey) {
    state.withLock { _ = $0.unanswered[key, default: []].insert(Self.task) }
  }

  /// That a look-up said whether it is there, or that this cannot be asked.
  func lookUpSaid(_ key: DerivedKey) { state.withLock { _ = $0.unanswered[key]?.remove(Self.task) } }

  /// That a message is sent.
  func attempted(_ key: DerivedKey) {
    guard state.withLock({ $0.unanswered[key]?.remove(Self.task) }) != nil else { return }
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

  /// Look-up and sending of one attempt are made by one task.
  private static var task: Int { withUnsafeCurrentTask { $0?.hashValue ?? 0 } }
}
