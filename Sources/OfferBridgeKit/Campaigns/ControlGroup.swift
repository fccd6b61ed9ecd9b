/// A share of the customers that several campaigns leave alone, so that what they come to together can be measured.
///
/// ```swift
/// let bridge = try await OfferBridge(…, controlGroup: ControlGroup("everything-2026", percent: 5))
///
/// Campaign("spring", …, control: .also(ControlGroup("spring-season", percent: 10)))
/// Campaign("receipt", …, control: .exempt)   // a service message, which everyone is sent
/// ```
///
/// Who is in it depends on the customer's id and the group's name, and on
/// nothing else: the same ones for every campaign, in every process. Groups of
/// two names are drawn apart, and so are a ``Holdout`` and a group.
///
/// It is a clause behind the campaign's rule, asked last: a customer who
/// fails the rule is not met, and one who met it and is in the group is decided
/// as ``CampaignDecision/Outcome/heldOut(by:)``. Observers pass on what happened,
/// and ask no group.
public struct ControlGroup: Sendable, Hashable {
  /// The group's name.
  public let id: ControlGroupID
  /// The share of the customers in it, 0 to 100, in steps of a hundredth.
  public let percent: Double

  /// A group.
  ///
  /// - Parameters:
  ///   - id: Its name; in a bridge one name has one share.
  ///   - percent: The share of the customers in it, 0 to 100, in steps of a hundredth.
  public init(_ id: ControlGroupID, percent: Double) {
    self.id = id
    self.percent = percent
  }

  /// Whether a customer is in it.
  ///
  /// For a report that compares both sides. A bridge asks by itself.
  ///
  /// - Parameter customer: The customer.
  /// - Returns: The same for ever, for one name and share.
  public func contains(_ customer: CustomerID) -> Bool {
    HoldoutBucket(salt: salt, customer: customer).isHeldOut(percent: percent)
  }

  // Another word than a holdout's, as for variants.
  var salt: String { "control group \(id)" }

  /// Behind a campaign's rule, it is a clause.
  func clause<Customer>() -> Rule<Customer> {
    Rule(.named("control group \(id)", Rule(.holdout(percent: percent, salt: salt))))
  }
}

/// Which control groups a campaign leaves alone.
public enum CampaignControl: Sendable, Hashable {
  /// That of the bridge, where it has one.
  case standard
  /// That of the bridge, where it has one, and another one.
  case also(ControlGroup)
  /// None: what the campaign does is for everyone, such as a service message.
  case exempt

  /// The groups, the bridge's first.
  func groups(with bridges: ControlGroup?) -> [ControlGroup] {
    switch self {
    case .standard: [bridges].compactMap(\.self)
    case .also(let group): [bridges, group].compactMap(\.self)
    case .exempt: []
    }
  }
}
