import Foundation
import OfferBridgeKit

/// All that processes said they were acknowledged, and what must hold of it by itself.
struct Acknowledged {
  let work: LedgerWork
  /// How many processes were killed.
  var kills = 0
  /// Who was told that it wrote a name's issuance: a second would be one too many.
  private var writers: [String: String] = [:]
  private(set) var issued: Set<String> = []
  private(set) var refused: Set<String> = []
  private(set) var claims: [DerivedKey: [Handed]] = [:]
  private(set) var accepted: [DerivedKey: Lease] = [:]
  /// Who was told that an event is new.
  private var receivers: [Int: String] = [:]
  private(set) var redemptions: Set<Int> = []
  /// How many events were answered, repeats included.
  private(set) var receptions = 0

  /// A message as it was handed out, and to whom.
  struct Handed: Sendable {
    let claim: ClaimedMessage
    let round: Int
    let who: String
  }

  init(_ work: LedgerWork) { self.work = work }

  var steps: ContractSteps { work.trial.steps }

  var words: String {
    "\(issued.count) issued, \(refused.count) refused, \(claims.count) messages handed out, "
      + "\(accepted.count) accepted, \(redemptions.count) redeemed"
  }

  /// Adds what one process printed.
  mutating func take(_ lines: [String], of order: WorkOrder) throws {
    let who = "process \(order.worker) of round \(order.round)"
    for line in lines {
      guard let line = try? JSONDecoder().decode(WorkLine.self, from: Data(line.utf8)) else {
        throw steps.violation(
          expected: "lines of the check's own on the standard output of \(who)",
          seen: line
        )
      }
      switch line {
      case .ready, .done: break
      case .failed(let what): throw steps.violation(expected: "an answer to \(who)", seen: what)
      case .committed(let name, let nodes): try takePlan(name, nodes, who)
      case .claimed(let claim): try take(Handed(claim: claim, round: order.round, who: who))
      case .settled(let lease, let provider, let ending, let answer):
        try take(lease, of: provider, ending, answer, who)
      case .reconciled(let redemption, let match): try take(redemption, match, who)
      }
    }
  }

  private mutating func takePlan(_ name: String, _ nodes: [WorkLine.Node], _ who: String) throws {
    switch nodes {
    case [.written, .written, .written]:
      if let other = writers.updateValue(who, forKey: name) {
        throw steps.violation(
          expected: "'\(name)' is issued once",
          seen: "for \(other), and again for \(who)"
        )
      }
      issued.insert(name)
    case [.replayed, .replayed, .replayed]: issued.insert(name)
    case [.refused, .parentNotWritten, .parentNotWritten]: refused.insert(name)
    default:
      throw steps.violation(
        expected: "an issuance and its two messages, all of it or none, for \(who)",
        seen: "'\(name)': " + nodes.map(\.rawValue).joined(separator: ", ")
      )
    }
    guard issued.contains(name), refused.contains(name) else { return }
    throw steps.violation(
      expected: "'\(name)' is issued or refused by the limit",
      seen: "both, the last for \(who)"
    )
  }

  private mutating func take(_ handed: Handed) throws {
    let (claim, message) = (handed.claim, handed.claim.message)
    try expectContent(message, for: handed.who)
    try steps.expect("the lease of \(words(message))", claim.lease.message, is: message.key)
    for other in claims[message.key, default: []]
    where other.claim.lease.fence == claim.lease.fence || other.claim.attempt == claim.attempt {
      throw steps.violation(
        expected: "\(words(message)), each time that it is handed out, with a new fence and attempt",
        seen: "fence \(claim.lease.fence), attempt \(claim.attempt) for \(handed.who), and "
          + "fence \(other.claim.lease.fence), attempt \(other.claim.attempt) for \(other.who)"
      )
    }
    if message.provider == "wallet", claim.attempt > LedgerWork.attempts(of: message) {
      let others = claims[message.key, default: []].map { "attempt \($0.claim.attempt) for \($0.who)" }
      throw steps.violation(
        expected: "\(words(message)) is handed to nobody while another holds it, or once it is accepted",
        seen: (others + ["attempt \(claim.attempt) for \(handed.who)"]).joined(separator: ", ")
      )
    }
    claims[message.key, default: []].append(handed)
  }

  private mutating func take(
    _ lease: Lease,
    of provider: ProviderID,
    _ ending: WorkLine.Ending,
    _ answer: WorkLine.Settled,
    _ who: String
  ) throws {
    // The wallet's leases are not over before all is; those of texts are at once.
    let fits = answer == .settled || answer == .lostLease && provider != "wallet"
    try steps.expect("the first settlement by \(who), for \(provider)", fits, seen: answer.rawValue)
    guard ending == .accepted, answer == .settled else { return }
    if let other = accepted.updateValue(lease, forKey: lease.message) {
      throw steps.violation(
        expected:
          "\(claims[lease.message]?.first.map { words($0.claim.message) } ?? "a message") is accepted once",
        seen: "under fence \(other.fence), and under fence \(lease.fence) for \(who)"
      )
    }
  }

  private mutating func take(_ redemption: Int, _ match: RedemptionMatch, _ who: String) throws {
    receptions += 1
    redemptions.insert(redemption)
    switch match {
    case .duplicate: return
    case .applied(to: LedgerTrial.id(LedgerWork.name(redemption))), .parked(.unknownOffer):
      guard let other = receivers.updateValue(who, forKey: redemption) else { return }
      throw steps.violation(
        expected: "r-\(redemption) is taken in once, and is a duplicate from then on",
        seen: "taken in for \(other), and again for \(who)"
      )
    default:
      throw steps.violation(
        expected: "r-\(redemption), for \(who): applied to what it names, parked or a duplicate",
        seen: "\(match)"
      )
    }
  }

  /// A message must be what was committed, whenever that was.
  func expectContent(_ message: OfferMessage, for who: String) throws {
    let own = work.messages(about: message.variant).first { $0.provider == message.provider }
    let expected = try steps.unwrap("a provider that was asked for, in what \(who) sees", own)
    try steps.expect("the key of \(words(message)), for \(who)", message.key, is: expected.key)
    try steps.expect("the bytes of \(words(message)), for \(who)", message.payload, is: expected.payload)
    try steps.expect(
      "what \(words(message)) is about, for \(who)",
      message.issuedOffer == expected.issuedOffer && message.customer == expected.customer,
      seen: readable(message)
    )
  }

  func words(_ message: OfferMessage) -> String { "'\(message.variant)' for \(message.provider)" }

  /// Compares what was said with itself, once a round is over.
  func compareFences() throws {
    for (key, handed) in claims {
      let byFence = handed.sorted { $0.claim.lease.fence < $1.claim.lease.fence }
      for (first, second) in zip(byFence, byFence.dropFirst())
      where first.claim.attempt >= second.claim.attempt || first.round > second.round {
        throw steps.violation(
          expected: "a higher fence of \(words(first.claim.message)) at each later attempt",
          seen: "fence \(first.claim.lease.fence), attempt \(first.claim.attempt) for \(first.who), and "
            + "fence \(second.claim.lease.fence), attempt \(second.claim.attempt) for \(second.who)"
        )
      }
      if let lease = accepted[key], let last = byFence.last, last.claim.lease.fence > lease.fence {
        throw steps.violation(
          expected:
            "\(words(last.claim.message)), accepted under fence \(lease.fence), is handed out no more",
          seen: "handed to \(last.who) under fence \(last.claim.lease.fence)"
        )
      }
    }
  }
}
