import OfferBridgeKit

extension TrailState {
  init(_ state: Replica.State) {
    switch state {
    case .notSent: self = .notSent
    case .pending: self = .pending
    case .accepted: self = .accepted
    case .rejected: self = .rejected
    case .unknown: self = .unknown
    case .recalled: self = .recalled
    }
  }

  init(_ stage: MessageRow.Stage) {
    switch stage {
    case .waiting: self = .waiting
    case .leased: self = .leased
    case .accepted, .confirmed: self = .accepted
    case .rejected: self = .rejected
    case .buried: self = .buried
    case .withdrawn: self = .withdrawn
    }
  }

  /// The word of a match; a repeat has none.
  init?(_ match: RedemptionMatch) {
    switch match {
    case .applied: self = .applied
    case .discrepant: self = .discrepant
    case .parked: self = .parked
    case .duplicate, .conflict: return nil
    }
  }

  init(_ kind: OfferClosure.Kind) {
    switch kind {
    case .expired: self = .expired
    case .revoked: self = .revoked
    }
  }

  init(_ kind: OfferEnd.Kind) {
    switch kind {
    case .revoked: self = .revoked
    case .expired: self = .expired
    case .reversed: self = .reversed
    }
  }
}
