import Foundation
package import OfferBridgeKit

/// One customer's messages to one provider: they leave in their order, one at a time.
package struct LaneName: Hashable {
  package let customer: CustomerID
  package let provider: ProviderID

  package init(customer: CustomerID, provider: ProviderID) {
    self.customer = customer
    self.provider = provider
  }
}

/// A message as it is kept.
package struct MessageRow {
  package var message: OfferMessage
  /// Whose it is: of a customer who was merged, the survivor.
  package var owner: CustomerID
  /// The issued offer that it is about, where that was there when it was committed.
  package let issuedOffer: IssuedOffer.ID?
  package var limits: StoredUses
  package var stage: Stage
  package var due: Int64
  /// Since it was committed, or redriven under its key.
  package var attempts = 0
  package var fence: Int64 = 0
  /// When the first attempt was claimed that may have arrived; `nil` while none may have.
  package var firstAttemptedAt: Int64?
  /// An attempt ended without an answer.
  package var mayHaveArrived = false
  package var lastFailure: String?
  package var redrives: [RedriveRecord] = []
  package var nextGeneration: DerivedKey?

  package init(
    _ message: OfferMessage,
    of owner: CustomerID,
    about issuedOffer: IssuedOffer.ID?,
    limits: StoredUses,
    stage: Stage,
    due: Int64
  ) {
    self.message = message
    self.owner = owner
    self.issuedOffer = issuedOffer
    self.limits = limits
    self.stage = stage
    self.due = due
  }

  package enum Stage: Equatable {
    case waiting
    case leased(until: Int64)
    case accepted(ReplicaReference?)
    case rejected(String)
    case buried(String)
    /// A redemption proved that the external system has it.
    case confirmed
    /// Its issued offer was closed.
    case withdrawn

    var isOpen: Bool {
      switch self {
      case .waiting, .leased: true
      case .accepted, .rejected, .buried, .confirmed, .withdrawn: false
      }
    }
  }

  var lane: LaneName { LaneName(customer: owner, provider: message.provider) }

  /// When it was committed, or last redriven under its key.
  var openSince: Date { redrives.last?.redrivenAt ?? message.createdAt }

  /// The state as it is read.
  var state: MessageState {
    switch stage {
    case .waiting: .waiting(due: Date(milliseconds: due))
    case .leased(let until): .leased(until: Date(milliseconds: until))
    case .accepted(let reference): .accepted(reference)
    case .rejected(let reason): .rejected(reason: reason)
    case .buried(let reason): .buried(reason: reason)
    case .confirmed: .accepted(nil)
    case .withdrawn: .withdrawn
    }
  }

  package var record: MessageRecord {
    MessageRecord(
      message: message,
      state: state,
      attempts: attempts,
      lastFailure: lastFailure,
      redrives: redrives,
      nextGeneration: nextGeneration
    )
  }
}
