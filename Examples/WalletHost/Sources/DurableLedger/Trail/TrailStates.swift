import OfferBridgeKit

extension TrailState {
  /// The word of a message's state.
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
}
