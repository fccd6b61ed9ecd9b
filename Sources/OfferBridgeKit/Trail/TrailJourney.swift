/// What the trail tells of one issued offer, or of one customer, for a person to read.
///
/// ```swift
/// let journey = try await bridge.journey(of: issued.id)
/// print(journey)                   // a line a change
/// print(journey.sequenceDiagram)   // the same as a Mermaid sequence diagram
/// ```
///
/// It holds customer data, unless they were forgotten.
public struct TrailJourney: Sendable, Hashable, CustomStringConvertible {
  /// The changes, in their order.
  public let entries: [TrailEntry]

  /// A journey.
  ///
  /// - Parameter entries: Entries of a trail, from a ledger or from an export, of whatever was asked for.
  public init(_ entries: [TrailEntry]) { self.entries = entries }

  /// A line for each change: when, through which step of the ledger, and what.
  ///
  /// ```text
  /// 2026-11-22T12:00:00Z  commit     ten-off issued by app-open-reward to ada (action a-1)
  /// 2026-11-22T12:00:00Z  commit     ten_off_issued raised
  /// 2026-11-22T12:00:00Z  commit     message to wallet: waiting; replica notSent → pending
  /// ```
  public var description: String {
    entries.map { entry in
      let cause = entry.fact.cause.description
      let space = String(repeating: " ", count: max(1, 11 - cause.count))
      return "\(entry.fact.at.rfc3339)  \(cause)\(space)\(entry.words)"
    }.joined(separator: "\n")
  }
}

extension TrailEntry {
  /// What happened, in a line: "message to wallet: leased → accepted as W1; replica pending → accepted".
  var words: String {
    var words: String
    switch fact.subject {
    case .offer: words = offerWords
    case .end: words = "the external system says: \(move)"
    case .limitUses: words = "what it took from limits: \(move)"
    case .replica: words = "replica at \(fact.provider?.rawValue ?? "?"): \(move)"
    case .message: words = messageWords
    case .event: words = eventWords
    case .step:
      let what = fact.name ?? "a step"
      words = "\(what) \(fact.to)" + (fact.campaign.map { " by \($0)" } ?? "")
    case .customer: words = customerWords
    }
    if let why = fact.why { words += " (\(why))" }
    if let reason = personal?.reason { words += ": \(reason)" }
    return words.onOneLine
  }

  private var move: String { fact.from.map { "\($0) → \(fact.to)" } ?? "\(fact.to)" }

  private var customerWords: String {
    guard let customer = personal?.customer, let formerly = personal?.formerly else {
      return "a customer \(fact.to)"
    }
    return "\(formerly) \(fact.to) into \(customer)"
  }

  private var offerWords: String {
    let offer = fact.offer?.rawValue ?? "an offer"
    guard fact.from == nil else { return "\(offer) \(fact.to)" }
    var words = "\(offer) issued"
    if let campaign = fact.campaign { words += " by \(campaign)" }
    if let customer = personal?.customer { words += " to \(customer)" }
    if let trigger = personal?.trigger { words += " (\(trigger))" }
    return words
  }

  private var messageWords: String {
    var words = "message to \(fact.provider?.rawValue ?? "?"): \(move)"
    if let reference = personal?.reference { words += " as \(reference)" }
    if let from = fact.replicaFrom, let to = fact.replicaTo { words += "; replica \(from) → \(to)" }
    return words
  }

  private var eventWords: String {
    var words = fact.name ?? "event"
    if let id = personal?.redemption { words += " \(id)" }
    if let provider = fact.provider { words += " from \(provider)" }
    if let amount = fact.amount { words += " of \(amount)" }
    return words + ": \(move)"
  }
}

extension String {
  /// Line breaks and other control characters as spaces.
  var onOneLine: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.isBreaking ? " " : $0 }))
  }
}

extension Unicode.Scalar {
  fileprivate var isBreaking: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
