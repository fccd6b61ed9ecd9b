/// What a campaign hears.
public enum CampaignTrigger: Sendable, Hashable, CustomStringConvertible {
  /// A customer's action of that name.
  case action(String)
  /// An event of that name on a customer's profile: raised by an issuance or an observer, or reported by the host.
  case event(String)
  /// Nothing: it begins by the clock, when its schedule runs and the host reports a customer of its audience.
  ///
  /// See ``OfferBridge/respond(toScheduleOf:for:)``.
  case schedule

  /// Such as "action app_opened".
  public var description: String {
    switch self {
    case .action(let name): "action \(name)"
    case .event(let name): "event \(name)"
    case .schedule: "schedule"
    }
  }
}

/// Names the action, host event or stretch of a schedule that a journey begins with.
///
/// An action and a host event of the same id are two triggers.
public struct TriggerID: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Who reported it.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// A customer's action.
    case action
    /// The host's own event.
    case hostEvent
    /// A campaign's schedule, for one customer in one of its stretches.
    case schedule
    /// An issued offer whose end is near.
    case expiry
  }

  /// Who reported it.
  public let kind: Kind
  /// The host's id of it; that of a stretch is derived from campaign, stretch and customer, that of an end is the issued
  /// offer's.
  public let id: String

  /// A trigger's name.
  ///
  /// - Parameters:
  ///   - kind: Who reported it.
  ///   - id: The host's id of it.
  public init(_ kind: Kind, _ id: String) {
    self.kind = kind
    self.id = id
  }

  /// Such as "action a-1".
  public var description: String {
    switch kind {
    case .action: "action \(id)"
    case .hostEvent: "host event \(id)"
    case .schedule: "schedule \(id)"
    case .expiry: "end of \(id)"
    }
  }

  /// Whether both are written with the same bytes.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.kind == rhs.kind && lhs.id.utf8.elementsEqualFast(rhs.id.utf8)
  }

  /// Feeds the kind and the id's bytes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    var text = id
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
