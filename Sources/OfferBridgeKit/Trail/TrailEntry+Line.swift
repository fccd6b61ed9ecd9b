import Foundation

// One form and no other: what is hashed can be read by eye, and hashed again by any program.
extension TrailEntry: CustomStringConvertible {
  /// The entry as one line of JSON, without a line break.
  ///
  /// Members are in the order of their names, moments in RFC 3339, digests in base64url. `hash` is the SHA-256 of the
  /// bytes of `entry`'s value; the `commitment` in it that of the bytes of `personal`'s.
  public var line: String { String(decoding: lineBytes, as: UTF8.self) }

  /// The entry's line, with customer data as long as they are not erased.
  public var description: String { line }

  var lineBytes: [UInt8] {
    Self.line(Self.bytes(of: sequence, fact, commitment, previous), hash, personal?.bytes)
  }

  private static func line(_ entry: [UInt8], _ hash: DerivedKey, _ personal: [UInt8]?) -> [UInt8] {
    var line = Array(#"{"entry":"#.utf8)
    line.reserveCapacity(entry.count + (personal?.count ?? 0) + 80)
    line += entry
    line += #","hash":"\#(hash)""#.utf8
    if let personal {
      line += #","personal":"#.utf8
      line += personal
    }
    line.append(UInt8(ascii: "}"))
    return line
  }

  private static func bytes(
    of sequence: Int,
    _ fact: TrailFact,
    _ commitment: DerivedKey?,
    _ previous: DerivedKey
  ) -> [UInt8] {
    var json = CanonicalJSON(capacity: 640)
    json.write(sequence, fact, commitment, previous)
    return json.bytes
  }

  static func hash(
    _ sequence: Int,
    _ fact: TrailFact,
    _ commitment: DerivedKey?,
    _ previous: DerivedKey
  ) -> DerivedKey {
    .digest(of: bytes(of: sequence, fact, commitment, previous))
  }

  /// The entry that follows another, with its ``line``, for who writes an ``OfferLedger`` that keeps lines: what is
  /// hashed is what is written, and both come out of one pass.
  ///
  /// - Parameters:
  ///   - anchor: Where the trail ended until now.
  ///   - fact: What happened.
  ///   - personal: What of it is personal, or `nil`.
  /// - Returns: The entry and its line.
  public static func following(
    _ anchor: TrailAnchor,
    _ fact: TrailFact,
    personal: TrailPersonal?
  ) -> (entry: TrailEntry, line: String) {
    let personalBytes = personal?.bytes
    let commitment = personalBytes.map { DerivedKey.digest(of: $0) }
    let bytes = bytes(of: anchor.count + 1, fact, commitment, anchor.hash)
    let entry = TrailEntry(
      sequence: anchor.count + 1,
      fact: fact,
      personal: personal,
      commitment: commitment,
      previous: anchor.hash,
      hash: .digest(of: bytes)
    )
    return (entry, String(decoding: line(bytes, entry.hash, personalBytes), as: UTF8.self))
  }
}

extension TrailPersonal {
  /// The digest of its bytes, which is what stands in the chain.
  public var commitment: DerivedKey { .digest(of: bytes) }

  fileprivate var bytes: [UInt8] {
    var json = CanonicalJSON(capacity: 256)
    json.beginObject()
    if let customer { json.field("customer", customer) }
    if let formerly { json.field("formerly", formerly) }
    if let reason { json.field("reason", reason) }
    if let redemption { json.field("redemption", redemption) }
    if let reference { json.field("reference", reference) }
    json.field("salt", salt)
    if let trigger { json.field("trigger", trigger.id) }
    if let trigger { json.field("triggerKind", trigger.kind.rawValue) }
    json.endObject()
    return json.bytes
  }
}

extension CanonicalJSON {
  fileprivate mutating func write(
    _ sequence: Int,
    _ fact: TrailFact,
    _ commitment: DerivedKey?,
    _ previous: DerivedKey
  ) {
    beginObject()
    if let amount = fact.amount { member("amount", .money(amount)) }
    field("at", fact.at.rfc3339)
    if let campaign = fact.campaign { field("campaign", campaign) }
    field("cause", fact.cause.description)
    if let commitment { field("commitment", commitment) }
    if let from = fact.from { field("from", from.description) }
    if let issuedOffer = fact.issuedOffer { field("issuedOffer", issuedOffer) }
    if let message = fact.message { field("message", message) }
    if let name = fact.name { field("name", name) }
    if let offer = fact.offer { field("offer", offer) }
    field("previous", previous)
    if let provider = fact.provider { field("provider", provider) }
    if let replicaFrom = fact.replicaFrom { field("replicaFrom", replicaFrom.description) }
    if let replicaTo = fact.replicaTo { field("replicaTo", replicaTo.description) }
    if let rule = fact.rule { field("rule", rule.description) }
    field("sequence", sequence)
    if let step = fact.step { field("step", step) }
    field("subject", fact.subject.description)
    field("to", fact.to.description)
    if let why = fact.why { field("why", why) }
    endObject()
  }
}

extension DerivedKey {
  /// The digest of bytes as they are, without a count before them.
  static func digest(of bytes: [UInt8]) -> DerivedKey {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.append($0) }
    return DerivedKey(hash.digest())
  }
}
