import Foundation

extension TrailEntry {
  /// Reads an entry from its line, whether or not its digests are right.
  ///
  /// That is for ``TrailVerification`` to tell. What is no such line gives `nil`.
  ///
  /// - Parameter line: What ``line`` gave, without a line break.
  public init?(line: String) { self.init(lineBytes: Array(line.utf8)) }

  init?(lineBytes bytes: some Sequence<UInt8>) {
    guard let parts = try? JSONDecoder().decode(Parts.self, from: Data(bytes)) else { return nil }
    self.init(parts)
  }

  private init?(_ parts: Parts) {
    let entry = parts.entry
    guard let at = Date(rfc3339: entry.at),
      let cause = TrailCause(word: entry.cause),
      let subject = TrailSubject(word: entry.subject),
      let to = TrailState(word: entry.to)
    else { return nil }
    var fact = TrailFact(at: at, cause: cause, subject: subject, from: nil, to: to)
    func state(_ word: String?, into state: WritableKeyPath<TrailFact, TrailState?>) -> Bool {
      fact[keyPath: state] = word.flatMap(TrailState.init(word:))
      return (word == nil) == (fact[keyPath: state] == nil)
    }
    guard state(entry.from, into: \.from), state(entry.replicaFrom, into: \.replicaFrom),
      state(entry.replicaTo, into: \.replicaTo)
    else { return nil }
    fact.issuedOffer = entry.issuedOffer
    fact.message = entry.message
    fact.step = entry.step
    fact.campaign = entry.campaign.map(CampaignID.init)
    fact.rule = entry.rule
    fact.offer = entry.offer.map(OfferID.init)
    fact.provider = entry.provider.map(ProviderID.init)
    fact.name = entry.name
    fact.why = entry.why
    fact.amount = entry.amount
    var personal: TrailPersonal?
    if let told = parts.personal {
      guard let read = told.personal else { return nil }
      personal = read
    }
    self.init(
      sequence: entry.sequence,
      fact: fact,
      personal: personal,
      commitment: entry.commitment,
      previous: entry.previous,
      hash: parts.hash
    )
  }

  /// The line as it is written; texts become what they mean afterwards.
  private struct Parts: Decodable {
    struct Entry: Decodable {
      let amount: Money?
      let at: String
      let campaign: String?
      let cause: String
      let commitment: DerivedKey?
      let from: String?
      let issuedOffer: DerivedKey?
      let message: DerivedKey?
      let name: String?
      let offer: String?
      let previous: DerivedKey
      let provider: String?
      let replicaFrom: String?
      let replicaTo: String?
      let rule: RuleFingerprint?
      let sequence: Int
      let step: DerivedKey?
      let subject: String
      let to: String
      let why: String?
    }

    struct Personal: Decodable {
      let customer: String?
      let formerly: String?
      let reason: String?
      let redemption: String?
      let reference: String?
      let salt: DerivedKey
      let trigger: String?
      let triggerKind: String?

      var personal: TrailPersonal? {
        var personal = TrailPersonal(salt: salt, customer: customer.map(CustomerID.init))
        personal.formerly = formerly.map(CustomerID.init)
        personal.reason = reason
        personal.redemption = redemption
        personal.reference = reference.map(ReplicaReference.init)
        switch (trigger, triggerKind.flatMap(TriggerID.Kind.init(rawValue:))) {
        case (nil, nil): break
        case (let id?, let kind?): personal.trigger = TriggerID(kind, id)
        default: return nil
        }
        return personal
      }
    }

    let entry: Entry
    let hash: DerivedKey
    let personal: Personal?
  }
}

// As its line, for what is hashed are the line's bytes.
extension TrailEntry: Codable {
  /// Reads the entry from its line.
  ///
  /// - Parameter decoder: The decoder.
  /// - Throws: `DecodingError` when the text is no such line; whether its digests are right is for
  ///   ``TrailVerification`` to tell.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let entry = TrailEntry(line: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "This is no line of a trail.")
    }
    self = entry
  }

  /// Writes the entry as its line.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(line)
  }
}

extension CaseIterable where Self: CustomStringConvertible {
  /// The case of that word, or `nil`.
  fileprivate init?(word: String) {
    guard let found = Self.allCases.first(where: { $0.description.utf8.elementsEqualFast(word.utf8) }) else {
      return nil
    }
    self = found
  }
}

extension Date {
  /// Reads what ``rfc3339`` wrote, and nothing else.
  fileprivate init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 20 || bytes.count == 24,
      let day = LocalDay(String(decoding: bytes[0..<10], as: UTF8.self))
    else { return nil }
    func number(_ range: Range<Int>) -> Int64 {
      bytes[range].reduce(0) { $0 * 10 + Int64($1) - 0x30 }
    }
    let seconds = number(11..<13) * 3600 + number(14..<16) * 60 + number(17..<19)
    let fraction = bytes.count == 24 ? number(20..<23) : 0
    self.init(milliseconds: (Int64(day.number) * 86_400 + seconds) * 1000 + fraction)
    guard rfc3339 == text else { return nil }
  }
}
