import OfferBridgeKit

/// How a replica moved with its message: as it is read, proofs included.
struct ReplicaMove {
  var from: TrailState?
  var to: TrailState?

  static let none = ReplicaMove()

  func then(_ next: ReplicaMove) -> ReplicaMove {
    ReplicaMove(from: from ?? next.from, to: next.to ?? to)
  }
}

extension LedgerStep {
  /// An attempt ended, and whether it arrived is not known.
  func noteUnknown(_ row: inout MessageRow) throws -> ReplicaMove {
    row.mayHaveArrived = true
    return try setReplica(of: row, to: .unknown)
  }

  /// Puts down what a message's delivery says of its replica; one that was accepted stays so until it is recalled.
  ///
  /// The message is written down first, for what others say is asked of all of them.
  func setReplica(of message: MessageRow, to state: Replica.State) throws -> ReplicaMove {
    update(message)
    let provider = message.message.provider
    guard let id = message.issuedOffer, var row = try issued(id),
      let read = row.replicaState(at: provider), let before = row.offer.replica(at: provider)?.state
    else { return .none }
    if let after = try replicaState(before, after: state, of: message), after != before {
      row.setReplica(at: provider, to: after)
      update(row)
    }
    return ReplicaMove(from: TrailState(read), to: row.replicaState(at: provider).map { TrailState($0) })
  }

  /// What a replica's state becomes, or `nil` where it stays.
  private func replicaState(
    _ before: Replica.State,
    after state: Replica.State,
    of message: MessageRow
  ) throws -> Replica.State? {
    if message.message.purpose == .recall {
      // Until it is known to be out, it is where it was.
      if case .accepted = state { return .recalled }
      return nil
    }
    switch (before, state) {
    case (.accepted, _), (.recalled, _):
      return nil
    case (.unknown, .pending), (.unknown, .rejected), (.unknown, .notSent), (.pending, .rejected),
      (.pending, .notSent):
      return try othersSay(about: message) ?? state
    default:
      return state
    }
  }

  /// What the messages that would bring a replica leave open about it, or `nil`.
  private func othersSay(about message: MessageRow) throws -> Replica.State? {
    guard let issued = message.issuedOffer else { return nil }
    let bringing = try messages(about: issued).filter {
      $0.message.provider == message.message.provider && $0.message.purpose == .issue
    }
    if bringing.contains(where: \.mayHaveArrived) { return .unknown }
    return bringing.contains(where: \.stage.isOpen) ? .pending : nil
  }
}
