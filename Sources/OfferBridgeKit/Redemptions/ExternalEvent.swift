/// The name of one inbound event: its source and the source's id for it.
public struct ExternalEventID: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The provider whose external system reported it.
  public let source: ProviderID
  /// The external system's name for it.
  public let id: String

  /// A name.
  ///
  /// - Parameters:
  ///   - source: The provider whose external system reported it.
  ///   - id: The external system's name for it.
  public init(source: ProviderID, id: String) {
    self.source = source
    self.id = id
  }

  /// Such as "wallet/r-1".
  public var description: String { "\(source)/\(id)" }

  /// Whether both are written with the same bytes.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.source == rhs.source && lhs.id.utf8.elementsEqualFast(rhs.id.utf8)
  }

  /// Feeds the bytes of both.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(source)
    var text = id
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// What an external system reported, checked and with its source known.
///
/// Two are equal when names are the same bytes, and moments the same date.
public struct ExternalEvent: Sendable, Hashable, Codable {
  /// What it reports.
  public enum Content: Sendable, Hashable, Codable {
    /// A customer redeemed.
    case redemption(RedemptionReference, amount: Money?, RedemptionDetails? = nil)
    /// The redemption of that id, from the same source, was undone: a part of it, or all that is left.
    case reversal(of: String, ReversedPart? = nil)
    /// The offer was ended there, or reinstated.
    case notice(OfferNotice.Kind, of: RedemptionReference)

    /// Whether both say the same, names compared by their bytes.
    public static func == (lhs: Self, rhs: Self) -> Bool {
      switch (lhs, rhs) {
      case (.redemption(let mine, let amount, let details), .redemption(let other, let theirs, let others)):
        mine == other && amount == theirs && details == others
      case (.reversal(let id, let part), .reversal(let other, let otherPart)):
        id.utf8.elementsEqualFast(other.utf8) && part == otherPart
      case (.notice(let kind, let reference), .notice(let otherKind, let other)):
        kind == otherKind && reference == other
      case (.redemption, _), (.reversal, _), (.notice, _): false
      }
    }
  }

  /// Its name.
  public let id: ExternalEventID
  /// What it reports.
  public let content: Content
  /// When that happened.
  public let time: RedemptionTime

  package init(id: ExternalEventID, content: Content, time: RedemptionTime) {
    self.id = id
    self.content = content
    self.time = time
  }

  /// Reads an event as a ledger keeps it.
  ///
  /// - Parameter decoder: The decoder.
  /// - Throws: ``OfferBridgeError`` when an id, moment, amount or line is unusable; what the decoder throws when it is
  ///   no event at all.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(ExternalEventID.self, forKey: .id)
    content = try container.decode(Content.self, forKey: .content)
    time = try content.checked(
      id.id,
      from: id.source,
      at: container.decode(RedemptionTime.self, forKey: .time)
    )
  }
}

extension ExternalEvent.Content {
  /// What of an offer it names, or `nil` when it names a redemption.
  var reference: RedemptionReference? {
    switch self {
    case .redemption(let reference, _, _), .notice(_, let reference): reference
    case .reversal: nil
    }
  }

  /// Throws what about an event makes it unusable, so that it never becomes one.
  ///
  /// - Parameters:
  ///   - id: The external system's name for it.
  ///   - source: The provider, where it is known.
  ///   - time: When it happened.
  /// - Returns: The time in whole milliseconds, so that a repeat is recognised however precisely it was read.
  /// - Throws: ``OfferBridgeError`` that names what is unusable.
  func checked(
    _ id: String,
    from source: ProviderID?,
    at time: RedemptionTime
  ) throws(OfferBridgeError) -> RedemptionTime {
    let kind: String
    switch self {
    case .redemption(let reference, let amount, let details):
      kind = "redemption"
      try validate(kind, id)
      try reference.validated()
      try amount?.validated()
      if let details {
        try details.customer?.validated()
        try details.transaction?.validated()
        try details.lines.validated(of: id)
      }
    case .reversal(let redemption, let part):
      kind = "reversal"
      try validate(kind, id)
      try validate("redemption", redemption)
      switch part {
      case .amount(let amount): try amount.validated()
      case .lines(let names): try names.validated(of: id)
      case nil: break
      }
    case .notice(_, let reference):
      kind = "notice"
      try validate(kind, id)
      try reference.validated()
    }
    try source?.validated()
    guard case .moment(let moment) = time else { return time }
    guard moment.isUsable else { throw OfferBridgeError(.momentInvalid(of: "\(kind) \(id)")) }
    return .moment(moment.inWholeMilliseconds)
  }
}

extension RedemptionReference {
  fileprivate func validated() throws(OfferBridgeError) {
    switch self {
    case .issuedOffer: break
    case .replica(let reference): try reference.validated()
    case .customer(let customer, let replica):
      try customer.validated()
      try replica.validated()
    }
  }
}

extension Money {
  fileprivate func validated() throws(OfferBridgeError) {
    guard minorUnits >= 0 else { throw OfferBridgeError(.amountInvalid(self)) }
    try validate("currency", currency)
  }
}

extension [RedemptionLine] {
  fileprivate func validated(of id: String) throws(OfferBridgeError) {
    guard count <= RedemptionLine.most else { throw OfferBridgeError(.linesInvalid(of: id)) }
    var names: Set<[UInt8]> = []
    for line in self {
      try validate("line", line.name)
      guard line.weight >= 0, names.insert(Array<UInt8>(line.name.utf8)).inserted else {
        throw OfferBridgeError(.linesInvalid(of: id))
      }
    }
  }
}

extension [String] {
  fileprivate func validated(of id: String) throws(OfferBridgeError) {
    guard (1...RedemptionLine.most).contains(count) else { throw OfferBridgeError(.linesInvalid(of: id)) }
    for name in self { try validate("line", name) }
  }
}
