import Foundation
import OfferBridgeKit

/// What one process is to do: the line that the check writes to its standard input.
struct WorkOrder: Sendable, Hashable, Codable {
  /// From 1.
  let worker: Int
  /// From 1; the one after the last is that in which nobody is killed.
  let round: Int
  /// How many rounds of killing there are.
  let rounds: Int
  /// The ledger's time when the first of them began.
  let begunAt: Date

  /// How many processes work at a time.
  static let workers = 3

  /// Whether it does all that is left, and ends.
  var finishes: Bool { round > rounds }
}

/// What a process was acknowledged: a line of its standard output.
enum WorkLine: Sendable, Hashable, Codable {
  /// It has opened its ledger, and waits for its standard input to end.
  case ready
  /// A plan's nodes.
  case committed(name: String, [Node])
  /// A message that it was handed.
  case claimed(ClaimedMessage)
  /// What it said of a message, and whether that was written.
  case settled(Lease, of: ProviderID, Ending, Settled)
  /// An event.
  case reconciled(redemption: Int, RedemptionMatch)
  /// The ledger threw, or answered what nobody can go on with.
  case failed(String)
  /// All is done.
  case done

  /// A node's answer.
  enum Node: String, Sendable, Hashable, Codable {
    case written, replayed, refused, parentNotWritten, other

    init(_ answer: NodeAnswer) {
      self =
        switch answer {
        case .written, .writtenOver: .written
        case .replayed: .replayed
        case .refused: .refused
        case .parentNotWritten: .parentNotWritten
        case .outranked, .offerClosed: .other
        }
    }
  }

  /// What it said of a message.
  enum Ending: String, Sendable, Hashable, Codable {
    case accepted, retry, released
  }

  /// What it was answered.
  enum Settled: String, Sendable, Hashable, Codable {
    case settled, alreadySettled, lostLease

    init(_ answer: SettleAnswer) {
      self =
        switch answer {
        case .settled: .settled
        case .alreadySettled: .alreadySettled
        case .lostLease: .lostLease
        }
    }
  }
}

/// A claim as it can be written down.
struct ClaimedMessage: Sendable, Hashable, Codable {
  let message: OfferMessage
  let lease: Lease
  let attempt: Int
}

/// What the check and its processes know of the work, each by itself.
struct LedgerWork {
  let trial: LedgerTrial
  let rounds: Int
  let begunAt: Date

  /// The limit of what every process may report: reached about when the last of them are killed.
  var cap: Int { 6 * rounds }
  /// How many actions every process may report: more than are issued.
  var shared: Int { 10 * rounds + 8 }

  /// An action that every process may report.
  static func name(_ number: Int) -> String { "all-\(number)" }

  /// One that is reported by one process alone, which numbers them.
  static func name(_ number: Int, ofWorker worker: Int, in round: Int) -> String {
    "own-\(round)-\(worker)-\(number)"
  }

  /// Far more than one process comes to before it is killed.
  static let own = 40

  var sharedNames: [String] { (0..<shared).map(Self.name) }

  var ownNames: [String] {
    (1...rounds).flatMap { round in
      (1...WorkOrder.workers).flatMap { worker in
        (0..<Self.own).map { Self.name($0, ofWorker: worker, in: round) }
      }
    }
  }

  /// Own actions have none, so that there is always something to hand out.
  func limits(of name: String) -> [CampaignLimit] { name.hasPrefix("all-") ? [.total(cap)] : [] }

  static func customer(of name: String) -> CustomerID { CustomerID("customer of \(name)") }

  static let providers: [ProviderID] = ["sms", "wallet"]

  /// Bytes that are no text.
  static func payload(of name: String) -> [UInt8] { Array(name.utf8) + [0x00, 0xFF, 0xC3, 0x28] }

  func plan(_ name: String, version: Int) -> JourneyPlan {
    trial.plan(
      name,
      to: Self.customer(of: name),
      limits: limits(of: name),
      version: version,
      through: Self.providers,
      payload: Self.payload(of: name)
    )
  }

  /// The messages about what a name's action issues, whenever that is.
  func messages(about name: String) -> [OfferMessage] {
    let offer = trial.offer(name, to: Self.customer(of: name), providers: Self.providers)
    return Self.providers.map {
      trial.message(about: offer, through: $0, payload: Self.payload(of: name))
    }
  }

  /// What comes of an attempt: most are accepted, some by the wallet only at the second.
  static func ending(of claim: ClaimedMessage) -> WorkLine.Ending {
    guard claim.message.provider == "wallet", claim.attempt == 1 else { return .accepted }
    switch claim.message.key.firstWord % 4 {
    case 0: return .retry
    case 1: return .released
    default: return .accepted
    }
  }

  /// How often the wallet's message can be handed out at most, as nobody's lease of it runs out.
  static func attempts(of message: OfferMessage) -> Int { message.key.firstWord % 4 < 2 ? 2 : 1 }

  /// A redemption of what a shared action issues, if it does: the same one whoever reports it.
  func redemption(_ number: Int) -> ExternalEvent {
    ExternalEvent(
      id: ExternalEventID(source: "wallet", id: "r-\(number)"),
      content: .redemption(.issuedOffer(LedgerTrial.id(Self.name(number))), amount: nil),
      time: .moment(begunAt + 86_400)
    )
  }

  /// Every third of the shared actions is redeemed.
  var redeemed: [Int] { Array(stride(from: 0, to: shared, by: 3)) }
}
