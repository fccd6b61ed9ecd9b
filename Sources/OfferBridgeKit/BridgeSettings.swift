public import Foundation

/// How a bridge delivers, and how far a journey may go.
public struct BridgeSettings: Sendable, Hashable {
  /// Whether and when a message is tried again.
  public var retry: MessageRetry
  /// How long a worker holds a message; longer than every provider's time-out.
  public var lease: Duration
  /// How fast messages go to a provider that has no settings of its own in ``lanes``.
  public var lane: LaneSettings
  /// How fast messages go to the providers named here.
  public var lanes: [ProviderID: LaneSettings]
  /// How many events may follow one another in a journey.
  public var journeyDepth: Int
  /// The zone of what rules, limits and schedules say of days and times without naming one, such as `now.month`, where
  /// the bridge does not know the customer's; GMT by default.
  public var zone: TimeZone

  /// The standard retry schedule, a lease of a minute, the standard lane for each provider, 8 events in a row, GMT.
  public static let standard = BridgeSettings()

  /// Settings.
  ///
  /// - Parameters:
  ///   - retry: Whether and when a message is tried again.
  ///   - lease: How long a worker holds a message.
  ///   - lane: How fast messages go to a provider that has no settings of its own.
  ///   - lanes: How fast messages go to the providers named there; a name that the bridge does not have is not used.
  ///   - journeyDepth: How many events may follow one another in a journey.
  ///   - zone: The zone of what is said of days and times without naming one.
  public init(
    retry: MessageRetry = .standard,
    lease: Duration = .seconds(60),
    lane: LaneSettings = .standard,
    lanes: [ProviderID: LaneSettings] = [:],
    journeyDepth: Int = 8,
    zone: TimeZone = .gmt
  ) {
    self.retry = retry
    self.lease = lease
    self.lane = lane
    self.lanes = lanes
    self.journeyDepth = journeyDepth
    self.zone = zone
  }

  func lane(to provider: ProviderID) -> LaneSettings { lanes[provider] ?? lane }
}
