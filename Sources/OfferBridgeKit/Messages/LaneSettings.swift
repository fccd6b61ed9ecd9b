/// How fast a bridge may go on the way to one provider.
///
/// ```swift
/// var settings = BridgeSettings.standard
/// settings.lanes["wallet"] = LaneSettings(atOnce: 64, rate: .perSecond(50))
/// settings.lanes["mail"] = LaneSettings(breaker: .opening(after: 20, for: .minutes(1)))
/// ```
///
/// A lane is the way to one provider. Each is a loop of its own in
/// ``OfferBridge/run(on:signal:)``, so that a slow or silent provider holds up
/// nobody else. What a lane remembers (tokens, failures in a row) is in memory
/// and begins anew with each `run`; no promise depends on it. Several processes
/// over one ledger have lanes of their own: divide the rate among them.
///
/// `rate` and `breaker` need a clock: ``OfferBridge/deliverDueMessages()`` has none, and keeps to `atOnce` alone.
public struct LaneSettings: Sendable, Hashable {
  /// How many messages are on their way at once; at least 1.
  public var atOnce: Int { didSet { atOnce = max(1, atOnce) } }
  /// How many attempts may begin in a length of time; `nil` for as many as there are.
  public var rate: LaneRate?
  /// When a provider that fails is left alone for a while; `nil` for never.
  public var breaker: LaneBreaker?

  /// 16 at once, no rate, the standard breaker.
  public static let standard = LaneSettings()

  /// Settings of a lane.
  ///
  /// - Parameters:
  ///   - atOnce: How many messages are on their way at once; at least 1.
  ///   - rate: How many attempts may begin in a length of time; no limit by default.
  ///   - breaker: When a provider that fails is left alone for a while; the standard breaker by default.
  public init(atOnce: Int = 16, rate: LaneRate? = nil, breaker: LaneBreaker? = .standard) {
    self.atOnce = max(1, atOnce)
    self.rate = rate
    self.breaker = breaker
  }
}
