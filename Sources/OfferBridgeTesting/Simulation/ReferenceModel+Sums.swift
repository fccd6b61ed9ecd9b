import OfferBridgeKit

// What the sums of an audit must be.
extension ReferenceModel {
  var audit: LedgerAudit {
    var audit = LedgerAudit()
    audit.issued = offers.count
    audit.closed = offers.count { $0.offer.closure != nil }
    audit.issuedBeyondLimits = offers.count { !$0.offer.overLimits.isEmpty }
    for offer in offers.map(\.current) {
      audit.redeemed += offer.redeemed.count
      audit.reversed += offer.redeemed.reversed
      audit.replicas += offer.replicas.count
      for replica in offer.replicas {
        switch replica.state {
        case .notSent: audit.replicasNotSent += 1
        case .pending: audit.replicasPending += 1
        case .accepted: audit.replicasAccepted += 1
        case .rejected: audit.replicasRejected += 1
        case .unknown: audit.replicasUnknown += 1
        case .recalled: audit.replicasRecalled += 1
        }
      }
    }
    audit.messages = messages.count
    for message in messages {
      let before = message.redrives.filter { $0.mode == .sameKey }.map(\.attempts)
      audit.attempts += before.reduce(message.attempts, +)
      switch message.state {
      case .waiting, .leased: audit.messagesOpen += 1
      case .accepted: audit.messagesAccepted += 1
      case .rejected: audit.messagesRejected += 1
      case .buried: audit.messagesBuried += 1
      case .withdrawn: audit.messagesWithdrawn += 1
      }
    }
    audit.received = events.count + duplicates + conflicts
    audit.duplicates = duplicates
    audit.conflicts = conflicts
    for event in events {
      switch event.match {
      case .applied: audit.applied += 1
      case .discrepant: audit.discrepant += 1
      case .parked: audit.parked += 1
      case .duplicate, .conflict: break
      }
    }
    return audit
  }
}
