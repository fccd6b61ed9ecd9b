import Foundation
import OfferBridgeKit

// What a reference model knows of each thing.

struct KnownCustomer: Sendable {
  /// The places of what is theirs, each in the order in which it became so.
  var offers: [Int] = []
  var events: [Int] = []
}

struct KnownOffer: Sendable {
  /// Whose it is: the survivor, where customers were merged, and nobody's name once they are forgotten.
  var owner: CustomerID
  /// As it was committed, but for its replicas, which are as deliveries alone said, and its closure.
  var offer: IssuedOffer
  let limits: [LimitUse]
  /// The messages about it.
  var messages: [Int] = []
  /// The external systems' names for its replicas.
  var references: Set<Clue> = []
  /// What its customer's events came to.
  var tally = RedemptionTally.none
  /// The end that they put to it.
  var ended: OfferEnd?
  /// The external systems that are proven to have it.
  var proven: Set<ProviderID> = []

  /// Whether nothing gave back what its issuance took from limits.
  var usesLimits: Bool {
    if offer.closure?.limitUses == .givenBack { return false }
    return ended?.kind != .reversed
  }

  /// As it is read.
  var current: IssuedOffer {
    var current = offer
    current.redeemed = tally
    current.ended = ended
    for (place, replica) in current.replicas.enumerated()
    where proven.contains(replica.provider) && !replica.isKnownToHaveArrived {
      current.replicas[place].state = .accepted(nil)
    }
    return current
  }
}

struct KnownMessage: Sendable {
  /// Whose it is, as of an issued offer.
  var owner: CustomerID
  let message: OfferMessage
  /// The place of its issued offer.
  let offer: Int?
  let limits: [LimitUse]
  var stage = Stage.waiting
  var due: Int64
  var attempts = 0
  var fence: UInt64 = 0
  /// An attempt ended, and nobody knows whether it arrived.
  var mayHaveArrived = false
  /// When the first attempt was claimed that may have arrived; `nil` when none may have, or is on its way.
  var firstAttemptedAt: Int64?
  var lastFailure: String?
  var redrives: [RedriveRecord] = []
  var nextGeneration: DerivedKey?

  enum Stage: Sendable, Equatable {
    case waiting
    case leased(until: Int64)
    /// The provider or an operator said so, or its issued offer was closed.
    case ended(MessageState)
    /// A redemption proved that it is there.
    case confirmed
  }

  var isOpen: Bool {
    switch stage {
    case .waiting, .leased: true
    case .ended, .confirmed: false
    }
  }

  /// When it was committed, or last redriven under its key.
  var openSince: Date {
    redrives.last { $0.mode == .sameKey }?.redrivenAt ?? message.createdAt
  }

  /// When it may be handed out, were it the first of its lane.
  var appointment: Int64 {
    if case .leased(let until) = stage { until } else { due }
  }

  var isToBring: Bool { message.purpose == .issue }

  var state: MessageState {
    switch stage {
    case .waiting: .waiting(due: Date(milliseconds: due))
    case .leased(let until): .leased(until: Date(milliseconds: until))
    case .ended(let state): state
    case .confirmed: .accepted(nil)
    }
  }

  var record: MessageRecord {
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

struct KnownEvent: Sendable {
  /// As it is folded: without who redeemed, where they were forgotten.
  var event: ExternalEvent
  /// As it is told, where something was taken out of it: no repeat is told from another event then.
  var told: ExternalEvent?
  let receivedAt: Date
  /// By which it is ordered among others; a day counts from its start.
  let moment: Int64
  var customer: CustomerID?
  var match: RedemptionMatch

  var record: RedemptionRecord {
    RedemptionRecord(event: told ?? event, match: match, receivedAt: receivedAt)
  }

  /// By time, then by the bytes of the source and of the id.
  func isBefore(_ other: Self) -> Bool {
    if moment != other.moment { return moment < other.moment }
    let (left, right) = (event.id, other.event.id)
    return left.source != right.source
      ? left.source < right.source : left.id.utf8.lexicographicallyPrecedes(right.id.utf8)
  }
}

struct KnownTrigger: Sendable {
  let record: TriggerRecord
  var version = 0
  /// What was written or refused, in the order of the commits.
  var nodes: [Node] = []
  /// From when on it may be forgotten, when nothing of it stands.
  var lapsesAt: Int64 = 0

  struct Node: Sendable {
    let key: DerivedKey
    let parent: DerivedKey?
    let campaign: CampaignID?
    let outcome: Outcome
  }

  enum Outcome: Sendable {
    case issued(Int)
    case raised(String)
    case queued(ProviderID)
    case refused(CampaignLimit, until: Int64)
  }

  func remembered(at now: Int64) -> [Node] {
    nodes.filter { if case .refused(_, let until) = $0.outcome { until > now } else { true } }
  }

  /// Whether a ledger need not know it any more.
  func mayBeForgotten(by latest: Int64) -> Bool { lapsesAt <= latest && remembered(at: latest).isEmpty }
}

/// What tells whose an event is.
enum Clue: Hashable, Sendable {
  case issuedOffer(DerivedKey)
  case replica(ReplicaReference, at: ProviderID)
  case redemption(ExternalEventID)
}

extension Replica {
  /// Whether deliveries said that the external system has it, or had it until it was recalled.
  var isKnownToHaveArrived: Bool {
    switch state {
    case .accepted, .recalled: true
    case .notSent, .pending, .rejected, .unknown: false
    }
  }
}
