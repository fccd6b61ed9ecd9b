public import Foundation

/// How a bridge delivers, and how far a journey may go.
public struct BridgeSettings: Sendable, Hashable {
  /// Whether and when a message is tried again.
  public var retry: MessageRetry
  /// How long a worker holds a message; longer than every provider's time-out.
  public var lease: Duration
  /// How many of a provider's messages are delivered at once; at least 1.
  public var deliveriesAtOnce: Int { didSet { deliveriesAtOnce = max(1, deliveriesAtOnce) } }
  /// How many events may follow one another in a journey.
  public var journeyDepth: Int
  /// The zone of what rules say of the time without naming one, such as `now.month`; GMT by default.
  public var zone: TimeZone

  /// The standard retry schedule, a lease of a minute, 16 deliveries at once a provider, 8 events in a row, GMT.
  public static let standard = BridgeSettings()

  /// Settings.
  ///
  /// - Parameters:
  ///   - retry: Whether and when a message is tried again.
  ///   - lease: How long a worker holds a message.
  ///   - deliveriesAtOnce: How many of a provider's messages are delivered at once; at least 1.
  ///   - journeyDepth: How many events may follow one another in a journey.
  ///   - zone: The zone of what rules say of the time without naming one.
  public init(
    retry: MessageRetry = .standard,
    lease: Duration = .seconds(60),
    deliveriesAtOnce: Int = 16,
    journeyDepth: Int = 8,
    zone: TimeZone = .gmt
  ) {
    self.retry = retry
    self.lease = lease
    self.deliveriesAtOnce = max(1, deliveriesAtOnce)
    self.journeyDepth = journeyDepth
    self.zone = zone
  }
}
