import Foundation

/// A message as it is kept.
struct MessageRow: NamedRow {
  var name: DerivedKey { message.key }
  var message: OfferMessage
  /// Whose it is: of a customer who was merged, the survivor.
  var customer: Int32
  /// The issued offer's row, or nowhere.
  let issued: Int32
  /// The number of its provider's lane.
  let lane: Int32
  // An array and not a few: most messages have no limit of their own.
  var uses: [KeptUse]
  var state: State
  var due: Int64
  /// Since it was committed, or redriven under its key.
  var attempts: Int32 = 0
  var fence: UInt64 = 0
  /// Changes with every state, so that older entries of the queues are void.
  var stamp: UInt32 = 0
  /// When the first attempt was claimed that may have arrived; `nil` while none may have.
  var firstAttemptedAt: Int64?
  /// An attempt ended without an answer.
  var mayHaveArrived = false
  var isInLane = true
  var lastFailure: String?
  var redrives: [RedriveRecord] = []
  /// The row of its next generation, or nowhere.
  var successor = nowhere
  var nextInLane = nowhere
  /// Of a customer's first open message in a lane: the last one.
  var tail = nowhere
  var nextOfCustomer = nowhere

  enum State: Sendable, Hashable, Codable {
    case waiting
    case leased(until: Int64)
    case accepted(ReplicaReference?)
    case rejected(String)
    case buried(String)
    /// A redemption proved that the external system has it.
    case confirmed
    /// Its issued offer was closed.
    case withdrawn

    var isFinal: Bool {
      switch self {
      case .waiting, .leased: false
      case .accepted, .rejected, .buried, .confirmed, .withdrawn: true
      }
    }
  }

  /// When it was committed, or last redriven under its key.
  var openSince: Date { redrives.last?.redrivenAt ?? message.createdAt }

  /// The state as it is read.
  var told: MessageState {
    switch state {
    case .waiting: .waiting(due: Date(milliseconds: due))
    case .leased(let until): .leased(until: Date(milliseconds: until))
    case .accepted(let reference): .accepted(reference)
    case .rejected(let reason): .rejected(reason: reason)
    case .buried(let reason): .buried(reason: reason)
    case .confirmed: .accepted(nil)
    case .withdrawn: .withdrawn
    }
  }
}

extension LedgerState {
  func record(_ row: Int32) -> MessageRecord {
    let message = messages[row]
    return MessageRecord(
      message: message.message,
      state: message.told,
      attempts: Int(message.attempts),
      lastFailure: message.lastFailure,
      redrives: message.redrives,
      nextGeneration: message.successor == nowhere ? nil : messages[message.successor].message.key
    )
  }
}
