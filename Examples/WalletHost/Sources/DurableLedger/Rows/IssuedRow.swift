package import OfferBridgeKit

/// An issued offer as it is kept.
package struct IssuedRow {
  /// Its replicas' states are what deliveries said; what is proven is kept apart.
  package var offer: IssuedOffer
  /// The external systems that a redemption proved to have it, in the order of its replicas.
  package var proven: [ProviderID] = []
  /// Whose it is: of a customer who was merged, the survivor.
  package var owner: CustomerID
  package var limits: StoredUses
  /// Whether its limit uses were given back and taken again, and so may stand above a limit.
  package var isRetaken = false

  init(_ offer: IssuedOffer, of owner: CustomerID, limits: [LimitUse]) {
    self.offer = offer
    self.owner = owner
    self.limits = StoredUses(limits)
  }

  package init(
    offer: IssuedOffer,
    owner: CustomerID,
    proven: [ProviderID],
    limits: StoredUses,
    isRetaken: Bool
  ) {
    self.offer = offer
    self.owner = owner
    self.proven = proven
    self.limits = limits
    self.isRetaken = isRetaken
  }

  /// The issued offer as it is read: a replica that a redemption proved is accepted.
  package var current: IssuedOffer {
    if proven.isEmpty { return offer }
    var current = offer
    current.replicas = offer.replicas.map { replica in
      var replica = replica
      if proven.contains(replica.provider), !replica.state.hasArrived { replica.state = .accepted(nil) }
      return replica
    }
    return current
  }

  /// Where the replica at a provider stands as it is read, or `nil` when there is none.
  func replicaState(at provider: ProviderID) -> Replica.State? { current.replica(at: provider)?.state }

  mutating func setReplica(at provider: ProviderID, to state: Replica.State) {
    var replicas = offer.replicas
    guard let index = replicas.firstIndex(where: { $0.provider == provider }) else { return }
    replicas[index].state = state
    offer.replicas = replicas
  }
}

extension Replica.State {
  /// Whether the external system has it, or may have it, whatever is under way.
  var isLeftBehind: Bool {
    switch self {
    case .accepted, .unknown: true
    case .notSent, .pending, .rejected, .recalled: false
    }
  }

  /// Whether it is known that the external system has it, or had it until it was recalled.
  var hasArrived: Bool {
    switch self {
    case .accepted, .recalled: true
    case .notSent, .pending, .rejected, .unknown: false
    }
  }

  /// Whether the external system may have it, or may yet be given it by what is under way.
  var mayBeThere: Bool {
    switch self {
    case .pending, .accepted, .unknown: true
    case .notSent, .rejected, .recalled: false
    }
  }
}
