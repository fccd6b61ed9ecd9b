import Foundation
import OfferBridgeKit

/// What a trail comes to when it is read from its beginning, and where it contradicts itself.
///
/// It knows nothing of the ledger: each entry must begin where the one before it of that thing ended, so that what is
/// told twice, or not at all, is found at the next.
package struct TrailBook: Sendable {
  /// What does not follow from what was told before, a sentence each.
  package private(set) var faults: [String] = []
  private var states: [String: String] = [:]
  private var claims: [DerivedKey: Int] = [:]
  private var verification: TrailVerification
  private var latest = Int64.min
  /// Whether the name of some event is erased.
  private var hasErased = false
  private(set) var raised = 0
  private(set) var refused = 0
  private(set) var merged = 0
  private(set) var forgotten = 0

  init(tenant: TenantID) { verification = TrailVerification(of: tenant) }

  /// Reads all of it.
  ///
  /// - Parameters:
  ///   - ledger: The ledger.
  ///   - tenant: The tenant.
  /// - Returns: What it comes to.
  /// - Throws: What the ledger throws.
  nonisolated(nonsending)
    package static func read(from ledger: any OfferLedger, tenant: TenantID) async throws -> TrailBook
  {
    var book = TrailBook(tenant: tenant)
    var after: Int? = 0
    while let number = after {
      let page = try await ledger.trail(TrailQuery(tenant: tenant, after: number, limit: 1000))
      for entry in page.entries { book.read(entry) }
      after = page.next
    }
    if !book.verification.finding.isWhole { book.faults.append("the trail: \(book.verification.finding)") }
    return book
  }

  /// How often a message was handed out.
  func handedOut(_ message: DerivedKey) -> Int { claims[message] ?? 0 }

  private mutating func note(_ entry: TrailEntry, _ what: String) {
    if faults.count < 20 { faults.append("the trail, entry \(entry.sequence): \(what): \(entry.line)") }
  }

  mutating func read(_ entry: TrailEntry) {
    verification.add(entry)
    let fact = entry.fact
    switch fact.subject {
    case .offer: move(entry, "offer \(name(fact.issuedOffer))", from: nil)
    case .end: move(entry, "end \(name(fact.issuedOffer))", from: .live)
    case .limitUses: move(entry, "limitUses \(name(fact.issuedOffer))", from: .held)
    case .replica: move(entry, replica(fact), from: .notSent)
    case .message:
      move(entry, "message \(name(fact.message))", from: nil)
      // From the ends that the attempts put to it, an operator alone brings it back.
      if fact.from == .rejected || fact.from == .buried, fact.cause != .redrive {
        note(entry, "nobody redrove it")
      }
      if fact.to == .leased, let key = fact.message { claims[key, default: 0] += 1 }
      if let from = fact.replicaFrom, let to = fact.replicaTo {
        let place = replica(fact)
        if states[place] ?? TrailState.notSent.description != from.description {
          note(entry, "its replica did not stand there")
        }
        states[place] = to.description
      }
    case .event: readEvent(entry)
    case .customer: if fact.to == .merged { merged += 1 } else { forgotten += 1 }
    case .step:
      if fact.to == .raised { raised += 1 } else { refused += 1 }
      if fact.from != nil || fact.step == nil { note(entry, "a step is new, and has a key") }
    }
  }

  private func name(_ key: DerivedKey?) -> String { key?.description ?? "of nothing" }

  private func replica(_ fact: TrailFact) -> String {
    "replica \(name(fact.issuedOffer)) \(fact.provider?.rawValue ?? "nowhere")"
  }

  private mutating func move(_ entry: TrailEntry, _ thing: String, from first: TrailState?) {
    if states[thing] ?? first?.description != entry.fact.from?.description {
      note(entry, "it stood at \(states[thing] ?? first?.description ?? "nothing")")
    }
    states[thing] = entry.fact.to.description
  }

  /// Whether anything is told of an event.
  func tells(of event: ExternalEventID) -> Bool { states["event \(event.source) \(event.id)"] != nil }

  private mutating func readEvent(_ entry: TrailEntry) {
    let fact = entry.fact
    // Whose customer was forgotten, that one has no name any more.
    guard let id = entry.personal?.redemption else {
      hasErased = true
      return
    }
    let thing = "event \(fact.provider?.rawValue ?? "nobody") \(id)"
    let isFirst = states[thing] == nil
    if hasErased, isFirst, fact.from != nil {
      // Where it stood before was told, and is erased.
    } else if states[thing]?.prefix(while: { $0 != " " }) != fact.from.map({ Substring($0.description) }) {
      note(entry, "it stood at \(states[thing] ?? "nothing")")
    }
    let after = Self.words(fact.to, fact.why, fact.issuedOffer)
    if states[thing] == after { note(entry, "that changes nothing") }
    states[thing] = after
  }

  private static func words(_ state: TrailState, _ why: String?, _ offer: IssuedOffer.ID?) -> String {
    "\(state) \(why ?? "") \(offer?.description ?? "")"
  }

  /// What it comes to otherwise than these, a sentence each.
  package func differences(
    offers: [IssuedOffer],
    messages: [MessageRecord],
    events: [RedemptionRecord]
  ) -> [String] {
    var expected: [String: String] = [:]
    for offer in offers {
      expected["offer \(offer.id)"] = offer.closure?.kind.rawValue ?? "issued"
      if let ended = offer.ended { expected["end \(offer.id)"] = ended.kind.rawValue }
      if !offer.holdsLimitUses {
        expected["limitUses \(offer.id)"] = "givenBack"
      } else if !offer.overLimits.isEmpty {
        expected["limitUses \(offer.id)"] = "overLimit"
      }
      for replica in offer.replicas {
        let word = "\(replica.state)".prefix { $0.isLetter || $0 == " " }.split(separator: " ").first ?? ""
        if word != "not" { expected["replica \(offer.id) \(replica.provider)"] = String(word) }
      }
    }
    for record in messages { expected["message \(record.message.key)"] = record.state.name.rawValue }
    for record in events {
      let words: String? =
        switch record.match {
        case .applied(let id): Self.words(.applied, nil, id)
        case .discrepant(let reasons, let id):
          Self.words(.discrepant, reasons.map(\.rawValue).joined(separator: " "), id)
        case .parked(let reason): Self.words(.parked, reason.rawValue, nil)
        case .duplicate, .conflict: nil
        }
      expected["event \(record.event.id.source) \(record.event.id.id)"] = words
    }
    let initial = ["end": "live", "limitUses": "held", "replica": "notSent"]
    let told = states.filter { thing, state in
      initial[String(thing.prefix { $0 != " " })] != state
    }
    return Set(expected.keys).union(told.keys).sorted().filter { expected[$0] != told[$0] }
      .prefix(20)
      .map { "the trail, \($0): expected \(expected[$0] ?? "nothing"), told \(told[$0] ?? "nothing")." }
  }
}
