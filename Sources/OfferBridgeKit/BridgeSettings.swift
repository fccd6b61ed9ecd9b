public import Foundation

/// How a bridge delivers, and how far a journey may go.
public struct BridgeSettings: Sendable, Hashable {
  /// Whether and when a message is tried again.
  public var retry: MessageRetry
  /// How long a worker holds a message; longer than every provider's time-out by ``leaseMargin``.
  public var lease: Duration
  /// The part of a lease in which no attempt is under way: for the ledger's answer to come, and for what came of the
  /// attempt to be written.
  ///
  /// A message that came so late that its attempt could outlast its lease is not begun, and gives the attempt back.
  /// It is also how long ``OfferBridge/run(on:signal:)`` goes on writing once it is cancelled; a second at least.
  public var leaseMargin: Duration
  /// For how long ``OfferBridge/run(on:signal:)`` asks a ledger again that fails, before it throws; none at zero.
  public var ledgerPatience: Duration
  /// How fast messages go to a provider that has no settings of its own in ``lanes``.
  public var lane: LaneSettings
  /// How fast messages go to the providers named here.
  public var lanes: [ProviderID: LaneSettings]
  /// How many events may follow one another in a journey.
  public var journeyDepth: Int
  /// The zone of what rules, limits and schedules say of days and times without naming one, such as `now.month`, where
  /// the bridge does not know the customer's; GMT by default.
  public var zone: TimeZone

  /// The standard retry schedule, a lease of a minute with a margin of 5 seconds, 5
  /// minutes of patience with the ledger, the standard lane for each provider, 8 events in a row, GMT.
  public static let standard = BridgeSettings()

  /// Settings.
  ///
  /// - Parameters:
  ///   - retry: Whether and when a message is tried again.
  ///   - lease: How long a worker holds a message.
  ///   - leaseMargin: The part of a lease in which no attempt is under way; 5 seconds by default.
  ///   - ledgerPatience: For how long a ledger that fails is asked again; 5 minutes by default.
  ///   - lane: How fast messages go to a provider that has no settings of its own.
  ///   - lanes: How fast messages go to the providers named there; a name that the bridge does not have is not used.
  ///   - journeyDepth: How many events may follow one another in a journey.
  ///   - zone: The zone of what is said of days and times without naming one.
  public init(
    retry: MessageRetry = .standard,
    lease: Duration = .seconds(60),
    leaseMargin: Duration = .seconds(5),
    ledgerPatience: Duration = .minutes(5),
    lane: LaneSettings = .standard,
    lanes: [ProviderID: LaneSettings] = [:],
    journeyDepth: Int = 8,
    zone: TimeZone = .gmt
  ) {
    self.retry = retry
    self.lease = lease
    self.leaseMargin = leaseMargin
    self.ledgerPatience = ledgerPatience
    self.lane = lane
    self.lanes = lanes
    self.journeyDepth = journeyDepth
    self.zone = zone
  }

  func lane(to provider: ProviderID) -> LaneSettings { lanes[provider] ?? lane }
}
