import Foundation
package import OfferBridgeKit

/// What one ledger answered, as text in which the names of forgotten customers are numbered as they came.
///
/// They are drawn by chance: of two ledgers each has its own, and they stand in the same places.
struct CanonicalText {
  private var numbers: [Substring: Int] = [:]

  /// The text with `forgotten #1` for the first such name that was ever met, and so on.
  mutating func of(_ text: String) -> String {
    // "forgotten ", and 43 characters of base64url.
    text.replacing(#/forgotten ([A-Za-z0-9_-]{43})/#) { match in
      let number = numbers[match.1] ?? numbers.count + 1
      numbers[match.1] = number
      return "forgotten #\(number)"
    }
  }
}

/// What is compared of an answer: all of it, but what chance alone decides.
package enum Readable {
  static func text(_ snapshot: LedgerSnapshot) -> String {
    """
    \(snapshot.now) \(snapshot.issuedOffers.map(json)) \(String(reflecting: snapshot.trigger?.id)) \
    \(snapshot.triggerVersion) \(snapshot.decided.map { "\($0.key) \(outcome($0.outcome))" }) \
    \(String(reflecting: snapshot.identity))
    """
  }

  private static func outcome(_ outcome: DecidedNode.Outcome) -> String {
    if case .issued(let offer) = outcome { json(offer) } else { String(reflecting: outcome) }
  }

  static func text(_ answer: ClaimAnswer) -> String {
    let claims = answer.claims.map { claim in
      """
      \(json(claim.message)) \(claim.lease) \(claim.attempt) \(claim.firstAttemptedAt.timeIntervalSince1970) \
      \(claim.openSince.timeIntervalSince1970)
      """
    }
    return "\(answer.now) \(claims) \(String(reflecting: answer.nextDue?.timeIntervalSince1970))"
  }

  /// Where two texts differ first, and what stands around that place in both.
  static func difference(_ mine: String, _ other: String) -> String {
    let same = zip(mine, other).prefix { $0 == $1 }.count
    func excerpt(_ text: String) -> String { String(text.dropFirst(max(0, same - 120)).prefix(400)) }
    return "…\(excerpt(mine))…, but …\(excerpt(other))…"
  }

  static func text(_ record: IssuedOfferRecord?) -> String {
    guard let record else { return "none" }
    return """
      \(json(record.issuedOffer)) \(record.limitUses.map(json)) \(record.messages.map(text)) \
      \(record.events.map(text))
      """
  }

  /// An entry of a listing.
  package static func text(_ entry: LedgerPage.Entry) -> String {
    switch entry {
    case .issuedOffer(let offer): json(offer)
    case .message(let record): text(record)
    case .event(let record): text(record)
    }
  }

  private static func text(_ record: MessageRecord) -> String {
    """
    \(json(record.message)) \(String(reflecting: record.state)) \(record.attempts) \
    \(String(reflecting: record.lastFailure)) \(String(reflecting: record.redrives)) \
    \(String(reflecting: record.nextGeneration))
    """
  }

  private static func text(_ record: RedemptionRecord) -> String {
    "\(json(record.event)) \(String(reflecting: record.match)) \(record.receivedAt)"
  }

  /// An entry without its salt, and so without the digests that follow from it.
  static func text(_ entry: TrailEntry) -> String {
    let told = entry.personal.map { personal in
      """
      \(String(reflecting: personal.customer)) \(String(reflecting: personal.formerly)) \
      \(String(reflecting: personal.trigger)) \(String(reflecting: personal.redemption)) \
      \(String(reflecting: personal.reference)) \(String(reflecting: personal.reason))
      """
    }
    let rest = entry.commitment == nil ? "of nobody" : "erased"
    return "\(entry.sequence) \(String(reflecting: entry.fact)) \(told ?? rest)"
  }

  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let data = try? encoder.encode(value) else { return "not encodable" }
    return String(decoding: data, as: UTF8.self)
  }
}
