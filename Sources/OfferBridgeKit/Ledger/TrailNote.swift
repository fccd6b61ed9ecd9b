import Foundation

/// A change as it is put down in the step that makes it: which row went from where to where.
///
/// What the entry says beyond that stands in the row, where it never changes,
/// or in a detail. So a step writes twenty bytes and hashes nothing; the entry
/// is worked out when somebody asks for the trail.
struct TrailNote: Sendable, Hashable {
  // In two halves, so that a note is twenty bytes and not twenty-four.
  private let early: UInt32
  private let late: UInt32
  /// The row of what changed: an issued offer's, a message's, an event's, a trigger's.
  let row: Int32
  /// What else the subject needs: of a replica its place, of an event the row of its issued offer, of a step its place
  /// among those that its trigger wrote, of a customer the row that was merged; else, or where there is one, the detail.
  let other: Int32
  private let kind: UInt8
  let from: TrailState?
  let to: TrailState
  /// The replica's two states, three bits each; of an event, whether `other` is a detail.
  let extra: UInt8

  init(
    at moment: Int64,
    _ cause: TrailCause,
    _ subject: TrailSubject,
    _ row: Int32,
    from: TrailState?,
    to: TrailState,
    other: Int32,
    extra: UInt8
  ) {
    early = UInt32(truncatingIfNeeded: moment >> 32)
    late = UInt32(truncatingIfNeeded: moment)
    self.row = row
    self.other = other
    kind = cause.rawValue << 4 | subject.rawValue
    self.from = from
    self.to = to
    self.extra = extra
  }

  var moment: Int64 { Int64(Int32(bitPattern: early)) << 32 | Int64(late) }
  var cause: TrailCause? { TrailCause(rawValue: kind >> 4) }
  var subject: TrailSubject? { TrailSubject(rawValue: kind & 15) }

  /// Whether it tells that somebody was forgotten, and nothing personal.
  var isOfNobody: Bool { subject == .customer && to == .forgotten }

  /// The place of the detail that may say something of a person, or `nil`.
  var personalDetail: Int32? {
    switch subject {
    case .offer, .message: other == nowhere ? nil : other
    case .replica: extra == 0 ? nil : other
    case .step: to == .refused ? other : nil
    case .end, .limitUses, .event, .customer, nil: nil
    }
  }
}

/// What no row keeps of a change.
enum TrailDetail: Sendable, Hashable {
  /// Why an attempt failed, or an operator did something.
  case reason(String)
  /// How an event stands, where that is more than "applied".
  case match(RedemptionMatch)
  /// Why nothing is sent about an issued offer.
  case withheld(Shared<Withheld>)
  /// What a limit refused: its trigger is forgotten one day.
  case refused(Shared<Refused>)

  struct Withheld: Sendable, Hashable, Codable {
    let reason: WithheldReason
    let campaign: CampaignID?
    let rule: RuleFingerprint?
  }

  struct Refused: Sendable, Hashable, Codable {
    let trigger: TriggerID
    let customer: CustomerID
    let key: DerivedKey
    let campaign: CampaignID?
    let rule: RuleFingerprint?
    let limit: CampaignLimit
  }
}

/// How a replica moved with its message: as it is read, proofs included.
struct ReplicaMove: Sendable, Hashable {
  var from: TrailState?
  var to: TrailState?

  static let none = ReplicaMove()

  func then(_ next: ReplicaMove) -> ReplicaMove {
    ReplicaMove(from: from ?? next.from, to: next.to ?? to)
  }

  private static let states: [TrailState] = [.notSent, .pending, .accepted, .rejected, .unknown, .recalled]

  private static func bits(_ state: TrailState?) -> UInt8 {
    switch state {
    case .notSent: 1
    case .pending: 2
    case .accepted: 3
    case .rejected: 4
    case .unknown: 5
    case .recalled: 6
    default: 0
    }
  }

  /// Six bits; none where it did not move.
  var bits: UInt8 { from == to ? 0 : Self.bits(from) << 3 | Self.bits(to) }

  init(from: TrailState? = nil, to: TrailState? = nil) {
    self.from = from
    self.to = to
  }

  init(bits: UInt8) {
    func state(_ bits: UInt8) -> TrailState? {
      (1...6).contains(bits) ? Self.states[Int(bits) - 1] : nil
    }
    self.init(from: state(bits >> 3 & 7), to: state(bits & 7))
  }
}

/// What was put down so far, and how far it is chained.
struct TrailNotes: Sendable {
  var notes = ChunkedArray<TrailNote>()
  var details = ChunkedArray<TrailDetail>()
  /// The step that is being done.
  var cause = TrailCause.commit
  var moment: Int64 = 0
  /// The event that is being taken in, until it is told.
  var received = nowhere
  var chain = TrailChain()

  mutating func tell(
    _ subject: TrailSubject,
    _ row: Int32,
    from: TrailState?,
    to: TrailState,
    other: Int32 = nowhere,
    extra: UInt8 = 0
  ) {
    _ = notes.append(
      TrailNote(at: moment, cause, subject, row, from: from, to: to, other: other, extra: extra)
    )
  }

  mutating func detail(_ detail: TrailDetail) -> Int32 { details.append(detail) }
}

/// How far the entries are chained: a salt for each, and the digest of every sixty-fourth.
struct TrailChain: Sendable {
  var salts = ChunkedArray<DerivedKey>()
  /// The digest of the last entry that is chained.
  var last: DerivedKey?
  /// The digests before entries 1, 65, 129 and so on.
  var marks = ChunkedArray<DerivedKey>()
  /// The entries of forgotten customers, whose commitments stand where their salts were.
  var erased: Set<Int32> = []

  var count: Int { salts.count }

  static var stride: Int { 64 }
}
